"""A person's name in what was published can be removed everywhere, for good: searched for wherever it could be."""

import datetime
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from history import feed
from history.models import Event
from notifications import actions as notifying
from notifications.models import Message
from recommendations import actions
from recommendations.actions import BasisContent, DraftContent, Overtaken
from recommendations.models import Assessment, Basis, Check, Draft
from tests import factories as make
from tests.recommendations.conftest import TODAY, Desk

NAME = "Quillfeather"  # the name of a person at risk, which stands nowhere else
ADDRESS = f"https://example.org/{NAME}/interview"
YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture
def named(cast: SimpleNamespace, desk: Desk, settings: Any, tmp_path: Any) -> SimpleNamespace:
    """A status whose reason and bases all name the person, so do a check and a draft begun as a copy; a follower."""
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "upr_tracker.mail.FolderBackend", tmp_path / "mail"
    cast.follower = make.make_person("Farida Follower")
    notifying.follow(person=cast.follower, target=cast.recommendation)
    document = make.make_document(cast.review)
    bases = [
        BasisContent("passage", document=document, passage=f"interview with {NAME}"),
        BasisContent("link", url=ADDRESS, description=f"what {NAME} said"),
        BasisContent("monitoring", description=f"spoke to {NAME}"),
        BasisContent("confidential", code=f"{NAME}-1"),
        BasisContent("nothing_found", description=f"asked {NAME}"),
    ]
    cast.made = desk.publish(reason=f"{NAME} was arrested.", bases=bases)
    cast.check = desk.check(line=f"{NAME} is still held.")
    cast.draft = actions.save_draft(
        recommendation=cast.recommendation,
        organisation=cast.group,
        content=DraftContent(
            reason=f"{NAME} was released.", private_note=f"call {NAME}", bases=[{"kind": "link", "url": ADDRESS}]
        ),
        based_on=cast.made.pk,
        version=None,
        by=desk.by,
    )
    return cast


def deliver_all() -> None:
    """Give events their places, tell, and send every mail."""
    feed.sequence()
    notifying.fan_out()
    for pk in notifying.waiting_mails():
        assert notifying.deliver(pk)


def redact_all(cast: SimpleNamespace, desk: Desk) -> None:
    """Redact everything that names the person."""
    actions.redact_assessment(assessment=cast.made, by=desk.by)
    actions.redact_check(check=cast.check, by=desk.by)


def database() -> Iterator[tuple[str, str]]:
    """Table and content of every row of the database, whatever its columns."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT t::text FROM {table} t")
            yield from ((table, row[0]) for row in cursor.fetchall())


def pages(cast: SimpleNamespace) -> list[str]:
    """Every address where what was said could be read."""
    detail = reverse("recommendation-detail", args=[cast.recommendation.public_id])
    clocks = [
        "",
        f"?as_of={TODAY}",
        f"?known_on={datetime.datetime.now(datetime.UTC).date()}",
        f"?as_of={YESTERDAY}&known_on={datetime.datetime.now(datetime.UTC).date()}",
    ]
    api = f"/api/v1/recommendations/{cast.recommendation.public_id}/"
    return [
        *(f"{detail}{clock}" for clock in clocks),
        *(f"{api}{clock}" for clock in clocks[:3]),
        "/api/v1/recommendations/",
        reverse("recommendation-list"),
        reverse("review-detail", args=[cast.review.session.number, cast.state.iso3]),
        reverse("home"),
        reverse("work-overview"),
        reverse("assessment-withdraw", args=[cast.made.pk]),
        reverse("assessment-redact", args=[cast.made.pk]),
        reverse("check-redact", args=[cast.check.pk]),
    ]


def told_in(client: Client, cast: SimpleNamespace, addresses: list[str]) -> dict[str, set[str]]:
    """For each reader, those of the addresses that tell the name to them."""
    readers = {"public": None, "author": cast.owner, "administrator": cast.administrator, "follower": cast.follower}
    found: dict[str, set[str]] = {}
    for who, person in readers.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        answers = {address: client.get(address) for address in addresses}
        assert answers[addresses[0]].status_code == 200
        found[who] = {address for address, answer in answers.items() if NAME in answer.content.decode()}
    return found


def test_name_is_in_many_places_before_and_in_none_after(
    client: Client, named: SimpleNamespace, desk: Desk, tmp_path: Any
) -> None:
    deliver_all()
    detail = reverse("recommendation-detail", args=[named.recommendation.public_id])
    api = f"/api/v1/recommendations/{named.recommendation.public_id}/"
    before = told_in(client, named, [detail, api])
    assert before == {who: {detail, api} for who in before}
    assert {
        "recommendations_assessment",
        "recommendations_basis",
        "recommendations_check",
        "recommendations_draft",
    } <= {table for table, row in database() if NAME in row}

    redact_all(named, desk)
    deliver_all()
    assert [(table, row) for table, row in database() if NAME in row] == []
    assert told_in(client, named, pages(named)) == {who: set() for who in before}
    assert list((tmp_path / "mail").iterdir())
    assert [file.name for file in (tmp_path / "mail").iterdir() if NAME in file.read_text()] == []
    assert Message.objects.filter(person=named.follower, mail="sent").exists()
    call_command("verify")


def test_name_was_never_in_the_log_or_the_mails(named: SimpleNamespace, desk: Desk, tmp_path: Any) -> None:
    redact_all(named, desk)
    deliver_all()
    assert Event.objects.count() == 4
    assert [str(event.old) + str(event.new) for event in Event.objects.all() if NAME in f"{event.old}{event.new}"] == []
    mails = [file.read_text() for file in (tmp_path / "mail").iterdir()]
    assert len(mails) == 1
    assert not [mail for mail in mails if NAME in mail]


def test_hole_is_marked_and_the_rest_stands(client: Client, named: SimpleNamespace, desk: Desk) -> None:
    redact_all(named, desk)
    found = Assessment.objects.get()
    assert (found.status, found.holds_from, found.voice) == ("in_progress", named.made.holds_from, named.group)
    assert (found.reason, found.redacted_at is not None) == ("", True)
    assert [(basis.kind, basis.redacted) for basis in found.bases.all()] == [
        (kind, True) for kind in ("passage", "link", "monitoring", "confidential", "nothing_found")
    ]
    check = Check.objects.get()
    assert (check.day, check.line, check.redacted_at is not None) == (TODAY, "", True)
    named.recommendation.refresh_from_db()
    assert named.recommendation.lead_assessment == found
    page = client.get(reverse("recommendation-detail", args=[named.recommendation.public_id])).content.decode()
    assert "redacted" in page.lower()
    assert "Watch Group" in page


def test_redacting_twice_is_redacting_once(named: SimpleNamespace, desk: Desk) -> None:
    redact_all(named, desk)
    marks = (Assessment.objects.get().redacted_at, Check.objects.get().redacted_at)
    redact_all(named, desk)
    assert marks == (Assessment.objects.get().redacted_at, Check.objects.get().redacted_at)
    assert Event.objects.filter(action__endswith=".redacted").count() == 2


def test_draft_that_is_open_elsewhere_does_not_bring_the_name_back(named: SimpleNamespace, desk: Desk) -> None:
    redact_all(named, desk)
    with pytest.raises(Overtaken):
        actions.save_draft(
            recommendation=named.recommendation,
            organisation=named.group,
            content=DraftContent(reason=f"{NAME} was released."),
            based_on=named.made.pk,
            version=named.draft.version,
            by=desk.by,
        )
    draft = Draft.objects.get()
    assert (draft.reason, draft.private_note, draft.bases) == ("", "", [])


def test_draft_of_another_organisation_is_left_alone(named: SimpleNamespace, desk: Desk) -> None:
    other = Draft.objects.create(recommendation=named.recommendation, organisation=named.others, reason="Our own.")
    redact_all(named, desk)
    other.refresh_from_db()
    assert other.reason == "Our own."


def test_later_status_keeps_its_own_reason(named: SimpleNamespace, desk: Desk) -> None:
    later = desk.publish("regression", reason="The court closed.")
    redact_all(named, desk)
    later.refresh_from_db()
    assert later.reason == "The court closed."
    assert later.based_on == named.made
    assert not Basis.objects.get(assessment=later).redacted
    call_command("verify")


def test_withdrawn_status_is_redacted_too(client: Client, named: SimpleNamespace, desk: Desk) -> None:
    actions.withdraw_assessment(assessment=named.made, by=desk.by)
    redact_all(named, desk)
    detail = reverse("recommendation-detail", args=[named.recommendation.public_id])
    assert told_in(client, named, [detail])["author"] == set()
    assert [row for _table, row in database() if NAME in row] == []
