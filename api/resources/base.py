"""What all resources share: a list and its details, whose parameters are checked before anything is looked up."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from api import pagination
from api.conditional import DATA
from api.parameters import check_names, reader_of


class Resource(ReadOnlyModelViewSet[Any]):
    """A list and its details. Names that a subclass does not take are refused."""

    changes_with = DATA  # see api.conditional
    keyset: ClassVar[Sequence[str]]  # see api.pagination.CursorPages
    filterset_class: Any = None
    detail_serializer: type[serializers.Serializer[Any]] | None = None
    reads: ClassVar[Sequence[str]] = ()  # parameters of the reader that matter here

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request, self.names())
        self.reader = reader_of(request)

    def names(self) -> Iterable[str]:
        """The parameters that this address takes."""
        if self.action != "list":
            return self.reads
        filter_names = self.filterset_class.base_filters if self.filterset_class else ()
        return (*self.reads, *filter_names, *pagination.OWN)

    def get_serializer_class(self) -> Any:
        return self.detail_serializer if self.action == "retrieve" and self.detail_serializer else self.serializer_class

    def filter_queryset(self, queryset: Any) -> Any:
        # A detail has one address and no filters.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def paginate_queryset(self, queryset: Any) -> Any:
        rows = super().paginate_queryset(queryset)
        self.complete(rows or [])
        return rows

    def get_object(self) -> Any:
        found = super().get_object()
        self.complete([found])
        return found

    def complete(self, rows: Sequence[Any]) -> None:
        """Give the rows of an answer what their serializer reads besides columns."""
