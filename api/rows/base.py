"""How a list is made: the page that a queryset finds, then a JSON text of each of its rows.

The queryset filters, orders and limits: filters and clocks live there, once. The shape says in SQL what a row tells.
The feed's position is read with the page, so that whatever changes after the mark is found by whoever asks again.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from psycopg import Cursor

from history import feed
from recommendations.sql import Sql
from recommendations.sql import rows as found_by

EMPTY = "empty"  # the column that says why others are
IN_PAGE = RawSQL("SELECT pk FROM page", [])  # for the queryset of a further table: `recommendation__in=IN_PAGE`


@dataclass(frozen=True)
class Column:
    """A field of a row: its value in SQL, over the alias `r` and those of `joins`; and why it is empty, where it is."""

    sql: str | Callable[[], str]
    joins: tuple[str, ...] = ()
    empty: Sequence[str] = ()  # `why` it, or a part of it, is empty

    @property
    def value(self) -> str:
        """The value in SQL; an address is known only when all addresses are."""
        return self.sql if isinstance(self.sql, str) else self.sql()


@dataclass(frozen=True, eq=False)
class Shape:
    """What the rows of a list tell: its `columns`, and of its `expansions` those that are asked for."""

    table: str
    columns: Mapping[str, Column]
    joins: Mapping[str, str] = field(default_factory=dict)
    expansions: Mapping[str, Column] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """A column or expansion by its name."""
        return self.columns.get(name) or self.expansions[name]


Row = tuple[
    int, int | None, list[Any]
]  # its id, that of its lead assessment on another day, and the keys that order it


class Found(NamedTuple):
    """The rows of a page, each as JSON with the keys that order it; the feed's position before; whether more follow."""

    mark: int
    rows: list[tuple[str, list[Any]]]
    last: list[Any] | None  # the keys of the last row of the page, where there is another page


def rows(
    shape: Shape,
    page: QuerySet[Any],
    keys: Sequence[str],
    names: Sequence[str],
    *,
    size: int,
    descending: bool = False,
    site: str = "",
    tables: Mapping[str, Sql] | None = None,
) -> Found:
    """The first `size` rows of an ordered, limited queryset, with the columns and expansions of these names; 2 queries.

    `keys` are the paths by which the queryset is ordered; `site` begins every address; `tables` are further
    questions, by the name under which an expansion reads them.
    """
    found = page_of(question_of(page, keys, descending=descending))
    return told(shape, found, names, size=size, site=site, tables=tables)


def question_of(page: QuerySet[Any], keys: Sequence[str], *, descending: bool = False) -> Sql:
    """The feed's position and, of the same moment, which rows are on the page, in their order."""
    lead = "lead_id" if "lead_id" in page.query.annotations else "pk"
    numbered = {f"k{number}": F(path) for number, path in enumerate(keys)}
    sql, params = page.values("pk", lead=F(lead), **numbered).query.sql_with_params()
    order = ", ".join(f"page.{name}{' DESC' if descending else ''}" for name in numbered)
    return Sql(
        f"""
        SELECT coalesce(m.position, 0), page.pk, page.lead, {", ".join(f"page.{name}" for name in numbered)}
        FROM (SELECT) AS one LEFT JOIN ({feed.NEWEST_TOLD}) m ON true
        LEFT JOIN ({sql}) page ON true ORDER BY {order}
        """,
        tuple(params),
    )


def page_of(question: Sql, *, prepare: bool = False) -> tuple[int, list[Row]]:
    """What such a question finds. To prepare it pays where the same one is asked again with other values."""
    answer = prepared(*question) if prepare else found_by(*question)
    return answer[0][0], [(pk, lead, given) for _mark, pk, lead, *given in answer if pk is not None]


def told(
    shape: Shape,
    page: tuple[int, Sequence[Row]],
    names: Sequence[str],
    *,
    size: int,
    site: str = "",
    tables: Mapping[str, Sql] | None = None,
) -> Found:
    """The first `size` rows of a page, with these columns and expansions."""
    mark, found = page
    shown = found[:size]
    texts = assembled(shape, tuple(names), shown, site, tables or {}) if shown else {}
    last = shown[-1][2] if len(found) > size else None  # also where that row has gone since the first statement
    return Found(mark, [(texts[pk], given) for pk, _lead, given in shown if pk in texts], last)


def assembled(
    shape: Shape, names: tuple[str, ...], page: Sequence[Row], site: str, tables: Mapping[str, Sql]
) -> dict[int, str]:
    """The JSON of each row of a page. The statement is a prepared one: to plan it takes longer than to run it."""
    given = "".join(f", {name} AS MATERIALIZED ({sql})" for name, (sql, _params) in tables.items())
    values = [value for _sql, params in tables.values() for value in params]
    statement = f"WITH page AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS page (pk, lead)){given} "
    ids, leads = [pk for pk, _lead, _keys in page], [lead for _pk, lead, _keys in page]
    return dict(prepared(statement + telling(shape, names), [ids, leads, *values, site]))


def prepared(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that each connection plans once."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        return cursor.execute(statement.encode(), values, prepare=True).fetchall()


@functools.lru_cache(maxsize=256)
def telling(shape: Shape, names: tuple[str, ...]) -> str:
    """What is told of each row of `page`."""
    chosen = {name: shape.column(name) for name in names}
    if EMPTY in chosen:
        chosen[EMPTY] = Column(reasons(chosen.values()))
    needed = dict.fromkeys(join for column in chosen.values() for join in column.joins)
    told = ", ".join(f'{column.value} AS "{name}"' for name, column in chosen.items())
    return f"""
        SELECT page.pk, row_to_json(x)::text
        FROM page CROSS JOIN (SELECT %s::text AS site) m
        JOIN {shape.table} r ON r.id = page.pk
        {" ".join(shape.joins[join] for join in needed)}
        CROSS JOIN LATERAL (SELECT {told}) x
    """


def reasons(columns: Iterable[Column]) -> str:
    """Why fields are empty: those that are, each with its reason."""
    given = [reason for column in columns for reason in column.empty]
    return f"('{{' || concat_ws(',', {', '.join(given)}) || '}}')::json" if given else "'{}'::json"


def why(name: str, test: str, reason: str) -> str:
    """One of the reasons: where the test holds, the field is empty for it."""
    return f"""CASE WHEN {test} THEN '"{name}":"{reason}"' END"""


def record(**fields: str) -> str:
    """A JSON object of SQL expressions; compact, unlike json_build_object."""
    return f"(SELECT row_to_json(j) FROM (SELECT {selected(fields)}) j)"


def listed(fields: Mapping[str, str], source: str) -> str:
    """A JSON array of objects, one for each row of a FROM clause with its ORDER BY."""
    return f"array_to_json(ARRAY(SELECT row_to_json(j) FROM (SELECT {selected(fields)} FROM {source}) j))"


def selected(fields: Mapping[str, str]) -> str:
    """A list of SELECT."""
    return ", ".join(f'{sql} AS "{name}"' for name, sql in fields.items())


def present(test: str, value: str) -> str:
    """A value where something is there, else null."""
    return f"CASE WHEN {test} THEN {value} END"


def address(noun: str, **keys: str) -> Callable[[], str]:
    """The permanent address of the page about a thing; a key is an example that its route takes, with the SQL of it."""

    def sql() -> str:
        pieces = [reverse(f"{noun}-detail", args=list(keys))]
        for example in keys:
            pieces = [*pieces[:-1], *pieces[-1].split(example)]
        parts = [f"'{pieces[0]}'"]
        for value, piece in zip(keys.values(), pieces[1:], strict=True):
            parts += [value, f"'{piece}'"]
        return f"m.site || {' || '.join(parts)}"

    return sql


def text(sql: str) -> str:
    """A text, or null where it is empty: an empty text would look like an answer."""
    return f"nullif({sql}, '')"


def day(sql: str) -> str:
    """The day (UTC) of a moment."""
    return f"({sql} AT TIME ZONE 'UTC')::date"


def organisation(alias: str) -> dict[str, str]:
    """An organisation under the name that the public may see."""
    return {
        "slug": present(f"{alias}.collective_name = ''", f"{alias}.slug"),
        "name": f"coalesce(nullif({alias}.collective_name, ''), {alias}.name)",
        "kind": f"{alias}.kind",
        "sample": f"{alias}.is_sample",
    }


def document(alias: str) -> dict[str, str]:
    """A document."""
    return {
        "key": f"{alias}.key",
        "kind": f"{alias}.kind",
        "title": f"{alias}.title",
        "symbol": text(f"{alias}.symbol"),
    }


def reference(kind: Mapping[str, str], alias: str) -> str:
    """An object about a joined row, or null where there is none."""
    return present(f"{alias}.id IS NOT NULL", record(**kind))
