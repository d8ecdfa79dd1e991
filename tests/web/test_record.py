"""Recording a status in the browser: what it needs, who may, two people at once, and taking back."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Person
from accounts.roles import Role
from recommendations.models import Assessment, Check, Draft, Position
from reviews.models import Session
from tests import factories as make


def address(cast: SimpleNamespace, rest: str = "") -> str:
    return f"/recommendations/{cast.recommendation.public_id}/{rest}"


def form(cast: SimpleNamespace, **values: Any) -> dict[str, Any]:
    """What the form sends: a complete status unless told otherwise."""
    return {
        "voice": cast.group.slug,
        "status": "in_progress",
        "holds_from": "2025-06-01",
        "reason": "A draft law was published.",
        "based_on": "",
        "version": "",
        "bases-TOTAL_FORMS": "1",
        "bases-INITIAL_FORMS": "0",
        "bases-0-kind": "monitoring",
        "bases-0-description": "Read the official gazette.",
        "act": "publish",
    } | values


def test_record_publishes_and_shows_it(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast), follow=True)
    html = answer.content.decode()
    assert "The status is published." in html
    assert "A draft law was published." in html
    assert "Olga Owner" not in client.__class__(HTTP_HOST="127.0.0.1").get(address(cast)).content.decode()
    assessment = Assessment.objects.get()
    assert (assessment.recorded_by, assessment.voice, assessment.status) == (cast.owner, cast.group, "in_progress")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"status": ""}, "Choose a status."),
        ({"status": "halfway"}, "Choose one of the statuses listed."),
        ({"status": "not_assessed"}, "Choose one of the statuses listed."),
        ({"holds_from": ""}, "Give the day from which this is so."),
        ({"holds_from": "soon"}, "Write the day as 2025-01-23."),
        ({"holds_from": "2999-01-01"}, "has not come yet"),
        ({"holds_from": "0001-01-01"}, "before the first session of the UPR"),
        ({"reason": "  "}, "Give the reason"),
        ({"bases-0-kind": ""}, "Choose what kind of basis this is."),
        ({"bases-0-kind": "", "bases-0-description": ""}, "at least one basis"),
        ({"bases-0-kind": "link", "bases-0-url": ""}, "Give the address of the link."),
        ({"bases-0-kind": "link", "bases-0-url": "no address"}, "Write a whole address"),
        ({"bases-0-kind": "link", "bases-0-url": "javascript:alert(1)"}, "Write a whole address"),
        ({"bases-0-kind": "confidential"}, "Give your own code"),
        ({"bases-0-kind": "passage"}, "Choose the document."),
        ({"status": "regression", "progress": "substantial"}, "only when the status is In Progress"),
    ],
)
def test_record_with_a_mistake_is_said_beside_the_field_and_keeps_what_was_typed(
    cast: SimpleNamespace, client: Client, values: dict[str, str], sentence: str
) -> None:
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast, **values))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    if "reason" not in values:
        assert "A draft law was published." in html
    assert not Assessment.objects.exists()


def test_record_without_any_basis_form_asks_for_one(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast, **{"bases-TOTAL_FORMS": "0"}))
    assert answer.status_code == 422
    assert "at least one basis" in answer.content.decode()


def test_record_with_an_unknown_act_does_nothing(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    assert client.post(address(cast, "record/"), form(cast, act="zz")).status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("broken", [{"bases-TOTAL_FORMS": "x"}, {"bases-TOTAL_FORMS": "9999999"}, {"based_on": "x"}])
def test_record_with_a_tampered_form_is_no_error(cast: SimpleNamespace, client: Client, broken: dict[str, str]) -> None:
    client.force_login(cast.owner)
    assert client.post(address(cast, "record/"), form(cast, **broken)).status_code in {409, 422}
    assert not Assessment.objects.exists()


def test_record_after_a_colleague_shows_theirs_and_loses_nothing(cast: SimpleNamespace, client: Client) -> None:
    theirs = make.make_assessment(
        cast.recommendation, cast.group, "regression", reason="The law was withdrawn.", recorded_by=cast.mate
    )
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The law was withdrawn." in html
    assert "Timur Teammate" in html
    assert "A draft law was published." in html
    assert Assessment.objects.count() == 1
    # The form now speaks of what is there: pressing again puts mine on top.
    assert f'name="based_on" value="{theirs.pk}"' in html
    again = client.post(address(cast, "record/"), form(cast, based_on=theirs.pk))
    assert again.status_code == 302
    assert Assessment.objects.latest("id").based_on == theirs


def test_record_twice_by_a_double_click_is_once(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    for _press in range(2):
        assert client.post(address(cast, "record/"), form(cast)).status_code == 302
    assert Assessment.objects.count() == 1


def test_record_with_a_document_and_a_code_shows_no_code(cast: SimpleNamespace, client: Client) -> None:
    document = make.make_document(cast.review, title="National report")
    client.force_login(cast.owner)
    client.post(
        address(cast, "record/"),
        form(
            cast,
            **{
                "bases-TOTAL_FORMS": "2",
                "bases-0-kind": "passage",
                "bases-0-document": document.key,
                "bases-0-passage": "paragraph 12",
                "bases-1-kind": "confidential",
                "bases-1-code": "SOURCE-77",
            },
        ),
    )
    html = client.get(address(cast)).content.decode()
    assert "National report" in html
    assert "paragraph 12" in html
    assert "onfidential source" in html
    assert "SOURCE-77" not in html


def test_record_keeps_a_draft_for_the_organisation_only(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    answer = client.post(
        address(cast, "record/"), form(cast, status="", private_note="ask the lawyers", act="draft"), follow=True
    )
    assert "The draft is saved." in answer.content.decode()
    client.force_login(cast.owner)
    assert "ask the lawyers" in client.get(address(cast)).content.decode()
    assert "140.7" in client.get("/my-work/").content.decode()
    client.force_login(cast.outsider)
    assert "ask the lawyers" not in client.get(address(cast)).content.decode()
    assert "A draft law" not in client.get(address(cast)).content.decode()
    client.logout()
    assert "A draft law" not in client.get(address(cast)).content.decode()


def test_draft_is_read_by_a_viewer_and_by_nobody_outside(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    client.post(address(cast, "record/"), form(cast, reason="Half a reason.", private_note="ask first", act="draft"))
    viewer = make.make_person("Vera Viewer", organisation=cast.group, role=Role.VIEWER)
    client.force_login(viewer)
    html = client.get(address(cast)).content.decode()
    assert "Half a reason." in html
    assert "ask first" in html
    assert "Publish this status" not in html
    for other in (cast.outsider, cast.administrator):
        client.force_login(other)
        assert "Half a reason." not in client.get(address(cast)).content.decode()


def test_record_dated_back_says_what_still_stands(cast: SimpleNamespace, client: Client) -> None:
    latest = make.make_assessment(cast.recommendation, cast.group, "regression", holds_from=datetime.date(2026, 1, 1))
    client.force_login(cast.owner)
    html = client.post(address(cast, "record/"), form(cast, based_on=latest.pk), follow=True).content.decode()
    assert "“Regression” since 1 January 2026 is later, and still stands." in html


def test_record_publishing_ends_the_draft(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    client.post(address(cast, "record/"), form(cast, act="draft"))
    client.post(address(cast, "record/"), form(cast, version="1"))
    assert not Draft.objects.exists()
    assert Assessment.objects.count() == 1


def test_record_draft_after_a_colleagues_draft_is_a_conflict(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    client.post(address(cast, "record/"), form(cast, reason="Theirs.", act="draft"))
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast, reason="Mine.", act="draft"))
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs." in html
    assert "Mine." in html
    assert Draft.objects.get().reason == "Theirs."


def test_record_one_more_basis_without_script_keeps_everything(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    html = client.post(address(cast, "record/"), form(cast, act="more")).content.decode()
    assert 'name="bases-TOTAL_FORMS" value="2"' in html
    assert "A draft law was published." in html
    assert "Read the official gazette." in html


def test_record_by_an_editor_whose_organisation_asks_for_review_is_refused_with_the_reason(
    cast: SimpleNamespace, client: Client
) -> None:
    cast.group.asks_review = True
    cast.group.save()
    client.force_login(cast.mate)
    answer = client.post(address(cast, "record/"), form(cast))
    assert answer.status_code == 403
    assert "Watch Group" in answer.content.decode()
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("who", ["outsider", "administrator"])
@pytest.mark.parametrize("path", ["record/", "check/"])
def test_record_in_the_name_of_another_organisation_is_not_found(
    cast: SimpleNamespace, client: Client, who: str, path: str
) -> None:
    client.force_login(getattr(cast, who))
    values = form(cast) | {"check-voice": cast.group.slug}
    assert client.post(address(cast, path), values).status_code == 404
    assert not Assessment.objects.exists()
    assert not Check.objects.exists()


def test_record_over_a_draft_not_seen_shows_it_and_loses_nothing(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    client.post(address(cast, "record/"), form(cast, reason="Theirs.", private_note="ask first", act="draft"))
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast, reason="Mine."))
    assert answer.status_code == 409
    for words in ("Theirs.", "Mine.", "A colleague was quicker"):
        assert words in answer.content.decode()
    assert Draft.objects.get().private_note == "ask first"
    assert client.post(address(cast, "record/"), form(cast, reason="Mine.", version="1")).status_code == 302
    assert not Draft.objects.exists()


def test_record_of_a_draft_that_is_gone_says_so(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    answer = client.post(address(cast, "record/"), form(cast, version="1", act="draft"))
    assert answer.status_code == 409
    assert "published or thrown away in the meantime" in answer.content.decode()


@pytest.mark.parametrize("path", ["record/", "check/"])
def test_record_on_a_removed_recommendation_is_gone(cast: SimpleNamespace, client: Client, path: str) -> None:
    cast.recommendation.removed_at = datetime.datetime.now(datetime.UTC)
    cast.recommendation.save()
    client.force_login(cast.owner)
    values = form(cast) | {"check-voice": cast.group.slug}
    assert client.post(address(cast, path), values).status_code == 410
    assert not Assessment.objects.exists()


def test_record_by_the_public_leads_to_sign_in(cast: SimpleNamespace, client: Client) -> None:
    answer = client.post(address(cast, "record/"), form(cast))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_record_for_a_state_not_monitored_says_so(cast: SimpleNamespace, client: Client) -> None:
    cast.group.monitors.clear()
    client.force_login(cast.owner)
    assert "does not monitor Kazakhstan" in client.get(address(cast)).content.decode()
    assert client.post(address(cast, "record/"), form(cast)).status_code == 403


def test_record_in_the_name_of_the_second_organisation(cast: SimpleNamespace, client: Client) -> None:
    Membership.objects.create(person=cast.owner, organisation=cast.others, role=Role.REVIEWER)
    client.force_login(cast.owner)
    assert "Other Group" in client.get(address(cast)).content.decode()
    client.post(address(cast, "record/"), form(cast, voice=cast.others.slug))
    assert Assessment.objects.get().voice == cast.others


def test_check_is_one_act_and_once_a_day(cast: SimpleNamespace, client: Client) -> None:
    make.make_assessment(cast.recommendation, cast.group)
    client.force_login(cast.mate)
    for _press in range(2):
        answer = client.post(address(cast, "check/"), {"check-voice": cast.group.slug}, follow=True)
        assert "looked again at 140.7, no change" in answer.content.decode()
    check = Check.objects.get()
    assert (check.voice, check.recorded_by) == (cast.group, cast.mate)


def test_check_with_another_line_on_the_same_day_is_kept_too(cast: SimpleNamespace, client: Client) -> None:
    make.make_assessment(cast.recommendation, cast.group)
    client.force_login(cast.mate)
    for line in ("Read the gazette.", "Asked the ministry."):
        client.post(address(cast, "check/"), {"check-voice": cast.group.slug, "check-line": line})
    assert set(Check.objects.values_list("line", flat=True)) == {"Read the gazette.", "Asked the ministry."}


def test_check_is_offered_and_taken_only_where_a_status_stands(cast: SimpleNamespace, client: Client) -> None:
    make.make_assessment(cast.recommendation, cast.others)
    client.force_login(cast.mate)
    assert "Checked, no change" not in client.get(address(cast)).content.decode()
    answer = client.post(address(cast, "check/"), {"check-voice": cast.group.slug})
    assert answer.status_code == 422
    assert "has no status here that could have stayed the same" in answer.content.decode()
    assert not Check.objects.exists()
    make.make_assessment(cast.recommendation, cast.group)
    assert "Checked, no change" in client.get(address(cast)).content.decode()


def test_check_of_a_day_to_come_is_refused(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.mate)
    values = {"check-voice": cast.group.slug, "check-day": "2999-01-01"}
    answer = client.post(address(cast, "check/"), values)
    assert answer.status_code == 422
    assert "has not come yet" in answer.content.decode()


def test_withdraw_asks_first_then_marks(cast: SimpleNamespace, client: Client) -> None:
    assessment = make.make_assessment(cast.recommendation, cast.group)
    url = f"/recommendations/assessments/{assessment.pk}/withdraw/"
    client.force_login(cast.owner)
    assert "Withdraw this status?" in client.get(url).content.decode()
    html = client.post(url, follow=True).content.decode()
    assert "Not Assessed" in html
    assert "withdrawn" in html


def test_redact_leaves_a_hole_and_no_words(cast: SimpleNamespace, client: Client) -> None:
    assessment = make.make_assessment(cast.recommendation, cast.group, reason="Aigerim N. told us.")
    client.force_login(cast.owner)
    html = client.post(f"/recommendations/assessments/{assessment.pk}/redact/", follow=True).content.decode()
    assert "Aigerim" not in html
    assert "Removed on" in html
    assert "In Progress" in html


def test_administrator_redacts_what_a_published_source_is_quoted_with(cast: SimpleNamespace, client: Client) -> None:
    source = make.make_organisation("An article", kind="published_source")
    assessment = make.make_assessment(cast.recommendation, source, reason="Aigerim N. told us.")
    client.force_login(cast.administrator)
    assert f"assessments/{assessment.pk}/redact/" in client.get(address(cast)).content.decode()
    html = client.post(f"/recommendations/assessments/{assessment.pk}/redact/", follow=True).content.decode()
    assert "Aigerim" not in html


@pytest.mark.parametrize("act", ["withdraw", "redact"])
@pytest.mark.parametrize("who", ["mate", "outsider", "administrator"])
def test_taking_back_by_those_who_may_not_is_refused(cast: SimpleNamespace, client: Client, act: str, who: str) -> None:
    assessment = make.make_assessment(cast.recommendation, cast.group)
    client.force_login(getattr(cast, who))
    assert client.post(f"/recommendations/assessments/{assessment.pk}/{act}/").status_code == 403
    assessment.refresh_from_db()
    assert assessment.reason


def test_page_of_a_removed_recommendation_is_gone(cast: SimpleNamespace, client: Client) -> None:
    cast.recommendation.removed_at = datetime.datetime.now(datetime.UTC)
    cast.recommendation.save()
    assert client.get(address(cast)).status_code == 410


@pytest.mark.parametrize("public_id", ["zzzzzzzz", "x", "0" * 300])
def test_page_of_an_unknown_recommendation_is_not_found(client: Client, db: None, public_id: str) -> None:
    assert client.get(f"/recommendations/{public_id}/").status_code == 404


def test_page_on_a_past_day_holds_nothing_later(cast: SimpleNamespace, client: Client) -> None:
    old, new = datetime.date(2024, 1, 1), datetime.date(2026, 1, 1)
    make.make_assessment(cast.recommendation, cast.group, "not_started", holds_from=old, reason="The old reason.")
    make.make_assessment(cast.recommendation, cast.group, "regression", holds_from=new, reason="The new reason.")
    late = make.make_document(cast.review, title="A late answer", kind="addendum")
    Position.objects.create(recommendation=cast.recommendation, response="noted", day=new, document=late)
    Check.objects.create(recommendation=cast.recommendation, voice=cast.group, day=new, line="Looked again late.")
    html = client.get(address(cast) + "?as_of=2025-01-01").content.decode()
    assert "The old reason." in html
    for words in ("The new reason.", "A late answer", "Looked again late.", "Regression"):
        assert words not in html
    assert "Looked again late." in client.get(address(cast)).content.decode()
    earlier = client.get(address(cast) + "?known_on=2024-06-01").content.decode()
    assert "The old reason." not in earlier
    for day in ("never", "9999-12-31"):
        assert client.get(address(cast) + f"?as_of={day}").status_code == 400
        assert client.get(address(cast) + f"?known_on={day}").status_code == 400


# The recommendation with review, State, position (1), mentions and States (2), issue links and issues (2), voices with
# their organisations, bases and documents (3), checks (1), earlier assessments (1), positions with documents (1),
# groups, goals (2), imports (1), the log and the names in it (1-4), the data version (1).
PUBLIC_BUDGET = 20


def test_page_takes_a_bounded_number_of_queries(
    cast: SimpleNamespace, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    issue = make.make_issue()
    r = make.make_recommendation(cast.review, "140.8", states=[cast.state], issues=[issue], response="noted")
    for n in range(5):
        make.make_assessment(r, cast.group, holds_from=datetime.date(2025, 1, 1 + n))
        make.make_assessment(r, make.make_organisation(), "regression")
    with django_assert_max_num_queries(PUBLIC_BUDGET):
        client.get(f"/recommendations/{r.public_id}/")


def test_person_of_the_record_is_never_public(cast: SimpleNamespace, client: Client) -> None:
    client.force_login(cast.owner)
    client.post(address(cast, "record/"), form(cast))
    client.logout()
    html = client.get(address(cast)).content.decode()
    for person in Person.objects.all():
        assert person.name not in html
        assert person.email not in html


def test_page_says_once_that_no_response_is_known(cast: SimpleNamespace, client: Client) -> None:
    Position.objects.create(recommendation=cast.recommendation, response="unknown")
    assert "facts__source" not in client.get(address(cast)).content.decode()
    document = make.make_document(cast.review, title="The addendum")
    Position.objects.create(recommendation=cast.recommendation, response="unknown", document=document)
    page = client.get(address(cast)).content.decode()
    assert page.count('class="facts__source"') == 1
    assert "The addendum" in page


def test_page_of_a_day_before_the_session_says_that_it_was_not_made_yet(client: Client, cast: SimpleNamespace) -> None:
    Session.objects.filter(number=48).update(starts_on="2025-01-20")
    sentence = "this had not been recommended yet: session 48 came later."
    assert sentence in client.get(address(cast) + "?as_of=2025-01-19").content.decode()
    assert "had not been recommended" not in client.get(address(cast) + "?as_of=2025-01-20").content.decode()
