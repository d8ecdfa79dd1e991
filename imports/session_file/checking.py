"""What a schema cannot say of a session file: that the names in it are known."""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from imports.session_file.reading import Path_
from recommendations.models import Recommendation
from reviews.models import Session

if TYPE_CHECKING:
    from imports.session_file.loading import Loader

Found = Iterator[tuple[Path_, str]]


def check(loader: "Loader") -> list[str]:
    """Every problem with the file's references, each a sentence with its place; empty when there is none."""
    return [loader.file.problem(path, sentence) for path, sentence in Checker(loader).problems()]


class Checker:
    """Walks the file once and looks every name up."""

    def __init__(self, loader: "Loader") -> None:
        self.loader = loader
        self.content: dict[str, Any] = loader.content
        self.documents = {row["key"] for row in self.content["documents"]} | set(loader.documents)
        self.organisations = {row["slug"] for row in self.content["organisations"]} | set(loader.organisations)

    def problems(self) -> Found:
        """Every problem, in the order of the file."""
        number = self.content["session"]
        if not Session.objects.filter(number=number).exists():
            yield ["session"], _("session %(n)d is not known here; sessions 1 to 54 are.") % {"n": number}
        for index, row in enumerate(self.content["documents"]):
            yield from self._state(row["state"], ["documents", index, "state"])
            if row["state"] not in {review["state"] for review in self.content["reviews"]}:
                sentence = _("the file holds no review of %(state)s for this document.")
                yield ["documents", index, "state"], sentence % {"state": row["state"]}
            yield from self._day(row["published_on"], ["documents", index, "published_on"])
        for index, row in enumerate(self.content["reviews"]):
            yield from self._review(row, ["reviews", index])

    def _review(self, row: dict[str, Any], path: list[str | int]) -> Found:
        yield from self._state(row["state"], [*path, "state"])
        for name in ("day", "adopted_on"):
            yield from self._day(row.get(name), [*path, name])
        for index, iso3 in enumerate(row.get("troika", {}).get("states", [])):
            yield from self._state(iso3, [*path, "troika", "states", index])
        if "lead" in row:
            yield from self._organisation(row["lead"]["organisation"], [*path, "lead", "organisation"])
            yield from self._day(row["lead"]["from_day"], [*path, "lead", "from_day"])
        yield from self._terms(row, path)
        for part in ("calls", "findings", "areas_of_engagement", "events"):
            for index, entry in enumerate(row.get(part, [])):
                yield from self._document(entry["document"], [*path, part, index, "document"])
        areas = {entry["key"] for entry in row.get("areas_of_engagement", [])}
        for index, entry in enumerate(row.get("events", [])):
            yield from self._day(entry["day"], [*path, "events", index, "day"])
            if entry["area"] and entry["area"] not in areas:
                yield [*path, "events", index, "area"], self._unknown(_("Area"), entry["area"])
        held = Recommendation.objects.filter(review__session__number=self.content["session"])
        held = held.filter(review__state__iso3=row["state"])
        labels = {each.label: each for each in held if each.label}
        keys = {each.key: each for each in held if each.key}
        for index, entry in enumerate(row["recommendations"]):
            yield from self._recommendation(entry, [*path, "recommendations", index])
            there = labels.get(entry["label"]) if entry["label"] else None
            yield from self._label(entry, there, keys.get(entry["key"]), [*path, "recommendations", index, "label"])

    def _label(
        self, row: dict[str, Any], there: Recommendation | None, keyed: Recommendation | None, path: list[str | int]
    ) -> Found:
        """A labelled row is the recommendation with this label, however that came; unless it cannot be."""
        if there is None or there == keyed:
            return
        if keyed is not None or there.key:
            sentence = _("%(label)s is there already under another key, “%(key)s”. Give one of them another label.")
            yield path, sentence % {"label": row["label"], "key": there.key or ""}
        elif there.is_sample != self.loader.sample:
            sentence = _("%(label)s is there already, and only one of the two is a sample.")
            yield path, sentence % {"label": row["label"]}

    def _recommendation(self, row: dict[str, Any], path: list[str | int]) -> Found:
        for index, iso3 in enumerate(row["states"]):
            yield from self._state(iso3, [*path, "states", index])
        yield from self._terms(row, path)
        for index, code in enumerate(row["goals"]):
            if self.loader.resolver.goal(code) is None:
                yield [*path, "goals", index], self._unknown(_("Goal"), code)
        yield from self._document(row["source"]["document"], [*path, "source", "document"])
        for index, position in enumerate(row["positions"]):
            yield from self._document(position["document"], [*path, "positions", index, "document"])
            yield from self._day(position["day"], [*path, "positions", index, "day"])
        for index, assessment in enumerate(row["assessments"]):
            yield from self._assessment(assessment, [*path, "assessments", index])

    def _assessment(self, row: dict[str, Any], path: list[str | int]) -> Found:
        yield from self._organisation(row["voice"], [*path, "voice"])
        yield from self._day(row["holds_from"], [*path, "holds_from"], future=False)
        for index, basis in enumerate(row["bases"]):
            yield from self._document(basis.get("document"), [*path, "bases", index, "document"])

    def _terms(self, row: dict[str, Any], path: list[str | int]) -> Found:
        for index, entry in enumerate(row.get("issues", [])):
            if self.loader.resolver.issue(entry["name"], entry["scheme"]) is None:
                yield [*path, "issues", index, "name"], self._unknown(_("Issue"), entry["name"])
        for index, name in enumerate(row.get("groups", [])):
            if self.loader.resolver.group(name) is None:
                yield [*path, "groups", index], self._unknown(_("Group of persons"), name)

    def _state(self, iso3: str, path: Path_) -> Found:
        if iso3 not in self.loader.states:
            sentence = _("State “%(value)s” is not known here. Use its ISO 3166 alpha-3 code, such as KAZ.")
            yield path, sentence % {"value": iso3}

    def _organisation(self, slug: str, path: Path_) -> Found:
        if slug not in self.organisations:
            yield path, self._unknown(_("Organisation"), slug) + " " + _("List it under “organisations”.")

    def _document(self, key: str | None, path: Path_) -> Found:
        if key and key not in self.documents:
            yield path, self._unknown(_("Document"), key) + " " + _("List it under “documents”.")

    def _day(self, value: str | None, path: Path_, *, future: bool = True) -> Found:
        if not value:
            return
        try:
            day = datetime.date.fromisoformat(value)
        except ValueError:
            yield path, _("“%(value)s” is no day of the calendar. Write it as 2025-01-23.") % {"value": value}
            return
        if not future and day > datetime.datetime.now(datetime.UTC).date():
            yield path, _("“%(value)s” has not come yet; a status cannot be from the future.") % {"value": value}

    @staticmethod
    def _unknown(what: str, value: str) -> str:
        return _("%(what)s “%(value)s” is not known here.") % {"what": what, "value": value}
