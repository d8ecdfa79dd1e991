"""How a delimited text was written: its encoding and its delimiter, told from the bytes alone.

Nobody says how a .csv was saved. Excel writes the code page of the machine it runs on: Mac Roman with carriage returns
on old Macs, Windows-1252 in Western Europe, Windows-1251 with semicolons in Kazakhstan and Russia.
"""

import codecs
import csv
import re
import unicodedata
from collections import Counter
from itertools import islice

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SINGLE_BYTE = ("cp1252", "mac_roman", "cp1251")
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
RUNS_SCORED = 5_000
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
NOT_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")  # control characters but white space and escape
QUOTES_AND_DASHES = frozenset("‘’“”„‚«»‹›–—…•·\u00a0№§")
DELIMITERS = ",;\t|"
ROWS_SNIFFED = 20


def encoding_of(packed: bytes) -> str | None:
    """The Python name of the encoding a text is in, or None where the bytes are no text.

    A byte order mark decides; then NUL bytes at every other place (UTF-16); then whether it is UTF-8, a few damaged
    characters forgiven; then which of the common code pages makes the best words of the bytes above 127.
    """
    for mark, encoding in BOMS:
        if packed.startswith(mark):
            return encoding
    sample = packed[:65_536]
    if sample.count(0) > len(sample) // 5:
        return _utf_16(sample)
    if len(NOT_TEXT.findall(sample)) > len(sample) // 100 + 2:
        return None
    return "utf-8" if _is_utf_8(packed) else _code_page(packed)


def delimiter_of(head: str) -> str:
    """The delimiter under which the first rows of a text are widest and most alike; a comma where none parts them."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(head, delimiter))


def _evenness(head: str, delimiter: str) -> float:
    try:
        rows = list(islice(csv.reader(head.splitlines(keepends=True), delimiter=delimiter), ROWS_SNIFFED))
    except csv.Error:
        return 0
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        return 0
    width, rows_alike = widths.most_common(1)[0]
    return (width - 1) * rows_alike / widths.total()


def _utf_16(sample: bytes) -> str | None:
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even > 4 * odd:
        return "utf-16-be"
    return "utf-16-le" if odd > 4 * even else None


def _is_utf_8(packed: bytes) -> bool:
    """Whether it decodes as UTF-8, but for one in ten at most of its characters above 127, as in a file cut in two."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(packed, final=False)  # the last character may be cut
    except UnicodeDecodeError:
        sound = MULTIBYTE.findall(packed)
        high = len(packed) - len(packed.translate(None, bytes(range(128, 256))))
        return high - sum(map(len, sound)) <= len(sound) // 10
    return True


def _code_page(packed: bytes) -> str:
    runs = list(islice(HIGH_RUN.finditer(packed), RUNS_SCORED))
    by_preference = ("mac_roman", "cp1252", "cp1251") if _is_old_mac(packed) else SINGLE_BYTE
    return max(by_preference, key=lambda encoding: sum(_score(packed, run, encoding) for run in runs))


def _is_old_mac(packed: bytes) -> bool:
    return b"\r" in packed and b"\n" not in packed


def _score(packed: bytes, run: "re.Match[bytes]", encoding: str) -> float:
    start, end = max(0, run.start() - 1), min(len(packed), run.end() + 1)
    text = " " * (run.start() == 0) + packed[start:end].decode(encoding, "replace") + " " * (run.end() == len(packed))
    return sum(_likelihood(*text[at - 1 : at + 2]) for at in range(1, len(text) - 1))


def _likelihood(before: str, letter: str, after: str) -> float:
    """How likely a character above 127 is to stand between these two, in plain prose: from -5 to 2."""
    if letter == "\ufffd" or unicodedata.category(letter) == "Cc":
        return -5
    if letter in QUOTES_AND_DASHES:
        inside_a_word = before.isalpha() and after.isalpha()
        return 2 if letter == "’" and inside_a_word else (-1 if inside_a_word else 1.5)
    if not letter.isalpha():
        return -2
    if letter.isupper() and before.islower():
        return -2
    if _is_cyrillic(letter):
        return 2 if _is_cyrillic(before) or _is_cyrillic(after) else -2
    strangers = sum(neighbour.isalpha() and neighbour > "\x7f" for neighbour in (before, after))
    return (1.5 if before.isalpha() or after.isalpha() else 0.5) - strangers


def _is_cyrillic(letter: str) -> bool:
    return "\u0400" <= letter <= "\u052f"
