"""Rows of what recommendations are sorted by."""

from api.rows.base import EMPTY, Column, Shape, address, text, why


def lacking(path: str, alias: str) -> dict[str, tuple[str, ...]]:
    """Why a State's numbers and group are empty, by field; api.serializers.vocabularies says the same of one State.

    The lists of numbers that were read have all members of the UN and nobody else, V-Dem's was not found
    (docs/reference-data.md).
    """
    numbers = {
        code: (
            why(f"{path}{code}", f"{alias}.{code} IS NULL AND {alias}.kind = 'member'", NOT_SOURCED),
            why(f"{path}{code}", f"{alias}.{code} IS NULL AND {alias}.kind <> 'member'", NOT_APPLICABLE),
        )
        for code in ("cow", "gleditsch_ward")
    }
    return numbers | {
        "v_dem": (why(f"{path}v_dem", f"{alias}.id IS NOT NULL AND {alias}.v_dem IS NULL", NOT_SOURCED),),
        "regional_group": (why(f"{path}regional_group", f"{alias}.regional_group = ''", NOT_APPLICABLE),),
    }


NOT_SOURCED, NOT_APPLICABLE = "not_sourced", "not_applicable"
WHY = lacking("", "r")
STATES = Shape(
    "states_state",
    {
        "iso3": Column("r.iso3"),
        "iso2": Column("r.iso2"),
        "m49": Column("r.m49"),
        "cow": Column("r.cow", empty=WHY["cow"]),
        "gleditsch_ward": Column("r.gleditsch_ward", empty=WHY["gleditsch_ward"]),
        "v_dem": Column("r.v_dem", empty=WHY["v_dem"]),
        "url": Column(address("state", QQX="r.iso3")),
        "kind": Column("r.kind"),
        "regional_group": Column(text("r.regional_group"), empty=WHY["regional_group"]),
        "name": Column("r.name"),
        "names": Column("r.names"),
        EMPTY: Column(""),
    },
)
SESSIONS = Shape(
    "reviews_session",
    {
        "number": Column("r.number"),
        "cycle": Column("r.cycle"),
        "starts_on": Column("r.starts_on"),
        "ends_on": Column("r.ends_on"),
        "days_are": Column("r.basis"),
    },
)
ISSUES = Shape(
    "issues_issue",
    {
        "slug": Column("r.slug"),
        "name": Column("r.name"),
        "scheme": Column("r.scheme"),
        "code": Column("r.code"),
        "url": Column(address("issue", qqx="r.slug")),
        "names": Column("r.names"),
    },
)
GROUPS = Shape("issues_persongroup", {"code": Column("r.code"), "name": Column("r.name")})
GOALS = Shape(
    "issues_goal",
    {"code": Column("r.code"), "name": Column("r.name"), "goal": Column("g.code", joins=("goal",))},
    {"goal": "LEFT JOIN issues_goal g ON g.id = r.parent_id"},
)
ORGANISATIONS = Shape(
    "accounts_organisation",
    {"slug": Column("r.slug"), "name": Column("r.name"), "kind": Column("r.kind"), "sample": Column("r.is_sample")},
)
