"""The words of a mail: what changed and where to read it, never a reason or a person, for it cannot be recalled."""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from notifications import sentences
from notifications.models import Message

log = logging.getLogger(__name__)


def compose(message: Message) -> EmailMessage:
    """The mail of a message, in its person's language."""
    person = message.person
    with translation.override(person.language):
        notice = sentences.describe([message])[0]
        subject = _("News in UPR Tracker") if wants_neutral(message) else notice.subject
        body = render_to_string(
            "notifications/mail.txt",
            {"notice": notice, "person": person, "site": settings.SITE_URL, "follows": reverse("work-follows")},
        )
    return EmailMessage(subject, body, to=[person.email], headers={"Message-ID": message_id(message)})


def wants_neutral(message: Message) -> bool:
    """Whether the person or any of their organisations asks that subject lines name no topic."""
    person = message.person
    return person.neutral_mail or person.memberships.filter(organisation__neutral_mail=True).exists()


def message_id(message: Message) -> str:
    """The same for the same message, so that a mail that had to be sent again can be told from a second one."""
    host = urlsplit(settings.SITE_URL).hostname or "upr-tracker"
    return f"<notice-{message.pk}@{host}>"
