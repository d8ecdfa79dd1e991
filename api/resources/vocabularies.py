"""What recommendations are sorted by: States, sessions, issues, groups of persons, goals."""

from django.db.models import Prefetch, QuerySet

from api import filters, schema
from api.resources.base import Resource
from api.serializers import vocabularies
from api.serializers.common import GroupSerializer
from issues.models import Goal, Issue, PersonGroup
from reviews.models import Review, Session
from states.models import State


@schema.described()
class StateResource(Resource):
    """States under review and States that recommend."""

    queryset = State.objects.all()
    serializer_class = vocabularies.StateSerializer
    detail_serializer = vocabularies.StateDetailSerializer
    filterset_class = filters.StateFilters
    keyset = ("iso3",)
    lookup_field = "iso3"
    lookup_value_regex = "[A-Z]{3}"

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
    filterset_class = filters.SessionFilters
    keyset = ("number",)
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
    filterset_class = filters.IssueFilters
    keyset = ("slug",)
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,120}"

    def get_queryset(self) -> QuerySet[Issue]:
        return super().get_queryset().prefetch_related(*(("aliases",) if self.action == "retrieve" else ()))


@schema.described()
class GroupResource(Resource):
    """Groups of persons."""

    queryset = PersonGroup.objects.all()
    serializer_class = GroupSerializer
    keyset = ("code",)
    lookup_field = "code"
    lookup_value_regex = "[-a-zA-Z0-9_.]{1,80}"


@schema.described()
class GoalResource(Resource):
    """Sustainable Development Goals and their targets."""

    queryset = Goal.objects.select_related("parent")
    serializer_class = vocabularies.GoalSerializer
    keyset = ("order", "id")
    lookup_field = "code"
    lookup_value_regex = "[0-9a-z.]{1,5}"
