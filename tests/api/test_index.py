"""The implementation index in lists and details: of which voices, by kind, on which day, and never without them."""

import datetime
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from recommendations.models import Assessment
from tests import factories as make
from tests.api.conftest import Api, assess


def index(api: Api, public_id: str, **params: Any) -> Any:
    """The index of one recommendation in the list, which is the one that its detail tells."""
    rows = api.get("recommendations/", expand="index", fields="public_id", **params)["results"]
    (found,) = [row["index"] for row in rows if row["public_id"] == public_id]
    assert api.get(f"recommendations/{public_id}/", fields="index", **params) == {"index": found}
    return found


def test_index_averages_the_voices_that_have_a_score(api: Api, world: SimpleNamespace) -> None:
    ministry = make.make_organisation("Ministry", slug="ministry", kind="government")
    watcher = make.make_organisation("Watcher", slug="watcher")
    assess(world.second, ministry, "fully_implemented", "2025-06-01")
    assess(world.second, watcher, "not_started", "2025-06-01")
    assess(world.second, world.hidden, "in_progress", "2025-06-01", progress="substantial")
    found = index(api, "second22")
    assert {name: found[name] for name in ("n", "value", "verdict", "disputed")} == {
        "n": 3,
        "value": 0.5,
        "verdict": "partially_implemented",
        "disputed": True,
    }
    assert [(each["organisation"]["slug"], each["score"]) for each in found["by_organisation"]] == [
        ("watchers", None),
        (None, 0.5),
        ("ministry", 1),
        ("watcher", 0),
    ]
    assert found["by_kind"] == [
        {"n": 1, "value": 1, "verdict": "fully_implemented", "kind": "government"},
        {"n": 2, "value": 0.25, "verdict": "not_implemented", "kind": "ngo"},
    ]


def test_index_moves_with_the_clock_and_without_what_was_withdrawn(api: Api, world: SimpleNamespace) -> None:
    assert index(api, "first222")["value"] == 0.25  # in progress, substantial; regression
    assert index(api, "first222", as_of="2025-03-01")["value"] == 0
    assert index(api, "first222", as_of="2025-01-25")["value"] is None
    gone = Assessment.objects.get(recommendation=world.first, voice=world.hidden)
    gone.withdrawn_at = timezone.now()
    gone.save(update_fields=["withdrawn_at"])
    assert index(api, "first222")["value"] == 0.5
    yesterday = timezone.now().date() - datetime.timedelta(days=1)
    assert index(api, "first222", known_on=yesterday.isoformat())["value"] == 0.25


def test_voices_that_agree_are_not_disputed(api: Api, world: SimpleNamespace) -> None:
    assess(world.second, world.lead, "not_started", "2025-06-01")
    assess(world.second, world.hidden, "regression", "2025-06-01")
    assert index(api, "second22")["disputed"] is False


def test_nobody_has_no_index(api: Api, world: SimpleNamespace) -> None:
    nothing: dict[str, Any] = {
        "n": 0,
        "value": None,
        "verdict": None,
        "disputed": False,
        "by_organisation": [],
        "by_kind": [],
    }
    assert index(api, "slovenia") == nothing
