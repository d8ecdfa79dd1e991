"""Words for statuses: our own in each of our languages, and what an organisation has said that its words mean."""

import re
from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Organisation, Person
from imports.models import StatusWord
from imports.reading import bare_text, tidy
from recommendations.models import Status

OPEN = ""  # the word is known to say none of our statuses: each draft's is still to be chosen
LONGEST = 100  # characters of a word for a status; a longer cell is a comment
WORD = re.compile(r"[^\W_]+")
WORDS_AT_START = 6  # of a comment, among which a status is looked for


@cache
def own_words() -> dict[str, str]:
    """Our statuses by their codes and by their words in each of our languages; Not Assessed says none."""
    found = {bare_text(status.value): status.value for status in Status}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= {bare_text(str(status.label)): status.value for status in Status}
            found[bare_text(gettext("Not Assessed"))] = OPEN
    return found


class StatusWords:
    """The words that an organisation may use: ours, which always mean what they say, and its own."""

    def __init__(self, organisation: Organisation | None) -> None:
        own = StatusWord.objects.filter(organisation=organisation).values_list("folded", "status")
        self._known: Mapping[str, str] = dict(own) | own_words()

    def find(self, printed: str) -> str | None:
        """The status that a cell says, `OPEN` where it is known to say none; None for a word nobody has explained."""
        return self._known.get(bare_text(printed)) if bare_text(printed) else OPEN

    @staticmethod
    def says_none(printed: str) -> bool:
        """Whether the words are ours for having no status, as a sheet that we gave out shows it."""
        return own_words().get(bare_text(printed)) == OPEN

    def begins(self, text: str) -> str:
        """The status with whose words a comment begins, the longest that fits; `OPEN` where it begins with none."""
        words = [bare_text(word) for word in WORD.findall(text)[:WORDS_AT_START]]
        tried = ("".join(words[:length]) for length in range(len(words), 0, -1))
        return next((self._known[start] for start in tried if self._known.get(start)), OPEN)

    def unknown(self, printed: list[str]) -> list[str]:
        """Those that nobody has explained yet, each once, as first printed."""
        found: dict[str, str] = {}
        for each in printed:
            if self.find(each) is None and len(tidy(each)) <= LONGEST:
                found.setdefault(bare_text(each), tidy(each))
        return list(found.values())


def remember_words(organisation: Organisation, meanings: Mapping[str, str], by: Person | None) -> None:
    """Keep what an organisation's words mean; the status of a word it kept before is replaced."""
    StatusWord.objects.bulk_create(
        [
            StatusWord(
                organisation=organisation,
                word=tidy(word)[:LONGEST],
                folded=bare_text(word)[:LONGEST],
                status=status,
                saved_by=by,
            )
            for word, status in meanings.items()
        ],
        update_conflicts=True,
        unique_fields=["organisation", "folded"],
        update_fields=["status", "saved_by", "saved_at"],
    )
