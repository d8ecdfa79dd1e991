"""The flat tables of the record, by name, in the order in which a release lists them."""

from reports.tables.columns import Column, Kind, Table, select
from reports.tables.judgements import ASSESSMENTS, LEADS, MENTIONS, POSITIONS
from reports.tables.recommendations import DYADS, RECOMMENDATIONS
from reports.tables.vocabularies import DOCUMENTS, GOALS, GROUPS, ISSUES, REVIEWS, SESSIONS, STATES

TABLES = {
    table.name: table
    for table in (
        RECOMMENDATIONS,
        DYADS,
        POSITIONS,
        ASSESSMENTS,
        LEADS,
        MENTIONS,
        REVIEWS,
        SESSIONS,
        DOCUMENTS,
        STATES,
        ISSUES,
        GROUPS,
        GOALS,
    )
}

__all__ = ["TABLES", "Column", "Kind", "Table", "select"]
