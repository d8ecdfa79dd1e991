"""The worked examples of docs/examples, run against the production server as somebody would run them."""

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from history import feed
from history.log import Actor, record
from recommendations import events
from recommendations.models import Assessment
from tests import factories as make

EXAMPLES = settings.BASE_DIR / "docs" / "examples"


@pytest.fixture
def place(served: str, world: SimpleNamespace) -> SimpleNamespace:
    """The small world behind the server, with two changes told."""
    for recommendation in (world.first, world.second):
        record_check(recommendation, world)
    return SimpleNamespace(api=f"{served}/api/v1", world=world)


def record_check(recommendation: object, world: SimpleNamespace) -> None:
    from django.db import transaction

    with transaction.atomic():
        record(events.CHECK_RECORDED, recommendation, by=Actor(organisation_id=world.lead.pk))  # type: ignore[arg-type]
    feed.sequence()


def run(command: list[str], place: SimpleNamespace, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"UPR_API": place.api, "UPR_MARK": str(folder / "mark.txt")} | more
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def python(name: str, place: SimpleNamespace, folder: Path, *words: str, **more: str) -> str:
    done = run([sys.executable, str(EXAMPLES / name), *words], place, folder, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python_reads_every_status(place: SimpleNamespace, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(python("statuses.py", place, tmp_path))))
    assert [(row["public_id"], row["status"], row["organisation"]) for row in rows] == [
        ("first222", "in_progress", "Human Rights Watchers"),
        ("second22", "monitoring_phase", "Human Rights Watchers"),
    ]


def test_python_follows_the_feed_from_where_it_was(place: SimpleNamespace, tmp_path: Path) -> None:
    assert python("follow.py", place, tmp_path).count("looked again and found no change") == 2
    assert python("follow.py", place, tmp_path) == ""
    record_check(place.world.first, place.world)
    assert python("follow.py", place, tmp_path).count("\n") == 1


def test_python_records_a_status(place: SimpleNamespace, tmp_path: Path) -> None:
    world = place.world
    world.lead.monitors.add(world.kaz)
    text = make.make_token(make.make_person(organisation=world.lead), world.lead)
    told = python("record.py", place, tmp_path, "second22", UPR_TOKEN=text)
    latest = Assessment.objects.filter(recommendation=world.second).latest("id")
    assert told == f"recorded {latest.pk} in_progress since 2025-06-01\n"
    refused = run([sys.executable, str(EXAMPLES / "record.py"), "second22"], place, tmp_path, UPR_TOKEN="upr_none")
    assert (refused.returncode, refused.stderr.startswith("401: ")) == (1, True)


# How each language of an example writes an address, and what stands in it for a value.
ADDRESSES = {
    ".py": ("{API}", r'f"\{API\}([^"]+)"'),
    ".sh": ("$API/", r'"\$API([^"]+)"'),
    ".R": ("paste0(api", r'paste0\(api, "([^"]+)"\)'),
}
FILLED = {"{after}": "0", "{sys.argv[1]}": "second22"}
REFUSED = {"/recommendations/?status=done": 400, "/recommendations/second22/assessments/": 401}


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_address_of_an_example_answers(path: Path, place: SimpleNamespace) -> None:
    """Also where the program that runs the example is not on this machine."""
    mark, pattern = ADDRESSES[path.suffix]
    text = path.read_text()
    found = re.findall(pattern, text)
    assert len(found) == text.count(mark) > 0
    for asked in found:
        for name, value in FILLED.items():
            asked = asked.replace(name, value)
        assert status(place.api + asked) == REFUSED.get(asked, 200), asked


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_pandas_makes_a_frame_where_it_is(place: SimpleNamespace, tmp_path: Path) -> None:
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not on this machine; the address that its example asks is tried above.")
    told = python("frame.py", place, tmp_path)
    assert "in_progress" in told
    assert "FRA" in told


def test_curl_asks_what_the_shell_script_says(place: SimpleNamespace, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine; the addresses that its example asks are tried above.")
    done = run(["sh", str(EXAMPLES / "ask.sh")], place, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "\n304\n" in done.stdout
    assert '"public_id":"first222"' in done.stdout
    assert "urn:upr-tracker:problem:unknown-value" in done.stdout
    assert (tmp_path / "recommendations.csv").read_text().splitlines()[-1].startswith("# complete: 2 rows")


def test_r_asks_for_addresses_that_answer(place: SimpleNamespace, tmp_path: Path) -> None:
    script = (EXAMPLES / "statuses.R").read_text()
    paths = re.findall(ADDRESSES[".R"][1], script)
    answers = {path: read(f"{place.api}{path}") for path in paths}
    page = json.loads(answers[paths[0]])
    assert {"results", "next"} <= page.keys()
    assert {"lead_assessment", "state"} <= page["results"][0].keys()
    assert answers[paths[1]].splitlines()[-1].startswith("# complete: 3 rows")
    assert json.loads(answers[paths[2]])["newest"] == 2


def test_r_runs_where_it_is(place: SimpleNamespace, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not on this machine; the addresses that its example asks are tried above.")
    done = run(["Rscript", str(EXAMPLES / "statuses.R")], place, tmp_path)
    if "there is no package called" in done.stderr:
        pytest.skip("R has no jsonlite here.")
    assert done.returncode == 0, done.stderr
    assert "in_progress" in done.stdout


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())
