"""Cursor pages."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.urls import resolve

from accounts.reader import PUBLIC
from api.pagination import Order
from api.resources.recommendations import RecommendationResource
from api.urls import router
from recommendations.models import Recommendation
from tests import factories as make
from tests.api.conftest import ADDED, Api


def follow(api: Api, path: str, key: str, **params: Any) -> list[Any]:
    """The keys of all rows, page after page."""
    found: list[Any] = []
    page = api.get(path, **params)
    for _page in range(100):
        found += [row[key] for row in page["results"]]
        if page["next"] is None:
            return found
        page = api.get(page["next"].removeprefix("https://tracker.example/api/v1/"))
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("page_size", [1, 2, 7])
def test_pages_hold_every_row_once_and_in_order(page_size: int, api: Api, world: SimpleNamespace) -> None:
    for number in range(12):
        make.make_recommendation(world.other if number % 2 else world.review, f"150.{number}")
    whole = api.ids(page_size=200)
    assert len(whole) == 15
    assert follow(api, "recommendations/", "public_id", page_size=page_size) == whole


KEYS = {"states": "iso3", "reviews": "key", "issues": "slug", "goals": "code", "events": "id", "documents": "key"}
KEYS |= {"positions": "id", "assessments": "id"}


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_every_list_is_paged_in_both_directions(name: str, key: str, api: Api, world: SimpleNamespace) -> None:
    whole = [row[key] for row in api.get(f"{name}/")["results"]]
    assert len(whole) > 1
    order = parameters_of(name)[0]
    assert follow(api, f"{name}/", key, page_size=1) == whole
    assert follow(api, f"{name}/", key, page_size=1, ordering=f"-{order}") == whole[::-1]


def parameters_of(name: str) -> list[str]:
    """The orders that a list has, the one by default first."""
    match = resolve(f"/api/v1/{name}/")
    return list(match.func.cls.orderings)  # type: ignore[attr-defined]


ORDERINGS = RecommendationResource.orderings


@pytest.mark.parametrize("ordering", [f"{sign}{name}" for name in ("state", "session", "added") for sign in ("", "-")])
def test_every_order_visits_each_row_once_while_others_are_added(
    ordering: str, api: Api, world: SimpleNamespace
) -> None:
    for number in range(6):
        review = world.other if number % 2 else world.review
        make.make_recommendation(review, f"150.{number}", added_at=ADDED)
    before = api.ids(page_size=200, ordering=ordering)
    found: list[str] = []
    page = api.get("recommendations/", page_size=1, ordering=ordering)
    for number in range(100):
        found += [row["public_id"] for row in page["results"]]
        make.make_recommendation(world.other if number % 2 else world.review, f"{200 + number}.1")
        if page["next"] is None:
            break
        page = api.get(page["next"].removeprefix("https://tracker.example/api/v1/"))
    assert len(found) == len(set(found))
    assert [public_id for public_id in found if public_id in set(before)] == before


@pytest.mark.parametrize("name", ["state", "session", "added"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_is_that_of_an_index(name: str, sign: str, api: Api, world: SimpleNamespace) -> None:
    order = Order(name, ORDERINGS[name], descending=bool(sign))
    rows = Recommendation.objects.visible_to(PUBLIC)
    keys = list(rows.values_list(*order.keys).first() or ())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    for cursor_keys in (None, [str(key) for key in keys]):
        plan = order.page(rows, cursor_keys, 50).explain()
        assert f"using recommendation_by_{name}" in plan
        assert "Sort" not in plan
        if cursor_keys:
            assert "Index Cond: (ROW(" in plan


def test_every_key_is_never_null_and_the_last_is_unique() -> None:
    for resource in all_resources():
        for keys in resource.orderings.values():
            if "rank" in keys:
                continue
            model = resource.queryset.model
            for path in keys:
                assert not field_of(model, path).null, (resource, path)
            # Two columns may tell rows apart together, as session and State do of reviews.
            together = {tuple(sorted(rule.fields)) for rule in model._meta.constraints if hasattr(rule, "fields")}
            bare = tuple(sorted(path.partition("__")[0] for path in keys))
            assert field_of(model, keys[-1]).unique or bare in together, resource


def all_resources() -> list[Any]:
    """Every list of the router."""
    return [viewset for _prefix, viewset, _name in router.registry]


def field_of(model: Any, path: str) -> Any:
    """The column at the end of a path."""
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(last)


@pytest.mark.parametrize(
    ("ordering", "says"), [("colour", "state"), ("relevance", "search"), ("--state", "state"), ("-relevance", "state")]
)
def test_unknown_order_is_refused(ordering: str, says: str, api: Api, world: SimpleNamespace) -> None:
    problem = api.get("recommendations/", expect=400, ordering=ordering)
    assert problem["parameter"] == "ordering"
    assert says in json.dumps(problem)


def test_rows_added_meanwhile_neither_repeat_nor_hide_others(api: Api, world: SimpleNamespace) -> None:
    first = api.get("recommendations/", state="KAZ", page_size=1)
    make.make_recommendation(world.review, "1.1")  # comes before the first page's end
    rest = api.get(first["next"].removeprefix("https://tracker.example/api/v1/"))
    assert [row["public_id"] for row in rest["results"]] == ["second22"]


def test_count_is_given_only_when_asked_for(api: Api, world: SimpleNamespace) -> None:
    assert "count" not in api.get("recommendations/")
    assert api.get("recommendations/", count="true", page_size=1)["count"] == 3
    assert api.get("recommendations/", count="true", state="SVN")["count"] == 1


def test_next_keeps_the_question(api: Api, world: SimpleNamespace) -> None:
    address = api.get("recommendations/", state="KAZ", response="noted,supported", page_size=1, count="true")["next"]
    assert address.startswith("https://tracker.example/api/v1/recommendations/?")
    assert "state=KAZ" in address
    assert "count" not in address


def test_cursor_of_another_question_is_refused(api: Api, world: SimpleNamespace) -> None:
    cursor = api.get("recommendations/", page_size=1)["next"].partition("cursor=")[2]
    assert api.get("recommendations/?state=KAZ&cursor=" + cursor, expect=400)["parameter"] == "cursor"
    assert api.get("issues/?cursor=" + cursor, expect=400)["parameter"] == "cursor"


@pytest.mark.parametrize("size", ["0", "-1", "201", "1000000000", "9" * 5000, "ten", "1.5", "٣", " 5"])
def test_page_size_out_of_bounds_is_refused(size: str, api: Api) -> None:
    problem = api.get("recommendations/", expect=400, page_size=size)
    assert (problem["parameter"], problem["maximum"]) == ("page_size", 200)


def test_page_size_of_200_is_taken(api: Api) -> None:
    assert api.get("recommendations/", page_size=200) == {"next": None, "mark": 0, "results": []}
