"""Rows of what recommendations are sorted by."""

from api.rows.base import Column, Shape, address, text

STATES = Shape(
    "states_state",
    {
        "iso3": Column("r.iso3"),
        "iso2": Column("r.iso2"),
        "m49": Column("r.m49"),
        "cow": Column("r.cow"),
        "gleditsch_ward": Column("r.gleditsch_ward"),
        "v_dem": Column("r.v_dem"),
        "url": Column(address("state", QQX="r.iso3")),
        "kind": Column("r.kind"),
        "regional_group": Column(text("r.regional_group")),
        "name": Column("r.name"),
        "names": Column("r.names"),
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
