"""What is no resource: the list of resources, and the schema."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api import addresses, schema
from api.conditional import CODE
from api.parameters import check_names


class RootView(APIView):
    """Every address that can be asked without knowing a name; what is one of a list stands below its list."""

    changes_with = CODE
    LISTS = "states sessions reviews recommendations documents positions assessments organisations"
    LISTS += " dyads issues groups goals events releases"
    OTHERS: ClassVar = {
        "release_latest": "release-latest",
        "facets": "recommendation-facets",
        "aggregate": "recommendation-aggregate",
        "recommendations_csv": "recommendation-csv",
        "recommendations_jsonl": "recommendation-jsonl",
        "dyads_csv": "dyad-csv",
        "exports": "exports",
        "statuses": "statuses",
        "changes": "changes",
        "schema": "schema",
        "docs": "docs",
    }

    @extend_schema(responses=schema.RootSerializer, tags=["root"])
    def get(self, request: Request) -> Response:
        check_names(request, ())
        lists = {name: addresses.resource(f"{name.removesuffix('s')}-list", request) for name in self.LISTS.split()}
        others = {name: addresses.resource(route, request) for name, route in self.OTHERS.items()}
        return Response(lists | others)


class SchemaView(SpectacularAPIView):
    """The OpenAPI schema, in YAML or JSON as the Accept header asks."""

    changes_with = CODE

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_names(request, ())
        return self._get_schema_response(request)  # type: ignore[no-any-return, no-untyped-call]
