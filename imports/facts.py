"""What is told of every file that was read, beside its rows: a batch's facts, whatever kind of file it is."""

from collections.abc import Mapping
from typing import Any

from recommendations.models import Response


def facts_of(*, responses: Mapping[str, int] | None = None, **known: Any) -> dict[str, Any]:
    """The facts of a file: those that are known of it, and empty ones for the rest.

    `responses` counts the answers by code, of which each is told; none for a file that has no answers.
    """
    nothing: dict[str, Any] = {"state": "", "session": None, "symbol": None, "claims": {}, "warnings": []}
    nothing |= {"unknown_states": [], "unknown_terms": [], "unknown_kinds": {}, "more_unknown": 0}
    nothing |= {"printed_totals": {}, "joint": 0, "prefixes": []}
    counted = {} if responses is None else {code: responses.get(code, 0) for code in Response.values}
    return nothing | {"responses": counted} | known
