"""The production server on the test database: what it serves is what was just written, as production serves it."""

import json
import re
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest

from recommendations.models import Recommendation
from tests import factories as make


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


def test_served_database_is_emptied_between_tests(served: str) -> None:
    assert not Recommendation.objects.exists()
