"""Words with which a State answers: "enjoy the support of", "takes note of", "already implemented", and their kin.

A State supports or notes (HRC resolution 5/1); addenda also say accepts, rejects, does not enjoy the support. What it
calls implemented is a claim, which stays undivided where the State gives one list for both.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from imports.reading import Claim, Response

IN_PART = (
    r"(?:partial(?:ly)?|partly|in part)[ -]+(?:accept|support|enjoy)\w*(?: (?:the |our |its )?support)?"
    r"|(?:accept|support)(?:s|ed)?,? (?:partially|partly|in part)\b"
    r"|(?:accepted|supported)\s?(?:/|and|,)\s?(?:partially |partly |in part )?noted\b"
    r"|noted\s?/\s?(?:accepted|supported)"
    r"|(?:can)?not (?:fully|entirely|wholly) (?:accept|support)\w*"
)
NOTED = (
    r"(?:(?:can|could|do|does|did|are|is|were|was|will|would|have|has)\s?n[o’']t |not )(?:yet |currently |be |been |"
    r"in a position to |able to )*(?:accept|support|enjoy|receive|have|agree)\w*(?: (?:the |our |its |with )*support)?"
    r"|non-accept\w+|(?:in|un)able to (?:accept|support)|reject(?:s|ed)?\b"
    r"|(?:takes?|taken|taking|took) (?:due )?note(?: of\b|d\b|(?! that))"
    r"|(?:duly |only |merely )?note[sd]\b(?! (?:in|above|below|that|with)\b)"
)
SUPPORTED = (
    r"enjoy(?:s|ed)? (?:the |its |our |full )*support|accept(?:s|ed|ing|able)?\b|acceptance of"
    r"|support(?:s|ed)\b|(?<=can )support\b|(?<=we )support\b|(?<=to )support\b(?= (?:the (?:following )?)?recommend)"
    r"|supported\b|agree[sd]? (?:to|with)\b"
)
PENDING = (
    r"(?:will be|are|is|remain)(?: being)? (?:examined|considered(?! (?:as|to|already|implement))|pending"
    r"|under (?:consideration|examination|review))|pending response"
)
PHRASE = re.compile(
    rf"\b(?:(?P<supported_in_part>{IN_PART})|(?P<noted>{NOTED})|(?P<supported>{SUPPORTED})|(?P<pending>{PENDING}))",
    re.IGNORECASE,
)
MISSED = re.compile(r"\bas (?:noted|accepted|supported)\b|\b(?:widely|generally|well) accepted\b", re.IGNORECASE)
IMPLEMENTED = re.compile(
    r"\balready (?:been )?(?:fully |largely )?implemented|\bha(?:s|ve) (?:already |fully )*been (?:fully )?implemented"
    r"|\bconsider\w*(?: to be| to have been| as| having been)?(?: already| fully)* implemented"
    r"|\b(?:are|is|as|either|fully|and|but|[-–—(/,:;]) ?(?:either |already |fully )*implemented\b"
    r"|\bimplemented(?: recommendations|,? (?:and/)?or\b| ?/)",
    re.IGNORECASE,
)
UNDONE = re.compile(r"\bnot (?:yet )?(?:been )?(?:fully )?implemented\b|\bwill be implemented\b", re.IGNORECASE)
IN_PROCESS = re.compile(
    r"\bin (?:the )?(?:process|course) of (?:being )?implement|\bbeing implemented\b|\bunder implementation\b"
    r"|\bimplementation (?:is |are )?(?:already )?(?:under ?way|ongoing|in progress|in process)\b|\bin process\b",
    re.IGNORECASE,
)
NOT_ALL = re.compile(r"\b(?:some|many|most|several|part|a number) of (?:which|them|these)\b", re.IGNORECASE)
# An answer that stands alone: a heading, a cell, a line under its number.
BEFORE_ALONE = r"(?:(?:the )?recommendations?(?: (?:which|that))? |fully |is |are |was |has been )*"
AFTER_ALONE = (
    r"(?: recommendations?)?(?:\s*(?:[-–—,;:/(]|and|but|as)*\s*(?:(?:already|considered|as|fully|being|or|and|in|the"
    r"|process|of|under|implementation|implemented|/|,)\s*)+)?"
)
ALONE = re.compile(
    rf"\W*{BEFORE_ALONE}(?:{IN_PART}|{NOTED}|{SUPPORTED}|{PENDING})(?: of| by)?{AFTER_ALONE}(?:\s*\([0-9]+\))?\W*",
    re.IGNORECASE,
)

# Words that answer only where they stand alone, as in a cell.
WORDS = {
    "accept": Response.SUPPORTED,
    "support": Response.SUPPORTED,
    "agree": Response.SUPPORTED,
    "yes": Response.SUPPORTED,
    "note": Response.NOTED,
    "pending": Response.PENDING,
}


class Answer(NamedTuple):
    """What the State says to a recommendation."""

    response: Response
    claim: Claim | None


class Phrase(NamedTuple):
    """One answering phrase in a text, and where it stands."""

    start: int
    end: int
    response: Response


def phrases_in(text: str) -> Iterator[Phrase]:
    """Every answering phrase, in order."""
    passed = [found.span() for found in MISSED.finditer(text)]
    for found in PHRASE.finditer(text):
        if not any(start <= found.start() < end for start, end in passed):
            yield Phrase(found.start(), found.end(), Response(str(found.lastgroup)))


def claim_in(text: str) -> Claim | None:
    """What the text says is done already; nothing where it says so of some only."""
    if NOT_ALL.search(text):
        return None
    text = UNDONE.sub("", text)
    done, under_way = IMPLEMENTED.search(text), IN_PROCESS.search(text)
    if done and under_way:
        return Claim.IMPLEMENTED_OR_IN_PROCESS
    if done:
        return Claim.IMPLEMENTED
    return Claim.IN_PROCESS if under_way else None


def claimed_at(text: str) -> Claim | None:
    """What a text says is done in its first words: "have been implemented …"."""
    opening = text[:120]
    found = IMPLEMENTED.match(opening) or IN_PROCESS.match(opening)
    return claim_in(opening) if found else None


def answer_of(response: Response, text: str) -> Answer:
    """A response with the claim that goes with it; what is only noted carries no claim."""
    claims = response in {Response.SUPPORTED, Response.SUPPORTED_IN_PART}
    return Answer(response, claim_in(text) if claims else None)


def one_answer(text: str) -> Answer | None:
    """The answer of a heading or cell, where all phrases in it agree."""
    found = {phrase.response for phrase in phrases_in(text)}
    return answer_of(found.pop(), text) if len(found) == 1 else None


def answer_alone(text: str) -> Answer | None:
    """The answer where a text is nothing but one: "Noted", "Accepted – already implemented"."""
    if len(text) >= 160:
        return None
    word = WORDS.get(text.strip(" .:;()[]–-").casefold())
    return Answer(word, None) if word else one_answer(text) if ALONE.fullmatch(text) else None
