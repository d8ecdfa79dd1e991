"""The filters of recommendations, by the names they bear in addresses: matrix, lists and API share this table."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from accounts.reader import Reader
from history import feed, registry
from history.models import Event
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
from recommendations.querysets import RecommendationQuerySet, status_then
from reviews.selection import (
    CYCLES,
    REGIONAL_GROUPS,
    SESSIONS,
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
    with_variants,
)
from states.models import State

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


def is_label(search: str) -> bool:
    """Whether a search looks like a label, or the beginning of one."""
    return _LABEL.fullmatch(search.strip()) is not None


def of_one_recommendation(*own: str) -> dict[str, Filter]:
    """The filters of what belongs to one recommendation: that one, its place, and `own` ones by what the row says."""
    path = {"state": "state_iso3", "session": "session_number", "cycle": "session_number"}
    placed = {
        name: replace(PLACES[name], condition=is_in(f"recommendation__{column}")) for name, column in path.items()
    }
    one = Filter(_("Recommendation"), PublicIds(), is_in("recommendation"), _("Public id of a recommendation."))
    return placed | {
        "recommendation": one,
        **{name: replace(PLAIN[name], condition=is_in(name), many=False) for name in own},
    }


def _status(values: list[str], reader: Reader) -> Q:
    wanted = ["" if value == NOT_ASSESSED else value for value in values]
    return Q(In(status_then(reader), wanted)) if reader.is_clocked else Q(status__in=wanted)


def _voice(values: list[int], reader: Reader) -> Q:
    return Q(Exists(Assessment.objects.held(reader).filter(recommendation=OuterRef("pk"), voice__in=values)))


def _recommending_state(values: list[int], reader: Reader) -> Q:
    return Q(Exists(RecommendingState.objects.filter(recommendation=OuterRef("pk"), state__in=values)))


def _recommending_group(values: list[str], reader: Reader) -> Q:
    made = RecommendingState.objects.filter(recommendation=OuterRef("pk"), state__regional_group__in=values)
    return Q(Exists(made))


def _regional_group(values: list[str], reader: Reader) -> Q:
    return Q(state_iso3__in=State.objects.filter(regional_group__in=values).values("iso3"))


def _sessions(values: list[int], reader: Reader) -> Q:
    # A cycle is a stretch of sessions; said as one, the index by session begins there.
    return Q(session_number__in=values) & Q(session_number__range=(min(values), max(values)))


def _issue(values: list[int], reader: Reader) -> Q:
    return Q(Exists(RecommendationIssue.objects.filter(recommendation=OuterRef("pk"), issue__in=values)))


def _group(values: list[int], reader: Reader) -> Q:
    links = Recommendation.groups.through.objects
    return Q(Exists(links.filter(recommendation=OuterRef("pk"), persongroup__in=values)))


def _goal(values: list[int], reader: Reader) -> Q:
    named = Goal.objects.filter(Q(pk__in=values) | Q(parent__in=values))  # a goal includes its targets
    links = Recommendation.goals.through.objects
    return Q(Exists(links.filter(recommendation=OuterRef("pk"), goal__in=named.values("pk"))))


def _search(values: list[str], reader: Reader) -> Q:
    query = Func(Value(values[0]), function="upr_search_query")
    found = Q(Func(F("search"), query, template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()))
    # Only what looks like a label is compared with labels, so that a search for words needs the words' index alone.
    if not _LABEL.fullmatch(values[0]):
        return found
    if _WHOLE_LABEL.fullmatch(values[0]):
        # 140.7 means that one in each review, and not 140.70 to 140.79 with it. One query more, for a label only.
        exact = Q(label=values[0])
        return exact if Recommendation.objects.visible_to(reader).filter(exact).exists() else found
    return found | Q(label__startswith=values[0])


def _updated_since(values: list[int], reader: Reader) -> Q:
    """Those with an event after this position of the feed; and all of a review of which something is told as a whole:
    a lead was named or its day has come, a session file was loaded.
    """
    later = Event.objects.filter(feed_entry__position__gt=values[0])
    touched = later.filter(target_type=Recommendation._meta.label_lower)
    whole = later.filter(action__in=registry.of_whole_reviews())
    led = Recommendation.objects.filter(review__in=whole.values("review_id"))
    return Q(pk__in=touched.values("target_id").union(led.values("pk")))


def _voice_words(organisation: Organisation) -> str:
    name = organisation.public_name
    return _("%(name)s (sample)") % {"name": name} if organisation.is_sample else name


def _voices(reader: Reader) -> Any:
    # Where an organisation's name would put people at risk, its slug is not for the public either.
    named = Q(collective_name="") | Q(pk__in=reader.organisation_ids)
    spoken = Assessment.objects.filter(
        voice=OuterRef("pk"), recommendation__in=Recommendation.objects.visible_to(reader)
    )
    return Organisation.objects.filter(named, Exists(spoken))


def _statuses() -> list[tuple[str, Any]]:
    return [*Status.choices, (NOT_ASSESSED, _("Not Assessed"))]


@dataclass(frozen=True)
class Moment:
    """A position of the feed, or a day, which stands for the last position before it; cleaned, the position.

    A time counts as its whole day: who asked for ever narrower stretches would learn the second of a status, and with
    it perhaps who wrote it.
    """

    separates: bool = False

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        value = values[-1]
        if value.isascii() and value.isdigit() and len(value) < 19:
            return [self.reached(name, value)]
        try:
            moment = datetime.datetime.fromisoformat(value[:40])
            moment = moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        except (ValueError, OverflowError):
            hint = _("“%(name)s” is a day such as 2026-11-26, or the “mark” of an answer.")
            raise UnknownChoice(name, value, hint=hint % {"name": name}) from None
        return [feed.position_at(moment.replace(hour=0, minute=0, second=0, microsecond=0))]

    def reached(self, name: str, value: str) -> int:
        """A position that the feed has come to; raises UnknownChoice for one beyond: it finds nothing, ever."""
        newest = feed.public_mark()
        if int(value) > newest:
            hint = _("The feed has come to %(newest)d. A mark beyond is from elsewhere or from before a restore.")
            raise UnknownChoice(name, value, hint=hint % {"newest": newest})
        return int(value)

    def options(self, reader: Reader) -> list[Option]:
        return []

    def closed(self) -> list[str] | None:
        return None


@dataclass(frozen=True)
class PublicIds:
    """Recommendations that the reader sees, by their public ids; cleaned, their keys. They are too many to list."""

    separates: bool = True

    def clean(self, name: str, values: Sequence[str], reader: Reader) -> list[Any]:
        found = Recommendation.objects.visible_to(reader).filter(public_id__in=values)
        keys = dict(found.order_by().values_list("public_id", "pk"))
        for value in values:
            if value not in keys:
                hint = _("There is no recommendation “%(value)s” here.") % {"value": value[:20]}
                raise UnknownChoice(name, value, hint=hint)
        return [*keys.values()]

    def options(self, reader: Reader) -> list[Option]:
        return []

    def closed(self) -> list[str] | None:
        return None


# Those of a review, by the columns that stand beside the row.
_REVIEW = review_filters()
PLACES: dict[str, Filter] = {
    "state": replace(_REVIEW["state"], vocabulary=replace(STATES, key="iso3"), condition=is_in("state_iso3")),
    "session": replace(
        _REVIEW["session"], vocabulary=replace(SESSIONS, key="number"), condition=is_in("session_number")
    ),
    "cycle": replace(_REVIEW["cycle"], vocabulary=replace(CYCLES, key="number"), condition=_sessions),
    "regional_group": replace(_REVIEW["regional_group"], condition=_regional_group),
}
PLAIN: dict[str, Filter] = {
    **PLACES,
    "recommending_state": Filter(
        _("Recommending State"),
        STATES,
        _recommending_state,
        _("ISO 3166 alpha-3 code of a State that recommends."),
        many=True,
    ),
    "recommending_regional_group": Filter(
        _("Regional group that recommends"),
        REGIONAL_GROUPS,
        _recommending_group,
        _("Regional group of a State that recommends."),
        many=True,
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
        Listed(_voices, "slug", spell=str, label=_voice_words),
        _voice,
        _("Slug of an organisation that has assessed the recommendation."),
        many=True,
    ),
    "issue": Filter(
        _("Issue"),
        Listed(lambda reader: Issue.objects.all(), "slug", group=lambda issue: str(issue.get_scheme_display())),
        _issue,
        _("Slug of an issue."),
        many=True,
    ),
    "group": Filter(
        _("Group of persons"),
        Listed(lambda reader: PersonGroup.objects.all(), "code"),
        _group,
        _("Code of a group of persons."),
        many=True,
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
        many=True,
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
    "updated_since": Filter(
        _("Changed since"),
        Moment(),
        _updated_since,
        _("What has changed since this day began (UTC), or after this position of the feed: the `mark` of an answer."),
    ),
}
FILTERS = with_variants(PLAIN)
