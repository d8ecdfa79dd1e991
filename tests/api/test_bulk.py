"""Streams: every row of a question, disarmed, and an end that says whether it is one."""

import csv
import io
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import Error
from django.test import Client

from api import bulk
from api import lines as lines_view
from imports.formulas import rearm
from recommendations.models import Recommendation
from reports import streaming
from reports.tables import TABLES
from states.models import State
from tests.api.conftest import Api
from tests.api.test_errors import assert_problem


def lines(client: Client, path: str, **params: Any) -> tuple[list[dict[str, str]], str]:
    """The rows of a CSV stream, and its closing line."""
    response = client.get(f"/api/v1/{path}", params)
    assert response.status_code == 200, response.content
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    body, _, closing = text.rstrip("\n").rpartition("\n")
    return list(csv.DictReader(io.StringIO(body))), closing


def test_csv_has_the_rows_of_the_list(api: Api, world: SimpleNamespace) -> None:
    listed = api.get("recommendations/")["results"]
    rows, closing = lines(api.client, "recommendations.csv")
    assert closing == f"# complete: {len(listed)} rows, feed position 0"
    assert list(rows[0]) == [column.name for column in TABLES["recommendations"].columns]
    assert [flat(row) for row in listed] == [{name: row[name] for name in flat(listed[0])} for row in rows]


def flat(row: dict[str, Any]) -> dict[str, str]:
    """A row of the list, as CSV should have it."""
    lead, position = row["lead_assessment"] or {}, row["position"] or {}
    values = {
        "public_id": row["public_id"],
        "url": row["url"],
        "state_iso3": row["state"]["iso3"],
        "session": row["session"],
        "review": row["review"],
        "label": row["label"],
        "text": row["text"],
        "text_kind": row["text_kind"],
        "recommending_states": " | ".join(s["iso3"] for s in row["recommending_states"] if s["iso3"]),
        "recommending_states_printed": " | ".join(s["printed"] for s in row["recommending_states"]),
        "number_of_states": len(row["recommending_states"]),
        "response": row["response"],
        "claim": row["claim"],
        "response_document": (position.get("document") or {}).get("key"),
        "issues": " | ".join(issue["slug"] for issue in row["issues"]),
        "groups": " | ".join(group["code"] for group in row["groups"]),
        "goals": " | ".join(goal["code"] for goal in row["goals"]),
        "action_category": row["action_category"],
        "lead_status": lead.get("status"),
        "lead_progress": lead.get("progress"),
        "lead_organisation": (lead.get("organisation") or {}).get("name"),
        "lead_organisation_is_sample": str(lead["organisation"]["sample"]).lower() if lead else None,
        "lead_since": lead.get("since"),
        "lead_published_on": lead.get("published_on"),
        "source_document": row["source"]["document"]["key"],
        "source_place": row["source"]["place"],
        "sample": str(row["sample"]).lower(),
        "added_on": row["added_on"],
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"state": "SVN"}, ["slovenia"]),
        ({"status": "not_assessed"}, ["slovenia"]),
        ({"search": "torture"}, ["first222"]),
        ({"recommending_state": "FRA"}, ["first222"]),
        ({"sample": "true", "text": ""}, None),
    ],
)
def test_csv_takes_the_filters_of_the_list(
    api: Api, world: SimpleNamespace, question: dict[str, str], found: list[str] | None
) -> None:
    if found is None:
        assert api.get("recommendations.csv", expect=400, **question)["parameter"] == "text"
        return
    assert [row["public_id"] for row in lines(api.client, "recommendations.csv", **question)[0]] == found
    assert api.ids(**question) == found


@pytest.mark.parametrize("day", ["2025-03-15", "2025-01-31", "2025-06-01"])
def test_csv_of_a_past_day_is_the_list_of_that_day(api: Api, world: SimpleNamespace, day: str) -> None:
    listed = {row["public_id"]: flat(row) for row in api.get("recommendations/", as_of=day)["results"]}
    rows, _closing = lines(api.client, "recommendations.csv", as_of=day)
    names = ["lead_status", "lead_progress", "lead_organisation", "lead_since", "lead_published_on"]
    assert len(rows) == len(listed)
    for row in rows:
        assert [row[name] for name in names] == [listed[row["public_id"]][name] for name in names]


def test_csv_gives_the_fields_asked_for_and_refuses_others(api: Api, world: SimpleNamespace) -> None:
    rows, _closing = lines(api.client, "recommendations.csv", fields="label,public_id", state="SVN")
    assert rows == [{"public_id": "slovenia", "label": "5.1"}]
    refusal = api.get("recommendations.csv", expect=400, fields="label,secret")
    assert (refusal["parameter"], refusal["value"]) == ("fields", "secret")
    assert "lead_status" in refusal["allowed"]


def test_csv_disarms_formulas_and_gives_the_text_back(api: Api, world: SimpleNamespace) -> None:
    texts = ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "'=1", "''", "plain - text", "# no comment", 'a "b"\nc, d | e']
    for text in texts:
        Recommendation.objects.filter(pk=world.first.pk).update(text=text)
        row = lines(api.client, "recommendations.csv", search="140.9", fields="text")[0][0]["text"]
        assert row[0] not in "=+-@\t\r"
        assert rearm(row) == text


@pytest.mark.parametrize("path", ["recommendations.csv", "dyads.csv", "recommendations.jsonl"])
@pytest.mark.parametrize("ordering", ["state", "-state", "session", "-session", "added", "-added"])
def test_streams_take_the_orders_of_the_list(
    api: Api, world: SimpleNamespace, path: str, ordering: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_view, "PAGE", 2)
    response = api.client.get(f"/api/v1/{path}", {"ordering": ordering})
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    listed = api.ids(ordering=ordering)
    told = [public_id for public_id in listed if public_id in text]  # dyads lack what no State made
    assert len(told) == (2 if path == "dyads.csv" else 3)
    assert [text.index(public_id) for public_id in told] == sorted(text.index(public_id) for public_id in told)


@pytest.mark.parametrize("path", ["recommendations.csv", "dyads.csv", "recommendations.jsonl"])
def test_streams_refuse_an_order_that_they_have_not(api: Api, world: SimpleNamespace, path: str) -> None:
    for value in ("relevance", "label"):
        refusal = api.get(path, expect=400, ordering=value, search="torture")
        assert (refusal["parameter"], refusal["value"]) == ("ordering", value)
        assert refusal["detail"] == f"“{value}” is not a value of “ordering”."
        assert set(refusal["allowed"]) >= {"state", "-state", "session", "added"}


def test_csv_begins_with_a_byte_order_mark_when_asked(api: Api, world: SimpleNamespace) -> None:
    response = api.client.get("/api/v1/recommendations.csv", {"bom": "true"})
    assert b"".join(response.streaming_content).startswith(b'\xef\xbb\xbf"public_id"')  # type: ignore[attr-defined]


def test_dyads_are_a_row_for_each_state(api: Api, world: SimpleNamespace) -> None:
    State.objects.filter(iso3="KAZ").update(cow=705, gleditsch_ward=705)
    rows, closing = lines(api.client, "dyads.csv", state="KAZ")
    assert closing == "# complete: 2 rows, feed position 0"
    made = [(row["public_id"], row["recommending_iso3"], row["recommending_printed"], row["order"]) for row in rows]
    assert made == [("first222", "FRA", "France", "1"), ("first222", "", "Ruritania", "2")]
    assert [(row["number_of_states"], row["weight"]) for row in rows] == [("2", "0.5")] * 2
    assert rows[0]["lead_status"] == "in_progress"
    under_review = ("cycle", "state_iso3", "state_iso2", "state_m49", "state_cow", "state_gleditsch_ward")
    assert [rows[0][name] for name in under_review] == ["4", "KAZ", "KA", "398", "705", "705"]
    assert (rows[0]["regional_group"], rows[0]["claim"]) == (world.kaz.regional_group, "in_process")
    assert lines(api.client, "dyads.csv", state="KAZ", as_of="2025-03-01")[0][0]["lead_status"] == "not_started"


def test_stream_that_is_broken_off_says_so_and_raises(
    api: Api, world: SimpleNamespace, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = TABLES["recommendations"].rows
    settings.STREAM_SECONDS = 1
    table = bulk.RecommendationCsv.table
    sleepy = table.__class__(
        **{**table.__dict__, "rows": lambda reader: slow(reader).extra(where=["pg_sleep(2) IS NOT NULL"])}
    )
    monkeypatch.setattr(bulk.RecommendationCsv, "table", sleepy)
    parts = iter(api.client.get("/api/v1/recommendations.csv").streaming_content)  # type: ignore[attr-defined]
    assert next(parts).startswith(b'"public_id"')
    assert next(parts).startswith(b"# incomplete: ")
    with pytest.raises(Error):
        next(parts)


@pytest.mark.parametrize("path", ["recommendations.csv", "recommendations.jsonl"])
def test_stream_whose_time_is_over_between_two_blocks_says_so_and_raises(
    path: str, api: Api, world: SimpleNamespace, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STREAM_SECONDS = 5
    monkeypatch.setattr(streaming, "BLOCK", 1)
    parts = iter(api.client.get(f"/api/v1/{path}").streaming_content)  # type: ignore[attr-defined]
    if path.endswith("csv"):
        assert next(parts).startswith(b'"public_id"')
    assert b"first222" in next(parts)
    long_after = time.monotonic() + 6
    monkeypatch.setattr(time, "monotonic", lambda: long_after)  # the database has nothing to complain of
    assert next(parts).startswith((b"# incomplete: ", b'{"complete":false,"count":1,'))
    with pytest.raises(streaming.OutOfTime):
        next(parts)
    assert api.ids()  # its connection is good for more


def test_slots_are_few_one_for_each_asker_and_come_free(api: Api, world: SimpleNamespace) -> None:
    def ask(address: str, path: str = "recommendations.csv") -> Any:
        return Client(REMOTE_ADDR=address).get(f"/api/v1/{path}")

    first, second = ask("192.0.2.1"), ask("192.0.2.2", "recommendations.jsonl")
    assert (first.status_code, second.status_code) == (200, 200)
    for path in ("recommendations.csv", "dyads.csv", "recommendations.jsonl"):
        own, full = ask("192.0.2.1", path), ask("192.0.2.3", path)
        assert assert_problem(own, 429)["type"].endswith(":too-many")
        assert assert_problem(full, 503)["type"].endswith(":busy")
        assert own.headers["Retry-After"] == full.headers["Retry-After"] == "30"
    first._resource_closers[0]()  # as the server does when nobody reads
    ask("192.0.2.1").close()
    ask("192.0.2.3").close()
    second.close()


def test_head_of_a_stream_has_no_rows_and_takes_no_slot(api: Api, world: SimpleNamespace) -> None:
    whole = api.client.get("/api/v1/recommendations.csv")
    head = api.client.head("/api/v1/recommendations.csv")
    assert (head.status_code, head.headers["Content-Type"]) == (200, whole.headers["Content-Type"])
    assert list(head.stream) == []  # type: ignore[attr-defined]
    whole.close()


class BrokenMiddleware:
    """Fails when the answer is there."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        self.get_response(request)
        raise RuntimeError


def test_slot_comes_free_when_a_middleware_fails_after_the_view(
    api: Api, world: SimpleNamespace, settings: Any
) -> None:
    whole = settings.MIDDLEWARE
    settings.MIDDLEWARE = [*whole[:1], f"{__name__}.BrokenMiddleware", *whole[1:]]
    client = Client(raise_request_exception=False)
    assert client.get("/api/v1/recommendations.csv").status_code == 500
    settings.MIDDLEWARE = whole
    lines(Client(), "recommendations.csv")


@pytest.mark.parametrize(
    "question", [{}, {"state": "KAZ"}, {"as_of": "2025-03-15"}, {"expand": "voices", "sample": "true"}]
)
def test_lines_are_the_rows_of_the_list(
    api: Api, world: SimpleNamespace, question: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_view, "PAGE", 2)  # several pages
    response = api.client.get("/api/v1/recommendations.jsonl", question)
    *rows, closing = b"".join(response.streaming_content).splitlines()  # type: ignore[attr-defined]
    assert [json.loads(row) for row in rows] == api.get("recommendations/", **question)["results"]
    assert json.loads(closing) == {"complete": True, "count": len(rows), "mark": 0}
    assert rows


def test_lines_of_nothing_are_complete(api: Api, world: SimpleNamespace) -> None:
    response = api.client.get("/api/v1/recommendations.jsonl", {"search": "nothingness", "fields": "label"})
    assert b"".join(response.streaming_content) == b'{"complete":true,"count":0,"mark":0}\n'  # type: ignore[attr-defined]
    assert api.get("recommendations.jsonl", expect=400, fields="secret")["parameter"] == "fields"
    assert api.get("recommendations.jsonl", expect=400, colour="red")["parameter"] == "colour"
