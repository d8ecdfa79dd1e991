"""Cursor pages."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests import factories as make
from tests.api.conftest import Api


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


@pytest.mark.parametrize(
    ("path", "key"),
    [("states/", "iso3"), ("reviews/", "key"), ("issues/", "slug"), ("goals/", "code"), ("events/", "id")],
)
def test_every_list_is_paged(path: str, key: str, api: Api, world: SimpleNamespace) -> None:
    whole = [row[key] for row in api.get(path)["results"]]
    assert len(whole) > 1
    assert follow(api, path, key, page_size=1) == whole


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
    assert api.get("recommendations/", page_size=200) == {"next": None, "results": []}
