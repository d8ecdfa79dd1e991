"""Everything that States answered and that organisations judged: the histories behind a recommendation's row.

No reason, no description of a basis and no line of a check is here: those may be redacted for good, and a file that
somebody has downloaded cannot be. The address of the page, where they stand as long as they may, is.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.reader import Reader
from recommendations.models import Assessment, Basis, Mention, Position
from reports.tables.columns import Column, Kind, Table
from reports.tables.sources import address, day_of, listed, public_name, public_slug, review_key
from reviews.models import Lead


def of_seen(rows: QuerySet[Any], reader: Reader) -> QuerySet[Any]:
    """Those that belong to a recommendation which the reader sees."""
    found = rows.filter(recommendation__removed_at__isnull=True)
    return found if reader.samples else found.filter(recommendation__is_sample=False)


def positions(reader: Reader) -> QuerySet[Position]:
    """Everything that States answered by the reader's day."""
    return of_seen(Position.objects.held(reader), reader)


def assessments(reader: Reader) -> QuerySet[Assessment]:
    """Every assessment that counts on the reader's day, replaced ones too."""
    replaced = Assessment.objects.held(reader).filter(
        recommendation=OuterRef("recommendation"), voice=OuterRef("voice")
    )
    later = replaced.filter(
        Q(holds_from__gt=OuterRef("holds_from")) | Q(holds_from=OuterRef("holds_from"), id__gt=OuterRef("id"))
    )
    found: QuerySet[Assessment] = of_seen(Assessment.objects.held(reader), reader)
    return found.annotate(is_current=~Exists(later))


def leads(reader: Reader) -> QuerySet[Lead]:
    """Which organisations lead reviews, and from which day on, also from one that has not come."""
    return Lead.objects.all() if reader.samples else Lead.objects.filter(is_sample=False)


def mentions(reader: Reader) -> QuerySet[Mention]:
    """Rows of other databases' exports whose import stands."""
    return Mention.objects.filter(removed_at__isnull=True)


POSITIONS = Table(
    name="positions",
    unit="position",
    about="Every answer of a State in each document: a history. The current one stands in recommendations.",
    rows=positions,
    order=("recommendation__review_id", "recommendation__sort_key", "recommendation_id", "id"),
    key=("position",),
    references=(("public_id", "recommendations", "public_id"), ("document", "documents", "document")),
    columns=(
        Column("position", Kind.INTEGER, "id", "Number of the answer."),
        Column("public_id", Kind.CODE, "recommendation__public_id", "The recommendation."),
        Column("document", Kind.CODE, "document__key", "Key of the document; empty where no document was read."),
        Column("response", Kind.CODE, "response", "What the State answered there."),
        Column("claim", Kind.CODE, "claim", "What the State says there that it has done already."),
        Column("day", Kind.DAY, "day", "Day of the answer, where the document gives one."),
        Column("paragraph", Kind.TEXT, "paragraph", "Where in the document."),
        Column("explanation", Kind.TEXT, "explanation", "What the State says about its answer."),
        Column("recorded_on", Kind.DAY, day_of("recorded_at"), "Day on which it was recorded here (UTC)."),
    ),
)

ASSESSMENTS = Table(
    name="assessments",
    unit="assessment",
    about=(
        "Every status that an organisation has published and not withdrawn, replaced ones too: a history for each"
        " voice. Reasons are on the page of the recommendation, where they can be redacted."
    ),
    rows=assessments,
    order=("recommendation__review_id", "recommendation__sort_key", "recommendation_id", "holds_from", "id"),
    key=("assessment",),
    references=(("public_id", "recommendations", "public_id"),),
    columns=(
        Column("assessment", Kind.INTEGER, "id", "Number of the assessment."),
        Column("public_id", Kind.CODE, "recommendation__public_id", "The recommendation."),
        Column(
            "url",
            Kind.CODE,
            address("recommendation", "recommendation__public_id"),
            "The page where its reason and what it rests on can be read.",
        ),
        Column("voice", Kind.TEXT, public_name("voice__"), "Whose it is, by the name that the public sees."),
        Column(
            "voice_slug",
            Kind.CODE,
            public_slug("voice__"),
            "Its name in addresses; empty: it speaks under a collective name, which several may share.",
        ),
        Column("voice_kind", Kind.CODE, "voice__kind", "Kind of that organisation."),
        Column(
            "voice_is_sample",
            Kind.BOOLEAN,
            "voice__is_sample",
            "Whether that organisation was made up for demonstrations.",
        ),
        Column("status", Kind.CODE, "status", "What became of the recommendation."),
        Column("progress", Kind.CODE, "progress", "How far work has come, only where the status is in_progress."),
        Column("in_law", Kind.BOOLEAN, "in_law", "Whether it is so in law; empty: not said."),
        Column("in_practice", Kind.BOOLEAN, "in_practice", "Whether it is so in practice; empty: not said."),
        Column("since", Kind.DAY, "holds_from", "Day from which it holds."),
        Column("day_is_inferred", Kind.BOOLEAN, "day_is_inferred", "Whether the source states no day."),
        Column("published_on", Kind.DAY, day_of("published_at"), "Day on which this site published it (UTC)."),
        Column("replaces", Kind.INTEGER, "based_on", "Number of the assessment that it replaces."),
        Column("is_current", Kind.BOOLEAN, "is_current", "Whether it is the voice's latest."),
        Column(
            "bases",
            Kind.CODES,
            listed(Basis.objects.all(), "assessment", "kind", "id"),
            "Kinds of what it rests on.",
            choices=Basis.Kind.values,
        ),
    ),
)

LEADS = Table(
    name="leads",
    unit="lead organisation of a review",
    about=(
        "Which organisation's assessments the lists of a review show, from a day on and until the next one's. With the"
        " assessments, what lists showed on any day can be rebuilt."
    ),
    rows=leads,
    order=("review__session__number", "review__state__iso3", "from_day", "id"),
    key=("review", "from_day"),
    references=(("review", "reviews", "review"),),
    columns=(
        Column("review", Kind.CODE, review_key("review__"), "The review, such as 48-KAZ."),
        Column("from_day", Kind.DAY, "from_day", "The first day on which it leads."),
        Column("organisation", Kind.TEXT, public_name("organisation__"), "Its name as the public sees it."),
        Column(
            "organisation_slug",
            Kind.CODE,
            public_slug("organisation__"),
            "Its name in addresses; empty: it speaks under a collective name.",
        ),
        Column("organisation_kind", Kind.CODE, "organisation__kind", "Kind of that organisation."),
        Column(
            "organisation_is_sample",
            Kind.BOOLEAN,
            "organisation__is_sample",
            "Whether that organisation was made up for demonstrations.",
        ),
    ),
)

MENTIONS = Table(
    name="mentions",
    unit="mention",
    about="Rows of other databases' exports, one for each recommending State; in no count of recommendations.",
    rows=mentions,
    order=("review_id", "id"),
    key=("mention",),
    references=(("review", "reviews", "review"), ("document", "documents", "document")),
    columns=(
        Column("mention", Kind.INTEGER, "id", "Number of the mention."),
        Column("review", Kind.CODE, review_key("review__"), "The review, such as 48-KAZ."),
        Column("public_id", Kind.CODE, "recommendation__public_id", "The recommendation it repeats, where settled."),
        Column("match", Kind.CODE, "match", "How it came to that recommendation."),
        Column("document", Kind.CODE, "document__key", "Key of the export."),
        Column("place", Kind.TEXT, "place", "Where in the export."),
        Column("text", Kind.TEXT, "text", "The text as the export has it."),
        Column("recommending_iso3", Kind.CODE, "state__iso3", "State that recommends; empty: not recognised."),
        Column("recommending_printed", Kind.TEXT, "printed", "Its name as printed; empty: unknown there."),
        Column("response", Kind.CODE, "response", "What the State answered, by that database."),
        Column("action_category", Kind.INTEGER, "action_category", "From 1 to 5; empty: not coded."),
        Column(
            "issues",
            Kind.CODES,
            listed(Mention.issues.through.objects.all(), "mention", "issue__slug", "issue__slug"),
            "Slugs of its issues, by that database.",
        ),
    ),
)
