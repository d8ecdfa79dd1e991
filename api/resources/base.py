"""What all resources share: a list and its details, whose parameters are checked before anything is looked up."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from api import addresses, pagination
from api.conditional import DATA
from api.filters import Table
from api.pagination import Order, Orderings
from api.parameters import check_names, flag, parts, reader_of
from api.rows.base import Found, Shape, rows
from recommendations.sql import Sql


class Resource(GenericViewSet[Any]):
    """A list and its details. Names that a subclass does not take are refused."""

    changes_with = DATA  # see api.conditional
    shape: ClassVar[Shape]  # what the rows of the list tell
    orderings: ClassVar[Orderings]  # the orders of the list, the first by default; see api.pagination.Order
    filters: ClassVar[Table] = {}
    detail_serializer: type[serializers.Serializer[Any]] | None = None
    reads: ClassVar[Sequence[str]] = ()  # parameters of the reader that matter here
    spell: ClassVar[Callable[[str], str]] = str  # how names in addresses are spelt, whichever case they are asked in

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request, self.names())
        self.kwargs = {name: type(self).spell(value) for name, value in self.kwargs.items()}
        self.reader = reader_of(request)

    def names(self) -> Iterable[str]:
        """The parameters that this address takes."""
        if self.action != "list":
            return self.reads
        return (*self.reads, *self.filters, "ordering", "fields", *self.expandable(), *pagination.OWN)

    def expandable(self) -> Iterable[str]:
        """The parameter that adds to a row, where there is something to add."""
        return ("expand",) if self.shape.expansions else ()

    def get_serializer_class(self) -> Any:
        return self.detail_serializer if self.action == "retrieve" and self.detail_serializer else self.serializer_class

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page of the list, made by one statement."""
        order, size = self.ordering(), pagination.page_size(request)
        cursor, names = pagination.opened(request), self.asked()
        narrowed = self.filter_queryset(self.get_queryset())
        counted = {"count": narrowed.count()} if flag(request, "count") else {}
        found = self.found(order.page(self.ordered(narrowed, order), cursor, size), order, names, size)
        following = pagination.next_page(request, found.last) if found.last else None
        results = [orjson.Fragment(text) for text, _keys in found.rows]
        return answer({**counted, **self.remarks(order), "next": following, "mark": found.mark, "results": results})

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """One of them, with its details."""
        return Response(self.get_serializer(self.get_object()).data)

    def filter_queryset(self, queryset: Any) -> Any:
        # A detail has one address and no filters.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def ordering(self) -> Order:
        """The order asked for."""
        return pagination.ordering(self.request, self.orderings)

    def ordered(self, narrowed: QuerySet[Any], order: Order) -> QuerySet[Any]:
        """The queryset with whatever the order looks at."""
        return narrowed

    def remarks(self, order: Order) -> Mapping[str, Any]:
        """What an answer says beside its rows."""
        return {}

    def asked(self, columns: Collection[str] = ()) -> Sequence[str]:
        """The columns and expansions asked for; all columns unless `fields` names some. Raises BadParameter."""
        known = columns or self.shape.columns
        chosen = [
            *(parts(self.request, "fields", known) or known),
            *parts(self.request, "expand", self.shape.expansions),
        ]
        return list(dict.fromkeys(chosen))

    def found(self, page: QuerySet[Any], order: Order, names: Sequence[str], size: int) -> Found:
        """The rows of a page."""
        shape, tables = self.made_of(names)
        site = addresses.absolute("", self.request)
        return rows(shape, page, order.keys, names, size=size, descending=order.descending, site=site, tables=tables)

    def made_of(self, names: Collection[str]) -> tuple[Shape, Mapping[str, Sql]]:
        """The shape of the rows, and the further tables that these columns and expansions read."""
        return self.shape, {}


def answer(content: Any) -> HttpResponse:
    """JSON as it stands: there is one form of it, and nothing to negotiate."""
    return HttpResponse(orjson.dumps(content), content_type="application/json")
