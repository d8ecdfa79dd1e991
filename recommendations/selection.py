"""The filters of recommendations, by the names they bear in addresses: matrix, lists and API share this table."""

import re
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.reader import Reader
from issues.models import Goal, Issue, PersonGroup
from recommendations.models import (
    Assessment,
    Claim,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
    Response,
    Status,
)
from recommendations.models.facts import ActionCategory
from recommendations.querysets import RecommendationQuerySet
from reviews.selection import (
    STATES,
    Closed,
    Filter,
    FreeText,
    Listed,
    Option,
    Params,
    UnknownChoice,
    apply,
    is_in,
    review_filters,
)

__all__ = ["FILTERS", "NOT_ASSESSED", "Filter", "Option", "UnknownChoice", "allowed", "select"]

NOT_ASSESSED = "not_assessed"  # a choice of the filter, never of an assessment
LONGEST_SEARCH = 300  # characters
_LABEL = re.compile(r"\d{1,6}(\.\d{0,6}[a-z]?)?")
_WHOLE_LABEL = re.compile(r"\d+\.\d+[a-z]?")


def select(queryset: RecommendationQuerySet, params: Params, reader: Reader) -> RecommendationQuerySet:
    """The recommendations that these parameters ask for, on the reader's day.

    Names that are not in FILTERS and empty values are passed over; an unknown value raises UnknownChoice.
    """
    return apply(queryset, params, reader, FILTERS)


def allowed(name: str, reader: Reader) -> list[Option]:
    """The values of a filter, for a form; empty for `search`. Raises KeyError for a name that is no filter."""
    return FILTERS[name].vocabulary.options(reader)


def _status(queryset: RecommendationQuerySet, values: list[str], reader: Reader) -> RecommendationQuerySet:
    if not reader.is_clocked:
        return queryset.filter(status__in=["" if value == NOT_ASSESSED else value for value in values])
    wanted = Q(lead_status__in=[value for value in values if value != NOT_ASSESSED])
    if NOT_ASSESSED in values:
        wanted |= Q(lead_status__isnull=True)
    return queryset.with_lead(reader).filter(wanted)


def _voice(queryset: RecommendationQuerySet, values: list[int], reader: Reader) -> RecommendationQuerySet:
    spoken = Assessment.objects.held(reader).filter(recommendation=OuterRef("pk"), voice__in=values)
    return queryset.filter(Exists(spoken))


def _recommending_state(queryset: RecommendationQuerySet, values: list[int], reader: Reader) -> RecommendationQuerySet:
    return queryset.filter(Exists(RecommendingState.objects.filter(recommendation=OuterRef("pk"), state__in=values)))


def _issue(queryset: RecommendationQuerySet, values: list[int], reader: Reader) -> RecommendationQuerySet:
    return queryset.filter(Exists(RecommendationIssue.objects.filter(recommendation=OuterRef("pk"), issue__in=values)))


def _group(queryset: RecommendationQuerySet, values: list[int], reader: Reader) -> RecommendationQuerySet:
    return queryset.filter(Exists(PersonGroup.objects.filter(recommendations=OuterRef("pk"), pk__in=values)))


def _goal(queryset: RecommendationQuerySet, values: list[int], reader: Reader) -> RecommendationQuerySet:
    named = Q(pk__in=values) | Q(parent__in=values)  # a goal includes its targets
    return queryset.filter(Exists(Goal.objects.filter(named, recommendations=OuterRef("pk"))))


def _search(queryset: RecommendationQuerySet, values: list[str], reader: Reader) -> RecommendationQuerySet:
    query = Func(Value(values[0]), function="upr_search_query")
    found = Func(F("search"), query, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField())
    # Only what looks like a label is compared with labels, so that a search for words needs the words' index alone.
    if not _LABEL.fullmatch(values[0]):
        return queryset.filter(found)
    if _WHOLE_LABEL.fullmatch(values[0]):
        # 140.7 means that one in each review, and not 140.70 to 140.79 with it. One query more, for a label only.
        exact = queryset.filter(label=values[0])
        return exact if exact.exists() else queryset.filter(found)
    return queryset.filter(Q(found) | Q(label__startswith=values[0]))


def _voices(reader: Reader) -> Any:
    # Where an organisation's name would put people at risk, its slug is not for the public either.
    named = Q(collective_name="") | Q(pk__in=reader.organisation_ids)
    spoken = Assessment.objects.filter(
        voice=OuterRef("pk"), recommendation__in=Recommendation.objects.visible_to(reader)
    )
    return Organisation.objects.filter(named, Exists(spoken))


def _statuses() -> list[tuple[str, Any]]:
    return [*Status.choices, (NOT_ASSESSED, _("Not Assessed"))]


FILTERS: dict[str, Filter] = {
    **review_filters("review__"),
    "recommending_state": Filter(
        _("Recommending State"), STATES, _recommending_state, _("ISO 3166 alpha-3 code of a State that recommends.")
    ),
    "response": Filter(
        _("Response"),
        Closed(lambda: Response.choices),
        is_in("response"),
        _("What the State answered; unknown where no source says."),
    ),
    "claim": Filter(
        _("Claim of the State"),
        Closed(lambda: Claim.choices),
        is_in("claim"),
        _("What the State says it has done already."),
    ),
    "status": Filter(
        _("Status"), Closed(_statuses), _status, _("Status by the lead organisation; not_assessed where it gave none.")
    ),
    "voice": Filter(
        _("Voice"),
        Listed(_voices, "slug", spell=str),
        _voice,
        _("Slug of an organisation that has assessed the recommendation."),
    ),
    "issue": Filter(
        _("Issue"),
        Listed(lambda reader: Issue.objects.all(), "slug", group=lambda issue: str(issue.get_scheme_display())),
        _issue,
        _("Slug of an issue."),
    ),
    "group": Filter(
        _("Group of persons"),
        Listed(lambda reader: PersonGroup.objects.all(), "code"),
        _group,
        _("Code of a group of persons."),
    ),
    "goal": Filter(
        _("Goal"),
        Listed(
            lambda reader: Goal.objects.select_related("parent"),
            "code",
            label=lambda goal: f"{goal.code} {goal.local_name}",
            group=lambda goal: str(goal.parent or goal),
        ),
        _goal,
        _("Code of a Sustainable Development Goal or target; a goal includes its targets."),
    ),
    "action_category": Filter(
        _("Action category"),
        Closed(lambda: ActionCategory.choices),
        is_in("action_category"),
        _("How much is asked, from 1 (minimal) to 5 (specific action)."),
    ),
    "search": Filter(
        _("Search"),
        FreeText(LONGEST_SEARCH),
        _search,
        _("Words of the text, “phrases”, OR, -without; or a label such as 140.7, or its beginning, 140."),
    ),
}
