"""What a notice says. Names are looked up now, not when the event was written: the log holds ids only."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from history.models import Event
from notifications.models import Message
from recommendations.models import Recommendation, Status
from reviews.models import Review

LONGEST_NAME = 80  # characters of a text that stands for a number, in a subject line or a sentence


@dataclass(frozen=True)
class Notice:
    """One message as a person reads it, in the language and the time zone that are active."""

    message: Message
    subject: str
    sentence: str
    path: str
    status: str
    day: datetime.date
    is_sample: bool


def describe(messages: Sequence[Message]) -> list[Notice]:
    """The notices of these messages (with their events loaded), in 3 queries however many there are."""
    events = [message.event for message in messages]
    organisations = Organisation.objects.in_bulk({e.organisation_id for e in events if e.organisation_id})
    reviews = Review.objects.with_names().in_bulk({e.review_id for e in events if e.review_id})
    targets = {e.target_id for e in events if e.target_type == "recommendations.recommendation"}
    recommendations = Recommendation.objects.in_bulk(targets)
    return [
        _notice(
            message,
            organisations.get(message.event.organisation_id or 0),
            reviews.get(message.event.review_id or 0),
            recommendations.get(message.event.target_id) if _is_recommendation(message.event) else None,
        )
        for message in messages
    ]


def _is_recommendation(event: Event) -> bool:
    return event.target_type == "recommendations.recommendation"


def _notice(
    message: Message, organisation: Organisation | None, review: Review | None, recommendation: Recommendation | None
) -> Notice:
    event = message.event
    where = str(review) if review else ""
    if recommendation is None:
        subject, sentence, path = _batch(event, review, where)
        return Notice(message, subject, sentence, path, "", timezone.localdate(event.recorded_at), False)
    who = organisation.public_name if organisation else _("UPR Tracker")
    status = str(event.new.get("status") or event.old.get("status") or "")
    word = str(Status(status).label) if status else ""
    name, which = _named(recommendation)
    subject, sentence = _words(event)
    said = {"who": who, "status": word, "name": name, "which": which, "where": where}
    return Notice(
        message,
        " ".join((subject % said).split()),
        sentence % said,
        reverse("recommendation-detail", args=[recommendation.public_id]),
        "" if event.action == "assessment.withdrawn" or "holds_until" in event.new else status,
        timezone.localdate(event.recorded_at),
        recommendation.is_sample,
    )


def _words(event: Event) -> tuple[str, str]:
    """The subject and the sentence about a status; of one dated back, that it changes none of today."""
    subject = _("%(where)s, %(name)s: %(status)s")
    if event.action == "assessment.withdrawn":
        return subject, _("%(who)s withdrew the status “%(status)s” of %(which)s to %(where)s.")
    if "holds_until" in event.new:
        return (
            _("%(where)s, %(name)s: %(status)s, for past days"),
            _(
                "%(who)s recorded the status “%(status)s” for past days of %(which)s to %(where)s; its latest status"
                " stays as it was."
            ),
        )
    return subject, _("%(who)s recorded the status “%(status)s” for %(which)s to %(where)s.")


def _named(recommendation: Recommendation) -> tuple[str, str]:
    """Its number, or its text in quotation marks: alone for a subject, and within a sentence."""
    if recommendation.label:
        return recommendation.label, _("recommendation %(label)s") % {"label": recommendation.label}
    text = " ".join(recommendation.text.split()).rstrip(".")
    title = _("“%(text)s”") % {"text": Truncator(text).chars(LONGEST_NAME)}
    return title, _("the recommendation %(title)s") % {"title": title}


def _batch(event: Event, review: Review | None, where: str) -> tuple[str, str, str]:
    new, changed = int(event.new.get("new") or 0), int(event.new.get("changed") or 0)
    parts = [
        words % {"n": number}
        for number, words in (
            (new, ngettext("%(n)d new recommendation", "%(n)d new recommendations", new)),
            (changed, ngettext("%(n)d changed", "%(n)d changed", changed) if new else _changed_alone(changed)),
        )
        if number
    ]
    said = ", ".join(parts) or _("nothing new")
    sentence = _("A document was imported for %(where)s: %(parts)s.") % {"where": where, "parts": said}
    path = reverse("review-detail", args=[review.session.number, review.state.iso3]) if review else "/"
    return _("%(where)s: a document was imported") % {"where": where}, sentence, path


def _changed_alone(changed: int) -> str:
    return ngettext("%(n)d changed recommendation", "%(n)d changed recommendations", changed)
