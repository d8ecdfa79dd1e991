"""Folding of names, so that "The Gambia", "GAMBIA" and "Gambia" meet."""

import re
import unicodedata


def fold(name: str) -> str:
    """The form in which two spellings of one name are equal: no marks, no case, no punctuation, no leading "the"."""
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
    words = re.sub(r"[\W_]+", " ", bare).strip()
    return words.removeprefix("the ")
