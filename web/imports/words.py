"""Two printings of one text, compared word by word: only what differs is marked."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

LONGEST = 1500  # words and gaps of one text; comparing longer ones would take seconds
ALIKE = 0.4  # below it two texts have so little in common that they are told whole, the old and then the new


class Piece(NamedTuple):
    """A run of words: in both ("same"), only in the old ("del") or only in the new ("ins")."""

    kind: str
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """The old and the new text as one, in order. All but "ins" is the old text."""
    if not old or not new:
        return [Piece(kind, text) for kind, text in (("del", old), ("ins", new)) if text]
    one, two = _words(old), _words(new)
    if max(len(one), len(two)) > LONGEST:
        return [Piece("del", old), Piece("ins", new)]
    matcher = SequenceMatcher(None, one, two, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [Piece("del", old), Piece("ins", new)]
    found: list[Piece] = []
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(one[start:end])))
            continue
        gone, came = "".join(one[start:end]), "".join(two[begin:stop])
        found += [Piece(kind, text.rstrip()) for kind, text in (("del", gone), ("ins", came)) if text.strip()]
        if (gone or came)[-1:].isspace():
            found.append(Piece("same", " "))  # the gap after the words is not what differs
    return found


def _words(text: str) -> list[str]:
    """Words with the white space after each, so that a changed word is marked whole and a gap never alone."""
    return re.findall(r"\S+\s*|\s+", text)
