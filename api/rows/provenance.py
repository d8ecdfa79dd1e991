"""Where each field of a recommendation comes from: a document and the place in it, the file read, a correction.

Only what is public: an organisation's imports are its own, so of these the document is told and not the file; of a
correction the day and the organisation, never a person.
"""

from collections.abc import Mapping

from api.rows.base import Column, day, document, listed, organisation, present, record, reference, text
from imports.work import PARTS
from recommendations.correcting import ISSUES_OF
from recommendations.events import RECOMMENDATION_CORRECTED
from recommendations.models import Part, Recommendation

# A row of an import wrote the parts that differed; one of a mention, what it brought to its recommendation.
BROUGHT = {Part.MENTIONED_ISSUES: "brought_issues", Part.ACTION_CATEGORY: "brought_action"}
WRITTEN = f"""CASE WHEN row.mention_id IS NULL THEN {PARTS}
    ELSE ARRAY[{", ".join(f"CASE WHEN row.before ? '{mark}' THEN '{part}' END" for part, mark in BROUGHT.items())}]
    END"""
FILE = present("b.organisation_id IS NULL", record(kind="b.source", sha256="b.sha256"))
IMPORTED = (
    "imports_row row JOIN imports_batch b ON b.id = row.batch_id JOIN reviews_document wd ON wd.id = b.document_id"
)
MINE = "row.recommendation_id = r.id AND row.state = 'written'"
LATEST = "b.committed_at DESC, row.id DESC"
READ = record(document=record(**document("wd")), place=text("row.place"), file=FILE)
CORRECTION = {
    "part": "part.name",
    "day": day("e.recorded_at"),
    "organisation": reference(organisation("eo"), "eo"),
}
CORRECTED = f"""
    SELECT DISTINCT ON (part.name) {", ".join(f"{sql} AS {name}" for name, sql in CORRECTION.items())}
    FROM history_event e CROSS JOIN LATERAL jsonb_array_elements_text(e.new -> 'parts') part (name)
    LEFT JOIN accounts_organisation eo ON eo.id = e.organisation_id
    WHERE r.edited <> '{{}}' AND e.target_type = '{Recommendation._meta.label_lower}' AND e.target_id = r.id
        AND e.action = '{RECOMMENDATION_CORRECTED.name}' AND part.name = ANY(r.edited)
    ORDER BY part.name, e.id DESC
"""
JOINS = {
    # By part, what wrote it last.
    "read": f"""LEFT JOIN LATERAL (
        SELECT json_object_agg(part, said) AS by_part FROM (
            SELECT DISTINCT ON (part) part, {READ} AS said
            FROM {IMPORTED} CROSS JOIN LATERAL unnest({WRITTEN}) part WHERE {MINE} AND part IS NOT NULL
            ORDER BY part, {LATEST}
        ) parts
    ) wrote ON true""",
    # By part, its correction that stands.
    "corrected": f"""LEFT JOIN LATERAL (
        SELECT json_object_agg(c.part, {record(day="c.day", organisation="c.organisation")}) AS by_part
        FROM ({CORRECTED}) c
    ) mended ON true""",
}
# Where no import is on record (a session file, say), the record's own source.
SOURCE = record(
    document=record(**document("sd")), place=text("r.source_place"), file="wrote.by_part #> '{source,file}'"
)
ANSWERED = f"(SELECT {FILE} FROM {IMPORTED} WHERE {MINE} AND b.document_id = p.document_id ORDER BY {LATEST} LIMIT 1)"
ANSWER = record(document=reference(document("pd"), "pd"), place=text("p.paragraph"), file=ANSWERED, corrected="NULL")


def origin(part: str) -> Mapping[str, str]:
    """Where a part comes from; `corrected` where what is told is a person's word and no longer the document's."""
    said = f"coalesce(wrote.by_part -> '{part}', {SOURCE})"
    told = {name: f"{said} -> '{name}'" for name in ("document", "place", "file")}
    return told | {"corrected": f"mended.by_part -> '{part}'"}


def linked(links: str, part: str) -> str:
    """Where links to a vocabulary come from; null where there is none."""
    found = f"EXISTS (SELECT FROM recommendations_{links} l WHERE l.recommendation_id = r.id)"
    return present(found, record(**origin(part)))


def of_issues() -> str:
    """The issues of each scheme that has any: they come from different documents."""
    cases = dict.fromkeys(origin(Part.ISSUES), "")
    for scheme, part in ISSUES_OF.items():
        for name, sql in origin(part).items():
            cases[name] += f" WHEN '{scheme}' THEN {sql}"
    schemes = "(SELECT DISTINCT l.scheme FROM recommendations_recommendationissue l WHERE l.recommendation_id = r.id) s"
    told = {name: f"CASE s.scheme{cases[name]} END" for name in cases}
    return listed({"scheme": "s.scheme", **told}, f'{schemes} ORDER BY s.scheme COLLATE "C"')


FIELDS = {
    "label": present("r.label IS NOT NULL", record(**origin("source"))),
    "text": record(**origin(Part.TEXT)),
    "recommending_states": linked("recommendingstate", Part.STATES),
    "response": present("r.response <> ''", ANSWER),
    "claim": present("r.claim <> ''", ANSWER),
    "issues": of_issues(),
    "groups": linked("recommendation_groups", "groups"),
    "goals": linked("recommendation_goals", "goals"),
    "action_category": present("r.action_category IS NOT NULL", record(**origin(Part.ACTION_CATEGORY))),
}
PROVENANCE = Column(record(**FIELDS), joins=("source", "position", "read", "corrected"))
CORRECTIONS = Column(
    listed({name: f"c.{name}" for name in CORRECTION}, f"({CORRECTED}) c ORDER BY c.part"),
)
