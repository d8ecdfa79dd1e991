"""Whatever an address or a form holds, no page answers with an error of ours."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from accounts.models import Person
from accounts.roles import Role
from accounts.tokens import make_token
from history.log import Actor
from imports.models import Batch
from recommendations.models import Check
from reports import exports
from reports.questions import Question
from tests import factories as make

NUL = "\0"
LONG = "a" * 10_000
ODD = "\U0001f54a\ufe0f\u202eKAZ'\"--;{%<script>"  # emoji, right-to-left override, what other languages read as theirs
TEXTS = (NUL, f"tor{NUL}ture", LONG, ODD, "9" * 5_000, "9" * 30, "-1", "\u0661")
DAYS = (
    "9999-12-31",
    "0001-01-01",
    "10000-01-01",
    "2025-02-30",
    "\u0662\u0660\u0662\u0665-01-01",
    "20250101",
    "2025-W01-1",
)
NUMBERS = (10**9, 10**20, -1, 0, "1.5", "\u0663")
QUERY = (
    *("q", "search", "state", "session", "status", "response", "issue", "group", "goal", "recommending_state"),
    *("regional_group", "cycle", "sort", "page", "cursor", "as_of", "known_on", "outcome", "voice", "next"),
)
FORM = (
    *("voice", "status", "progress", "in_law", "in_practice", "holds_from", "reason", "private_note", "based_on"),
    *("version", "act", "bases-TOTAL_FORMS", "bases-INITIAL_FORMS", "bases-0-kind", "bases-0-url", "bases-0-document"),
    *("bases-0-description", "line", "day", "kind", "id", "next", "language", "time_zone", "neutral_mail"),
    *("organisation", "from_day", "state", "session", "login", "password", "email"),
)
RESOLVER = get_resolver()
# The address of each page by its name, with marks such as %(slug)s.
PAGES: dict[str, str] = {
    name: "/" + RESOLVER.reverse_dict.getlist(name)[0][0][0][0]
    for name in [*RESOLVER.reverse_dict]
    if isinstance(name, str) and not name.startswith("api-")
}


@pytest.fixture
def person(cast: SimpleNamespace) -> Person:
    """Somebody who may do everything."""
    return make.make_person("Ada Allowed", organisation=cast.group, role=Role.MANAGER, is_administrator=True)


@pytest.fixture
def marks(cast: SimpleNamespace, person: Person, settings: Any) -> dict[str, dict[str, Any]]:
    """What stands in the address of a page that is there, by how the names of such pages begin."""
    assessment = make.make_assessment(cast.recommendation, cast.group)
    check = Check.objects.create(
        recommendation=cast.recommendation, voice=cast.group, day="2026-01-05", recorded_by=cast.owner
    )
    settings.EMAIL_BACKEND = "upr_tracker.mail.FolderBackend"  # without it there are no pages of mails
    batch = Batch.objects.create(file_name="a.docx", sha256="ab", created_by=person)
    export = exports.ask(Question("recommendations", {}, samples=False), "xlsx")
    with transaction.atomic():
        token, _text = make_token(person=person, name="Reading", days=1, by=Actor(person_id=person.pk))
    return {
        "event-": {"pk": make.make_event(cast.review).pk},
        "assessment-withdraw": {"pk": assessment.pk},
        "assessment-redact": {"pk": assessment.pk},
        "check-redact": {"pk": check.pk},
        "import-": {"key": batch.key, "number": 1},
        "group-": {"code": make.make_group().code},
        "goal-": {"code": make.make_goal().code},
        "issue-": {"slug": make.make_issue().slug},
        "mail-": {"name": "a"},
        "download-": {"key": export.key},
        "release-": {"name": "2026.11", "file": "recommendations.csv"},
        "token-": {"pk": token.pk},
        "recommendation-to-fill-in": {"slug": cast.group.slug},
        "account_": {"key": "1a-b2", "uidb36": "1"},
        "": {
            "public_id": cast.recommendation.public_id,
            "number": cast.review.session.number,
            "iso3": cast.state.iso3,
        },
    }


def address(name: str, marks: dict[str, dict[str, Any]], /, **instead: str) -> str:
    """The address of the page that is there, or with other texts in place of its marks."""
    values = next(values for start, values in marks.items() if name.startswith(start))
    return PAGES[name] % {key: quote(str(value), safe="") for key, value in (values | instead).items()}


def marked(name: str) -> list[str]:
    """The marks of the page's address."""
    return [
        key
        for key in ("pk", "key", "number", "code", "slug", "name", "uidb36", "public_id", "iso3", "file")
        if f"%({key})s" in PAGES[name]
    ]


def queries() -> Iterable[dict[str, Any]]:
    """What is asked of each page: every name with one bad value, one name after another, days and numbers."""
    yield from (dict.fromkeys(QUERY, text) for text in TEXTS)
    yield from ({name: text} for name in QUERY for text in (LONG, ODD))
    yield from ({name: day} for name in ("as_of", "known_on") for day in DAYS)
    yield from ({"as_of": day, "known_on": day} for day in DAYS)
    yield from ({"page": number} for number in NUMBERS)


def failures(client: Client, requests: Iterable[tuple[str, dict[str, Any] | None]], person: Person | None) -> list[str]:
    """The addresses (cut short) that answer with an error of ours; with fields, a form is sent there."""
    client.raise_request_exception = False
    found = []
    for path, fields in requests:
        if person is not None:
            client.force_login(person)
        answer = client.get(path) if fields is None else client.post(path, fields)
        if answer.status_code >= 500:
            found.append(f"{answer.status_code} {path[:200]} {str(fields)[:200]}")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_page_of_a_hostile_address_is_no_error_of_ours(
    client: Client, person: Person, marks: dict[str, dict[str, Any]], name: str
) -> None:
    paths = [address(name, marks, **{key: text}) for key in marked(name) for text in TEXTS]
    requests: list[tuple[str, None]] = [(path, None) for path in [address(name, marks), *paths]]
    assert failures(client, requests, None) == []
    assert failures(client, requests, person) == []


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith(("account_", "mfa_"))])
def test_page_asked_with_hostile_values_is_no_error_of_ours(
    client: Client, person: Person, marks: dict[str, dict[str, Any]], name: str
) -> None:
    client.force_login(person)
    asked = [(f"{address(name, marks)}?{urlencode(values)}", None) for values in queries()]
    assert failures(client, asked, None) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_sent_a_hostile_form_is_no_error_of_ours(
    client: Client, person: Person, marks: dict[str, dict[str, Any]], name: str
) -> None:
    forms = [dict.fromkeys(FORM, text) for text in (*TEXTS, "9999-12-31")]
    assert failures(client, [(address(name, marks), fields) for fields in forms], person) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/issues/goals/%00/", "/issues/goals/a%00b/", "/events/?state=%00", "/recommendations/?search=a&search=%00"],
)
def test_nul_in_an_address_is_refused_with_a_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=BoUnDaRyStRiNg", "application/x-www-form-urlencoded"])
def test_nul_in_a_form_is_refused_with_a_page(client: Client, cast: SimpleNamespace, kind: str) -> None:
    client.force_login(cast.owner)
    fields = {"voice": NUL, "act": "draft"}
    path = f"/recommendations/{cast.recommendation.public_id}/record/"
    multipart = kind.startswith("multipart")
    answer = client.post(path, fields) if multipart else client.post(path, urlencode(fields), content_type=kind)
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()


@pytest.mark.django_db
def test_nul_in_a_session_cookie_signs_nobody_in(client: Client) -> None:
    answer = client.get("/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaaaa"'})
    assert answer.status_code == 200
    assert client.get("/my-work/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaaaa"'}).status_code == 302


@pytest.mark.django_db
def test_nul_sent_to_the_api_is_refused_in_its_own_words(client: Client) -> None:
    answer = client.get("/api/v1/recommendations/?search=%00")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
