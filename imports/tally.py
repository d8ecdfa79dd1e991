"""Counting what an import does to rows: new, changed, unchanged."""

from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class Tally:
    """The three numbers that every import ends with."""

    def __init__(self) -> None:
        self.new = self.changed = self.unchanged = 0
        self._last = ""

    def upsert(self, model: type[Row], key: dict[str, Any], values: dict[str, Any]) -> Row:
        """The row with this natural key, made or brought in line with the values, and counted."""
        row = model._default_manager.filter(**key).first()
        if row is None:
            row = model(**key, **values)
            row.save(force_insert=True)
            self.new += 1
            self._last = "new"
            return row
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if different:
            for name, value in different.items():
                setattr(row, name, value)
            row.save()
        self._last = "changed" if different else "unchanged"
        self.count(bool(different))
        return row

    def links(self, changed: bool) -> None:
        """Say whether what hangs on the row of the last `upsert` changed: row and links are counted as one."""
        if changed and self._last == "unchanged":
            self.unchanged -= 1
            self.changed += 1

    def count(self, changed: bool) -> None:
        """Count one row that was there before."""
        if changed:
            self.changed += 1
        else:
            self.unchanged += 1

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged"
