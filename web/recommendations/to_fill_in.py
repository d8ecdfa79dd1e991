"""The matrix as a spreadsheet to be filled in: by a colleague without an account, say, and sent back as an import."""

import datetime
import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.permissions import checking_voices
from accounts.reader import Reader
from imports.formulas import disarm
from imports.sheets.roles import OWN_COLUMNS, Role
from recommendations.models import Assessment, Recommendation, Status
from recommendations.models.assessments import STATUS_MEANINGS
from recommendations.querysets import RecommendationQuerySet
from recommendations.selection import UnknownChoice, select
from reviews.days import FIRST_SESSION
from web.clock import BadDay, reader_at
from web.recommendations.walk import ORDER

LIMIT = 5000  # rows: more than any review has, and made in a second or two
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDE = {5: 60, 6: 25, 13: 40, 14: 30, 15: 25}  # columns by number, in characters; the others have 14
Line = list[str | int | datetime.date | None]


@login_required
def recommendation_to_fill_in(request: HttpRequest, slug: str) -> HttpResponse:
    """The recommendations that the address asks for, with empty columns for what this organisation has to say."""
    organisation, state_ids = _organisation(request, slug)
    shown = f"{reverse('recommendation-list')}?{request.GET.urlencode()}"
    try:
        reader = reader_at(request)
        found = select(Recommendation.objects.visible_to(reader), dict(request.GET.lists()), reader)
    except (BadDay, UnknownChoice):
        return redirect(shown)  # which says what is wrong
    found = found.filter(review__state__in=state_ids)
    number = found.count()
    if not 0 < number <= LIMIT:
        messages.error(request, _refusal(number, organisation))
        return redirect(shown)
    answer = HttpResponse(workbook(found, reader, organisation), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{timezone.localdate():%Y-%m-%d}.xlsx"'
    return answer


def _organisation(request: HttpRequest, slug: str) -> tuple[Organisation, list[int]]:
    """The organisation in whose name the person may write drafts, and the States it monitors."""
    assert isinstance(request.user, Person)
    voices = checking_voices(request.user)
    state_ids = [pk for pk, each in voices.items() if slug in {organisation.slug for organisation in each}]
    if not state_ids:
        raise PermissionDenied(_("You may not write drafts in this organisation's name."))
    return Organisation.objects.get(slug=slug), state_ids


def _refusal(number: int, organisation: Organisation) -> str:
    if number == 0:
        sentence = _("None of these recommendations is of a State that %(name)s monitors; there is nothing to fill in.")
        return sentence % {"name": organisation.name}
    sentence = _("These are %(number)d recommendations; one spreadsheet holds %(limit)d. Narrow the list by a filter.")
    return sentence % {"number": number, "limit": LIMIT}


def workbook(found: RecommendationQuerySet, reader: Reader, organisation: Organisation) -> bytes:
    """An .xlsx of these recommendations. It carries no author, and no cell of it can become a formula."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        today = datetime.datetime.combine(timezone.localdate(), datetime.time())
        book.set_properties({"title": _("Recommendations"), "author": "", "created": today})
        sheet, words = book.add_worksheet(_("Recommendations")), book.add_worksheet(_("Statuses"))
        _write_head(book, sheet)
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        last = 0
        for last, line in enumerate(_lines(found, reader, organisation), 1):
            _write_line(sheet, last, line, wrap, day)
        _write_statuses(book, words)
        _validate(sheet, last, words.get_name(), day)
    return packed.getvalue()


def _write_head(book: Any, sheet: Any) -> None:
    plain = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    ours = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#FFF4CC"})
    for column, (heading, _role) in enumerate(OWN_COLUMNS):
        sheet.set_column(column, column, WIDE.get(column, 14))
        sheet.write_string(0, column, str(heading), ours if column in _to_fill_in() else plain)
    sheet.freeze_panes(1, _column(Role.LABEL) + 1)
    sheet.autofilter(0, 0, 0, len(OWN_COLUMNS) - 1)


def _write_line(sheet: Any, row: int, line: Line, wrap: Any, day: Any) -> None:
    for column, value in enumerate(line):
        if isinstance(value, datetime.date):
            sheet.write_datetime(row, column, datetime.datetime.combine(value, datetime.time()), day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif value:
            sheet.write_string(row, column, disarm(value), wrap)


def _lines(found: RecommendationQuerySet, reader: Reader, organisation: Organisation) -> Iterator[Line]:
    latest = dict(
        Assessment.objects.filter(voice=organisation, recommendation__in=found.order_by().values("pk"))
        .values_list("recommendation")
        .annotate(latest=Max("pk"))
    )
    listed = found.with_lead(reader).for_list().order_by(*ORDER)
    leads = Assessment.objects.select_related("voice")
    rows = list(listed)
    by_id = leads.in_bulk({row.lead_id for row in rows if row.lead_id})  # type: ignore[attr-defined]
    for row in rows:
        yield _line(row, by_id.get(row.lead_id), latest.get(row.pk, 0))  # type: ignore[attr-defined]


def _line(row: Recommendation, lead: Assessment | None, version: int) -> Line:
    mentions = [mention.state.local_name if mention.state else mention.printed for mention in row.recommenders.all()]
    position = row.current_position
    return [
        f"{settings.SITE_URL}{reverse('recommendation-detail', args=[row.public_id])}",
        row.public_id,
        row.review.state.local_name,
        row.review.session.number,
        row.label or "",
        row.text,
        ", ".join(mentions),
        str(position.get_response_display()) if position else "",
        str(lead.get_status_display()) if lead else str(_("Not Assessed")),
        lead.holds_from if lead else None,
        lead.voice.public_name if lead else "",
        *[None] * len(_to_fill_in()),
        version,
    ]


def _write_statuses(book: Any, words: Any) -> None:
    """The words to choose from, with what they mean: the list behind the column of the status."""
    words.set_column(0, 0, 28)
    words.set_column(1, 1, 60)
    words.write_row(0, 0, [_("Status"), _("Meaning")], book.add_format({"bold": True}))
    for row, status in enumerate(Status, 1):
        words.write_row(row, 0, [str(status.label), str(STATUS_MEANINGS[status])])


def _validate(sheet: Any, last: int, words: str, day: Any) -> None:
    quoted = words.replace("'", "''")
    status, since = _column(Role.STATUS), _column(Role.DAY)
    choice = {"validate": "list", "source": f"='{quoted}'!$A$2:$A${len(Status) + 1}"}
    sheet.data_validation(1, status, last, status, choice | {"error_message": _("Choose one of the statuses listed.")})
    from_then = {"validate": "date", "criteria": ">=", "value": FIRST_SESSION}
    sheet.data_validation(1, since, last, since, from_then | {"error_message": _("Write the day as 2025-01-23.")})
    sheet.set_column(since, since, 14, day)


def _column(wanted: Role) -> int:
    return next(column for column, (_heading, role) in enumerate(OWN_COLUMNS) if role == wanted)


def _to_fill_in() -> range:
    return range(_column(Role.STATUS), _column(Role.VERSION))
