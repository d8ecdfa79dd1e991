"""The brackets in which a document names the States that made a recommendation.

Seen in OHCHR's lists and in Working Group reports: one bracket for all "(A, B)", one for each "(A) (B)", names that
hold brackets "(Iran (Islamic Republic of))", and clauses joined by semicolons, each with its own bracket.
"""

import re
from typing import NamedTuple

# Names that hold an "and" of their own, in English. Closed: UN members, past and present.
AND_NAMES = (
    "Antigua and Barbuda",
    "Bosnia and Herzegovina",
    "Great Britain and Northern Ireland",
    "Saint Kitts and Nevis",
    "Saint Vincent and the Grenadines",
    "Sao Tome and Principe",
    "São Tomé and Príncipe",
    "Serbia and Montenegro",
    "Trinidad and Tobago",
)
# Words of names that are, or are now and then by mistake, printed without a capital.
SMALL_WORDS = frozenset(
    {"of", "the", "and", "for", "former", "republic", "kingdom", "state", "states"}
    | {"de", "du", "des", "da", "do", "del", "la", "le", "les", "y", "et"}
)
# What stands in brackets with capitals and yet names no State.
NOT_STATES = re.compile(
    r"\b(?:act|agenda|charter|code|commission|committee|constitution|convention|council|court|covenant|declaration|"
    r"directive|fund|institution|law|mechanism|ministry|office|ombuds\w+|organi[sz]ation|plan|policy|principles|"
    r"programme|protocol|rules|statute|strategy|treaty)s?\b",
    re.IGNORECASE,
)
LONGEST_NAME = 12  # words; "United Kingdom of Great Britain and Northern Ireland" has eight
PROTECTED_AND = "\x01"
AND = re.compile(r"\band\b", re.IGNORECASE)
AND_NAME = re.compile("|".join(re.escape(name) for name in AND_NAMES), re.IGNORECASE)
SEPARATOR = re.compile(r"\s*[,;]\s*(?:and\b\s*)?|\s+(?:and|&)\s+", re.IGNORECASE)
JOINED = (") and", "), and", "); and")  # what joins the last bracket to those before it
CLAUSE_END = re.compile(r"\s*[;(]")
INVERTED = re.compile(r"(?:^|\s)of(?: the)?$", re.IGNORECASE)
ENDING = " \t\n.;,:*†"  # what may follow a bracket of States, or stand between two


class Recommended(NamedTuple):
    """A recommendation's words, and the names printed in its brackets, in order."""

    text: str
    states: tuple[str, ...]


def split_names(bracket: str) -> tuple[str, ...]:
    """The names within one bracket, whose outer parentheses are gone: "A, B (the Republic of) and C" gives three.

    Never raises; every character but white space and separators is in one of the names. "Iran, Islamic Republic of" is
    one name, since a piece that ends in "of" belongs to the piece before it.
    """
    guarded = AND_NAME.sub(lambda name: AND.sub(PROTECTED_AND, name[0]), bracket.replace(PROTECTED_AND, " "))
    names: list[str] = []
    for piece in _outside_brackets(guarded):
        name = " ".join(piece.replace(PROTECTED_AND, "and").split())
        if names and INVERTED.search(name) and not names[-1].endswith(")"):
            names[-1] = f"{names[-1]}, {name}"
        elif name:
            names.append(name)
    return tuple(names)


def split_recommenders(printed: str) -> Recommended:
    """Cut the recommending States off the end of a recommendation, and collect those of the clauses within it.

    A bracket that cannot be a list of names ("(ICRMW)", "(2009–2014)", "(Istanbul Convention)") stays in the text. With
    no bracket of States at the end, the text comes back whole. Never raises.
    """
    text, brackets = _take_last_brackets(printed.strip())
    if not brackets:
        return Recommended(printed.strip(), ())
    inner = [content for start, end in _parentheses(text)[0] if (content := _clause_states(text, start, end))]
    names = [name for bracket in [*inner, *brackets] for name in split_names(bracket)]
    return Recommended(text, tuple(dict.fromkeys(names)))


def looks_like_states(bracket: str) -> bool:
    """Whether a bracket's content reads as names of States: capitals, no figures, no acronym, no words of law."""
    names = split_names(bracket)
    return bool(names) and all(map(_looks_like_a_name, names))


def _looks_like_a_name(name: str) -> bool:
    words = re.findall(r"[^\s()\-]+", name)
    if not words or len(words) > LONGEST_NAME or re.search(r"[0-9:?!“”\"]", name) or NOT_STATES.search(name):
        return False
    if not any(letter.islower() for letter in name):
        return False  # an acronym: (ICRMW)
    capital = [word for word in words if any(letter.isupper() for letter in word)]
    return bool(capital) and all(word in capital or word.lower() in SMALL_WORDS for word in words)


def _outside_brackets(text: str) -> list[str]:
    """The text cut at separators that stand outside any parentheses."""
    pieces, depth, start, position = [], 0, 0, 0
    while position < len(text):
        found = SEPARATOR.match(text, position) if depth == 0 else None
        if found and found.end() > position:
            pieces.append(text[start:position])
            start = position = found.end()
            continue
        depth = max(0, depth + {"(": 1, ")": -1}.get(text[position], 0))
        position += 1
    return [*pieces, text[start:]]


def _take_last_brackets(text: str) -> tuple[str, list[str]]:
    """The text without the brackets of States it ends in, and what they held, in order.

    A parenthesis too few or too many at the very end is forgiven.
    """
    rest = text.rstrip(ENDING)
    pairs, unclosed = _parentheses(rest)
    if unclosed is not None and looks_like_states(closed := _close(rest[unclosed + 1 :])):
        return rest[:unclosed].rstrip(" ;,"), [closed]
    if pairs and set(rest[pairs[-1][1] :]) <= set(") "):
        rest = rest[: pairs[-1][1]]
    taken: list[str] = []
    while pairs and pairs[-1][1] == len(rest):
        start, end = pairs.pop()
        content = rest[start + 1 : end - 1].strip()
        if not looks_like_states(content):
            break
        taken.append(content)
        text = rest[:start].rstrip(" ;,")
        rest = rest[:start].rstrip(ENDING)
        if rest.endswith(JOINED):
            rest = rest.removesuffix("and").rstrip(ENDING)
    return text, taken[::-1]


def _close(content: str) -> str:
    return content + ")" * (content.count("(") - content.count(")"))


def _parentheses(text: str) -> tuple[list[tuple[int, int]], int | None]:
    """Start and end of each outermost balanced pair, in order; and where the first one never closed stands, if any."""
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for position, letter in enumerate(text):
        if letter == "(":
            opened.append(position)
        elif letter == ")" and opened:
            start = opened.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, position + 1))
    return pairs, opened[0] if opened else None


def _clause_states(text: str, start: int, end: int) -> str:
    """What a bracket inside the text holds, when it closes a clause ("… (France); ratify …") and names States."""
    content = text[start + 1 : end - 1].strip()
    return content if CLAUSE_END.match(text, end) and looks_like_states(content) else ""
