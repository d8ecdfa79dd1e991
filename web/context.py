"""What the shell around every page needs. Read only when a template asks, so that fragments pay nothing."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from history import feed
from notifications.models import Message
from reports import licences


@dataclass(frozen=True)
class Link:
    """Words and where they lead."""

    words: str | Promise
    url: str


@dataclass(frozen=True)
class Language:
    """A language that pages come in, by its own name."""

    code: str
    name: str
    is_current: bool


@dataclass(frozen=True)
class Version:
    """How far the record goes: the newest position of the feed, and the day it was given."""

    number: int
    day: datetime.date | None


PLACES = (
    ("recommendation-list", _("Recommendations")),
    ("review-list", _("Reviews")),
    ("issue-list", _("Issues")),
    ("event-list", _("Events")),
    ("work-overview", _("My work")),
)
ACCOUNT = (
    ("work-overview", _("My work")),
    ("work-follows", _("What I follow")),
    ("work-preferences", _("Preferences")),
    ("import-document", _("Import a document")),
    ("account_change_password", _("Change password")),
    ("mfa_index", _("Second factor")),
    ("token-list", _("Tokens for the API")),
)
ACCOUNT_PLACES = (
    ("account_change_password", _("Password")),
    ("mfa_index", _("Second factor")),
    ("token-list", _("Tokens for the API")),
)
ADMINISTRATION = (("mail-list", _("Mails of this installation")),)
MORE = (
    ("state-list", _("States")),
    ("download-list", _("Download")),
    ("release-list", _("Releases")),
    ("api-docs", _("API")),
)
OWN_NAMES = {"en": "English", "ru": "Русский", "kk": "Қазақша"}  # as people write them at the head of a page


class Shell:
    """The shell's facts about one request; one query (the data version), and one more for a person signed in."""

    licence = licences.OURS

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def places(self) -> list[Link]:
        """The main places."""
        return links(PLACES)

    @property
    def account(self) -> list[Link]:
        """What the menu of the person signed in offers."""
        person = getattr(self.request, "user", None)
        is_administrator = isinstance(person, Person) and person.is_administrator
        return links(ACCOUNT + (ADMINISTRATION if is_administrator else ()))

    @cached_property
    def unread(self) -> int:
        """How many notices wait for the person signed in."""
        person = getattr(self.request, "user", None)
        return Message.objects.filter(person=person, read_at=None).count() if isinstance(person, Person) else 0

    @property
    def account_places(self) -> list[Link]:
        """The pages on which people keep their own account."""
        return links(ACCOUNT_PLACES)

    @property
    def more(self) -> list[Link]:
        """What the footer links to."""
        return links(MORE)

    @property
    def languages(self) -> list[Language]:
        """The languages offered, each by its own name."""
        now = translation.get_language()
        return [
            Language(code, OWN_NAMES.get(code) or translation.get_language_info(code)["name_local"], code == now)
            for code, _name in settings.LANGUAGES
        ]

    @cached_property
    def version(self) -> Version:
        """The data version; 0 without a day while nothing has happened."""
        newest = feed.told().values_list("position", "sequenced_at").first()
        return Version(newest[0], timezone.localtime(newest[1]).date()) if newest else Version(0, None)

    @property
    def today(self) -> datetime.date:
        """Today in the reader's zone."""
        return timezone.localdate()

    @property
    def as_of(self) -> datetime.date | None:
        """The day the page looks at, when it is not today."""
        return getattr(getattr(self.request, "reader", None), "as_of", None)

    @property
    def known_on(self) -> datetime.date | None:
        """The day by whose publications the page looks, when it is not today."""
        return getattr(getattr(self.request, "reader", None), "known_on", None)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """The context processor: `shell` in every template (allauth has a `site` of its own)."""
    return {"shell": Shell(request)}


def links(names: tuple[tuple[str, str | Promise], ...]) -> list[Link]:
    """Links to those of the named pages that this installation has."""
    found = []
    for name, words in names:
        try:
            found.append(Link(words, reverse(name)))
        except NoReverseMatch:
            continue
    return found
