"""What recommendations are sorted by: States, sessions, issues, groups of persons, goals."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from accounts.models import Organisation
from api import filters as tables
from api import schema
from api.resources.base import Resource
from api.rows import vocabularies as rows
from api.serializers import vocabularies
from api.serializers.common import GroupSerializer
from issues.models import Goal, Issue, PersonGroup
from recommendations.models import Assessment, Recommendation
from reviews.models import Lead, Review, Session
from states.models import State


@schema.described()
class StateResource(Resource):
    """States under review and States that recommend."""

    queryset = State.objects.all()
    serializer_class = vocabularies.StateSerializer
    detail_serializer = vocabularies.StateDetailSerializer
    shape, filters = rows.STATES, tables.STATES
    orderings = {"iso3": ("iso3",)}
    lookup_field = "iso3"
    lookup_value_regex = "[A-Za-z]{3}"
    spell = str.upper

    def get_queryset(self) -> QuerySet[State]:
        reviews = Review.objects.with_names().order_by("session__number")
        return (
            super()
            .get_queryset()
            .prefetch_related(*(("aliases", Prefetch("reviews", reviews)) if self.action == "retrieve" else ()))
        )


@schema.described()
class SessionResource(Resource):
    """Sessions of the Working Group."""

    queryset = Session.objects.all()
    serializer_class = vocabularies.SessionSerializer
    detail_serializer = vocabularies.SessionDetailSerializer
    shape, filters = rows.SESSIONS, tables.SESSIONS
    orderings = {"number": ("number",)}
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,4}"

    def get_queryset(self) -> QuerySet[Session]:
        reviews = Review.objects.with_names().order_by("position", "state__iso3")
        return (
            super()
            .get_queryset()
            .prefetch_related(*((Prefetch("reviews", reviews),) if self.action == "retrieve" else ()))
        )


@schema.described()
class IssueResource(Resource):
    """Issues: the themes of each scheme."""

    queryset = Issue.objects.all()
    serializer_class = vocabularies.IssueSerializer
    detail_serializer = vocabularies.IssueDetailSerializer
    shape, filters = rows.ISSUES, tables.ISSUES
    orderings = {"slug": ("slug",)}
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,120}"
    spell = str.lower

    def get_queryset(self) -> QuerySet[Issue]:
        return super().get_queryset().prefetch_related(*(("aliases",) if self.action == "retrieve" else ()))


@schema.described()
class GroupResource(Resource):
    """Groups of persons."""

    queryset = PersonGroup.objects.all()
    serializer_class = GroupSerializer
    shape = rows.GROUPS
    orderings = {"code": ("code",)}
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_.]{1,80}"
    spell = str.lower


@schema.described()
class GoalResource(Resource):
    """Sustainable Development Goals and their targets."""

    queryset = Goal.objects.select_related("parent")
    serializer_class = vocabularies.GoalSerializer
    shape = rows.GOALS
    orderings = {"order": ("order", "id")}
    lookup_field = "code"
    lookup_value_regex = "[0-9a-zA-Z.]{1,5}"
    spell = str.lower


@schema.described()
class OrganisationResource(Resource):
    """Organisations that have judged or lead, and may be named. One under a collective name is in no list."""

    queryset = Organisation.objects.filter(collective_name="")
    serializer_class = vocabularies.OrganisationSerializer
    shape, filters = rows.ORGANISATIONS, tables.ORGANISATIONS
    orderings = {"slug": ("slug",)}
    reads = ("sample",)
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,80}"

    def get_queryset(self) -> QuerySet[Organisation]:
        spoken = Assessment.objects.filter(
            voice=OuterRef("pk"), recommendation__in=Recommendation.objects.visible_to(self.reader)
        )
        leads = Lead.objects.filter(organisation=OuterRef("pk"))
        if not self.reader.samples:
            leads = leads.filter(is_sample=False)
        return super().get_queryset().filter(Exists(spoken) | Exists(leads))
