"""Recording by a program: the browser's rules, once and only once, and never over somebody else's head."""

import datetime
import json
import threading
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import Token
from accounts.roles import Role
from api import idempotency
from api.models import KeptKey
from history.log import Actor
from history.models import Event
from recommendations import actions
from recommendations.models import Assessment, Check
from tests import factories as make
from tests.api.test_errors import assert_problem

DAY = "2025-09-01"
STATUS: dict[str, Any] = {
    "status": "partial_implementation",
    "holds_from": DAY,
    "reason": "The law was adopted.",
    "bases": [{"kind": "link", "url": "https://example.org/law", "description": "The gazette"}],
    "based_on": None,
}


class Program:
    """A program with a token, at work on one recommendation."""

    def __init__(
        self, cast: SimpleNamespace, person: Any, organisation: Any = None, client: Client | None = None
    ) -> None:
        self.text = make.make_token(person, organisation)
        self.place = f"/api/v1/recommendations/{cast.recommendation.public_id}/"
        self.client = client or Client()

    def send(self, sent: Any, what: str = "assessments", **headers: str) -> Any:
        head = {"Authorization": f"Bearer {self.text}"} | {name.replace("_", "-"): v for name, v in headers.items()}
        return self.client.post(f"{self.place}{what}/", sent, content_type="application/json", headers=head)

    def standing(self) -> Any:
        return self.client.get(f"{self.place}assessments/", headers={"Authorization": f"Bearer {self.text}"})


@pytest.fixture
def program(cast: SimpleNamespace, settings: Any) -> Program:
    settings.SITE_URL = "https://tracker.example"
    return Program(cast, cast.owner, cast.group)


def test_status_is_recorded_as_the_browser_would(program: Program, cast: SimpleNamespace) -> None:
    answer = program.send(STATUS)
    assert answer.status_code == 201, answer.content
    made = Assessment.objects.get()
    told = answer.json()
    assert (told["id"], told["based_on"], told["status"], told["is_lead"]) == (made.pk, None, made.status, True)
    assert told["bases"][0]["url"] == "https://example.org/law"
    assert answer.headers["Location"] == f"https://tracker.example{program.place}"
    assert (made.voice, made.recorded_by, made.holds_from) == (cast.group, cast.owner, datetime.date(2025, 9, 1))
    event = Event.objects.get(action="assessment.published")
    assert (event.origin, event.actor_id, event.organisation_id) == ("api", cast.owner.pk, cast.group.pk)
    assert "Olga" not in answer.content.decode()
    cast.recommendation.refresh_from_db()
    assert cast.recommendation.lead_assessment == made


def test_next_status_names_the_one_it_replaces(program: Program) -> None:
    first = program.send(STATUS).json()
    assert program.standing().json()["latest"]["id"] == first["id"]
    second = program.send(STATUS | {"status": "regression", "based_on": first["id"]})
    assert (second.status_code, second.json()["based_on"]) == (201, first["id"])


def test_who_has_not_seen_what_is_there_is_told_what_it_is(program: Program, cast: SimpleNamespace) -> None:
    there = make.make_assessment(cast.recommendation, cast.group, "monitoring_phase")
    before = Event.objects.count()
    problem = assert_problem(program.send(STATUS), 409)
    assert problem["type"].endswith(":overtaken")
    assert (problem["current"]["latest"]["id"], problem["current"]["latest"]["status"]) == (
        there.pk,
        "monitoring_phase",
    )
    assert (Assessment.objects.count(), Event.objects.count()) == (1, before)
    assert_problem(program.send(STATUS | {"based_on": there.pk + 1}), 409)
    assert program.send(STATUS | {"based_on": there.pk}).status_code == 201


def test_draft_that_was_not_seen_is_not_thrown_away(program: Program, cast: SimpleNamespace) -> None:
    draft = {"recommendation": cast.recommendation, "organisation": cast.group, "based_on": None, "version": None}
    actions.save_draft(**draft, content=actions.DraftContent(reason="So far"), by=Actor(cast.mate.pk))
    assert assert_problem(program.send(STATUS), 409)["current"]["draft_version"] == 1
    assert program.standing().json()["draft_version"] == 1
    assert program.send(STATUS | {"draft_version": 1}).status_code == 201
    assert program.standing().json()["draft_version"] is None


def test_what_is_there_is_told_to_the_organisation_only(program: Program, cast: SimpleNamespace) -> None:
    assert_problem(program.client.get(f"{program.place}assessments/"), 401)
    other = Program(cast, cast.outsider, cast.others)
    make.make_assessment(cast.recommendation, cast.group)
    assert other.standing().json()["latest"] is None
    assert "no-store" in program.standing().headers["Cache-Control"]
    assert "ETag" not in program.standing().headers


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"status": "done"}, "#/status"),
    ({"status": ["in_progress"]}, "#/status"),
    ({"holds_from": "2999-01-01"}, "#/holds_from"),
    ({"holds_from": "1999-01-01"}, "#/holds_from"),
    ({"holds_from": "yesterday"}, "#/holds_from"),
    ({"reason": " "}, "#/reason"),
    ({"reason": "x" * 5001}, "#/reason"),
    ({"reason": "a\x00b"}, "#/reason"),
    ({"reason": None}, "#/reason"),
    ({"progress": "substantial"}, "#"),
    ({"bases": []}, "#/bases"),
    ({"bases": [{"kind": "nothing_found", "description": "x"}] * 21}, "#/bases"),
    ({"bases": "all"}, "#/bases"),
    ({"bases": [{"kind": "link"}]}, "#/bases/0/url"),
    ({"bases": [{"kind": "link", "url": "javascript:alert(1)"}]}, "#/bases/0/url"),
    ({"bases": [{"kind": "confidential", "code": "K1", "url": "https://example.org"}]}, "#/bases/0/url"),
    ({"bases": [{"kind": "passage", "document": "elsewhere"}]}, "#/bases/0/document"),
    ({"bases": [{"kind": "link", "url": "https://example.org", "author": "X"}]}, "#/bases/0/author"),
    ({"based_on": "x"}, "#/based_on"),
    ({"based_on": 10**30}, "#/based_on"),
    ({"based_on": "1"}, "#/based_on"),
    ({"based_on": 1.0}, "#/based_on"),
    ({"based_on": True}, "#/based_on"),
    ({"draft_version": "1"}, "#/draft_version"),
    ({"reason": 5}, "#/reason"),
    ({"in_law": "yes"}, "#/in_law"),
    ({"in_practice": 1}, "#/in_practice"),
    ({"status": 5}, "#/status"),
    ({"holds_from": 20250901}, "#/holds_from"),
    ({"bases": [{"kind": "monitoring", "description": 5}]}, "#/bases/0/description"),
    ({"bases": [{"kind": "link", "url": 5}]}, "#/bases/0/url"),
    ({"recorded_by": 1}, "#/recorded_by"),
    ({"voice": "others"}, "#/voice"),
]


@pytest.mark.parametrize(("change", "pointer"), WRONG)
def test_wrong_field_is_named_and_nothing_is_written(change: dict[str, Any], pointer: str, program: Program) -> None:
    problem = assert_problem(program.send(STATUS | change), 400)
    assert problem["type"].endswith(":invalid")
    assert pointer in [line["pointer"] for line in problem["errors"]]
    assert all(line["detail"] for line in problem["errors"])
    assert not Assessment.objects.exists()


def test_fields_that_answers_have_as_null_may_be_sent_so(program: Program) -> None:
    sent = STATUS | {"progress": None, "in_law": None, "in_practice": None, "draft_version": None}
    answer = program.send(sent)
    assert (answer.status_code, answer.json()["progress"]) == (201, None)


def test_based_on_must_be_said(program: Program) -> None:
    problem = assert_problem(program.send({name: value for name, value in STATUS.items() if name != "based_on"}), 400)
    assert [line["pointer"] for line in problem["errors"]] == ["#/based_on"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"reason": "\\ud800"}', b'{"a": NaN}', b"\xff"])
def test_body_that_is_no_object_is_refused(body: bytes, program: Program) -> None:
    answer = program.client.post(
        f"{program.place}assessments/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.text}"},
    )
    assert_problem(answer, 400)


def test_other_types_and_too_much_are_refused(program: Program) -> None:
    head = {"Authorization": f"Bearer {program.text}"}
    address = f"{program.place}assessments/"
    assert_problem(
        program.client.post(address, "a=b", content_type="application/x-www-form-urlencoded", headers=head), 415
    )
    assert_problem(program.send(STATUS | {"reason": "x" * 300_000}), 413)
    assert_problem(program.client.put(address, STATUS, content_type="application/json", headers=head), 405)


def test_document_must_be_of_the_review(program: Program, cast: SimpleNamespace) -> None:
    paper = make.make_document(cast.review)
    foreign = make.make_document(make.make_review(make.make_state("SVN", "Slovenia", m49="705")))
    awaited = make.make_document(cast.review, awaited=True)
    for key in (foreign.key, awaited.key):
        assert_problem(program.send(STATUS | {"bases": [{"kind": "passage", "document": key}]}), 400)
    sent = STATUS | {"bases": [{"kind": "passage", "document": paper.key, "passage": "para. 7"}]}
    assert program.send(sent).json()["bases"][0]["document"]["key"] == paper.key


def test_confidential_source_is_told_to_nobody(program: Program) -> None:
    answer = program.send(STATUS | {"bases": [{"kind": "confidential", "code": "K-17"}]})
    assert answer.status_code == 201
    assert "K-17" not in answer.content.decode()
    assert "K-17" not in program.standing().content.decode()


def test_permission_is_that_of_the_person_now(program: Program, cast: SimpleNamespace) -> None:
    def refused(person: Any, organisation: Any, status: int) -> dict[str, Any]:
        return assert_problem(Program(cast, person, organisation).send(STATUS), status)

    assert "only reads" in refused(cast.owner, None, 403)["detail"]
    viewer = make.make_person(organisation=cast.group, role=Role.VIEWER)
    assert "you may not publish" in refused(viewer, cast.group, 403)["detail"]
    foreign = make.make_organisation("Elsewhere")
    assert "does not monitor" in refused(make.make_person(organisation=foreign), foreign, 403)["detail"]
    cast.owner.memberships.all().delete()
    assert "do not belong" in assert_problem(program.send(STATUS), 403)["detail"]
    assert_problem(program.client.post(f"{program.place}assessments/", STATUS, content_type="application/json"), 401)
    assert not Assessment.objects.exists()


def test_editor_whose_status_waits_for_a_reviewer_may_not(cast: SimpleNamespace) -> None:
    type(cast.group).objects.filter(pk=cast.group.pk).update(asks_review=True)
    assert_problem(Program(cast, cast.mate, cast.group).send(STATUS), 403)


def test_signed_in_by_a_cookie_is_not_signed_in_here(cast: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    place = f"/api/v1/recommendations/{cast.recommendation.public_id}/assessments/"
    assert_problem(client.post(place, STATUS, content_type="application/json"), 401)
    assert Program(cast, cast.owner, cast.group, client).send(STATUS).status_code == 201


def test_address_of_nothing_and_of_what_was_removed(program: Program, cast: SimpleNamespace) -> None:
    there = program.place
    program.place = "/api/v1/recommendations/zzzzzzzz/"
    assert_problem(program.send(STATUS), 404)
    program.place = there
    make_sample = type(cast.recommendation).objects.filter(pk=cast.recommendation.pk).update
    make_sample(removed_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    assert_problem(program.send(STATUS), 410)


def test_check_is_recorded_once_a_day_and_line(program: Program, cast: SimpleNamespace) -> None:
    problem = assert_problem(program.send({"line": "Read the gazette"}, "checks"), 400)
    assert "has no status here" in problem["errors"][0]["detail"]
    assert not Check.objects.exists()
    make.make_assessment(cast.recommendation, cast.group)
    answer = program.send({"line": "Read the gazette"}, "checks")
    assert (answer.status_code, answer.json()["line"]) == (201, "Read the gazette")
    again = program.send({"line": "Read the gazette"}, "checks")
    assert (again.status_code, again.json()) == (200, answer.json())  # nothing was made
    check = Check.objects.get()
    assert (check.voice, check.recorded_by) == (cast.group, cast.owner)
    assert assert_problem(program.send({"day": "2999-01-01"}, "checks"), 400)["errors"][0]["pointer"] == "#/day"
    assert assert_problem(program.send({"when": DAY}, "checks"), 400)["errors"][0]["pointer"] == "#/when"


def test_today_is_the_day_where_the_person_is(cast: SimpleNamespace) -> None:
    type(cast.owner).objects.filter(pk=cast.owner.pk).update(time_zone="Pacific/Auckland")
    with time_machine.travel("2026-03-01 23:00:00Z", tick=False):
        program = Program(cast, cast.owner, cast.group)
        assert program.send(STATUS | {"holds_from": "2026-03-02"}).status_code == 201
        assert program.send({}, "checks").json()["day"] == "2026-03-02"
        assert_problem(program.send({"day": "2026-03-03"}, "checks"), 400)


# -- The same write sent again


def test_write_sent_again_with_its_key_happens_once(program: Program) -> None:
    first, again = (program.send(STATUS, Idempotency_Key="one") for _time in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert Assessment.objects.count() == Event.objects.filter(action="assessment.published").count() == 1


def test_write_sent_again_without_a_key_is_told_what_is_there(program: Program) -> None:
    """The very same on the same ground: not 201, because nothing was made, and no conflict, because nothing differs."""
    first, again = program.send(STATUS), program.send(STATUS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in again.headers
    assert Assessment.objects.count() == Event.objects.filter(action="assessment.published").count() == 1


def test_key_with_something_else_is_refused(program: Program) -> None:
    program.send(STATUS, Idempotency_Key="one")
    problem = assert_problem(program.send(STATUS | {"reason": "Other"}, Idempotency_Key="one"), 422)
    assert problem["type"].endswith(":idempotency-key-reused")
    assert_problem(program.send({"line": "x"}, "checks", Idempotency_Key="one"), 422)
    assert Assessment.objects.count() == 1


def test_key_is_the_tokens_own(program: Program, cast: SimpleNamespace) -> None:
    program.send(STATUS, Idempotency_Key="one")
    other = Program(cast, cast.outsider, cast.others)
    assert other.send(STATUS, Idempotency_Key="one").headers.get("Idempotency-Replayed") is None
    assert Assessment.objects.count() == 2


def test_refused_write_keeps_no_key(program: Program) -> None:
    assert_problem(program.send(STATUS | {"based_on": 5}, Idempotency_Key="one"), 409)
    assert not KeptKey.objects.exists()
    assert program.send(STATUS, Idempotency_Key="one").status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_key_that_is_none_is_refused(key: str, program: Program) -> None:
    assert assert_problem(program.send(STATUS, Idempotency_Key=key), 400)["parameter"] == "Idempotency-Key"


def test_key_is_forgotten_after_a_day_and_swept_after_two(program: Program, cast: SimpleNamespace) -> None:
    first = program.send(STATUS, Idempotency_Key="one").json()
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=25)
    with time_machine.travel(later):
        assert_problem(program.send(STATUS | {"reason": "Other"}, Idempotency_Key="one"), 409)
        sent = STATUS | {"reason": "Other", "based_on": first["id"]}
        assert program.send(sent, Idempotency_Key="one").status_code == 201
    assert idempotency.forget_old_keys() == 0
    with time_machine.travel(later + datetime.timedelta(days=2)):
        assert idempotency.forget_old_keys() == 1


def test_words_that_were_redacted_are_not_told_again(program: Program, cast: SimpleNamespace) -> None:
    program.send(STATUS, Idempotency_Key="one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT k::text FROM api_keptkey k")
        assert "law" not in str(cursor.fetchall())
    actions.redact_assessment(assessment=Assessment.objects.get(), by=Actor())
    again = program.send(STATUS, Idempotency_Key="one")
    assert (again.status_code, again.json()["reason"], again.json()["redacted"]) == (201, None, True)


def test_many_at_once_with_one_key_make_one(transactional_db: None, cast: SimpleNamespace) -> None:
    program = Program(cast, cast.owner, cast.group)
    outcomes = together(8, lambda: program_of(program).send(STATUS, Idempotency_Key="one"))
    assert {status for status, _body, _replayed in outcomes} == {201}
    assert len({body for _status, body, _replayed in outcomes}) == 1
    assert [replayed for _status, _body, replayed in outcomes].count(False) == 1
    assert Assessment.objects.count() == Event.objects.filter(action="assessment.published").count() == 1
    assert KeptKey.objects.get().made_id == Assessment.objects.get().pk


def test_many_at_once_without_a_key_make_one_and_tell_the_others(transactional_db: None, cast: SimpleNamespace) -> None:
    program = Program(cast, cast.owner, cast.group)
    numbers = iter(range(8))
    reasons = [f"Reason {number}" for number in numbers]
    outcomes = together(8, lambda: program_of(program).send(STATUS | {"reason": reasons.pop()}))
    assert sorted(status for status, _body, _replayed in outcomes) == [201] + [409] * 7
    assert Assessment.objects.count() == 1


def program_of(program: Program) -> Program:
    """The same program with a client of its own, for a thread."""
    other = Program.__new__(Program)
    other.text, other.place, other.client = program.text, program.place, Client()
    return other


def together(number: int, send: Any) -> list[tuple[int, str, bool]]:
    """What so many threads that send at once are answered."""
    outcomes: list[tuple[int, str, bool]] = []
    ready = threading.Barrier(number)

    def work() -> None:
        ready.wait(20)
        answer = send()
        body = {name: value for name, value in answer.json().items() if name != "request_id"}
        outcomes.append((answer.status_code, json.dumps(body), "Idempotency-Replayed" in answer.headers))
        connection.close()

    running = [threading.Thread(target=work) for _number in range(number)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(40)
    assert len(outcomes) == number
    assert Token.objects.count() == 1
    return outcomes
