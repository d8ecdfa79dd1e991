"""Pages of other sites read the API; they neither write nor carry a token there. Long answers are compressed."""

import gzip
import json
from types import SimpleNamespace

import pytest

from tests.api.conftest import Api

ELSEWHERE = "https://charts.example"


def test_page_elsewhere_reads_and_sees_the_heads(api: Api, world: SimpleNamespace) -> None:
    answer = api.client.get("/api/v1/recommendations/", headers={"Origin": ELSEWHERE})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert exposed >= {
        "ETag",
        "Last-Modified",
        "Retry-After",
        "X-Request-Id",
        "Location",
        "Idempotency-Replayed",
        "Link",
    }
    assert exposed >= {f"RateLimit-{part}" for part in ("Limit", "Remaining", "Reset")}


def test_refusal_and_304_are_readable_elsewhere_too(api: Api, world: SimpleNamespace) -> None:
    head = {"Origin": ELSEWHERE}
    etag = api.client.get("/api/v1/schema/").headers["ETag"]
    for path, more in (("states/?x=1", {}), ("nothing/", {}), ("schema/", {"If-None-Match": etag})):
        answer = api.client.get(f"/api/v1/{path}", headers=head | more)
        assert answer.status_code in {400, 404, 304}
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_browser_is_told_that_reading_is_all(api: Api) -> None:
    head = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST"}
    answer = api.client.options("/api/v1/recommendations/first222/assessments/", headers=head)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" not in answer.headers["Access-Control-Allow-Headers"]
    assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", ["/", "/account/login/"])
def test_pages_are_not_readable_elsewhere(path: str, api: Api) -> None:
    assert "Access-Control-Allow-Origin" not in api.client.get(path, headers={"Origin": ELSEWHERE}).headers


def test_long_answer_is_compressed_and_marked_weakly(api: Api, world: SimpleNamespace) -> None:
    plain = api.client.get("/api/v1/recommendations/")
    packed = api.client.get("/api/v1/recommendations/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) < len(plain.content)
