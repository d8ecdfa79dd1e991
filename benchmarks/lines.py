"""One line of the table that `make bench` prints: what was measured, the figure, the aim, and whether it holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure; without an aim it is told and judged by nobody."""

    what: str
    figure: str
    aim: str = ""
    holds: bool = True

    def __str__(self) -> str:
        verdict = ("ok" if self.holds else "NOT REACHED") if self.aim else ""
        return f"{self.what:<100} {self.figure:>16}  {self.aim:<14} {verdict}".rstrip()


def exactly(what: str, figure: object, aim: object) -> Line:
    """A figure that must be this one."""
    return Line(what, str(figure), str(aim), figure == aim)


def at_most(what: str, figure: float, aim: float) -> Line:
    """A ratio, or another figure, that must not be larger."""
    return Line(what, f"{figure:.2f}", f"at most {aim:g}", figure <= aim)


def at_least(what: str, figure: float, aim: float) -> Line:
    """A ratio, or another figure, that must not be smaller."""
    return Line(what, f"{figure:.2f}".removesuffix(".00"), f"at least {aim:g}", figure >= aim)
