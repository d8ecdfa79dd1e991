"""Rows of an import that propose drafts: compared with what the organisation has, written, and taken back.

Such a row has the part "draft" in what it says: the parts of a draft that the file states (imports.sheets.rows.Said).
Its `before` keeps what stood there: the draft's parts with its version, and the organisation's latest assessment.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from accounts.permissions import Decision, may, speaks_of
from accounts.roles import Act
from history.log import Actor
from imports.models import Batch, Row
from imports.reading import Problem
from imports.sheets.rows import Proposal, Said
from imports.work import Differs
from recommendations.actions import DraftContent
from recommendations.drafting import CONTENT, OvertakenOn, Standing, Wanted, save_drafts, standings
from recommendations.models import Assessment, Draft, Recommendation
from states.models import State

PARTS = ("status", "progress", "holds_from", "reason", "bases", "private_note")
PROPOSES = (Row.Outcome.NEW, Row.Outcome.CHANGED, Row.Outcome.CONFLICT)
JUDGED = ("status", "progress", "holds_from", "reason")  # the parts that an assessment has too


@dataclass(frozen=True)
class Verdict:
    """The outcome of one row, the parts of the draft that differ, and why it cannot simply be written."""

    outcome: Row.Outcome
    fields: list[str]
    message: str = ""


def is_draft(row: Row) -> bool:
    """Whether a row proposes a draft, and not what a document says of a recommendation."""
    return "draft" in (row.after or {})


# --------------------------------------------------------------------------------------------------------- the preview


def rows_of(
    batch: Batch, organisation: Organisation, found: Iterable[Proposal | Problem], state: State | None = None
) -> list[Row]:
    """The rows of a batch that propose drafts, not numbered and not saved; those that nobody may write are rejected.

    `state` is that of the recommendations which the same file brings.
    """
    found = list(found)
    proposals = [each for each in found if isinstance(each, Proposal)]
    ids = [each.recommendation.pk for each in proposals if each.recommendation]
    now = standings(organisation, ids)
    published = Assessment.objects.in_bulk([each.latest for each in now.values() if each.latest])
    imported = _imported_drafts(organisation, ids)
    allowed = _Allowed(organisation, batch.created_by)
    rows = []
    for each in found:
        if isinstance(each, Problem):
            rows.append(_rejected(batch, each))
            continue
        if refusal := allowed.refuses(each, state):
            rows.append(_rejected(batch, refusal))
            continue
        standing = now[each.recommendation.pk] if each.recommendation else Standing(None, None)
        rows.append(_row(batch, each, standing, published.get(standing.latest or 0), imported))
    return rows


class _Allowed:
    """Whether drafts may be written on a State's recommendations; each State is asked about once."""

    def __init__(self, organisation: Organisation, person: Person | None) -> None:
        self.organisation, self.person = organisation, person
        self._asked: dict[int, Decision] = {}

    def refuses(self, proposal: Proposal, state: State | None) -> Problem | None:
        """Why this draft may not be written; `state` is that of a recommendation which is not there yet."""
        state = proposal.recommendation.review.state if proposal.recommendation else state
        assert state is not None
        decision = self.on(state)
        return None if decision else Problem(proposal.place, proposal.label, str(decision.reason))

    def on(self, state: State) -> Decision:
        """Whether the person may write the organisation's drafts on what that State was told."""
        if state.pk not in self._asked:
            self._asked[state.pk] = self._ask(state)
        return self._asked[state.pk]

    def _ask(self, state: State) -> Decision:
        if self.person is None:
            return speaks_of(self.organisation, state)  # the command line: whoever may run it acts for the organisation
        return may(self.person, Act.WRITE_DRAFTS, organisation=self.organisation, state=state)


def _row(
    batch: Batch, proposal: Proposal, standing: Standing, published: Assessment | None, imported: dict[int, int]
) -> Row:
    draft = standing.draft
    untouched = draft is not None and imported.get(draft.pk) == draft.version
    verdict = (
        Verdict(Row.Outcome.UNCHANGED, [], proposal.message)
        if proposal.is_earlier
        else judge(proposal.said, proposal.version, standing, published, untouched=untouched)
    )
    return Row(
        batch=batch,
        place=str(proposal.place)[:200],
        label=proposal.label,
        outcome=verdict.outcome,
        fields=verdict.fields,
        disputed=verdict.fields if verdict.outcome == Row.Outcome.CONFLICT else [],
        message=" ".join(filter(None, [verdict.message, "" if proposal.is_earlier else proposal.message])),
        before=_kept(standing),
        after={"draft": proposal.said},
        passage=proposal.passage,
        recommendation=proposal.recommendation,
        review=proposal.recommendation.review if proposal.recommendation else None,
    )


def judge(
    said: Said, version: int | None, standing: Standing, published: Assessment | None, *, untouched: bool
) -> Verdict:
    """What a row would do to the organisation's draft. `published` is its latest assessment, `version` the one that
    whoever filled in the sheet had seen (0: none, None: not known); `untouched`: the draft is as an import left it.
    """
    if not said:
        return Verdict(Row.Outcome.UNCHANGED, [], _("Nothing is filled in in this row."))
    current = published if published and published.withdrawn_at is None else None
    if current and _says_already(current, said):
        return Verdict(Row.Outcome.UNCHANGED, [], _("Your organisation has published this already."))
    held = parts_of(standing.draft)
    differing = [part for part in PARTS if part in said and held.get(part) not in (None, said[part])]
    gained = [part for part in PARTS if part in said and part not in held]
    if standing.draft and not differing and not gained:
        return Verdict(Row.Outcome.UNCHANGED, [])
    if differing and not untouched:
        return Verdict(
            Row.Outcome.CONFLICT, differing + gained, _("Your organisation has a draft that says otherwise.")
        )
    if sentence := _overtaken(said, version, standing, current):
        return Verdict(Row.Outcome.CONFLICT, differing + gained, sentence)
    return Verdict(Row.Outcome.CHANGED if standing.draft else Row.Outcome.NEW, differing + gained)


def _says_already(published: Assessment, said: Said) -> bool:
    stated = [part for part in JUDGED if part in said]
    return bool(stated) and all(_plain(getattr(published, part)) == said[part] for part in stated)


def _overtaken(said: Said, version: int | None, standing: Standing, published: Assessment | None) -> str:
    if version is not None and version != (standing.latest or 0):
        return _("Your organisation has recorded a status here since this sheet was made. Look at both.")
    if published and said.get("holds_from", "9999") < published.holds_from.isoformat():
        sentence = _("Your organisation has published %(status)s since %(day)s, which is later than this row.")
        return sentence % {"status": published.get_status_display(), "day": published.holds_from}
    return ""


def _imported_drafts(organisation: Organisation, ids: list[int]) -> dict[int, int]:
    """By draft, the version in which the latest import left it."""
    written = Row.objects.filter(
        batch__organisation=organisation, state=Row.State.WRITTEN, recommendation__in=ids, after__has_key="written"
    )
    marks = written.order_by("id").values_list("after__written", flat=True)
    return {mark["id"]: mark["version"] for mark in marks}


def _rejected(batch: Batch, problem: Problem) -> Row:
    return Row(
        batch=batch,
        place=str(problem.place)[:200],
        outcome=Row.Outcome.REJECTED,
        message=problem.reason,
        after={"draft": {}, "value": problem.value, "column": problem.column},  # a draft's, so nobody else's to see
    )


def parts_of(draft: Draft | None) -> Said:
    """What a draft says, part by part, as values that can be kept in a row; empty parts are absent."""
    found = {part: _plain(getattr(draft, part)) for part in CONTENT} if draft else {}
    return {part: value for part, value in found.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _kept(standing: Standing) -> dict[str, Any]:
    draft = standing.draft
    kept: dict[str, Any] = {"draft": parts_of(draft), "seen": None, "latest": standing.latest}
    if draft:
        kept["seen"] = {"id": draft.pk, "version": draft.version}
        kept["saved"] = [draft.saved_by_id, draft.saved_at.isoformat()]
    return kept


# ------------------------------------------------------------------------------------------------------ commit and undo


def commit(rows: Sequence[Row], organisation: Organisation, by: Actor) -> None:
    """Write the drafts that these rows of a batch propose, in the caller's transaction. Raises Differs.

    Where whoever commits may not write the organisation's drafts (any more), they stay proposed, and say so.
    """
    rows = _allowed(rows, organisation, by)
    writing = _by_recommendation(row for row in rows if _is_written(row))
    try:
        save_drafts(organisation=organisation, wanted={pk: _wanted(row) for pk, row in writing.items()}, by=by)
    except OvertakenOn as error:
        raise Differs([writing[pk].pk for pk in error.ids]) from error
    left = [row.pk for row in rows if is_draft(row) and row.outcome == Row.Outcome.CONFLICT and not row.take]
    Row.objects.filter(pk__in=left).update(state=Row.State.LEFT)
    _mark_written([row.pk for row in writing.values()], organisation)


def _allowed(rows: Sequence[Row], organisation: Organisation, by: Actor) -> list[Row]:
    person = Person.objects.get(pk=by.person_id) if by.person_id else None
    allowed = _Allowed(organisation, person)
    proposed = [row for row in rows if is_draft(row) and row.outcome in PROPOSES and row.review]
    refused = {row.pk for row in proposed if row.review and not allowed.on(row.review.state)}
    sentence = _("Who committed this may not write your organisation's drafts. Send the file again to have this one.")
    Row.objects.filter(pk__in=refused).update(message=sentence)
    return [row for row in rows if row.pk not in refused]


def _mark_written(row_ids: list[int], organisation: Organisation) -> None:
    """Note which draft each row became, and in which version: what undo compares with. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE imports_row SET state = 'written', after = after || jsonb_build_object(
                'written', jsonb_build_object('id', draft.id, 'version', draft.version))
            FROM recommendations_draft draft
            WHERE imports_row.id = ANY(%s) AND draft.organisation_id = %s
                AND draft.recommendation_id = imports_row.recommendation_id
            """,
            [row_ids, organisation.pk],
        )


def commit_beside(batch: Batch, review_id: int | None, by: Actor) -> None:
    """Write the drafts that a document's batch proposes beside its recommendations, which are there now."""
    rows = batch.rows.filter(after__has_key="draft").exclude(outcome=Row.Outcome.REJECTED)
    if batch.organisation is None or not rows.exists():
        return
    rows.filter(review=None).update(review=review_id)
    fresh = Recommendation.objects.filter(
        review=OuterRef("review"), label=OuterRef("label"), is_sample=False, removed_at=None
    )
    rows.filter(recommendation=None).update(recommendation=Subquery(fresh.values("pk")[:1]))
    commit(list(rows.select_related("review__state").order_by("number")), batch.organisation, by)


def undo_beside(batch: Batch, by: Actor) -> tuple[int, int]:
    """Take those drafts back where nobody has worked on them; returns how many were, and how many stay."""
    rows = list(batch.rows.filter(after__has_key="draft", state=Row.State.WRITTEN))
    if batch.organisation is None or not rows:
        return 0, 0
    undone = undo(rows, batch.organisation, by)
    Row.objects.bulk_update(rows, ["state", "message"], batch_size=1000)
    return undone, len(rows) - undone


def _by_recommendation(rows: Iterable[Row]) -> dict[int, Row]:
    return {row.recommendation_id: row for row in rows if row.recommendation_id is not None}


def _is_written(row: Row) -> bool:
    return is_draft(row) and (row.outcome in (Row.Outcome.NEW, Row.Outcome.CHANGED) or row.take)


def _wanted(row: Row) -> Wanted:
    before = row.before or _kept(Standing(None, None))
    seen = before["seen"]
    return Wanted(content(before["draft"] | row.after["draft"]), seen["version"] if seen else None, before["latest"])


def content(said: Said) -> DraftContent:
    """A draft's content from its parts. Progress goes with In Progress only."""
    parts = dict(said)
    if parts.get("status") != "in_progress":
        parts.pop("progress", None)
    if "holds_from" in parts:
        parts["holds_from"] = dt.date.fromisoformat(parts["holds_from"])
    return DraftContent(**parts)


def undo(rows: Sequence[Row], organisation: Organisation, by: Actor) -> int:
    """Put back what stood there, where nobody has touched the draft since; the others say why they stay.

    The rows are changed and not saved. Returns how many were taken back.
    """
    written = _by_recommendation(row for row in rows if is_draft(row) and row.state == Row.State.WRITTEN)
    now = standings(organisation, list(written), lock=True)
    back: dict[int, Row] = {}
    for pk, row in written.items():
        row.message = _touched(row, now[pk])
        if not row.message:
            back[pk] = row
    before = {pk: row.before or {} for pk, row in back.items()}
    gone = [back[pk].after["written"]["id"] for pk, held in before.items() if not held["seen"]]
    Draft.objects.filter(pk__in=gone).delete()
    wanted = {
        pk: Wanted(content(held["draft"]), now[pk].version, now[pk].latest, _saved(held))
        for pk, held in before.items()
        if held["seen"]
    }
    save_drafts(organisation=organisation, wanted=wanted, by=by)
    _hand_back([back[pk].pk for pk in wanted])
    for row in back.values():
        row.state = Row.State.UNDONE
    return len(back)


def _saved(held: dict[str, Any]) -> tuple[int | None, dt.datetime] | None:
    by, at = held.get("saved") or (None, "")
    return (by, dt.datetime.fromisoformat(at)) if at else None


def _hand_back(row_ids: list[int]) -> None:
    """Tell the rows of earlier imports, which left these drafts as they are again, the new version: they may follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE imports_row earlier
            SET after = jsonb_set(earlier.after, '{written,version}', to_jsonb(draft.version))
            FROM imports_row undone
            JOIN recommendations_draft draft ON draft.id = (undone.before #>> '{seen,id}')::bigint
            WHERE undone.id = ANY(%s) AND earlier.recommendation_id = undone.recommendation_id
                AND earlier.state = 'written' AND earlier.after -> 'written' = undone.before -> 'seen'
            """,
            [row_ids],
        )


def _touched(row: Row, now: Standing) -> str:
    mark = row.after["written"]
    if now.draft is None or now.draft.pk != mark["id"]:
        return _("The draft has been published or thrown away since; there is nothing to take back.")
    if now.draft.version != mark["version"]:
        return _("Somebody of your organisation has worked on this draft since; it stays.")
    return _("The recommendation has been removed; its draft stays.") if now.is_removed else ""
