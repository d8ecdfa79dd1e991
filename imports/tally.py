"""Counting what an import does to rows: new, changed, unchanged."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Line:
    """One thing that an import met: what it is, its name, what became of it, and which fields of it changed.

    `held` is what stood in those fields, as text; under "links" what hung on it, where that changed.
    """

    what: str
    name: str
    outcome: str
    fields: tuple[str, ...] = ()
    held: dict[str, str] = field(default_factory=dict)


class Tally:
    """The three numbers that every import ends with, and a line for each thing that they count."""

    def __init__(self) -> None:
        self.new = self.changed = self.unchanged = 0
        self.lines: list[Line] = []
        self._last = ""

    def upsert(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """The row with this natural key, made or brought in line with the values, and counted."""
        row = model._default_manager.filter(**key).first()
        if row is None:
            row = model(**key, **values)
            row.save(force_insert=True)
            self.new += 1
            self._note(row, "new")
            return row
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        held = {name: str(getattr(row, name)) for name in different}
        if different:
            for name, value in different.items():
                setattr(row, name, value)
            row.save()
        self._note(row, "changed" if different else "unchanged", held)
        self.count(bool(different))
        return row

    def assessed(self, row: models.Model, outcome: str) -> None:
        """Count a status, which is published once or found as it was."""
        self.new += outcome == "new"
        self.unchanged += outcome == "unchanged"
        self._note(row, outcome)

    def _note(self, row: models.Model, outcome: str, held: dict[str, str] | None = None) -> None:
        held = held or {}
        self.lines.append(Line(str(row._meta.verbose_name), str(row), outcome, tuple(held), held))
        self._last = outcome

    def links(self, changed: str) -> None:
        """Say what hung on the row of the last `upsert`, if that changed: row and links are counted as one."""
        if changed and self._last != "new":
            self.lines[-1].held["links"] = changed
        if changed and self._last == "unchanged":
            self.unchanged -= 1
            self.changed += 1
            self.lines[-1] = replace(self.lines[-1], outcome="changed")

    def count(self, changed: bool) -> None:
        """Count one row that was there before."""
        if changed:
            self.changed += 1
        else:
            self.unchanged += 1

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
