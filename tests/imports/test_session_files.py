"""The session fixtures as files: their shape, their counts and what they point to. No database is needed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = ROOT / "fixtures" / "sessions"
REFERENCE = ROOT / "fixtures" / "reference"
FILES = ("48.yaml", "48-sample.yaml")
ORDER_OF_SESSION_48 = ["ITA", "SLV", "GMB", "BOL", "FJI", "SMR", "KAZ", "AGO", "IRN", "MDG", "IRQ", "SVN", "EGY", "BIH"]
LAST_DAY_OF_THE_SAMPLE = "2026-11-01"

Json = dict[str, Any]


@cache
def as_json(name: str) -> str:
    """A session file as JSON, with days as text however they were written; parsed once, as YAML is slow to read."""
    return json.dumps(yaml.safe_load((SESSIONS / name).read_text(encoding="utf-8")), default=str)


def read(name: str) -> Json:
    """The content of a session file, a copy of its own for each test."""
    content: Json = json.loads(as_json(name))
    return content


def validator() -> Draft202012Validator:
    """The schema of session files, days checked as days."""
    schema = json.loads((SESSIONS / "session.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def errors(content: Json) -> list[str]:
    """What the schema has against a content, each with its place."""
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(content)]


def column(name: str, key: str) -> set[str]:
    """One column of a reference file."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return {row[key] for row in csv.DictReader(lines)}


def recommendations(content: Json) -> list[Json]:
    """All recommendations of a file."""
    return [recommendation for review in content["reviews"] for recommendation in review["recommendations"]]


def assessments(content: Json) -> list[Json]:
    """All assessments of a file."""
    return [assessment for each in recommendations(content) for assessment in each["assessments"]]


def bases(content: Json) -> list[Json]:
    """All bases of a file."""
    return [basis for assessment in assessments(content) for basis in assessment["bases"]]


def values(node: object, key: str) -> Iterator[Any]:
    """Every value that stands anywhere under a key."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for item in node:
            yield from values(item, key)


def only_review(name: str = "48.yaml") -> Json:
    """The review of Kazakhstan in a file."""
    review: Json = next(review for review in read(name)["reviews"] if review["state"] == "KAZ")
    return review


# Both files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_session_file_fits_the_schema(name: str) -> None:
    assert errors(read(name)) == []


@pytest.mark.parametrize("name", FILES)
def test_session_file_names_documents_that_it_holds(name: str) -> None:
    content = read(name)
    keys = [document["key"] for document in content["documents"]]
    assert len(keys) == len(set(keys))
    named = {value for value in values(content["reviews"], "document") if value is not None}
    assert named <= set(keys)


@pytest.mark.parametrize("name", FILES)
def test_session_file_names_documents_of_the_review_they_belong_to(name: str) -> None:
    content = read(name)
    state_of = {document["key"]: document["state"] for document in content["documents"]}
    for review in content["reviews"]:
        named = {value for value in values(review, "document") if value is not None}
        assert {state_of[key] for key in named} <= {review["state"]}


@pytest.mark.parametrize("name", FILES)
def test_session_file_names_voices_and_leads_that_it_holds(name: str) -> None:
    content = read(name)
    slugs = [organisation["slug"] for organisation in content["organisations"]]
    assert len(slugs) == len(set(slugs))
    named = set(values(content, "voice")) | set(values(content, "organisation"))
    assert named == set(slugs), "every organisation of the file is used, and none is missing"


@pytest.mark.parametrize("name", FILES)
def test_session_file_keys_are_unique_within_the_review(name: str) -> None:
    for review in read(name)["reviews"]:
        for kind in ("recommendations", "calls", "findings", "areas_of_engagement", "events"):
            keys = [item["key"] for item in review.get(kind, [])]
            assert len(keys) == len(set(keys)), f"{review['state']}: {kind}"


@pytest.mark.parametrize("name", FILES)
def test_session_file_has_each_state_once_and_in_the_order_of_the_session(name: str) -> None:
    for review in read(name)["reviews"]:
        assert ORDER_OF_SESSION_48[review["position"] - 1] == review["state"]
    states = [review["state"] for review in read(name)["reviews"]]
    assert states == [state for state in ORDER_OF_SESSION_48 if state in states]


@pytest.mark.parametrize("name", FILES)
def test_session_file_states_issues_groups_and_goals_stand_in_the_reference_data(name: str) -> None:
    content = read(name)
    states = column("states.csv", "iso3")
    assert set(values(content, "state")) | {code for codes in values(content, "states") for code in codes} <= states
    assert {group for groups in values(content, "groups") for group in groups} <= column("groups.csv", "name")
    goals = {goal for goals in values(content, "goals") for goal in goals}
    assert goals <= column("goals.csv", "number") | column("targets.csv", "code")
    with (REFERENCE / "issues.csv").open(encoding="utf-8", newline="") as lines:
        issues = {(row["scheme"], row["name"]) for row in csv.DictReader(lines)}
    assert {(issue["scheme"], issue["name"]) for each in values(content, "issues") for issue in each} <= issues


@pytest.mark.parametrize("name", FILES)
def test_session_file_recommendation_has_one_primary_issue_in_each_scheme(name: str) -> None:
    for recommendation in recommendations(read(name)):
        schemes = {issue["scheme"] for issue in recommendation["issues"]}
        primary = Counter(issue["scheme"] for issue in recommendation["issues"] if issue["primary"])
        assert primary == dict.fromkeys(schemes, 1), recommendation["key"]


@pytest.mark.parametrize("name", FILES)
def test_session_file_state_does_not_recommend_to_itself(name: str) -> None:
    for review in read(name)["reviews"]:
        for recommendation in review["recommendations"]:
            assert review["state"] not in recommendation["states"], recommendation["key"]


@pytest.mark.parametrize("name", FILES)
def test_session_file_assessments_of_a_voice_follow_each_other(name: str) -> None:
    for recommendation in recommendations(read(name)):
        days: dict[str, list[str]] = {}
        for assessment in recommendation["assessments"]:
            days.setdefault(assessment["voice"], []).append(assessment["holds_from"])
        for voice, each in days.items():
            assert each == sorted(set(each)), f"{recommendation['key']}, {voice}"


@pytest.mark.parametrize("name", FILES)
def test_session_file_positions_are_in_the_order_of_their_days(name: str) -> None:
    for recommendation in recommendations(read(name)):
        days = [position["day"] for position in recommendation["positions"] if position["day"]]
        assert days == sorted(days), recommendation["key"]


@pytest.mark.parametrize("name", FILES)
def test_session_file_has_one_position_from_each_document(name: str) -> None:
    for recommendation in recommendations(read(name)):
        documents = [position["document"] for position in recommendation["positions"]]
        assert len(documents) == len(set(documents)), recommendation["key"]


@pytest.mark.parametrize("name", FILES)
def test_session_file_area_of_an_event_stands_in_its_review(name: str) -> None:
    for review in read(name)["reviews"]:
        areas = {area["key"] for area in review.get("areas_of_engagement", [])}
        assert {event["area"] for event in review.get("events", []) if event["area"]} <= areas


# Kazakhstan, as the article and the sources have it -----------------------------------------------------------------


def test_kazakhstan_recommendations_keep_titles_and_statuses_word_for_word() -> None:
    content = read("48.yaml")
    assert [review["state"] for review in content["reviews"]] == ["KAZ"]
    found = [(each["text"], [one["status"] for one in each["assessments"]]) for each in recommendations(content)]
    assert found == [
        ("Strengthening freedom of expression", ["in_progress"]),
        ("Promoting gender equality", ["partial_implementation"]),
        ("Ensuring the right to fair trial", ["monitoring_phase"]),
    ]


def test_kazakhstan_recommendations_show_nothing_that_no_source_gives() -> None:
    for recommendation in recommendations(read("48.yaml")):
        assert recommendation["label"] is None
        assert recommendation["text_kind"] == "source_title"
        assert recommendation["states"] == []
        assert [position["response"] for position in recommendation["positions"]] == ["unknown"]
    for assessment in assessments(read("48.yaml")):
        assert assessment["day_is_inferred"] is True
        assert assessment["holds_from"] == "2025-01-23"
        assert assessment["progress"] is None


def test_kazakhstan_review_has_its_days_totals_and_marks() -> None:
    review = only_review()
    assert (review["position"], review["day"], review["day_basis"]) == (7, "2025-01-23", "sourced")
    assert review["adopted_on"] == "2025-07-01"
    assert review["report_symbol"] == {"symbol": "A/HRC/59/10", "basis": "unconfirmed"}
    assert (review["troika"]["states"], review["troika"]["basis"]) == (["BOL", "GMB", "JPN"], "unconfirmed")
    totals = {total["what"]: total["number"] for total in review["totals"]}
    assert totals == {"recommendations": 294, "delegations": 103, "supported": 259}
    assert review["lead"] == {"organisation": "kazakhstan-review-article", "from_day": "2025-01-23"}


def test_kazakhstan_calls_are_three_key_ones_and_seven_of_the_path_forward() -> None:
    assert Counter(call["kind"] for call in only_review()["calls"]) == {"key": 3, "path_forward": 7}


def test_kazakhstan_findings_tell_who_raised_them() -> None:
    found = Counter((finding["kind"], finding["raised_by"]) for finding in only_review()["findings"])
    assert found == {
        ("progress", "source"): 1,
        ("progress", "government"): 2,
        ("concern", "member_states"): 3,
        ("concern", "source"): 2,
        ("concern", "civil_society"): 3,
        ("challenge", "international_bodies"): 2,
        ("challenge", "source"): 6,
        ("commitment", "government"): 4,
        ("focus", "government"): 3,
        ("focus", "source"): 1,
    }


def test_kazakhstan_events_keep_title_description_and_day() -> None:
    events = only_review()["events"]
    assert [(event["title"], event["description"], event["day"], event["area"]) for event in events] == [
        ("Roundtable Discussions", "Gathering stakeholders to discuss human rights priorities.", "2023-06-15", None),
        ("Workshops", "Training sessions for local NGOs on advocacy strategies.", "2023-07-20", None),
        ("Annual Conferences", "Showcasing successful reform case studies and strategies.", "2023-10-10", None),
    ]


def test_kazakhstan_areas_of_engagement_are_the_four_of_the_article() -> None:
    titles = [area["title"] for area in only_review()["areas_of_engagement"]]
    assert titles == ["Policy Advocacy", "Capacity Building", "Monitoring and Reporting", "Coalition Building"]


def test_kazakhstan_action_plan_is_awaited() -> None:
    awaited = [document for document in read("48.yaml")["documents"] if document["awaited"]]
    assert [(document["kind"], document["state"]) for document in awaited] == [("action_plan", "KAZ")]


def test_kazakhstan_kinds_of_organisation_are_those_the_article_names() -> None:
    named = {"civil_society", "ngo", "international_agency", "member_state", "private_sector"}
    assert set(only_review()["stakeholders"]) == named


def test_kazakhstan_review_names_the_issues_of_its_recommendations() -> None:
    review = only_review()
    named = {(issue["scheme"], issue["name"]) for issue in review["issues"]}
    used = {(issue["scheme"], issue["name"]) for each in review["recommendations"] for issue in each["issues"]}
    assert used <= named
    assert {group for each in review["recommendations"] for group in each["groups"]} <= set(review["groups"])


# The sample ---------------------------------------------------------------------------------------------------------


def test_sample_has_recommendations_for_all_fourteen_states() -> None:
    counts = {each["state"]: len(each["recommendations"]) for each in read("48-sample.yaml")["reviews"]}
    assert set(counts) == set(ORDER_OF_SESSION_48)
    assert counts["KAZ"] >= 12
    assert min(counts.values()) >= 8
    assert 115 <= sum(counts.values()) <= 130


def test_sample_repeats_no_text() -> None:
    content = read("48-sample.yaml")
    texts = Counter(each["text"] for each in recommendations(content))
    reasons = Counter(assessment["reason"] for assessment in assessments(content))
    assert [text for text, number in (texts + reasons).items() if number > 1] == []


def test_sample_says_of_itself_that_it_is_one() -> None:
    content = read("48-sample.yaml")
    assert content["sample"] is True
    assert all(organisation["name"].startswith("Sample ") for organisation in content["organisations"])
    assert all(document["title"].startswith("Sample ") for document in content["documents"])
    assert all(document["symbol"] is None for document in content["documents"])
    assert all(event["title"].startswith("Sample ") for each in values(content, "events") for event in each)
    assert all("sample" in finding["text"] for each in values(content, "findings") for finding in each)
    assert all(url.startswith("https://example.org/") for url in values(content["reviews"], "url"))


def test_sample_shares_no_key_with_the_review_as_it_is_known() -> None:
    real, sample = read("48.yaml"), read("48-sample.yaml")
    assert not set(values(real, "key")) & set(values(sample, "key"))
    assert not set(values(real, "slug")) & set(values(sample, "slug"))


def test_sample_has_a_lead_for_every_review_with_a_voice_in_it() -> None:
    for review in read("48-sample.yaml")["reviews"]:
        voices = Counter(one["voice"] for each in review["recommendations"] for one in each["assessments"])
        assert voices[review["lead"]["organisation"]] >= 3, review["state"]


def test_sample_shows_every_code_there_is() -> None:
    content = read("48-sample.yaml")
    schema = validator().schema
    assert isinstance(schema, dict)
    defs = schema["$defs"]
    assessment = defs["assessment"]["properties"]
    position = defs["position"]["properties"]
    assert {each["status"] for each in assessments(content)} == set(assessment["status"]["enum"])
    assert {each["progress"] for each in assessments(content)} == set(assessment["progress"]["enum"])
    assert {each["kind"] for each in bases(content)} == set(defs["assessmentBasis"]["properties"]["kind"]["enum"])
    positions = [each for listed in values(content, "positions") for each in listed]
    assert {each["response"] for each in positions} == set(position["response"]["enum"]) - {"unknown"}
    assert {each["claim"] for each in positions} == set(position["claim"]["enum"])
    assert set(values(content, "action_category")) == {1, 2, 3, 4, 5}
    assert {len(each["states"]) for each in recommendations(content)} == {1, 2, 3, 4}


def test_sample_has_histories_disagreement_and_gaps() -> None:
    listed = recommendations(read("48-sample.yaml"))
    steps, disagree = set(), 0
    for recommendation in listed:
        last: dict[str, str] = {}
        for assessment in recommendation["assessments"]:
            last[assessment["voice"]] = assessment["status"]
        steps |= set(Counter(assessment["voice"] for assessment in recommendation["assessments"]).values())
        disagree += len(set(last.values())) > 1
    assert steps == {1, 2, 3, 4}
    assert disagree >= 15
    assert 0.15 < sum(not each["assessments"] for each in listed) / len(listed) < 0.3


def test_sample_assessments_hold_from_days_before_its_end() -> None:
    days = [assessment["holds_from"] for assessment in assessments(read("48-sample.yaml"))]
    assert min(days) >= "2023-01-01"
    assert max(days) <= LAST_DAY_OF_THE_SAMPLE


def test_sample_events_lie_in_the_two_years_after() -> None:
    years = {
        date.fromisoformat(event["day"]).year for each in values(read("48-sample.yaml"), "events") for event in each
    }
    assert years == {2026, 2027}


# The schema refuses -------------------------------------------------------------------------------------------------


def spoil(path: str, value: object) -> list[str]:
    """Errors of 48.yaml once the value at a path such as `reviews.0.day` is another one."""
    content = read("48.yaml")
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    node: Any = content
    for step in way:
        node = node[step]
    node[last] = value
    return errors(content)


FIRST = "reviews.0.recommendations.0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "upr-tracker/session/2"),
        ("colour", "green"),
        ("reviews.0.day", "23 January 2025"),
        ("reviews.0.day", "2025-02-30"),
        ("reviews.0.day_basis", "official"),
        ("reviews.0.troika.states", ["BOL", "GMB"]),
        ("organisations.0.kind", "newspaper"),
        ("documents.1.published_on", "2026-01-01"),
        (f"{FIRST}.text", " "),
        (f"{FIRST}.text_kind", "sample"),
        (f"{FIRST}.label", "140"),
        (f"{FIRST}.label", 140.7),
        (f"{FIRST}.source.place", "x" * 101),
        ("session", 55),
        (f"{FIRST}.goals", ["18"]),
        (f"{FIRST}.goals", [16]),
        (f"{FIRST}.action_category", 6),
        (f"{FIRST}.positions", []),
        (f"{FIRST}.positions.0.response", "rejected"),
        (f"{FIRST}.assessments.0.status", "Not Assessed"),
        (f"{FIRST}.assessments.0.bases", []),
        (f"{FIRST}.assessments.0.bases.0.kind", "link"),
        (f"{FIRST}.assessments.0.bases.0.url", "https://example.org/"),
        ("reviews.0.recommendations.1.assessments.0.progress", "substantial"),
        ("reviews.0.events.0.time", "10:00"),
        ("reviews.0.findings.0.raised_by", "somebody"),
    ],
)
def test_session_schema_refuses_what_the_format_does_not_know(path: str, value: object) -> None:
    assert spoil(path, value), f"{path} = {value!r} was let through"


def test_session_schema_refuses_labels_in_a_sample() -> None:
    content = read("48-sample.yaml")
    content["reviews"][0]["recommendations"][0]["label"] = "140.7"
    assert any("140.7" in error for error in errors(content))


def test_session_schema_describes_every_key() -> None:
    schema = validator().schema
    assert isinstance(schema, dict)
    bare = []
    for name, part in {"": schema, **schema["$defs"]}.items():
        for key, rule in part.get("properties", {}).items():
            if "description" not in rule and "$ref" not in rule:
                bare.append(f"{name}.{key}")
    assert bare == []
