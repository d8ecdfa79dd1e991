"""Rows of recommendations, and of what is said of them."""

import datetime
import functools
from collections.abc import Collection, Mapping

from accounts.reader import Reader
from api.rows import provenance
from api.rows.base import (
    EMPTY,
    IN_PAGE,
    Column,
    Shape,
    address,
    day,
    document,
    listed,
    organisation,
    present,
    question_of,
    record,
    reference,
    selected,
    text,
    why,
)
from recommendations import index
from recommendations.models import Assessment, Position, Recommendation
from recommendations.sql import Sql, compiled

STATED, CODED = "not_stated", "not_coded"

POSITION = {
    "response": "{p}.response",
    "claim": text("{p}.claim"),
    "day": "{p}.day",
    "document": reference(document("{d}"), "{d}"),
    "paragraph": text("{p}.paragraph"),
    "explanation": text("{p}.explanation"),
}
LEAD = {
    "status": "{a}.status",
    "progress": text("{a}.progress"),
    "organisation": record(**organisation("{o}")),
    "since": "{a}.holds_from",
    "day_is_inferred": "{a}.day_is_inferred",
    "recorded": day("{a}.published_at"),
    "published_on": day("{a}.published_at"),
}
OPEN = "b.kind <> 'confidential'"  # of a confidential source nothing but its kind is told
BASES = listed(
    {
        "kind": "b.kind",
        "redacted": "b.redacted",
        "document": present(f"{OPEN} AND bd.id IS NOT NULL", record(**document("bd"))),
        "passage": present(OPEN, text("b.passage")),
        "url": present(OPEN, text("b.url")),
        "description": present(OPEN, text("b.description")),
    },
    "recommendations_basis b LEFT JOIN reviews_document bd ON bd.id = b.document_id WHERE b.assessment_id = {a}.id"
    " ORDER BY b.id",
)
JUDGEMENT = {
    "in_law": "{a}.in_law",
    "in_practice": "{a}.in_practice",
    "reason": text("{a}.reason"),
    "redacted": "{a}.redacted_at IS NOT NULL",
    "bases": BASES,
}


def named(fields: Mapping[str, str], **aliases: str) -> dict[str, str]:
    """Fields over other aliases."""
    return {name: _aliased(sql, aliases) for name, sql in fields.items()}


def _aliased(sql: str, aliases: Mapping[str, str]) -> str:
    for name, alias in aliases.items():
        sql = sql.replace(f"{{{name}}}", alias)
    return sql


def unlinked(links: str) -> str:
    """The test that a recommendation is in no row of this table of links."""
    return f"NOT EXISTS (SELECT FROM {links} l WHERE l.recommendation_id = r.id)"


def linked(fields: Mapping[str, str], links: str, terms: str, column: str, order: str) -> str:
    """What a recommendation is linked to by a table of links `l`: terms `t` of a vocabulary."""
    source = f"{links} l JOIN {terms} t ON t.id = l.{column} WHERE l.recommendation_id = r.id ORDER BY {order}"
    return listed(fields, source)


MADE = "recommendations_recommendingstate"
ISSUES = "recommendations_recommendationissue"
GROUPS, GOALS = "recommendations_recommendation_groups", "recommendations_recommendation_goals"
TERM = {"code": "t.code", "name": "t.name"}


def unclaimed(name: str, test: str) -> tuple[str, ...]:
    """No claim: the State has not answered yet, or has not made one."""
    return (
        why(name, f"{test} AND r.response = 'pending'", "pending"),
        why(name, f"{test} AND r.response <> 'pending'", STATED),
    )


COLUMNS: dict[str, Column] = {
    "public_id": Column("r.public_id"),
    "url": Column(address("recommendation", xxxxxxxx="r.public_id")),
    "label": Column("r.label", empty=(why("label", "r.label IS NULL", STATED),)),
    "text": Column("r.text"),
    "text_language": Column("r.text_language"),
    "text_kind": Column("r.text_kind"),
    "state": Column(record(iso3="r.state_iso3", name="st.name"), joins=("state",)),
    "session": Column("r.session_number"),
    "review": Column("r.session_number || '-' || r.state_iso3"),
    "response": Column(text("r.response"), empty=(why("response", "r.response = ''", STATED),)),
    "claim": Column(text("r.claim"), empty=unclaimed("claim", "r.claim = ''")),
    "position": Column(
        reference(named(POSITION, p="p", d="pd"), "p"),
        joins=("position",),
        empty=(
            why("position", "p.id IS NULL", STATED),
            *unclaimed("position.claim", "p.claim = ''"),
            why("position.day", "p.id IS NOT NULL AND p.day IS NULL", STATED),
            why("position.document", "p.id IS NOT NULL AND pd.id IS NULL", STATED),
            why("position.document.symbol", "pd.symbol = ''", STATED),
            why("position.paragraph", "p.paragraph = ''", STATED),
            why("position.explanation", "p.explanation = ''", STATED),
        ),
    ),
    "recommending_states": Column(
        listed(
            {"iso3": "t.iso3", "name": "t.name", "printed": "l.printed"},
            f"{MADE} l LEFT JOIN states_state t ON t.id = l.state_id"
            ' WHERE l.recommendation_id = r.id ORDER BY l."order"',
        ),
        empty=(why("recommending_states", unlinked(MADE), STATED),),
    ),
    "issues": Column(
        linked(
            {"slug": "t.slug", "name": "t.name", "scheme": "l.scheme", "primary": "l.is_primary"},
            ISSUES,
            "issues_issue",
            "issue_id",
            "l.is_primary DESC, l.id",
        ),
        empty=(why("issues", unlinked(ISSUES), CODED),),
    ),
    "groups": Column(
        linked(TERM, GROUPS, "issues_persongroup", "persongroup_id", "t.name, t.id"),
        empty=(why("groups", unlinked(GROUPS), CODED),),
    ),
    "goals": Column(
        linked(TERM, GOALS, "issues_goal", "goal_id", 't."order", t.id'), empty=(why("goals", unlinked(GOALS), CODED),)
    ),
    "action_category": Column("r.action_category", empty=(why("action_category", "r.action_category IS NULL", CODED),)),
    "lead_assessment": Column(
        reference(named(LEAD, a="a", o="o"), "a"),
        joins=("lead",),
        empty=(
            why("lead_assessment", "a.id IS NULL", "not_assessed"),
            why("lead_assessment.progress", "a.progress = '' AND a.status = 'in_progress'", STATED),
            why("lead_assessment.progress", "a.progress = '' AND a.status <> 'in_progress'", "not_applicable"),
        ),
    ),
    "source": Column(
        record(document=record(**document("sd")), place=text("r.source_place")),
        joins=("source",),
        empty=(
            why("source.document.symbol", "sd.symbol = ''", STATED),
            why("source.place", "r.source_place = ''", STATED),
        ),
    ),
    "sample": Column("r.is_sample"),
    "added_on": Column(day("r.added_at")),
    EMPTY: Column(""),
}
JOINS = {
    "state": "LEFT JOIN states_state st ON st.iso3 = r.state_iso3",
    "position": "LEFT JOIN recommendations_position p ON p.id = r.current_position_id"
    " LEFT JOIN reviews_document pd ON pd.id = p.document_id",
    "lead": "LEFT JOIN recommendations_assessment a ON a.id = r.lead_assessment_id"
    " LEFT JOIN accounts_organisation o ON o.id = a.voice_id",
    "source": "LEFT JOIN reviews_document sd ON sd.id = r.source_document_id",
    **provenance.JOINS,
}
VOICES = (
    "voices h JOIN recommendations_assessment w ON w.id = h.id JOIN accounts_organisation wo ON wo.id = w.voice_id"
    " WHERE w.recommendation_id = r.id"
)
SCORED = f"(SELECT wo.kind, {index.score('w')} AS score FROM {VOICES}) s"
INDEX = {
    **index.average("s.score"),
    "disputed": index.disputed("s.score"),
    "by_organisation": listed(
        {
            "organisation": record(**organisation("wo")),
            "status": "w.status",
            "progress": text("w.progress"),
            "score": index.score("w"),
        },
        f"{VOICES} ORDER BY w.voice_id",
    ),
    "by_kind": listed(
        {**index.average("s.score"), "kind": "s.kind"}, f'{SCORED} GROUP BY s.kind ORDER BY s.kind COLLATE "C"'
    ),
}
EXPANSIONS = {
    "texts": Column(
        "json_build_array(" + record(language="r.text_language", kind="r.text_kind", text="r.text") + ")",
    ),
    "positions": Column(
        listed(
            named(POSITION, p="q", d="qd"),
            "answers h JOIN recommendations_position q ON q.id = h.id"
            " LEFT JOIN reviews_document qd ON qd.id = q.document_id WHERE q.recommendation_id = r.id ORDER BY q.id",
        ),
    ),
    "voices": Column(
        listed(
            {
                **named(LEAD, a="w", o="wo"),
                "is_lead": "coalesce(w.id = {lead}, false)",
                **named(JUDGEMENT, a="w"),
            },
            f"{VOICES} ORDER BY w.voice_id",
        ),
    ),
    "index": Column(f"(SELECT row_to_json(j) FROM (SELECT {selected(INDEX)} FROM {SCORED}) j)"),
    "corrections": provenance.CORRECTIONS,
    "provenance": provenance.PROVENANCE,
}


def _shape(lead: str) -> Shape:
    """The shape, with the lead assessment that is in this column."""
    joins = JOINS | {"lead": JOINS["lead"].replace("r.lead_assessment_id", lead)}
    expansions = {
        name: Column(column.value.replace("{lead}", lead), column.joins) for name, column in EXPANSIONS.items()
    }
    return Shape("recommendations_recommendation", COLUMNS, joins, expansions)


TODAY, THEN = _shape("r.lead_assessment_id"), _shape("page.lead")


def shape_for(reader: Reader) -> Shape:
    """With today's lead assessment, or that of the reader's day."""
    return THEN if reader.is_clocked else TODAY


def tables_for(names: Collection[str], reader: Reader) -> Mapping[str, Sql]:
    """What the expansions among these names read beside the page: what held on the reader's day."""
    voices = not {"voices", "index"}.isdisjoint(names)
    return _tables("positions" in names, voices, reader.as_of, reader.known_on)


@functools.lru_cache(maxsize=64)  # what holds depends on nothing else of the reader; to compile takes as long as to ask
def _tables(
    positions: bool, voices: bool, as_of: datetime.date | None, known_on: datetime.date | None
) -> Mapping[str, Sql]:
    reader, tables = Reader(as_of=as_of, known_on=known_on), {}
    if positions:
        tables["answers"] = compiled(Position.objects.held(reader).filter(recommendation__in=IN_PAGE).values("id"))
    if voices:
        said = Assessment.objects.held(reader).current()
        tables["voices"] = compiled(said.filter(recommendation__in=IN_PAGE).values("id"))
    return tables


KEYS = ("removed_at", "is_sample", "id")  # what is asked of one, beside what it tells
NAMED = "a public_id"  # stands where the name does


def asked_by_name(public_id: str, reader: Reader) -> Sql:
    """The question for one recommendation by its name, removed ones and samples included, with its KEYS."""
    text, params = _asked_by_name(reader.as_of, reader.known_on)
    return Sql(text, tuple(public_id if value == NAMED else value for value in params))


@functools.lru_cache(maxsize=64)
def _asked_by_name(as_of: datetime.date | None, known_on: datetime.date | None) -> Sql:
    reader, found = Reader(as_of=as_of, known_on=known_on), Recommendation.objects.filter(public_id=NAMED)
    return question_of(found.with_lead(reader) if reader.is_clocked else found, KEYS)


WHOSE = {
    "recommendation": Column("c.public_id", joins=("recommendation",)),
    "state": Column(record(iso3="c.state_iso3", name="st.name"), joins=("recommendation", "state")),
    "session": Column("c.session_number", joins=("recommendation",)),
}
OF_ONE = {
    "recommendation": "LEFT JOIN recommendations_recommendation c ON c.id = r.recommendation_id",
    "state": "LEFT JOIN states_state st ON st.iso3 = c.state_iso3",
}
POSITIONS = Shape(
    "recommendations_position",
    {
        "id": Column("r.id"),
        **WHOSE,
        **{name: Column(sql, joins=("document",)) for name, sql in named(POSITION, p="r", d="d").items()},
        "current": Column("coalesce(c.current_position_id = r.id, false)", joins=("recommendation",)),
        "recorded": Column(day("r.recorded_at")),
    },
    {**OF_ONE, "document": "LEFT JOIN reviews_document d ON d.id = r.document_id"},
)
ASSESSMENTS = Shape(
    "recommendations_assessment",
    {
        "id": Column("r.id"),
        **WHOSE,
        **{name: Column(sql, joins=("voice",)) for name, sql in named(LEAD, a="r", o="o").items()},
        **{name: Column(sql) for name, sql in named(JUDGEMENT, a="r").items()},
        "based_on": Column("r.based_on_id"),
    },
    {**OF_ONE, "voice": "LEFT JOIN accounts_organisation o ON o.id = r.voice_id"},
)
