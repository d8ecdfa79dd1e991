"""Pages by cursor: where the last page ended, not how many rows to skip; page 1,000 costs what page 1 costs."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db.models import BooleanField, F, Func, Model, Value
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from api import addresses
from api.errors import bad_value
from api.parameters import flag

PAGE_SIZE, LARGEST_PAGE = 50, 200
PAGE_SIZES = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
OWN = ("cursor", "page_size", "count")  # parameters of paging; all others are the question itself


class CursorPages(BasePagination):
    """Rows in the order of the view's `keyset`: columns, never null, all ascending, that tell any two rows apart.

    A cursor holds the keys of the last row served, signed together with the question, so that it cannot be made up nor
    be carried to another question.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        keyset: Sequence[str] = view.keyset
        self.request, size = request, page_size(request)
        self.count = queryset.count() if flag(request, "count") else None
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(after(keyset, opened(cursor, request)))
        rows = list(queryset.order_by(*keyset)[: size + 1])
        self.next = self.address(keys(rows[size - 1], keyset)) if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        counted = {} if self.count is None else {"count": self.count}
        return Response({**counted, "next": self.next, "results": data})

    def address(self, values: list[Any]) -> str:
        """Where the next page is."""
        query = self.request.query_params.copy()
        query["cursor"] = signer(self.request).sign_object(values, compress=False)
        query.pop("count", None)  # counted once; later pages need not count again
        return addresses.absolute(f"{self.request.path}?{query.urlencode()}", self.request)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        next_page = {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."}
        counted = {"type": "integer", "description": "How many there are in all; only with count=true."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"count": counted, "next": next_page, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        flag_type = {"type": "boolean", "default": False}
        return [
            query_parameter("page_size", PAGE_SIZES, "Rows of a page."),
            query_parameter("cursor", {"type": "string"}, "Where the page begins, as `next` of the page before says."),
            query_parameter("count", flag_type, "Whether to count all rows."),
        ]


class Row(Func):
    """Several columns compared as one: (a, b) > (1, 2), which one index answers."""

    template = "(%(expressions)s)"


def after(keyset: Sequence[str], values: Sequence[Any]) -> Func:
    """The condition that a row comes after these keys."""
    columns, bounds = Row(*map(F, keyset)), Row(*map(Value, values))
    return Func(columns, bounds, template="(%(expressions)s)", arg_joiner=" > ", output_field=BooleanField())


def keys(row: Model, keyset: Sequence[str]) -> list[Any]:
    """The keys of a row, as they go into a cursor."""
    found: list[Any] = []
    for path in keyset:
        value: Any = row
        for name in path.split("__"):
            value = getattr(value, name)
        found.append(value.isoformat() if isinstance(value, datetime.date) else value)
    return found


def signer(request: Request) -> signing.Signer:
    """Signs cursors of this question: the path and every parameter but those of paging."""
    question = sorted((name, values) for name, values in request.query_params.lists() if name not in OWN)
    return signing.Signer(salt=f"api.cursor {request.path} {question}")


def opened(cursor: str, request: Request) -> list[Any]:
    """The keys in a cursor. Raises BadParameter for one that was not given out for this question."""
    try:
        return list(signer(request).unsign_object(cursor))
    except (signing.BadSignature, ValueError):
        detail = _("This cursor was not given out for this question. Follow “next”, or begin without a cursor.")
        raise bad_value("cursor", cursor, detail) from None


def page_size(request: Request) -> int:
    """How many rows a page holds. Raises BadParameter."""
    value = request.query_params.get("page_size", str(PAGE_SIZE))
    size = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
    if not 1 <= size <= LARGEST_PAGE:
        detail = _("“page_size” is a whole number from 1 to %(largest)d.") % {"largest": LARGEST_PAGE}
        raise bad_value("page_size", value, detail, minimum=1, maximum=LARGEST_PAGE)
    return size


def query_parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """A parameter as OpenAPI describes it."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
