"""Writing the rows of one document: what is there is read once, compared in memory, and new rows go in by the table."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from imports.links import set_issues, set_links, set_mentions
from imports.reading import ReadRecommendation
from imports.resolve import Resolver
from imports.tally import Tally
from issues.models import Issue
from recommendations.models import Position, Recommendation, RecommendationIssue, RecommendingState
from recommendations.models.facts import sort_key
from reviews.models import Document, Review

Term = TypeVar("Term", bound=models.Model)


@dataclass(frozen=True)
class Wanted:
    """What one row of the document says, with its names looked up."""

    row: ReadRecommendation
    mentions: list[tuple[int | None, str]]  # State, printed name
    issues: list[tuple[int, str, bool]]  # issue, scheme, primary
    groups: list[int]
    goals: list[int]
    position: dict[str, str]


class Writer:
    """Brings one review in line with one document, and remembers the names it could not place."""

    def __init__(self, review: Review, document: Document) -> None:
        self.review = review
        self.document = document
        self.tally = Tally()
        self.resolver = Resolver()
        self.unknown_states: set[str] = set()
        self.unknown_terms: set[str] = set()

    def write(self, rows: Iterable[ReadRecommendation]) -> list[int]:
        """Write the rows; facts, links and position of a recommendation count as one. Returns the ids of all."""
        held = self._held()
        new: list[Wanted] = []
        ids: list[int] = []
        for row in rows:
            wanted = self._wanted(row)
            recommendation = held.get(row.label)
            if recommendation is None:
                new.append(wanted)
                continue
            ids.append(recommendation.pk)
            self.tally.count(not self._is_same(recommendation, wanted) and self._change(recommendation, wanted))
        return ids + self._create(new)

    def _held(self) -> dict[str, Recommendation]:
        mine = models.Prefetch("positions", Position.objects.filter(document=self.document), to_attr="mine")
        found = Recommendation.objects.filter(review=self.review, label__isnull=False)
        found = found.prefetch_related("mentions", "issue_links", "groups", "goals", mine)
        return {str(recommendation.label): recommendation for recommendation in found}

    def _wanted(self, row: ReadRecommendation) -> Wanted:
        issues: list[Issue] = self._known(row.themes, self.resolver.issue)
        return Wanted(
            row=row,
            mentions=[self._mention(name) for name in row.states],
            issues=[(issue.pk, issue.scheme, index == 0) for index, issue in enumerate(issues)],
            groups=[group.pk for group in self._known(row.groups, self.resolver.group)],
            goals=[goal.pk for goal in self._known(row.goals, self.resolver.goal)],
            position={
                "response": str(row.response),
                "claim": str(row.claim or ""),
                "paragraph": row.response_source[:100],
            },
        )

    def _mention(self, printed: str) -> tuple[int | None, str]:
        state = self.resolver.state(printed)
        if state is None:
            self.unknown_states.add(printed)
        return (state.pk if state else None), printed

    def _known(self, labels: tuple[str, ...], find: Callable[[str], Term | None]) -> list[Term]:
        found: dict[int, Term] = {}
        for label in labels:
            term = find(label)
            if term is None:
                self.unknown_terms.add(label)
            else:
                found[term.pk] = term
        return list(found.values())

    def _is_same(self, held: Recommendation, wanted: Wanted) -> bool:
        mine: list[Position] = held.mine  # type: ignore[attr-defined]
        return (
            held.text == wanted.row.text
            and [(m.state_id, m.printed) for m in held.mentions.all()] == wanted.mentions
            and {(i.issue_id, i.scheme, i.is_primary) for i in held.issue_links.all()} == set(wanted.issues)
            and {group.pk for group in held.groups.all()} == set(wanted.groups)
            and {goal.pk for goal in held.goals.all()} == set(wanted.goals)
            and [{name: getattr(p, name) for name in wanted.position} for p in mine] == [wanted.position]
        )

    def _change(self, held: Recommendation, wanted: Wanted) -> bool:
        if held.text != wanted.row.text:
            held.text = wanted.row.text
            held.version += 1
            held.save(update_fields=["text", "version"])
        set_mentions(held, wanted.mentions)
        set_issues(held, wanted.issues)
        set_links(held.groups, wanted.groups)
        set_links(held.goals, wanted.goals)
        Position.objects.update_or_create(recommendation=held, document=self.document, defaults=wanted.position)
        return True

    def _create(self, new: list[Wanted]) -> list[int]:
        made = Recommendation.objects.bulk_create(self._recommendation(wanted.row) for wanted in new)
        pairs = list(zip(made, new, strict=True))
        RecommendingState.objects.bulk_create(
            RecommendingState(recommendation=made, state_id=state, printed=printed, order=order)
            for made, wanted in pairs
            for order, (state, printed) in enumerate(wanted.mentions, 1)
        )
        RecommendationIssue.objects.bulk_create(
            RecommendationIssue(recommendation=made, issue_id=issue, scheme=scheme, is_primary=primary)
            for made, wanted in pairs
            for issue, scheme, primary in wanted.issues
        )
        groups: Any = Recommendation.groups.through
        goals: Any = Recommendation.goals.through
        groups.objects.bulk_create(
            groups(recommendation=made, persongroup_id=group) for made, wanted in pairs for group in wanted.groups
        )
        goals.objects.bulk_create(
            goals(recommendation=made, goal_id=goal) for made, wanted in pairs for goal in wanted.goals
        )
        Position.objects.bulk_create(
            Position(recommendation=made, document=self.document, **wanted.position) for made, wanted in pairs
        )
        self.tally.new += len(made)
        return [recommendation.pk for recommendation in made]

    def _recommendation(self, row: ReadRecommendation) -> Recommendation:
        return Recommendation(
            review=self.review,
            label=row.label,
            paragraph=row.paragraph,
            number=row.number,
            suffix=row.suffix,
            sort_key=sort_key(row.paragraph, row.number, row.suffix, None),
            text=row.text,
            source_document=self.document,
            source_place=str(row.place)[:100],
        )
