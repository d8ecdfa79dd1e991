"""Facets: for any filter, how many recommendations have each value of each field.

A facet leaves its own filter out, so that a reader who chose one value sees what another would bring. Without a filter
the numbers are the kept ones (recommendations.counts); else one pass over the rows found.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from accounts.reader import Reader
from issues.models import Scheme
from recommendations import counts
from recommendations.facet_names import Term, names_of
from recommendations.models.facts import DRAW_BELOW
from recommendations.selection import FILTERS, NOT_ASSESSED
from recommendations.sql import Sql, picked, rows, said, statuses_then
from reviews.days import first_after
from reviews.selection import Params

CAP = 20_000  # rows counted one by one; beyond, an even sample of about as many


class Facet(NamedTuple):
    """A field to count by, named like its filter. `tag` is the kind of tag that it reads."""

    name: str
    tag: str
    repeats: bool = False  # one recommendation may have several values
    scheme: str = ""


def _facets() -> list[Facet]:
    reviewed = [Facet(name, "review") for name in ("state", "session", "cycle", "regional_group")]
    plain = [Facet(name, name) for name in ("response", "claim", "status", "action_category")]
    several = [Facet(name, name, repeats=True) for name in ("recommending_state", "voice", "group", "goal")]
    issues = [Facet("issue", "issue", repeats=True, scheme=scheme.value) for scheme in Scheme]
    return [*reviewed, *plain, *several, *issues]


FACETS = _facets()
NAMES = list(dict.fromkeys(facet.name for facet in FACETS))
CLOCKED = ("status", "voice")  # tags that another day changes
NEVER_EMPTY = ("state", "session", "cycle", "status")


@dataclass(frozen=True)
class Tally:
    """How many rows there are, and how many have each tag; of one in `one_in` of them, multiplied.

    Tags of the kinds in `exact` were counted in all rows nevertheless.
    """

    total: int
    tags: Mapping[str, int]
    one_in: int = 1
    exact: Sequence[str] = ()

    @cached_property
    def kinds(self) -> Mapping[str, Mapping[str, int]]:
        """The numbers by kind of tag and what stands behind its colon."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for tag, n in self.tags.items():
            kind, _colon, value = tag.partition(":")
            found[kind][value] = n
        return found


class Value(NamedTuple):
    """One value of a facet, as its filter takes it."""

    value: str
    label: str
    n: int


@dataclass(frozen=True)
class FacetCounts:
    """A facet with its numbers: `total` rows by the other filters, `total_distinct` of them with any value."""

    facet: Facet
    total: int
    total_distinct: int
    one_in: int
    values: list[Value] = field(default_factory=list)


def facets_of(params: Params, reader: Reader, names: Iterable[str] = NAMES) -> list[FacetCounts]:
    """The facets of a filter. Queries: two for names, and one or, on another day, two for each set of rows.

    Raises UnknownChoice for a value that a filter does not take.
    """
    wanted = [facet for facet in FACETS if facet.name in set(names)]
    sets: dict[tuple[str, ...], list[Facet]] = defaultdict(list)
    filters = {name: values for name, values in params.items() if name in FILTERS and FILTERS[name].split(values)}
    for facet in wanted:
        sets[tuple(name for name in filters if name.partition("__")[0] != facet.name)].append(facet)
    known = names_of({facet.tag for facet in wanted}, reader)
    found: list[FacetCounts] = []
    of_all: list[FacetCounts] = []
    for left, facets in sorted(sets.items(), key=lambda pair: len(pair[0])):
        others = {name: filters[name] for name in left}
        tally = tally_of(others, reader, sorted({facet.tag for facet in facets}), _many(others, of_all))
        found += [_counts(facet, tally, known) for facet in facets]
        of_all = of_all if left else list(found)
    return sorted(found, key=lambda counted: wanted.index(counted.facet))


def _many(params: Params, of_all: Iterable[FacetCounts]) -> int | None:
    """How many one filter finds, where a facet of everything has said so and they are many; else None.

    Few rows are counted with their tags, so that both are of one moment.
    """
    if len(params) != 1:
        return None
    ((name, given),) = params.items()
    values = {value.lower() for value in FILTERS[name].split(given)} if name in NAMES else set()
    own = [counted for counted in of_all if counted.facet.name == name]
    if any(counted.one_in > 1 or (len(values) > 1 and counted.facet.repeats) for counted in own):
        return None  # a part was counted; or those that have two of the values would count twice
    n = sum(value.n for counted in own for value in counted.values if value.value.lower() in values)
    return n if n > CAP else None


def total_of(params: Params, reader: Reader, found: Iterable[FacetCounts] = ()) -> int:
    """How many recommendations a filter finds; of its facets, any that has no filter of its own says so already."""
    own = {name.partition("__")[0] for name in params}
    for counted in found:
        if counted.facet.name not in own:
            return counted.total
    asked = picked(params, reader, ["id"])
    return int(rows(f"SELECT count(*) FROM ({asked.text}) p", asked.params)[0][0])


def tally_of(params: Params, reader: Reader, kinds: Sequence[str], many: int | None = None) -> Tally:
    """The tags of the rows that a filter finds; those of these kinds are as they were on the reader's day.

    `many`: how many rows there are, where that is known.
    """
    whole = not params and (reader.as_of is None or not first_after(reader.as_of).exists())
    tally = _kept(reader) if whole else _sampled(params, reader, many)
    moved = [kind for kind in kinds if kind in CLOCKED] if reader.is_clocked else []
    return _moved(tally, params, reader, moved) if moved else tally


def _kept(reader: Reader) -> Tally:
    tags = counts.kept(reader.samples)
    return Tally(sum(n for tag, n in tags.items() if tag.startswith("review:")), tags)


COUNTED = "SELECT count(*) AS total FROM ({}) p"
# An even part are the rows whose draw is below a bound, the same ones every time: a stretch of `recommendation_narrow`.
# The array lets the planner look tags up by key. Tags of kinds that nobody asked for are counted with the rest: to look
# at what each begins with costs more.
SAMPLED = """
    WITH size AS MATERIALIZED ({size}), part AS (
        SELECT total, greatest(1, ceil(total / %s::float8))::int AS one_in FROM size
    )
    SELECT NULL, total, one_in FROM part UNION ALL
    SELECT tag, count(*), 0 FROM recommendations_counted, unnest(tags) tag WHERE recommendation_id = ANY(ARRAY(
        SELECT id FROM ({picked}) p WHERE (hashint8(id) & {mask}) <= {mask} / (SELECT one_in FROM part)
    )) GROUP BY tag
"""


def _sampled(params: Params, reader: Reader, many: int | None) -> Tally:
    asked = picked(params, reader, ["id"])
    size = Sql("SELECT %s::bigint AS total", (many,)) if many else Sql(COUNTED.format(asked.text), asked.params)
    found = rows(
        SAMPLED.format(size=size.text, picked=asked.text, mask=DRAW_BELOW - 1), (*size.params, CAP, *asked.params)
    )
    total, one_in = next((total, one_in) for tag, total, one_in in found if tag is None)
    return Tally(total, {tag: n * one_in for tag, n, _one in found if tag is not None}, one_in)


def _moved(tally: Tally, params: Params, reader: Reader, kinds: Sequence[str]) -> Tally:
    """The tally with statuses and voices as they were on the reader's day; these are never sampled."""
    asked, held, then = picked(params, reader), said(reader), statuses_then(reader, "picked")
    parts = {
        "status": then,
        "voice": Sql(
            f"SELECT recommendation_id, voice_id FROM ({held.text}) a JOIN picked w ON w.id = a.recommendation_id",
            held.params,
        ),
    }
    text = f"WITH picked AS MATERIALIZED ({asked.text}), " + ", ".join(
        f"{kind} (id, value) AS MATERIALIZED ({parts[kind].text})" for kind in kinds
    )
    text += " UNION ALL ".join(
        f"SELECT '{kind}:' || value, count(DISTINCT id) FROM {kind} GROUP BY 1"
        f" UNION ALL SELECT 'any:{kind}', count(DISTINCT id) FROM {kind}"
        for kind in kinds
    )
    found = dict(rows(text, (*asked.params, *(value for kind in kinds for value in parts[kind].params))))
    still = {tag: n for tag, n in tally.tags.items() if tag.partition(":")[0] not in kinds and tag != "any:voice"}
    return Tally(tally.total, still | found, tally.one_in, kinds)


def _counts(facet: Facet, tally: Tally, known: Mapping[str, Mapping[str, Term]]) -> FacetCounts:
    numbers: dict[str, int] = defaultdict(int)  # by the value of the term
    terms: dict[str, Term] = {}
    of_facet = known[facet.name]
    for value, n in tally.kinds.get(facet.tag, {}).items():
        if n and (term := of_facet.get(value)) and term.scheme == facet.scheme:
            terms[term.value] = term
            numbers[term.value] += n
    having = tally.tags.get(f"any:{facet.scheme or facet.name}", 0) if facet.repeats else sum(numbers.values())
    if facet.name == "status" and tally.total > having:
        terms[NOT_ASSESSED] = of_facet[NOT_ASSESSED]
        numbers[NOT_ASSESSED] = tally.total - having
    having = tally.total if facet.name in NEVER_EMPTY else min(having, tally.total)
    one_in = 1 if facet.tag in tally.exact else tally.one_in
    ordered = sorted(terms.values(), key=attrgetter("order"))
    values = [Value(term.value, term.label, numbers[term.value]) for term in ordered]
    return FacetCounts(facet, tally.total, having, one_in, values)
