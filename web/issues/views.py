"""What recommendations are about: issues of each scheme, groups of persons, Sustainable Development Goals."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Person
from accounts.reader import Reader
from issues.models import Goal, Issue, PersonGroup, Scheme, Vocabulary
from notifications.following import followables
from recommendations.models import Recommendation
from recommendations.querysets import RecommendationQuerySet
from reviews.models import Review
from web import tally


@dataclass(frozen=True)
class Entry:
    """A term, its address, and how many recommendations are about it."""

    term: Vocabulary
    url: str
    tally: tally.Tally


@require_safe
def issue_list(request: HttpRequest) -> HttpResponse:
    """Every issue, group and goal, with its number of recommendations. 6 queries."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    found = Recommendation.objects.all()
    issues = list(Issue.objects.all())
    by_issue = tally.tallies(found, reader, "issue_links__issue_id")
    schemes = [
        (scheme.value, str(scheme.label), _entries([i for i in issues if i.scheme == scheme], "issue", by_issue))
        for scheme in Scheme
    ]
    context = {
        "schemes": [entry for entry in schemes if entry[2]],
        "groups": _entries(PersonGroup.objects.all(), "group", tally.tallies(found, reader, "groups")),
        "goals": _entries(
            Goal.objects.filter(parent=None), "goal", tally.tallies(found, reader, "goals"), in_order=True
        ),
    }
    return render(request, "issues/list.html", context)


def _entries(terms: Any, kind: str, counted: Any, *, in_order: bool = False) -> list[Entry]:
    entries = [Entry(term, url_of(term, kind), counted.get(term.pk, tally.NOTHING)) for term in terms]
    return entries if in_order else sorted(entries, key=lambda entry: entry.term.local_name.casefold())


def url_of(term: Any, kind: str) -> str:
    """The address of the page of an issue, group or goal."""
    return reverse(f"{kind}-detail", args=[term.slug if kind == "issue" else term.code])


@require_safe
def issue_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One issue."""
    issue = get_object_or_404(Issue, slug=slug)
    found = Recommendation.objects.filter(issue_links__issue=issue)
    person = request.user if isinstance(request.user, Person) else None
    extra = {
        "kicker": _("Issue, as %(scheme)s names it") % {"scheme": issue.get_scheme_display()},
        "labels": list(issue.aliases.exclude(text=issue.name).values_list("text", flat=True)),
        "named_in": Review.objects.with_names().filter(issues=issue),
        "followed": followables(person, [(issue, issue.local_name)]),
    }
    return _detail(request, issue, found, f"issue={issue.slug}", extra)


@require_safe
def group_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One group of persons."""
    group = get_object_or_404(PersonGroup, code=code)
    extra = {
        "kicker": _("Group of persons"),
        "labels": list(group.aliases.exclude(text=group.name).values_list("text", flat=True)),
        "named_in": Review.objects.with_names().filter(groups=group),
    }
    return _detail(request, group, Recommendation.objects.filter(groups=group), f"group={group.code}", extra)


@require_safe
def goal_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One goal with its targets, or one target."""
    goal = get_object_or_404(Goal.objects.select_related("parent"), code=code)
    extra = {
        "kicker": _("Target of Goal %(code)s") % {"code": goal.parent.code}
        if goal.parent
        else _("Sustainable Development Goal"),
        "code": goal.code,
        "parent": goal.parent,
        "targets": goal.targets.all(),
    }
    through: Any = Recommendation.goals.through
    links = through.objects.filter(Q(goal=goal) | Q(goal__parent=goal))
    found = Recommendation.objects.filter(Exists(links.filter(recommendation=OuterRef("pk"))))
    return _detail(request, goal, found, f"goal={goal.code}", extra)


def _detail(
    request: HttpRequest, term: Model, found: RecommendationQuerySet, query: str, extra: dict[str, Any]
) -> HttpResponse:
    """The page of a term: how its recommendations stand, over all and review by review. 2 queries besides `extra`."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    counted = tally.tallies(found, reader, "review_id")
    reviews: QuerySet[Review] = Review.objects.with_names().filter(pk__in=counted)
    address = f"{reverse('recommendation-list')}?{query}"
    context = {
        "term": term,
        "tally": tally.together(counted.values()),
        "rows": [{"review": review, "tally": counted[review.pk]} for review in reviews],
        "list_url": address,
        "breadcrumb": [(_("Issues"), reverse("issue-list"))],
    }
    return render(request, "issues/detail.html", context | extra)
