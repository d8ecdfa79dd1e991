"""The lists that other tables point to: States, sessions, reviews, documents, issues, groups, goals."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.reader import Reader
from issues.models import Goal, Issue, IssueAlias, PersonGroup
from reports.tables.columns import Column, Kind, Table
from reports.tables.sources import listed, review_key
from reviews.models import Document, Review, Session, TroikaMember
from states.models import State, StateAlias


def documents(reader: Reader) -> QuerySet[Document]:
    """Papers that facts come from; samples only where the reader sees samples."""
    found = Document.objects.all()
    return found if reader.samples else found.filter(is_sample=False)


STATES = Table(
    name="states",
    unit="State",
    about="States under review and States that recommend.",
    rows=lambda reader: State.objects.all(),
    order=("iso3",),
    key=("iso3",),
    columns=(
        Column("iso3", Kind.CODE, "iso3", "ISO 3166 alpha-3."),
        Column("iso2", Kind.CODE, "iso2", "ISO 3166 alpha-2; NA is Namibia, read it as text."),
        Column("m49", Kind.CODE, "m49", "UN M49; read it as text, it begins with zeros."),
        Column("cow", Kind.INTEGER, "cow", "Number in Correlates of War; empty where no source gives one."),
        Column("gleditsch_ward", Kind.INTEGER, "gleditsch_ward", "Number in Gleditsch and Ward's list; likewise."),
        Column("v_dem", Kind.INTEGER, "v_dem", "Number in V-Dem; likewise."),
        Column("kind", Kind.CODE, "kind", "Whether it is a Member State, an observer, or another that recommends."),
        Column("regional_group", Kind.CODE, "regional_group", "Regional group of the United Nations, today."),
        Column("name", Kind.TEXT, "name", "English name."),
        Column("formal_name", Kind.TEXT, "formal_name", "Formal English name."),
        Column(
            "other_names",
            Kind.TEXTS,
            listed(StateAlias.objects.filter(kind__in=["former", "spelling"]), "state", "text", "text"),
            "Former names and usual spellings.",
        ),
    ),
)

SESSIONS = Table(
    name="sessions",
    unit="session",
    about="Sessions of the Working Group.",
    rows=lambda reader: Session.objects.all(),
    order=("number",),
    key=("session",),
    columns=(
        Column("session", Kind.INTEGER, "number", "Number of the session."),
        Column("cycle", Kind.INTEGER, "cycle", "Number of the cycle."),
        Column("starts_on", Kind.DAY, "starts_on", "First day."),
        Column("ends_on", Kind.DAY, "ends_on", "Last day."),
        Column("basis", Kind.CODE, "basis", "Whether the days were read in a source."),
        Column("source", Kind.TEXT, "source", "That source."),
    ),
)

REVIEWS = Table(
    name="reviews",
    unit="review",
    about="Reviews: one State at one session.",
    rows=lambda reader: Review.objects.all(),
    order=("session__number", "state__iso3"),
    key=("review",),
    references=(("state_iso3", "states", "iso3"), ("session", "sessions", "session")),
    columns=(
        Column("review", Kind.CODE, review_key(""), "Session and State, such as 48-KAZ."),
        Column("state_iso3", Kind.CODE, "state__iso3", "State under review, alpha-3."),
        Column("session", Kind.INTEGER, "session__number", "Number of the session."),
        Column("position", Kind.INTEGER, "position", "Its place within the session."),
        Column("day", Kind.DAY, "day", "Day of the review."),
        Column("day_basis", Kind.CODE, "day_basis", "Whether the day was read in a source."),
        Column("adopted_on", Kind.DAY, "adopted_on", "Day on which the Council adopted the outcome."),
        Column("report_symbol", Kind.TEXT, "report_symbol", "Symbol of the Working Group's report."),
        Column("report_symbol_basis", Kind.CODE, "report_symbol_basis", "Whether the symbol was read in a source."),
        Column(
            "troika",
            Kind.CODES,
            listed(TroikaMember.objects.all(), "review", "state__iso3", "order"),
            "States of the troika, alpha-3.",
        ),
        Column("troika_basis", Kind.CODE, "troika_basis", "Whether the troika was read in a source."),
    ),
)

DOCUMENTS = Table(
    name="documents",
    unit="document",
    about="Papers and exports that facts come from.",
    rows=documents,
    order=("key",),
    key=("document",),
    columns=(
        Column("document", Kind.CODE, "key", "Key of the document."),
        Column("kind", Kind.CODE, "kind", "What kind of document it is."),
        Column("title", Kind.TEXT, "title", "Its title."),
        Column("symbol", Kind.TEXT, "symbol", "Its symbol, where it has one."),
        Column("language", Kind.CODE, "language", "Its language."),
        Column("url", Kind.TEXT, "url", "Where it can be read."),
        Column("published_on", Kind.DAY, "published_on", "Day on which it was published."),
        Column("awaited", Kind.BOOLEAN, "awaited", "Whether it is named but not yet published."),
        Column("sha256", Kind.CODE, "sha256", "SHA-256 of the file that was read."),
    ),
)

ISSUES = Table(
    name="issues",
    unit="issue",
    about="Themes by scheme.",
    rows=lambda reader: Issue.objects.all(),
    order=("slug",),
    key=("slug",),
    columns=(
        Column("slug", Kind.CODE, "slug", "Name in addresses and files."),
        Column("scheme", Kind.CODE, "scheme", "Whose classification it belongs to."),
        Column("code", Kind.CODE, "code", "Code within the scheme."),
        Column("name", Kind.TEXT, "name", "English name."),
        Column(
            "labels",
            Kind.TEXTS,
            ArraySubquery(IssueAlias.objects.filter(issue=OuterRef("pk")).order_by("text").values("text").distinct()),
            "Labels by which it goes or went.",
        ),
    ),
)

GROUPS = Table(
    name="groups",
    unit="group of persons",
    about="Groups of persons whom recommendations concern.",
    rows=lambda reader: PersonGroup.objects.all(),
    order=("code",),
    key=("code",),
    columns=(
        Column("code", Kind.CODE, "code", "Name in addresses and files."),
        Column("name", Kind.TEXT, "name", "English name."),
    ),
)

GOALS = Table(
    name="goals",
    unit="goal or target",
    about="Sustainable Development Goals and their targets.",
    rows=lambda reader: Goal.objects.all(),
    order=("order", "code"),
    key=("code",),
    columns=(
        Column("code", Kind.CODE, "code", "Such as 16, or 16.3 for a target; read it as text."),
        Column("parent", Kind.CODE, "parent__code", "The goal of a target."),
        Column("name", Kind.TEXT, "name", "English name."),
    ),
)
