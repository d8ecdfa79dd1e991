"""How much an .xls would ask of calamine, told from its records without building anything.

An .xls is a compound file (sectors chained through a table, as on a disk) with one stream of records, "Workbook".
Calamine sets memory aside by what a sheet says of its size, holds the rectangle its cells span, and copies a shared
string into every cell that names it; where that fails the process ends. This walks the same records, sheet by sheet,
from where the workbook says each begins, and counts. What it cannot follow raises one of `CANNOT_FOLLOW`.
"""

import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

CANNOT_FOLLOW = (ValueError, IndexError, OverflowError, struct.error)
END = 0xFFFFFFFA  # sector numbers from here on mean no sector
MINI_SECTOR = 64
FILE, ROOT = 2, 5  # kinds of directory entries
STREAMS = ("workbook", "book")
# Records, by number: [MS-XLS] 2.3.
EOF, SHEET, SST, CONTINUE, DIMENSIONS = 0x000A, 0x0085, 0x00FC, 0x003C, 0x0200
BEGINNINGS = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
LABEL_SST, MANY_NUMBERS = 0x00FD, 0x00BD
CELLS = frozenset({0x0001, 0x0002, 0x0003, 0x0004, 0x0005, 0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, LABEL_SST})
SHORTEST = 3  # bytes of an empty shared string
MOST_ROWS, MOST_COLUMNS = 65_536, 256  # of an .xls


class Demand(NamedTuple):
    """What one sheet asks for."""

    rows: int
    columns: int
    characters: int  # of shared strings, each counted as often as it is named
    records: int
    is_possible: bool  # whether the size it states is one an .xls can have


class _Record(NamedTuple):
    kind: int
    content: bytes


def demands_of(packed: bytes) -> Iterator[Demand]:
    """What each sheet of each workbook stream asks for, in order."""
    for stream in _streams(packed):
        offsets: list[int] = []
        lengths = array("L")
        strings: list[bytes] = []
        for kind, content in _records(stream, 0):
            if kind == SHEET:
                offsets.append(struct.unpack_from("<I", content)[0])
            elif kind == SST:
                strings = [content]
            elif kind == CONTINUE and strings:
                strings.append(content)
            elif strings:
                lengths, strings = _lengths(strings), []
        for offset in offsets:
            yield _demand(stream, offset, lengths)


def _demand(stream: bytes, offset: int, lengths: "array[int]") -> Demand:
    rows = columns = characters = records = 0
    is_possible = True
    for kind, content in _records(stream, offset):
        records += 1
        if kind in CELLS and len(content) >= 4:
            row, column = struct.unpack_from("<HH", content)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind == LABEL_SST and len(content) >= 10:
                index = struct.unpack_from("<I", content, 6)[0]
                characters += lengths[index] if index < len(lengths) else 0
        elif kind == MANY_NUMBERS and len(content) >= 6:
            row, column = struct.unpack_from("<HH", content)
            rows, columns = max(rows, row + 1), max(columns, column + (len(content) - 6) // 6)
        elif kind == DIMENSIONS and len(content) in (10, 14):
            first, last, left, right = struct.unpack_from("<IIHH" if len(content) == 14 else "<HHHH", content)
            is_possible &= first <= last <= MOST_ROWS and left <= right <= MOST_COLUMNS
    return Demand(rows, columns, characters, records, is_possible)


def _records(stream: bytes, offset: int) -> Iterator[_Record]:
    """The records from an offset to the end of what begins there, parts within it (charts) included."""
    depth = 0
    while offset + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, offset)
        yield _Record(kind, stream[offset + 4 : offset + 4 + length])
        offset += 4 + length
        if kind in BEGINNINGS:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return


def _lengths(pieces: list[bytes]) -> "array[int]":
    """The length of each shared string, whose characters may go on in the next record after a byte of flags."""
    text = _Pieces(pieces)
    _total, unique = struct.unpack("<II", text.take(8))
    if unique * SHORTEST > sum(map(len, pieces)):
        raise ValueError(unique)
    lengths = array("L")
    while len(lengths) < unique and not text.is_at_end:
        count, flags = struct.unpack("<HB", text.take(3))
        runs = struct.unpack("<H", text.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", text.take(4))[0] if flags & 4 else 0
        text.skip_characters(count, 2 if flags & 1 else 1)
        text.skip(runs * 4 + extra)
        lengths.append(count)
    return lengths


class _Pieces:
    """A place in a row of byte strings."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces, self.piece, self.at = pieces, 0, 0

    @property
    def is_at_end(self) -> bool:
        return self.piece + 1 >= len(self.pieces) and self.at >= len(self.pieces[self.piece])

    def take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            self._turn()
            more = self.pieces[self.piece][self.at : self.at + count - len(taken)]
            self.at += len(more)
            taken += more
        return taken

    def skip(self, count: int) -> None:
        while count > 0:
            self._turn()
            step = min(count, len(self.pieces[self.piece]) - self.at)
            self.at += step
            count -= step

    def skip_characters(self, count: int, width: int) -> None:
        while count > 0:
            if self._turn():
                width = 2 if self.take(1)[0] & 1 else 1
            step = min(count, max(1, (len(self.pieces[self.piece]) - self.at) // width))
            self.at += step * width
            count -= step

    def _turn(self) -> bool:
        """Go on to the next piece where this one is used up, and say so; `IndexError` after the last."""
        turned = False
        while self.at >= len(self.pieces[self.piece]):
            self.piece, self.at, turned = self.piece + 1, 0, True
        return turned


# ------------------------------------------------------------------------------------------------------------ the disk


def _streams(packed: bytes) -> Iterator[bytes]:
    """The content of every stream that is called like a workbook."""
    shift = struct.unpack_from("<H", packed, 30)[0]
    if shift not in (9, 12):
        raise ValueError(shift)
    size = 1 << shift
    first_directory, _signature, cutoff, first_mini = struct.unpack_from("<IIII", packed, 48)
    table = _table(packed, size)

    def chain(start: int) -> bytes:
        return b"".join(packed[(sector + 1) * size : (sector + 2) * size] for sector in _chain(table, start))

    directory = chain(first_directory)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    mini_table = array("I", chain(first_mini)) if first_mini < END else array("I")
    mini = next((chain(_start(entry)) for entry in entries if entry[66] == ROOT and _start(entry) < END), b"")
    found = 0
    for entry in entries:
        name = entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace").casefold()
        if entry[66] == FILE and name in STREAMS:
            found += 1
            if found > len(STREAMS):
                raise ValueError(found)
            length = struct.unpack_from("<I", entry, 120)[0]
            if length >= cutoff:
                yield chain(_start(entry))[:length]
            else:
                sectors = _chain(mini_table, _start(entry))
                yield b"".join(mini[at * MINI_SECTOR : (at + 1) * MINI_SECTOR] for at in sectors)[:length]


def _start(entry: bytes) -> int:
    start: int = struct.unpack_from("<I", entry, 116)[0]
    return start


def _table(packed: bytes, size: int) -> "array[int]":
    """Which sector follows which: the table's own sectors are listed in the header, and on in sectors of their own."""
    sectors = [sector for sector in struct.unpack_from("<109I", packed, 76) if sector < END]
    following, count = struct.unpack_from("<II", packed, 68)
    for _further in range(min(count, len(packed) // size)):
        if following >= END:
            break
        listed = struct.unpack_from(f"<{size // 4}I", packed, (following + 1) * size)
        sectors += [sector for sector in listed[:-1] if sector < END]
        following = listed[-1]
    table = b"".join(packed[(sector + 1) * size : (sector + 2) * size] for sector in sectors)
    return array("I", table[: len(table) // 4 * 4])


def _chain(table: "array[int]", start: int) -> Iterator[int]:
    """The sectors from `start` on; `ValueError` where they run in a circle."""
    for _step in range(len(table) + 1):
        if start >= END:
            return
        yield start
        start = table[start]
    raise ValueError(start)
