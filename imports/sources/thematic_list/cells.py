"""What single cells say: a position, its source, and lists of themes, groups and goals."""

import re
from typing import NamedTuple

from imports.reading import Claim, Response, tidy

# Words of a position column, in lower case. A State supports or notes; older papers said accepted and rejected.
RESPONSES: dict[Response, str] = {
    Response.SUPPORTED: r"(?:fully )?(?:supported|accepted)|enjoys? (?:the )?support|supports?|accepts?",
    Response.NOTED: r"(?:taken )?noted?|not supported|not accepted|rejected",
    Response.SUPPORTED_IN_PART: r"(?:partially|partly) (?:supported|accepted)"
    r"|(?:supported|accepted) (?:in part|partially|partly)"
    r"|(?:supported|accepted) ?(?:/|and|,) ?(?:partially |partly |in part )?noted"
    r"|noted ?(?:/|and) ?(?:supported|accepted)",
    Response.PENDING: r"pending(?: response)?|under (?:consideration|examination|review)|to be (?:considered|examined)"
    r"|deferred|no (?:response|position)(?: yet)?",
}
IMPLEMENTED = r"(?:already |fully )?(?:being )?implemented"
IN_PROCESS = (
    r"in (?:the )?process(?: of (?:being )?implement(?:ed|ation))?|being implemented|under implementation"
    r"|implementation (?:in process|under ?way|ongoing)"
)
CLAIMS: dict[Claim, str] = {
    Claim.IN_PROCESS: IN_PROCESS,
    Claim.IMPLEMENTED: r"(?:already |fully )?implemented",
    Claim.IMPLEMENTED_OR_IN_PROCESS: rf"(?:{IMPLEMENTED}) ?(?:/|or|and) ?(?:{IN_PROCESS})"
    rf"|(?:{IN_PROCESS}) ?(?:/|or|and) ?(?:{IMPLEMENTED})",
}
BETWEEN = r"\s*(?:[-–—,;:/(]\s*)+(?:and )?(?:considered (?:as )?)?"
SOURCE_NOTE = re.compile(r"\bsources? of (?:the )?positions?\s*:?\s*(.*)", re.IGNORECASE | re.DOTALL)


class Position(NamedTuple):
    """A position as the list states it."""

    response: Response
    claim: Claim | None


def read_position(printed: str) -> Position:
    """The position a cell states; `Response.UNKNOWN` for a word that is not one of those known, or for none."""
    words = tidy(printed).casefold().strip(" .;)")
    for response, pattern in RESPONSES.items():
        if re.fullmatch(pattern, words):
            return Position(response, None)
        for claim, claimed in CLAIMS.items():
            if re.fullmatch(rf"(?:{pattern}){BETWEEN}(?:{claimed})", words):
                return Position(response, claim)
    return Position(Response.UNKNOWN, None)


def split_source_note(printed: str) -> tuple[str, str]:
    """The cell without its "Source of position: …" note, and the note; the note is empty where there is none."""
    found = SOURCE_NOTE.search(printed)
    if not found:
        return printed.strip(), ""
    return printed[: found.start()].strip(), tidy(found[1]).rstrip(" ;")


class Topics(NamedTuple):
    """What the themes cell lists: each as printed, without its dash, once, in order."""

    themes: tuple[str, ...]
    groups: tuple[str, ...]
    goals: tuple[str, ...]


GROUPS_HEADING = r"affected persons|persons affected|groups? of persons|persons concerned"
GOALS_HEADING = r"(?:relevant )?(?:sdgs?|sustainable development goals?)"
THEMES_HEADING = r"(?:full list of |human rights )?themes?"
HEADING = re.compile(
    rf"(?:(?P<groups>{GROUPS_HEADING})|(?P<goals>{GOALS_HEADING})|(?P<themes>{THEMES_HEADING}))\s*:(?P<rest>.*)", re.I
)
GOAL = re.compile(r"(?:sdg |goal )?(?:1[0-7]|[1-9]) ?[-–:] ?[A-Z][A-Z ,&’'\-]+$")  # "16 - PEACE, JUSTICE AND …"
BULLET = re.compile(r"^(?:[-–—•·*]\s*)+")


def read_topics(printed: str, start: str = "themes") -> Topics:
    """Sort the lines of a cell into themes, groups of persons and goals by the small headings between them."""
    found: dict[str, list[str]] = {"themes": [], "groups": [], "goals": []}
    kind = start
    for line in map(tidy, printed.splitlines()):
        if heading := HEADING.fullmatch(line):
            kind = next(name for name in found if heading[name] is not None)
            line = heading["rest"].strip()
        if item := BULLET.sub("", line):
            found["goals" if GOAL.fullmatch(item) else kind].append(item)
    return Topics(once(found["themes"]), once(found["groups"]), once(found["goals"]))


def once(labels: list[str]) -> tuple[str, ...]:
    """The labels in order, without repeats (capitals apart)."""
    kept: dict[str, str] = {}
    for label in labels:
        kept.setdefault(label.casefold(), label)
    return tuple(kept.values())


def read_comment(printed: str) -> str:
    """A comment with its line ends kept and other white space tidied."""
    return "\n".join(line for line in map(tidy, printed.splitlines()) if line)
