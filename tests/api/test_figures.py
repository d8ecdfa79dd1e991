"""Facets and aggregates at their addresses: what they answer, refuse and cost. The numbers: tests/recommendations."""

import datetime
import json
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.serializers.figures import FacetsSerializer
from recommendations.models import Mention
from tests import factories as make
from tests.api.conftest import Api

FACETS, AGGREGATE = "recommendations/facets/", "recommendations/aggregate/"
FACET_QUERIES = 4  # the mark of the data; reviews, terms, numbers
CELL_QUERIES = 2  # the mark of the data; the numbers


def numbers(answer: Any, name: str) -> dict[str, int]:
    """One facet of an answer."""
    found = [facet for facet in answer["facets"] if facet["name"] == name]
    return {value["value"]: value["n"] for facet in found for value in facet["values"]}


def test_facets_leave_their_own_filter_out(api: Api, world: SimpleNamespace) -> None:
    answer = api.get(FACETS, response="noted")
    assert answer["total"] == 1
    assert numbers(answer, "response") == {"supported": 1, "noted": 1}
    assert numbers(answer, "status") == {"monitoring_phase": 1}
    assert {facet["unit"] for facet in answer["facets"]} == {"recommendation"}
    assert not answer["approximate"]


def test_facets_are_what_the_schema_says(api: Api, world: SimpleNamespace) -> None:
    answer = api.get(FACETS, response="noted")
    assert json.loads(orjson.dumps(FacetsSerializer(answer).data)) == answer


def test_facets_choose_some_and_move_with_the_clock(api: Api, world: SimpleNamespace) -> None:
    then = api.get(FACETS, as_of="2025-02-15", facets="status,voice")
    assert [facet["name"] for facet in then["facets"]] == ["status", "voice"]
    assert numbers(then, "status") == {"not_started": 1, "not_assessed": 2}
    before = api.get(FACETS, known_on="2025-07-01", facets="status")
    assert numbers(before, "status") == {"not_assessed": 3}  # published a day later


def test_no_facet_names_a_hidden_organisation(api: Api, world: SimpleNamespace) -> None:
    assert numbers(api.get(FACETS), "voice") == {"watchers": 2}
    cells = api.get(AGGREGATE, group_by="voice")["cells"]
    assert {cell["voice"] for cell in cells} == {"watchers", "(collective)", None}


def test_samples_are_counted_only_when_asked_for(api: Api, world: SimpleNamespace) -> None:
    assert (api.get(FACETS)["total"], api.get(FACETS, sample="true")["total"]) == (3, 4)
    assert (api.get(AGGREGATE, group_by="state")["n"], api.get(AGGREGATE, group_by="state", sample="true")["n"]) == (
        3,
        4,
    )


@pytest.mark.parametrize(
    ("path", "params", "most"),
    [
        (FACETS, {}, FACET_QUERIES),
        (AGGREGATE, {"group_by": "state,status"}, CELL_QUERIES),
        (AGGREGATE, {"over": "month"}, CELL_QUERIES + 1),  # from when on
        (AGGREGATE, {"group_by": "state", "measure": "index"}, CELL_QUERIES + 2),  # indices, and kinds of voices
    ],
)
def test_query_budget(api: Api, world: SimpleNamespace, path: str, params: dict[str, Any], most: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        api.get(path, **params)
    assert len(queries) <= most, [query["sql"][:200] for query in queries]


def test_over_session_is_a_dimension(api: Api, world: SimpleNamespace) -> None:
    answer = api.get(AGGREGATE, over="session", group_by="response")
    assert answer["group_by"] == ["session", "response"]
    assert {"session": 48, "response": "noted", "n": 1} in answer["cells"]


def test_over_month_says_how_it_stood(api: Api, world: SimpleNamespace) -> None:
    answer = api.get(AGGREGATE, over="month", state="KAZ", as_of="2025-06-10")
    stood = {(cell["at"], cell["status"]): cell["n"] for cell in answer["cells"]}
    assert stood["2025-02-28", "not_started"] == stood["2025-02-28", "not_assessed"] == 1
    assert stood["2025-06-10", "in_progress"] == stood["2025-06-10", "monitoring_phase"] == 1
    assert answer["n"] == answer["total_distinct"] == 2


def test_mentions_are_counted_apart_and_said_to_be_inferred(api: Api, world: SimpleNamespace) -> None:
    export = make.make_document(world.review, kind="upr_info")
    for key, match, found in (("a", "same_text", world.first), ("b", "none", None), ("c", "none", None)):
        Mention.objects.create(
            review=world.review,
            recommendation=found,
            match=match,
            document=export,
            place="line 2",
            key=key,
            text="End torture",
            text_key="t",
            state=world.fra if key != "c" else None,
            response="supported",
            removed_at=None,
        )
    Mention.objects.filter(key="c").update(removed_at=datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC))
    answer = api.get(AGGREGATE, unit="mention", group_by="recommending_state")
    assert answer["unit"] == "mention"
    assert answer["cells"] == [{"recommending_state": "FRA", "n": 2, "attached": 1, "inferred": 1}]
    assert api.get(AGGREGATE, unit="mention", group_by="state", recommending_state="BOL")["cells"] == []
    assert api.get(AGGREGATE, group_by="state")["n"] == 3  # in no count of recommendations


@pytest.mark.parametrize(
    ("path", "params", "parameter"),
    [
        (FACETS, {"facets": "colour"}, "facets"),
        (FACETS, {"status": "done"}, "status"),
        (FACETS, {"known_on": "2999-01-01"}, "known_on"),
        (FACETS, {"page_size": "10"}, "page_size"),
        (AGGREGATE, {}, "group_by"),
        (AGGREGATE, {"group_by": "text"}, "group_by"),
        (AGGREGATE, {"group_by": "state,issue,goal"}, "group_by"),
        (AGGREGATE, {"group_by": "state", "unit": "word"}, "unit"),
        (AGGREGATE, {"over": "week"}, "over"),
        (AGGREGATE, {"over": "month", "measure": "index"}, "measure"),
        (AGGREGATE, {"group_by": "state", "unit": "dyad", "measure": "index"}, "measure"),
        (AGGREGATE, {"group_by": "state", "unit": "mention", "as_of": "2025-01-01"}, "as_of"),
        (AGGREGATE, {"group_by": "status", "unit": "mention"}, "group_by"),
        (AGGREGATE, {"over": "month", "unit": "mention"}, "over"),
    ],
)
def test_what_cannot_be_asked(
    api: Api, world: SimpleNamespace, path: str, params: dict[str, str], parameter: str
) -> None:
    problem = api.get(path, expect=400, **params)
    assert problem["parameter"] == parameter
    assert problem["detail"]


def test_a_table_too_large_is_refused(api: Api, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommendations.aggregates.MOST_CELLS", 1)
    problem = api.get(AGGREGATE, expect=400, group_by="state")
    assert problem["type"].endswith("too-many-cells")


def test_series_runs_between_two_days(api: Api, world: SimpleNamespace) -> None:
    found = api.get(f"{AGGREGATE}?over=month&from=2025-05-04&to=2025-07-10")
    assert sorted({cell["at"] for cell in found["cells"]}) == ["2025-05-31", "2025-06-30", "2025-07-10"]


def test_no_series_begins_before_the_first_session(api: Api, world: SimpleNamespace) -> None:
    cells = api.get(f"{AGGREGATE}?over=year&from=0001-01-01")["cells"]
    assert cells
    assert cells[0]["at"] >= "2008-12-31"
    assert api.get(f"{AGGREGATE}?over=year&from=0001-01-01&to=0001-01-02")["cells"] == []


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("over=month&from=2025-05-04&to=2025-05-03", "from"),
        ("over=session&from=2025-05-04", "from"),
        ("over=year&from=2025-06-01&as_of=2025-03-01", "from"),
        ("over=year&from=2025-06-01&known_on=2025-03-01", "from"),
        ("over=month&status=in_progress", "status"),
        ("over=year&voice__not=watchers", "voice__not"),
        ("group_by=state&to=2025-05-04", "to"),
        ("over=month&to=soon", "to"),
        ("over=month&to=2999-01-01", "to"),
    ],
)
def test_days_of_a_series_that_cannot_be_are_refused(api: Api, world: SimpleNamespace, asked: str, name: str) -> None:
    assert api.get(f"{AGGREGATE}?{asked}", expect=400)["parameter"] == name
