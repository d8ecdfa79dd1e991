"""What the sentence above a list of recommendations, or below it, says of the State's answer.

Seen in reports of all four cycles: "enjoy the support of X", "… which considers that they are already implemented or
in the process of implementation", "did not enjoy the support of X (and would thus be noted)", "will be examined by X,
which will provide responses in due time". Sentences below a list speak of it once more, as a whole or by numbers.
"""

import re
from typing import NamedTuple

from imports.reading import Claim, Response

IN_PART = re.compile(r"\bpartial(?:ly)? (?:enjoy|support|accept)|\b(?:support\w*|accept\w*),? in part\b", re.IGNORECASE)
NOT_SUPPORTED = re.compile(
    r"\bnot (?:enjoy|have|accept|support|in a position)|\bcannot (?:accept|be accepted|support|be supported)|\breject"
    r"|\b(?:be|been|are|were|is) (?:thus |therefore |hereby )?noted\b(?! (?:in|above|below))|\btakes? note of",
    re.IGNORECASE,
)
SUPPORTED = re.compile(r"\benjoys? (?:the |its )?support|\b(?:are|were|been) (?:supported|accepted) by", re.IGNORECASE)
PENDING = re.compile(
    r"\bwill be examined\b|\bdue (?:time|course)\b|\bwill (?:provide|submit|give) (?:its |a |the )?(?:response|answer)"
    r"|\bresponses? of .{1,80}? to these recommendations\b",
    re.IGNORECASE,
)
IMPLEMENTED = re.compile(
    r"\balready (?:been )?(?:fully )?implemented\b|\b(?:been|are|were) (?:(?:already|fully|either) )+implemented\b"
    r"|\bha(?:ve|s) been implemented\b",
    re.IGNORECASE,
)
IN_PROCESS = re.compile(
    r"\bin (?:the )?process of\b|\bbeing implemented\b|\b(?:under ?way|in progress)\b|\bin the course of", re.IGNORECASE
)
CONCLUSIONS = re.compile(r"\bfollowing conclusions were\b", re.IGNORECASE)
# Speaks of a list of recommendations that comes, or has just come.
CHAPEAU = re.compile(
    r"\brecommendations?\b.{0,200}\b(?:below|following|listed|examined|enjoy|support|made to|rejected|noted)\b"
    r"|\b(?:the|these) (?:following|recommendations)\b|^(?:All )?conclusions and|\b(?:considers|response of)\b",
    re.IGNORECASE | re.DOTALL,
)
CLOSING = re.compile(
    r"(?:all )?(?:the )?conclusions\s+and\s?/?\s?(?:or )?\s*recommendations\b.{0,60}?\bpresent(?:ed)? report\b|"
    r"(?:all )?(?:the )?conclusions\s+and\s?/\s?or\s+recommendations (?:contained|set out|in the)",
    re.IGNORECASE | re.DOTALL,
)
NUMBERS = r"[0-9]{1,3}(?:\.[0-9]{1,3})?(?:\s*(?:,|;|\band\b|,\s*and\b|to|–|-)\s*[0-9]{1,3}(?:\.[0-9]{1,3})?)*"
NAMED = re.compile(rf"\brecommendations?\s+(?:Nos?\.?|numbers?|numbered)\s*(?P<numbers>{NUMBERS})", re.IGNORECASE)
LIST_ABOVE = re.compile(
    r"\b(?:recommendations? (?:listed )?above|above(?:-mentioned)? recommendations|these recommendations)",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"\brecommendations\b.{0,80}?\b(?:in|and) (?:the report in )?(?:sub)?paragraphs?\b"
    r"|\brecommendations? [0-9]+ ?\([a-z]\)",
    re.IGNORECASE | re.DOTALL,
)


class Said(NamedTuple):
    """A State's answer, as far as a sentence gives it."""

    response: Response
    claim: Claim | None


def said_by(chapeau: str) -> Said:
    """What a chapeau says of the recommendations under it."""
    if NOT_SUPPORTED.search(chapeau):
        return Said(Response.NOTED, None)
    claim = claim_in(chapeau)
    if IN_PART.search(chapeau):
        return Said(Response.SUPPORTED_IN_PART, claim)
    if SUPPORTED.search(chapeau):
        return Said(Response.SUPPORTED, claim)
    if PENDING.search(chapeau):
        return Said(Response.PENDING, None)
    return Said(Response.UNKNOWN, claim)


def claim_in(sentence: str) -> Claim | None:
    """What the sentence claims is done. "Implemented or in process" of one undivided list stays undivided."""
    done, under_way = IMPLEMENTED.search(sentence), IN_PROCESS.search(sentence)
    if (done and under_way) or (re.search(r"\beither\b.*\bimplemented\b", sentence) and under_way):
        return Claim.IMPLEMENTED_OR_IN_PROCESS
    if done:
        return Claim.IMPLEMENTED
    return Claim.IN_PROCESS if under_way and "implement" in sentence.lower() else None


def named_numbers(sentence: str) -> tuple[str, ...]:
    """The numbers a sentence lists after "recommendations Nos.", ranges spelt out: "7", "8", "97" or "95.7"."""
    found = NAMED.search(sentence)
    if not found:
        return ()
    numbers: list[str] = []
    range_open = False
    for token in re.findall(r"[0-9]+(?:\.[0-9]+)?|to|–|-", found["numbers"]):
        if token in {"to", "–", "-"}:
            range_open = True
            continue
        if range_open and numbers:
            numbers.extend(_between(numbers[-1], token))
        numbers.append(token)
        range_open = False
    return tuple(dict.fromkeys(numbers))


def _between(first: str, last: str) -> list[str]:
    prefix, _dot, start = first.rpartition(".")
    end = last.rpartition(".")[2]
    numbers = range(int(start) + 1, min(int(end), int(start) + 1000))
    return [f"{prefix}.{number}" if prefix else str(number) for number in numbers]
