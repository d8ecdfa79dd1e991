"""How each status is drawn. Its shape says what its colour says, so that it survives print and greyscale."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recommendations.models import Status

NOT_ASSESSED = "not_assessed"  # in addresses only; in the database it is the absence of an assessment

_RING = '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/>'
SHAPES = {
    NOT_ASSESSED: _RING,
    Status.NO_INFORMATION: (
        '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.8"'
        ' stroke-dasharray="2.6 2.27"/>'
    ),
    Status.NOT_STARTED: (
        '<rect x="2.3" y="2.3" width="11.4" height="11.4" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    ),
    Status.IN_PROGRESS: _RING + '<path d="M8 8V1.8A6.2 6.2 0 0 1 14.2 8Z" fill="currentColor"/>',
    Status.PARTIAL_IMPLEMENTATION: _RING + '<path d="M8 1.8a6.2 6.2 0 0 1 0 12.4Z" fill="currentColor"/>',
    Status.MONITORING_PHASE: _RING + '<path d="M8 8V1.8A6.2 6.2 0 1 1 1.8 8Z" fill="currentColor"/>',
    Status.FULLY_IMPLEMENTED: '<circle cx="8" cy="8" r="7" fill="currentColor"/>',
    Status.REGRESSION: '<path d="M.8 2.2h14.4L8 14.6Z" fill="currentColor"/>',
}

# From most achieved to nothing known: the order of bars, legends and tables.
ORDER: tuple[str, ...] = (
    Status.FULLY_IMPLEMENTED,
    Status.MONITORING_PHASE,
    Status.PARTIAL_IMPLEMENTATION,
    Status.IN_PROGRESS,
    Status.NOT_STARTED,
    Status.REGRESSION,
    Status.NO_INFORMATION,
    NOT_ASSESSED,
)
_GAP = 0.25  # percent of the bar between two parts
_ROOM_FOR_SHAPE = 5.0  # a part narrower than this (percent) shows its colour only; the legend shows its shape


@dataclass(frozen=True)
class ShownStatus:
    """A status as it is drawn: its code, its word, its shape (SVG within a 16 by 16 box)."""

    code: str
    label: str | Promise
    shape: str

    @property
    def tone(self) -> str:
        """The end of the class that carries the colour."""
        return self.code.replace("_", "-")

    @property
    def is_assessed(self) -> bool:
        return self.code != NOT_ASSESSED


@dataclass(frozen=True)
class Part:
    """One status's share of a bar; lengths in percent of the bar."""

    status: ShownStatus
    number: int
    start: float
    width: float
    share: float

    @property
    def has_room(self) -> bool:
        return self.width >= _ROOM_FOR_SHAPE

    @property
    def middle(self) -> float:
        return round(self.start + self.width / 2, 3)


_SHOWN = {
    code: ShownStatus(code, _("Not Assessed") if code == NOT_ASSESSED else Status(code).label, shape)
    for code, shape in SHAPES.items()
}


def status_of(code: str | None) -> ShownStatus:
    """The status of that code; none is Not Assessed. Raises ValueError for a code that does not exist."""
    try:
        return _SHOWN[code or NOT_ASSESSED]
    except KeyError:
        raise ValueError(f"There is no status {code!r}; there are {', '.join(SHAPES)}.") from None


def all_statuses() -> list[ShownStatus]:
    """All eight, in the order in which they are explained: nothing known first, Regression last."""
    return list(_SHOWN.values())


def composition(counts: Mapping[str | None, int]) -> list[Part]:
    """The parts of a bar, in ORDER, without those that count nothing."""
    numbers: dict[str, int] = {}
    for code, number in counts.items():
        shown = status_of(code).code
        numbers[shown] = numbers.get(shown, 0) + number
    total = sum(numbers.values())
    parts, start = [], 0.0
    for code in ORDER:
        if number := numbers.get(code, 0):
            share = 100 * number / total
            width = max(share - _GAP, 0.2) if number < total else share
            parts.append(Part(_SHOWN[code], number, round(start, 3), round(width, 3), share))
            start += share
    return parts
