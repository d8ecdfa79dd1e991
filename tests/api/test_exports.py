"""Files for questions: asked for, watched, fetched; refused as the lists refuse."""

import datetime
import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet
import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from reports import exports
from reports.models import Export
from tests.api.conftest import Api
from tests.api.test_errors import assert_problem


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(Export._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def ask(api: Api, query: str) -> Any:
    """Ask for a file."""
    return api.client.post(f"/api/v1/exports/?{query}")


def test_file_has_the_order_asked_for(api: Api, world: SimpleNamespace) -> None:
    for ordering in ("state", "-state"):
        answer = ask(api, f"format=parquet&fields=public_id&ordering={ordering}")
        assert answer.json()["question"]["ordering"] == ordering
        assert exports.make_next()
        file = Export.objects.get(key=answer.json()["key"]).file
        assert pyarrow.parquet.read_table(file.path)["public_id"].to_pylist() == api.ids(ordering=ordering)
    assert ask(api, "format=parquet&ordering=relevance").json()["parameter"] == "ordering"


def test_file_is_asked_for_watched_and_fetched(api: Api, world: SimpleNamespace) -> None:
    answer = ask(api, "format=parquet&state=KAZ&response=supported&fields=public_id,lead_status&as_of=2025-03-01")
    assert answer.status_code == 202
    body = answer.json()
    assert (body["status"], body["file"], body["total"]) == ("waiting", None, None)
    place = answer.headers["Location"].removeprefix("https://tracker.example")
    assert api.client.get(f"{place}file").status_code == 409
    assert api.client.get(place).headers["Retry-After"] == "2"
    assert exports.make_next()

    done = api.client.get(place)
    assert "Retry-After" not in done.headers
    fetched = api.client.get(done.json()["file"].removeprefix("https://tracker.example"))
    content = b"".join(fetched.streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(content).hexdigest() == done.json()["sha256"]
    rows = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    assert rows == [{"public_id": "first222", "lead_status": "not_started"}]
    assert (
        ask(api, "format=parquet&response=supported&state=kaz&fields=lead_status,public_id&as_of=2025-03-01").json()[
            "key"
        ]
        != ask(api, "format=xlsx").json()["key"]
    )


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "format"),
        ("format=pdf", "format"),
        ("format=xlsx&table=people", "table"),
        ("format=xlsx&state=XXX", "state"),
        ("format=xlsx&colour=red", "colour"),
        ("format=xlsx&table=dyads&fields=text", "fields"),
        ("format=xlsx&as_of=2999-01-01", "as_of"),
    ],
)
def test_questions_are_refused_as_lists_refuse_them(
    api: Api, world: SimpleNamespace, query: str, parameter: str
) -> None:
    answer = ask(api, query)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)
    assert not Export.objects.exists()


def test_full_queue_says_when_to_come_again(api: Api, world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LONGEST_QUEUE", 0)
    answer = ask(api, "format=xlsx")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_third_file_from_one_address_waits_until_one_is_made(api: Api, world: SimpleNamespace) -> None:
    asked = [ask(api, f"format=parquet&state={state}") for state in ("KAZ", "SVN", "FRA")]
    assert [answer.status_code for answer in asked] == [202, 202, 429]
    problem = assert_problem(asked[2], 429)
    assert problem["type"].endswith(":too-many")
    assert "2 files" in problem["detail"]
    assert asked[2].headers["Retry-After"] == "30"
    assert Client(REMOTE_ADDR="192.0.2.9").post("/api/v1/exports/?format=parquet").status_code == 202
    assert exports.make_next()
    assert ask(api, "format=parquet&state=FRA").status_code == 202


def test_nothing_tells_when_a_file_was_asked_for(api: Api, world: SimpleNamespace, time_machine: Any) -> None:
    time_machine.move_to(datetime.datetime(2026, 3, 1, 13, 14, 15, tzinfo=datetime.UTC))
    body = ask(api, "format=parquet").json()
    assert body["expires_on"] == "2026-03-09"
    assert "13:14" not in str(body)


def test_key_that_nothing_has_is_not_found(api: Api, db: None) -> None:
    assert api.client.get("/api/v1/exports/22222222/").status_code == 404
    assert api.client.get("/api/v1/exports/22222222/file").status_code == 404
