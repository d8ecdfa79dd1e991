"""The columns of UPR Info's export, under every heading they have been seen with, and the words of its cells."""

import re
from enum import StrEnum

from imports.reading import Response, tidy
from imports.tables import fold_heading


class Role(StrEnum):
    """What a column holds."""

    STATE = "To"
    TEXT = "Text"
    FROM = "From"
    RESPONSE = "Response"
    ACTION = "Action"
    ISSUES = "Issue"
    SESSION = "Session"
    KEY = "Id"
    IGNORED = "ignored"


# Headings in lower case, letters and digits only.
HEADINGS: dict[str, str] = {
    **dict.fromkeys(("to", "sur", "stateunderreview", "toreviewedstate", "reviewedstate"), Role.STATE),
    **dict.fromkeys(("text", "recommendation", "recommendationtext", "fulltext"), Role.TEXT),
    **dict.fromkeys(("from", "recommendingstate", "rs", "recommendingstates", "fromstate"), Role.FROM),
    **dict.fromkeys(("response", "reply", "stateresponse"), Role.RESPONSE),
    **dict.fromkeys(("action", "actioncategory", "actioncat"), Role.ACTION),
    **dict.fromkeys(("issue", "issues"), Role.ISSUES),
    **dict.fromkeys(("session", "uprsession"), Role.SESSION),
    **dict.fromkeys(("id", "recommendationid", "recid"), Role.KEY),
    # Regional groups and organisations of both States follow from the States; the rest says where a row was cut from.
    **dict.fromkeys(("torgrp", "surregionalgroup", "toorg", "surorgs"), Role.IGNORED),
    **dict.fromkeys(("fromrgrp", "rsregionalgroup", "fromorg", "rsorgs"), Role.IGNORED),
    **dict.fromkeys(("sourcefile", "sourcerow", "cycle"), Role.IGNORED),
}
NEEDED = (Role.STATE, Role.TEXT, Role.FROM, Role.RESPONSE)

VOLUNTARY_PLEDGE = re.compile(r"voluntary (?:pledge|commitment)s?", re.IGNORECASE)
# A State supports or notes, it cannot reject. "No response", "no clear position" and "general response" say that UPR
# Info found no answer to this very recommendation: not that one is still to come, which a list of reviews long adopted
# cannot know, nor that the State noted it, which only the Council's rule makes of silence. So unknown, not pending.
RESPONSES: dict[str, Response] = {
    **dict.fromkeys(("accepted", "supported"), Response.SUPPORTED),
    **dict.fromkeys(("noted", "rejected", "not accepted", "not supported"), Response.NOTED),
    **dict.fromkeys(("accepted/noted", "supported/noted", "partially accepted"), Response.SUPPORTED_IN_PART),
    **dict.fromkeys(("pending", "pending response", "response pending"), Response.PENDING),
    **dict.fromkeys(("general response", "no response", "no clear position", "no clear response"), Response.UNKNOWN),
}
ISSUE_SEPARATOR = re.compile(r"[,;|\n]")


def role_of(heading: str) -> str | None:
    """What a printed heading stands for; None for an unknown one."""
    return HEADINGS.get(fold_heading(heading))


def read_response(printed: str) -> Response | None:
    """What the State answered; None for a word that is not one of the export's, or for none."""
    return RESPONSES.get(tidy(printed).casefold().replace(" / ", "/"))


def read_action(printed: str) -> int | None:
    """The action category, from 1 (minimal) to 5 (specific); None for anything else."""
    found = re.match(r"\s*([1-5])(?:\.0)?\s*(?:$|[-–:.(])", printed)
    return int(found[1]) if found else None


def read_session(printed: str) -> int | None:
    """The session's number ("20", "Session 20", "20th session"); None for anything else."""
    found = re.fullmatch(
        r"\s*(?:session)?\s*([0-9]{1,3})(?:\.0|st|nd|rd|th)?\s*(?:session)?\s*", printed, re.IGNORECASE
    )
    return int(found[1]) if found and int(found[1]) else None
