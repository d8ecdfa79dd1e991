"""The production server on the test database: what it serves is what was just written, as production serves it."""

import contextlib
import http.client
import json
import re
import select
import socket
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from recommendations.models import Check, Recommendation
from reviews.models import Document
from tests import factories as make
from tests import workers
from upr_tracker.localstack.processes import wait_until


def read(address: str) -> tuple[int, str, "dict[str, str]"]:
    """Status, body and headers of an answer, whatever the status."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


def test_served_page_shows_what_a_test_has_just_written(served: str, cast: SimpleNamespace) -> None:
    make.make_assessment(cast.recommendation, cast.group, "monitoring_phase")
    status, body, headers = read(f"{served}/recommendations/{cast.recommendation.public_id}/")
    assert status == 200
    assert "Monitoring Phase" in body
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    found = json.loads(read(f"{served}/api/v1/recommendations/?state=KAZ&session=48&status=monitoring_phase")[1])
    assert [row["public_id"] for row in found["results"]] == [cast.recommendation.public_id]


def test_served_style_has_a_lasting_name(served: str) -> None:
    styles = re.findall(r'href="(/static/[^"]+\.css)"', read(f"{served}/")[1])
    assert styles
    for style in styles:
        status, _body, headers = read(f"{served}{style}")
        assert (status, "immutable" in headers["Cache-Control"]) == (200, True)


@pytest.mark.parametrize("path", ["/recommendations/unknown2/", "/nowhere/", "/api/v1/recommendations/unknown2/"])
def test_served_error_tells_nothing_of_the_inside(served: str, path: str) -> None:
    status, body, _headers = read(f"{served}{path}")
    assert status == 404
    assert "Traceback" not in body
    assert "DEBUG" not in body


def test_served_address_may_be_long(served: str) -> None:
    """Seven kilobytes of it reach the application; what is longer than gunicorn's limit is refused before."""
    status, body, _headers = read(f"{served}/api/v1/recommendations/?search={'x' * 7000}")
    assert (status, json.loads(body)["parameter"]) == (400, "search")
    status, body, _headers = read(f"{served}/api/v1/recommendations/?search={'x' * 9000}")
    assert status in {400, 414}
    assert "Traceback" not in body


def test_served_database_is_emptied_between_tests(served: str) -> None:
    assert not Recommendation.objects.exists()


def test_served_download_is_whole_or_seen_to_be_broken(served: str, cast: SimpleNamespace) -> None:
    """The closing line is there; a reader that hangs up leaves the server able to serve the next."""
    for number in range(200):
        make.make_recommendation(cast.review, f"9.{number}", source_document=document(cast), text="Adopt. " * 500)
    status, body, headers = read(f"{served}/api/v1/recommendations.csv")
    assert (status, headers.get("Transfer-Encoding")) == (200, "chunked")
    assert body.splitlines()[-1].startswith("# complete: 201 rows")

    def begin() -> bool:
        """Read a little and hang up; False where the slot of the reader before is not free yet."""
        try:
            with urllib.request.urlopen(f"{served}/api/v1/recommendations.csv", timeout=20) as answer:
                return len(answer.read(1000)) == 1000
        except urllib.error.HTTPError:
            return False

    for _reader in range(4):  # more than there are slots
        assert wait_until(begin, seconds=20)
    assert wait_until(lambda: read(f"{served}/api/v1/recommendations.csv")[1].splitlines()[-1][:2] == "# ", seconds=20)


def silent(address: str, path: str, source: str) -> socket.socket:
    """A reader that asks and then reads nothing, from an address of its own."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(30)
    reader.bind((source, 0))
    at = urlsplit(address)
    reader.connect((at.hostname, at.port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\n\r\n".encode())
    return reader


def rest(reader: socket.socket) -> bytes:
    """What comes until the server ends the connection."""
    with reader, contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: reader.recv(1_000_000), b""))
    return b""


def at_work() -> int:
    """How many transactions of the database look at recommendations."""
    question = "SELECT count(DISTINCT pid) FROM pg_locks WHERE relation = 'recommendations_recommendation'::regclass"
    with workers.connect_as_owner() as owner:
        return int(owner.execute(question).fetchone()[0])  # type: ignore[index]


def test_readers_that_read_nothing_hold_no_slot_for_long(
    transactional_db: None, cast: SimpleNamespace, tmp_path: Path
) -> None:
    for number in range(300):  # more than the buffers on the way take
        make.make_recommendation(cast.review, f"9.{number}", text="Adopt. " * 7000)
    with workers.server(tmp_path, UPR_SEND_SECONDS="4") as address:
        asked = [
            silent(address, f"/api/v1/recommendations.{form}", f"127.0.0.{number}")
            for number, form in ((2, "csv"), (3, "jsonl"))
        ]
        assert wait_until(lambda: len(select.select(asked, [], [], 0)[0]) == 2, seconds=20)  # both have begun
        assert read(f"{address}/api/v1/recommendations.csv")[0] == 503
        assert at_work() == 2
        assert wait_until(lambda: read(f"{address}/api/v1/recommendations.csv")[0] == 200, seconds=20)
        assert wait_until(lambda: at_work() == 0, seconds=10)
        for reader in asked:
            got = rest(reader)
            assert got.startswith(b"HTTP/1.1 200")
            assert b"complete" not in got
            assert not got.endswith(b"\r\n0\r\n\r\n")  # the end of an answer in chunks


def test_reader_that_is_gone_before_the_first_byte_leaves_its_slot(served: str, cast: SimpleNamespace) -> None:
    for number in range(2, 8):
        silent(served, "/api/v1/recommendations.csv", f"127.0.0.{number}").close()
    assert wait_until(lambda: read(f"{served}/api/v1/recommendations.csv")[0] == 200, seconds=10)
    first, second = (silent(served, "/api/v1/recommendations.csv", f"127.0.0.{number}") for number in (2, 3))
    with first, second:
        assert (first.recv(12), second.recv(12)) == (b"HTTP/1.1 200",) * 2


def test_served_download_that_fails_breaks_the_connection(served: str, cast: SimpleNamespace) -> None:
    with workers.connect_as_owner() as owner:
        # The statement that makes the rows waits for a table that somebody holds, until its lock timeout.
        owner.execute("LOCK TABLE recommendations_externalid IN ACCESS EXCLUSIVE MODE")
        answer = urllib.request.urlopen(f"{served}/api/v1/recommendations.csv", timeout=40)
        with answer, pytest.raises(http.client.IncompleteRead) as broken:
            answer.read()
        assert b"# incomplete" in broken.value.partial
        assert b"# complete" not in broken.value.partial


@pytest.mark.parametrize("size", [10, 300_000])
def test_served_write_in_chunks_is_refused_and_nothing_is_written(
    served: str, cast: SimpleNamespace, size: int
) -> None:
    make.make_assessment(cast.recommendation, cast.group)
    address = f"{served}/api/v1/recommendations/{cast.recommendation.public_id}/checks/"
    head = {"Authorization": f"Bearer {make.make_token(cast.owner, cast.group)}", "Content-Type": "application/json"}
    body = json.dumps({"line": "x" * size}).encode()

    def send(data: object) -> tuple[int, dict[str, str]]:
        """Status and body; urllib sends what it can go through piece by piece in chunks."""
        try:
            with urllib.request.urlopen(urllib.request.Request(address, data, head), timeout=20) as answer:  # type: ignore[arg-type]
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    status, problem = send(iter([body[:5], body[5:]]))
    assert (status, "Content-Length" in problem["detail"]) == (411, True)
    assert not Check.objects.exists()
    status, _answer = send(body)
    assert status == (201 if size == 10 else 413)
    assert Check.objects.count() == (size == 10)


def document(cast: SimpleNamespace) -> Document:
    """One paper for all of them."""
    return cast.recommendation.source_document  # type: ignore[no-any-return]
