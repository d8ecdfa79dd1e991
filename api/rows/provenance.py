"""Where each field of a recommendation comes from: a document and the place in it, the file read, a correction.

Only what is public: an organisation's imports are its own, so of these the document is told and not the file; of a
correction the day and the organisation, never a person.
"""

from collections.abc import Iterable

from api.rows.base import Column, day, document, listed, organisation, present, record, reference, selected, text
from imports.work import PARTS
from recommendations.correcting import ISSUES_OF
from recommendations.events import RECOMMENDATION_CORRECTED
from recommendations.models import Part, Recommendation

# A row of an import wrote the parts that differed; one of a mention, what it brought to its recommendation.
BROUGHT = {Part.MENTIONED_ISSUES: "brought_issues", Part.ACTION_CATEGORY: "brought_action"}
WRITTEN = f"""CASE WHEN row.mention_id IS NULL THEN {PARTS}
    ELSE ARRAY[{", ".join(f"CASE WHEN row.before ? '{mark}' THEN '{part}' END" for part, mark in BROUGHT.items())}]
    END"""
IMPORTED = "imports_row row JOIN imports_batch b ON b.id = row.batch_id"
MINE = "row.recommendation_id = r.id AND row.state = 'written'"
LATEST = "b.committed_at DESC, row.id DESC"
FILE = present("{b}.organisation_id IS NULL", record(kind="{b}.source", sha256="{b}.sha256"))
CORRECTION = {
    "part": "part.name",
    "day": day("e.recorded_at"),
    "organisation": reference(organisation("eo"), "eo"),
}
CORRECTED = f"""
    SELECT DISTINCT ON (part.name) {selected(CORRECTION)}
    FROM history_event e CROSS JOIN LATERAL jsonb_array_elements_text(e.new -> 'parts') part (name)
    LEFT JOIN accounts_organisation eo ON eo.id = e.organisation_id
    WHERE r.edited <> '{{}}' AND e.target_type = '{Recommendation._meta.label_lower}' AND e.target_id = r.id
        AND e.action = '{RECOMMENDATION_CORRECTED.name}' AND part.name = ANY(r.edited)
    ORDER BY part.name, e.id DESC
"""
# What no import sorted is not sorted by the record's source: who wrote a session file may have done it.
FACTS, SORTED = ("source", Part.TEXT, Part.STATES), (*ISSUES_OF.values(), Part.ACTION_CATEGORY, "groups", "goals")


def by_part(parts: Iterable[str]) -> str:
    """Of rows with a `part` and what is `said` of it, a column for each part."""
    return ", ".join(f"max(said) FILTER (WHERE part = '{part}') AS \"{part}\"" for part in parts)


def opened(document: str, place: str, file: str) -> str:
    """Where something comes from, as the text of a JSON object without its last brace."""
    return f"left({record(document=document, place=place, file=file)}::text, -1)"


READ = opened(record(**document("wd")), text("i.place"), FILE.format(b="i"))
SOURCE = opened(record(**document("sd")), text("r.source_place"), "NULL")
NOTHING = opened("NULL", "NULL", "NULL")
ANSWERED = f"""
    SELECT {FILE.format(b="b")} FROM {IMPORTED} WHERE {MINE} AND b.document_id = p.document_id
    ORDER BY {LATEST} LIMIT 1
"""
JOINS = {
    # By part, what wrote it last.
    "read": f"""LEFT JOIN LATERAL (
        SELECT {by_part((*FACTS, *SORTED))} FROM (
            SELECT i.part, {READ} AS said FROM (
                SELECT DISTINCT ON (part) part, row.place, b.document_id, b.organisation_id, b.source, b.sha256
                FROM {IMPORTED} CROSS JOIN LATERAL unnest({WRITTEN}) part WHERE {MINE} AND part IS NOT NULL
                ORDER BY part, {LATEST}
            ) i JOIN reviews_document wd ON wd.id = i.document_id
        ) told
    ) wrote ON true""",
    # By part, its correction that stands.
    "corrected": f"""LEFT JOIN LATERAL (
        SELECT {by_part(Part)} FROM (
            SELECT c.part, {record(day="c.day", organisation="c.organisation")}::text AS said FROM ({CORRECTED}) c
        ) told
    ) mended ON true""",
    # Where the answer that counts was given; made once for what two fields tell.
    "answered": f"""LEFT JOIN LATERAL (
        SELECT {opened(reference(document("pd"), "pd"), text("p.paragraph"), f"({ANSWERED})")} AS said OFFSET 0
    ) answered ON true""",
}


def closed(said: str, corrected: str = "NULL", scheme: str = "") -> str:
    """Where something comes from, as JSON; `corrected` where a person's word stands in place of the document's."""
    more = f',"scheme":"{scheme}"}}' if scheme else "}"
    return f"""({said} || ',"corrected":' || coalesce({corrected}, 'null') || '{more}')::json"""


def origin(part: str, scheme: str = "") -> str:
    """Where a part comes from."""
    said = f'coalesce(wrote."{part}", {NOTHING if part in SORTED else SOURCE})'
    return closed(said, f'mended."{part}"' if part in Part else "NULL", scheme)


def linked(links: str, part: str) -> str:
    """Where links to a vocabulary come from; null where there is none."""
    return present(f"EXISTS (SELECT FROM recommendations_{links} l WHERE l.recommendation_id = r.id)", origin(part))


def of_issues() -> str:
    """The issues of each scheme that has any: they come from different documents."""
    told = " ".join(f"WHEN '{scheme}' THEN {origin(part, scheme)}" for scheme, part in ISSUES_OF.items())
    schemes = "SELECT DISTINCT l.scheme FROM recommendations_recommendationissue l WHERE l.recommendation_id = r.id"
    return f'array_to_json(ARRAY(SELECT CASE scheme {told} END FROM ({schemes}) s ORDER BY scheme COLLATE "C"))'


FIELDS = {
    "label": present("r.label IS NOT NULL", origin("source")),
    "text": origin(Part.TEXT),
    "recommending_states": linked("recommendingstate", Part.STATES),
    "response": present("r.response <> ''", closed("answered.said")),
    "claim": present("r.claim <> ''", closed("answered.said")),
    "issues": of_issues(),
    "groups": linked("recommendation_groups", "groups"),
    "goals": linked("recommendation_goals", "goals"),
    "action_category": present("r.action_category IS NOT NULL", origin(Part.ACTION_CATEGORY)),
}
PROVENANCE = Column(record(**FIELDS), joins=("source", "position", "read", "corrected", "answered"))
CORRECTIONS = Column(
    listed({name: f"c.{name}" for name in CORRECTION}, f"({CORRECTED}) c ORDER BY c.part"),
)
