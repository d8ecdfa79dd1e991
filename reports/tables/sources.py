"""Pieces of SQL that several tables share."""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.urls import reverse

from accounts.reader import Reader
from recommendations.models import Assessment


def address(noun: str, path: str) -> Callable[[Reader], Any]:
    """The permanent address of the page about a thing that a column names."""

    def source(reader: Reader) -> Any:  # addresses are known only once the program runs
        key = "0key0"
        before, _, after = f"{settings.SITE_URL}{reverse(f'{noun}-detail', args=[key])}".rpartition(key)
        return Concat(Value(before), F(path), Value(after), output_field=CharField())

    return source


def review_key(path: str) -> Any:
    """The name of a review in addresses, such as 48-KAZ; `path` leads to the review and ends in two underscores."""
    number = Cast(F(f"{path}session__number"), CharField())
    return Concat(number, Value("-"), F(f"{path}state__iso3"), output_field=CharField())


def day_of(moment: str) -> TruncDate:
    """The day (UTC) of a moment: nobody can tell from an hour who was at work."""
    return TruncDate(moment, tzinfo=datetime.UTC)


def listed(rows: QuerySet[Any], link: str, path: str, *order: str) -> ArraySubquery:
    """Several values of one row, in order; `link` is the key by which they belong to it."""
    return ArraySubquery(rows.filter(**{link: OuterRef("pk")}).order_by(*order).values(path))


def count_of(rows: QuerySet[Any], link: str) -> Coalesce:
    """How many rows belong to one row; `link` is the key by which they do."""
    counted = rows.filter(**{link: OuterRef("pk")}).order_by().values(link).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def public_name(path: str) -> Any:
    """An organisation's name as the public may see it."""
    return Case(
        When(**{f"{path}collective_name": ""}, then=F(f"{path}name")),
        default=F(f"{path}collective_name"),
        output_field=CharField(),
    )


def public_slug(path: str) -> Any:
    """An organisation's name in addresses; null where it speaks under a collective name."""
    return Case(When(**{f"{path}collective_name": ""}, then=F(f"{path}slug")), output_field=CharField())


def lead(path: str | Callable[[str], Any]) -> Callable[[Reader], Any]:
    """A column of the lead assessment on the reader's day: kept beside the row today, looked up for another day."""
    make = path if callable(path) else lambda before: F(f"{before}{path}")

    def source(reader: Reader) -> Any:
        if not reader.is_clocked:
            return make("lead_assessment__")
        assessments = Assessment.objects.filter(pk=OuterRef("lead_id"))
        return Subquery(assessments.annotate(shown=make("")).values("shown"))

    return source
