"""Pages by cursor: where the last page ended, not how many rows to skip; page 1,000 costs what page 1 costs."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from api import addresses
from api.errors import bad_value
from api.parameters import one_of, query_parameter

PAGE_SIZE, LARGEST_PAGE = 50, 200
PAGE_SIZES = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
OWN = ("cursor", "page_size", "count")  # parameters of paging; all others are the question itself
Orderings = Mapping[str, Sequence[str]]


class Order(NamedTuple):
    """An order of a list: paths of columns, never null, that tell any two rows apart; all up, or all down."""

    name: str
    keys: Sequence[str]
    descending: bool = False

    def page(self, queryset: QuerySet[Any], cursor: Sequence[Any] | None, size: int) -> QuerySet[Any]:
        """The rows after those keys in this order, one more than fits: it tells whether there is another page."""
        if cursor is not None:
            queryset = queryset.filter(after(self.keys, cursor, descending=self.descending))
        sign = "-" if self.descending else ""
        return queryset.order_by(*(f"{sign}{key}" for key in self.keys))[: size + 1]


class CursorPages(BasePagination):
    """What the schema says of pages; `api.resources.base` makes them."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        next_page = {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."}
        counted = {"type": "integer", "description": "How many there are in all; only with count=true."}
        mark = {"type": "integer", "description": "The position of the feed that this page shows the state of."}
        ranked = {
            "type": "integer",
            "description": "Only in the order of relevance: so many matches are ranked at most, the newest.",
        }
        return {
            "type": "object",
            "required": ["next", "mark", "results"],
            "properties": {"count": counted, "ranked": ranked, "next": next_page, "mark": mark, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        flag_type = {"type": "boolean", "default": False}
        orders = {"type": "string", "enum": choices(view.orderings)}
        return [
            query_parameter("ordering", orders, _about_orders(view.orderings)),
            query_parameter("page_size", PAGE_SIZES, "Rows of a page."),
            query_parameter("cursor", {"type": "string"}, "Where the page begins, as `next` of the page before says."),
            query_parameter("count", flag_type, "Whether to count all rows."),
        ]


RELEVANCE = "relevance"  # has one direction only


def _about_orders(orderings: Orderings) -> str:
    """What the schema says of `ordering`. No default: programs would send it, and a search would not be ranked."""
    first = next(iter(orderings))
    usual = f"By `{first}` unless named" + (", a search for words by `relevance`." if RELEVANCE in orderings else ".")
    return f"The order of the rows; “-” turns it round. {usual}"


def choices(orderings: Orderings) -> list[str]:
    """The values of `ordering`."""
    return [f"{sign}{name}" for name in orderings for sign in ("", "-") if not (sign and name == RELEVANCE)]


def ordering(request: Request, orderings: Orderings) -> Order:
    """The order asked for, the first by default. Raises BadParameter."""
    value = one_of(request, "ordering", choices(orderings))
    name = value.removeprefix("-")
    return Order(name, orderings[name], descending=value != name or name == RELEVANCE)


class Row(Func):
    """Several columns compared as one: (a, b) > (1, 2), which one index answers."""

    template = "(%(expressions)s)"


def after(keys: Sequence[str], values: Sequence[Any], *, descending: bool = False) -> Func:
    """The condition that a row comes after these keys."""
    columns, bounds = Row(*map(F, keys)), Row(*map(Value, values))
    sign = " < " if descending else " > "
    return Func(columns, bounds, template="(%(expressions)s)", arg_joiner=sign, output_field=BooleanField())


def signer(request: Request) -> signing.Signer:
    """Signs cursors of this question: the path and every parameter but those of paging."""
    question = sorted((name, values) for name, values in request.query_params.lists() if name not in OWN)
    return signing.Signer(salt=f"api.cursor {request.path} {question}")


def next_page(request: Request, keys: Sequence[Any]) -> str:
    """Where the page after a row with these keys is."""
    query = request.query_params.copy()
    plain = [key.isoformat() if isinstance(key, datetime.date) else key for key in keys]
    query["cursor"] = signer(request).sign_object(plain, compress=False)
    query.pop("count", None)  # counted once; later pages need not count again
    return addresses.absolute(f"{request.path}?{query.urlencode()}", request)


def opened(request: Request) -> list[Any] | None:
    """The keys in the cursor, if there is one. Raises BadParameter for one not given out for this question."""
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
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
