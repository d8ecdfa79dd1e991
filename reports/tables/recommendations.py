"""Recommendations, one row each; and dyads, one row for each recommendation and State that made it."""

from django.db.models import FloatField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Organisation
from accounts.reader import Reader
from issues.models import Goal, PersonGroup, Scheme
from recommendations.dyads import select_dyads
from recommendations.models import (
    ExternalId,
    Progress,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
    Status,
)
from recommendations.querysets import ORDERINGS, RecommendationQuerySet
from reports.tables.columns import Column, Kind, Table
from reports.tables.sources import address, count_of, day_of, lead, listed, public_name, review_key

STATES = RecommendingState.objects.all()
ISSUES = RecommendationIssue.objects.all()


def recommendations(reader: Reader) -> RecommendationQuerySet:
    """Those the reader sees, with the lead assessment of the reader's day."""
    return Recommendation.objects.visible_to(reader).with_lead(reader)


def dyads(reader: Reader) -> RecommendationQuerySet:
    """The same, once for each recommending State: `recommenders` is joined, and only once."""
    return recommendations(reader).filter(recommenders__isnull=False)


def primary(scheme: Scheme) -> Subquery:
    """The slug of the primary issue of a scheme."""
    return Subquery(
        ISSUES.filter(recommendation=OuterRef("pk"), scheme=scheme, is_primary=True).values("issue__slug")[:1]
    )


RECOMMENDATIONS = Table(
    name="recommendations",
    unit="recommendation",
    about="One row for each recommendation, with what the State answered and the lead organisation's status.",
    rows=recommendations,
    order=("review_id", "sort_key", "id"),
    orderings=ORDERINGS,
    key=("public_id",),
    references=(("review", "reviews", "review"), ("state_iso3", "states", "iso3")),
    columns=(
        Column(
            "public_id", Kind.CODE, "public_id", "Permanent name of the recommendation; never given to another one."
        ),
        Column(
            "url", Kind.CODE, address("recommendation", "public_id"), "Permanent address of its page: quote this one."
        ),
        Column("state_iso3", Kind.CODE, "review__state__iso3", "State under review, ISO 3166 alpha-3."),
        Column("state", Kind.TEXT, "review__state__name", "State under review, by its English name."),
        Column(
            "regional_group",
            Kind.CODE,
            "review__state__regional_group",
            "Regional group of the State under review today.",
        ),
        Column("session", Kind.INTEGER, "review__session__number", "Number of the session of the Working Group."),
        Column("cycle", Kind.INTEGER, "review__session__cycle", "Number of the cycle of the review."),
        Column("review", Kind.CODE, review_key("review__"), "The review: session and State, such as 48-KAZ."),
        Column(
            "review_day",
            Kind.DAY,
            "review__day",
            "Day on which the State was reviewed; empty where no source is known.",
        ),
        Column("label", Kind.TEXT, "label", "Number as the report prints it; empty where no official number is known."),
        Column("text", Kind.TEXT, "text", "What is recommended, as the source has it."),
        Column("text_language", Kind.CODE, "text_language", "Language of the text."),
        Column("text_kind", Kind.CODE, "text_kind", "What kind of text it is."),
        Column(
            "recommending_states",
            Kind.CODES,
            listed(STATES.filter(state__isnull=False), "recommendation", "state__iso3", "order"),
            "States that made it, ISO 3166 alpha-3, in the order printed; without names that are not recognised.",
        ),
        Column(
            "recommending_states_printed",
            Kind.TEXTS,
            listed(STATES, "recommendation", "printed", "order"),
            "States that made it, as printed, in that order.",
        ),
        Column(
            "number_of_states", Kind.INTEGER, count_of(STATES, "recommendation"), "How many States made it, as printed."
        ),
        Column(
            "response",
            Kind.CODE,
            "current_position__response",
            "What the State answered; unknown: a source was read and does not say; empty: no source was read.",
        ),
        Column(
            "claim",
            Kind.CODE,
            "current_position__claim",
            "What the State says it has done already: a claim, never a status.",
        ),
        Column("response_day", Kind.DAY, "current_position__day", "Day of the answer, where its document gives one."),
        Column(
            "response_document",
            Kind.CODE,
            "current_position__document__key",
            "Key of the document that holds the answer.",
        ),
        Column("response_paragraph", Kind.TEXT, "current_position__paragraph", "Where in that document."),
        Column(
            "issues",
            Kind.CODES,
            listed(ISSUES, "recommendation", "issue__slug", "-is_primary", "id"),
            "Slugs of its issues, primary ones first.",
        ),
        Column("primary_issue_upr_info", Kind.CODE, primary(Scheme.UPR_INFO), "Primary issue by UPR Info's scheme."),
        Column("primary_issue_uhri", Kind.CODE, primary(Scheme.UHRI), "Primary issue by OHCHR's and UHRI's scheme."),
        Column(
            "groups",
            Kind.CODES,
            listed(PersonGroup.objects.all(), "recommendations", "code", "code"),
            "Codes of the groups of persons whom it concerns.",
        ),
        Column(
            "goals",
            Kind.CODES,
            listed(Goal.objects.all(), "recommendations", "code", "order", "code"),
            "Codes of the Sustainable Development Goals and targets that it concerns.",
        ),
        Column(
            "action_category",
            Kind.INTEGER,
            "action_category",
            "How much is asked, from 1 (minimal) to 5 (specific action), after E. R. McMahon; empty: not coded.",
        ),
        Column(
            "lead_status",
            Kind.CODE,
            "lead_status",
            "Status by the review's lead organisation; empty: Not Assessed, which is not Not Started.",
            choices=Status.values,
        ),
        Column(
            "lead_progress",
            Kind.CODE,
            lead("progress"),
            "How far work has come, only where the status is in_progress.",
            choices=Progress.values,
        ),
        Column(
            "lead_organisation",
            Kind.TEXT,
            lead(lambda path: public_name(f"{path}voice__")),
            "Whose status it is, by the name that the public sees.",
        ),
        Column(
            "lead_organisation_kind",
            Kind.CODE,
            lead("voice__kind"),
            "Kind of that organisation.",
            choices=Organisation.Kind.values,
        ),
        Column(
            "lead_organisation_is_sample",
            Kind.BOOLEAN,
            lead("voice__is_sample"),
            "Whether that organisation was made up for demonstrations.",
        ),
        Column("lead_since", Kind.DAY, lead("holds_from"), "Day from which the status holds."),
        Column("lead_day_is_inferred", Kind.BOOLEAN, lead("day_is_inferred"), "Whether the source states no day."),
        Column(
            "lead_published_on",
            Kind.DAY,
            lead(lambda path: day_of(f"{path}published_at")),
            "Day on which this site published the status (UTC).",
        ),
        Column("source_document", Kind.CODE, "source_document__key", "Key of the document in which it was read."),
        Column("source_symbol", Kind.TEXT, "source_document__symbol", "Symbol of that document."),
        Column("source_place", Kind.TEXT, "source_place", "Where in that document."),
        Column(
            "external_ids",
            Kind.CODES,
            listed(
                ExternalId.objects.annotate(both=Concat("scheme", Value(":"), "value")),
                "recommendation",
                "both",
                "scheme",
                "value",
            ),
            "Names of it in other databases, such as uhri:1234.",
        ),
        Column("sample", Kind.BOOLEAN, "is_sample", "Whether it is sample data, written for demonstration."),
        Column("added_on", Kind.DAY, day_of("added_at"), "Day on which it was added here (UTC)."),
    ),
)

MADE_BY = count_of(STATES, "recommendation")

DYADS = Table(
    name="dyads",
    unit="dyad",
    about="One row for each recommendation and each State that made it, in the order printed.",
    rows=dyads,
    narrow=select_dyads,
    order=("review_id", "sort_key", "id", "recommenders__order"),
    orderings={name: (*keys, "recommenders__order") for name, keys in ORDERINGS.items()},
    key=("public_id", "order"),
    references=(("public_id", "recommendations", "public_id"),),
    columns=(
        Column("public_id", Kind.CODE, "public_id", "Permanent name of the recommendation."),
        Column("review", Kind.CODE, review_key("review__"), "The review, such as 48-KAZ."),
        Column("session", Kind.INTEGER, "review__session__number", "Number of the session."),
        Column("cycle", Kind.INTEGER, "review__session__cycle", "Number of the cycle of the review."),
        Column("state_iso3", Kind.CODE, "review__state__iso3", "State under review, alpha-3."),
        Column("state_iso2", Kind.CODE, "review__state__iso2", "The same, alpha-2; NA is Namibia, read it as text."),
        Column("state_m49", Kind.CODE, "review__state__m49", "State under review, UN M49 as text."),
        Column("state_cow", Kind.INTEGER, "review__state__cow", "The same, in Correlates of War."),
        Column(
            "state_gleditsch_ward",
            Kind.INTEGER,
            "review__state__gleditsch_ward",
            "The same, in Gleditsch and Ward's list.",
        ),
        Column(
            "regional_group",
            Kind.CODE,
            "review__state__regional_group",
            "Regional group of the State under review today.",
        ),
        Column(
            "recommending_iso3",
            Kind.CODE,
            "recommenders__state__iso3",
            "State that recommends, alpha-3; empty: not recognised.",
        ),
        Column("recommending_iso2", Kind.CODE, "recommenders__state__iso2", "The same, alpha-2."),
        Column("recommending_m49", Kind.CODE, "recommenders__state__m49", "The same, UN M49 as text."),
        Column("recommending_cow", Kind.INTEGER, "recommenders__state__cow", "The same, in Correlates of War."),
        Column(
            "recommending_gleditsch_ward",
            Kind.INTEGER,
            "recommenders__state__gleditsch_ward",
            "The same, in Gleditsch and Ward's list.",
        ),
        Column("recommending_v_dem", Kind.INTEGER, "recommenders__state__v_dem", "The same, in V-Dem."),
        Column(
            "recommending_regional_group",
            Kind.CODE,
            "recommenders__state__regional_group",
            "Regional group of that State today.",
        ),
        Column("recommending_printed", Kind.TEXT, "recommenders__printed", "Its name as printed."),
        Column("order", Kind.INTEGER, "recommenders__order", "Its place in the list of States, from 1."),
        Column("number_of_states", Kind.INTEGER, MADE_BY, "How many States made this recommendation."),
        Column(
            "weight",
            Kind.NUMBER,
            Cast(Value(1.0), FloatField()) / Cast(MADE_BY, FloatField()),
            "1 divided by that number: the weights of one recommendation add up to 1.",
        ),
        Column("response", Kind.CODE, "current_position__response", "What the State under review answered."),
        Column(
            "claim",
            Kind.CODE,
            "current_position__claim",
            "What the State under review says it has done already: a claim, never a status.",
        ),
        Column("action_category", Kind.INTEGER, "action_category", "From 1 to 5; empty: not coded."),
        Column(
            "lead_status",
            Kind.CODE,
            "lead_status",
            "Status by the review's lead organisation; empty: Not Assessed.",
            choices=Status.values,
        ),
        Column("sample", Kind.BOOLEAN, "is_sample", "Whether it is sample data."),
    ),
)
