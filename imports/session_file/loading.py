"""Loading a session file: everything is checked first, then written in one transaction, by natural keys."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import models, transaction

from accounts.models import Organisation
from engagement.models import Area, EngagementEvent
from history.log import Actor, record
from imports import events
from imports.links import set_links
from imports.resolve import Resolver
from imports.session_file.checking import check
from imports.session_file.reading import BadSessionFile, Path_, SessionFile
from imports.session_file.recommendations import load_recommendation
from imports.tally import Tally
from recommendations import actions, derived
from recommendations.models import Recommendation
from reviews.models import Call, Document, Finding, Review, Session, StatedTotal, TroikaMember
from states.models import State

REVIEW_FIELDS = ("position", "day", "day_basis", "adopted_on", "stakeholders")


class DryRun(Exception):
    """Raised at the end of a dry run, so that the transaction rolls back."""


class Loader:
    """One load of one file. What the file names is looked up first; only then is anything written."""

    def __init__(self, file: SessionFile, by: Actor) -> None:
        self.file = file
        self.content = file.content
        self.by = by
        self.sample: bool = file.content["sample"]
        self.tally = Tally()
        self.today = datetime.datetime.now(datetime.UTC).date()
        self.resolver = Resolver()
        self.problems: list[str] = []
        self.states: dict[str, State] = {state.iso3: state for state in State.objects.all()}
        self.organisations = {row.slug: row for row in Organisation.objects.all()}
        self.documents = {row.key: row for row in Document.objects.all()}

    def run(self) -> Tally:
        """Check and write; raises BadSessionFile with every problem found."""
        self.problems += check(self)
        if self.problems:
            raise BadSessionFile(self.problems)
        session = Session.objects.select_for_update().get(number=self.content["session"])
        reviews = {row["state"]: self._review(session, row) for row in self.content["reviews"]}
        # Before any recommendation, in the order of everybody: imports and namings of a lead take the review first.
        list(Review.objects.filter(pk__in=[each.pk for each in reviews.values()]).order_by("id").select_for_update())
        for row in self.content["organisations"]:
            self._organisation(row)
        for row in self.content["documents"]:
            self._document(row, reviews)
        for index, row in enumerate(self.content["reviews"]):
            self._fill_review(reviews[row["state"]], row, ["reviews", index])
        if self.problems:
            raise BadSessionFile(self.problems)
        return self.tally

    def day(self, value: str | None) -> datetime.date | None:
        """A day as the file writes it."""
        return datetime.date.fromisoformat(value) if value else None

    @staticmethod
    def ids(find: Callable[[str], models.Model | None], labels: list[str]) -> list[int]:
        """The ids of what these labels mean; the check has seen that each is known."""
        return [found.pk for label in labels if (found := find(label))]

    def complain(self, path: Path_, sentence: str) -> None:
        """Note a problem; the load is refused at the end, with all of them."""
        self.problems.append(self.file.problem(path, sentence))

    def _review(self, session: Session, row: dict[str, Any]) -> Review:
        values = {name: row[name] for name in REVIEW_FIELDS if name in row}
        for name in ("day", "adopted_on"):
            if name in values:
                values[name] = self.day(values[name])
        if "report_symbol" in row:
            values["report_symbol"] = row["report_symbol"]["symbol"]
            values["report_symbol_basis"] = row["report_symbol"]["basis"]
        if "troika" in row:
            values["troika_basis"] = row["troika"]["basis"]
            values["troika_source"] = row["troika"]["source"]
        return self.tally.upsert(Review, {"session": session, "state": self.states[row["state"]]}, values)

    def _organisation(self, row: dict[str, Any]) -> None:
        values = {"name": row["name"], "kind": row["kind"], "is_sample": self.sample}
        self.organisations[row["slug"]] = self.tally.upsert(Organisation, {"slug": row["slug"]}, values)

    def _document(self, row: dict[str, Any], reviews: dict[str, Review]) -> None:
        values = {
            "review": reviews[row["state"]],
            "kind": row["kind"],
            "title": row["title"],
            "symbol": row["symbol"] or "",
            "language": row["language"],
            "url": row["url"] or "",
            "note": row["note"],
            "published_on": self.day(row["published_on"]),
            "awaited": row["awaited"],
            "is_sample": self.sample,
        }
        self.documents[row["key"]] = self.tally.upsert(Document, {"key": row["key"]}, values)

    def _fill_review(self, review: Review, row: dict[str, Any], path: list[str | int]) -> None:
        before = Tally()
        before.__dict__.update(self.tally.__dict__)
        self._review_lists(review, row)
        ids = [
            load_recommendation(self, review, entry, [*path, "recommendations", index])
            for index, entry in enumerate(row["recommendations"])
        ]
        derived.refresh_positions(ids)
        if "lead" in row:
            self._lead(review, row["lead"])
        derived.refresh_leads(list(Recommendation.objects.filter(review=review).values_list("pk", flat=True)))
        new, changed = self.tally.new - before.new, self.tally.changed - before.changed
        if new or changed:
            numbers = {"new": new, "changed": changed, "unchanged": self.tally.unchanged - before.unchanged}
            numbers["sample"] = self.sample
            record(events.SESSION_LOADED, review, by=self.by, review_id=review.pk, new=numbers)

    def _lead(self, review: Review, row: dict[str, Any]) -> None:
        organisation = self.organisations[row["organisation"]]
        day = self.day(row["from_day"])
        assert day is not None
        held = review.leads.filter(from_day=day, is_sample=self.sample).first()
        if held is None:
            self.tally.new += 1
        else:
            self.tally.count(held.organisation_id != organisation.pk)
        actions.name_lead(review=review, organisation=organisation, from_day=day, by=self.by, is_sample=self.sample)

    def _review_lists(self, review: Review, row: dict[str, Any]) -> None:
        for order, iso3 in enumerate(row.get("troika", {}).get("states", []), 1):
            self.tally.upsert(TroikaMember, {"review": review, "state": self.states[iso3]}, {"order": order})
        for total in row.get("totals", []):
            key = {"review": review, "what": total["what"], "source": total["source"]}
            self.tally.upsert(StatedTotal, key, {"number": total["number"]})
        if "issues" in row:
            found = [self.resolver.issue(entry["name"], entry["scheme"]) for entry in row["issues"]]
            self.tally.count(bool(set_links(review.issues, [issue.pk for issue in found if issue])))
        if "groups" in row:
            self.tally.count(bool(set_links(review.groups, self.ids(self.resolver.group, row["groups"]))))
        for order, call in enumerate(row.get("calls", []), 1):
            self._listed(Call, review, call, order, ("kind", "made_by", "addressed_to", "text"))
        for order, finding in enumerate(row.get("findings", []), 1):
            self._listed(Finding, review, finding, order, ("kind", "raised_by", "text"))
        for order, area in enumerate(row.get("areas_of_engagement", []), 1):
            self._listed(Area, review, area, order, ("title", "description"))
        for event in row.get("events", []):
            self._event(review, event)

    def _listed(
        self,
        model: type[Call] | type[Finding] | type[Area],
        review: Review,
        row: dict[str, Any],
        order: int,
        names: tuple[str, ...],
    ) -> None:
        values = {name: row[name] for name in names}
        values |= {"order": order, "document": self.documents.get(row["document"] or ""), "is_sample": self.sample}
        self.tally.upsert(model, {"review": review, "key": row["key"]}, values)

    def _event(self, review: Review, row: dict[str, Any]) -> None:
        area = Area.objects.filter(review=review, key=row["area"]).first() if row["area"] else None
        values = {
            "title": row["title"],
            "description": row["description"],
            "day": self.day(row["day"]),
            "area": area,
            "document": self.documents.get(row["document"] or ""),
            "is_sample": self.sample,
        }
        self.tally.upsert(EngagementEvent, {"review": review, "key": row["key"]}, values)


def load_session(file: SessionFile, *, by: Actor, dry_run: bool = False) -> Tally:
    """Load a session file, all or nothing; a dry run writes nothing and tells the same numbers.

    Raises BadSessionFile, with the database as it was.
    """
    loader = Loader(file, by)
    try:
        with transaction.atomic():
            loader.run()
            if dry_run:
                raise DryRun
    except DryRun:
        pass
    return loader.tally
