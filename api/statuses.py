"""The statuses: a closed list, with the crosswalk to other scales."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.conditional import CODE
from api.errors import PROBLEM
from api.parameters import check_names
from api.schema import refusal
from api.serializers.statuses import StatusesSerializer, statuses


class StatusView(APIView):
    """The statuses there are, and the nearest that other scales have. "Not Assessed" is no status: it is none."""

    changes_with = CODE

    @extend_schema(
        operation_id="statuses_list",
        responses={200: StatusesSerializer, (400, PROBLEM): refusal("No parameter is taken here.")},
        tags=["statuses"],
    )
    def get(self, request: Request) -> Response:
        check_names(request, ())
        return Response(StatusesSerializer({"next": None, "results": statuses()}).data)
