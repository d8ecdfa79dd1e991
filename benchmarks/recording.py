"""What a page of the API asks of the database, written down for the floor; and pages deep in every order.

`python -m benchmarks.recording FILE`, with the environment of the servers that hold the world.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlencode

QUESTIONS = Path(__file__).with_name("questions.txt")
DEPTHS = (0.0, 0.5, 0.95)  # of the list


def main(file: str) -> None:
    """Write the questions with their statements, and the pages of each order."""
    one = public_id()
    found = [entry | {"statements": statements(entry["path"])} for entry in questions(one)]
    Path(file).write_text(json.dumps({"questions": found, "orders": orders(), "again": queries_again()}))


def questions(one: str) -> list[dict[str, Any]]:
    """The fixed file, with a recommendation's name in it."""
    lines = [line for line in QUESTIONS.read_text().splitlines() if line and not line.startswith("#")]
    parts = [line.split("\t") for line in lines]
    return [{"kind": kind, "size": size, "path": f"/api/v1/{path.format(one=one)}"} for kind, size, path in parts]


def public_id() -> str:
    """A recommendation that somebody has assessed."""
    from recommendations.models import Recommendation

    return Recommendation.objects.exclude(status="").order_by("id").values_list("public_id", flat=True)[100]


def statements(path: str) -> list[tuple[str, list[Any] | None]]:
    """The statement that finds the page, and the one that writes its rows with its values."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from api.rows import base

    with (
        CaptureQueriesContext(connection) as captured,
        mock.patch.object(base, "prepared", wraps=base.prepared) as rows,
    ):
        response = Client(SERVER_NAME="127.0.0.1").get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}: {response.content[:300]!r}")
    # What the driver is given without values it takes as it stands. One row is found by a prepared statement, too.
    pages = [(query["sql"], None) for query in captured.captured_queries if "page.pk, page.lead" in query["sql"]]
    return [*pages, *((call.args[0], list(call.args[1])) for call in rows.call_args_list)]


def queries_again() -> int:
    """How many queries an answer takes that the asker has already."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    path, client = "/api/v1/recommendations/", Client(SERVER_NAME="127.0.0.1")
    etag = client.get(path).headers["ETag"]
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, headers={"If-None-Match": etag})
    if response.status_code != 304:
        raise RuntimeError(f"{path} answered {response.status_code} to its own mark")
    return len(captured)


def orders() -> dict[str, list[str]]:
    """By order, paths of pages at several depths."""
    from api.pagination import RELEVANCE, Order
    from api.resources.recommendations import RecommendationResource

    found = {}
    for name, keys in RecommendationResource.orderings.items():
        for sign in ("", "-") if name != RELEVANCE else ():
            order = Order(name, keys, descending=bool(sign))
            found[f"{sign}{name}"] = [page_at(order, f"{sign}{name}", depth) for depth in DEPTHS]
    return found


def page_at(order: Any, name: str, depth: float) -> str:
    """The path of the page after a row that lies so deep in the list."""
    from django.test import RequestFactory
    from rest_framework.request import Request

    from accounts.reader import PUBLIC
    from api.pagination import next_page
    from recommendations.models import Recommendation

    path = "/api/v1/recommendations/"
    if not depth:
        return f"{path}?{urlencode({'ordering': name})}"
    rows = Recommendation.objects.visible_to(PUBLIC)
    skipped = int(rows.count() * depth)
    keys = order.page(rows, None, 1).query  # the order itself, with its sign
    row = rows.order_by(*keys.order_by).values_list(*order.keys)[skipped]
    address = next_page(Request(RequestFactory().get(path, {"ordering": name})), row)
    return address[address.index(path) :]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    import django

    django.setup()
    main(sys.argv[1])
