"""The table of filters, as forms and lists use it; what each finds is tested through the API."""

import pytest
from django.db import connection, transaction

from accounts.reader import PUBLIC, Reader
from recommendations import counts
from recommendations.models import Recommendation, Status
from recommendations.selection import FILTERS, UnknownChoice, allowed, select
from tests import factories as make
from tests.workers import connect_as_owner

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", FILTERS)
def test_every_value_that_a_form_offers_is_taken(name: str) -> None:
    review = make.make_review()
    make.make_session(47, 4)
    make.make_issue(), make.make_group(), make.make_goal()
    make.make_assessment(make.make_recommendation(review), make.make_organisation())
    options = allowed(name, PUBLIC)
    assert options or name in {"search", "updated_since"}
    for option in options:
        select(Recommendation.objects.all(), {name: [option.value]}, PUBLIC).count()


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("140.7", ["140.7"]),
        ("140.70", ["140.70"]),
        ("140.8", ["99.1"]),  # nobody bears it: only words are left to search for
        ("140.", ["140.7", "140.70", "140.71", "140.9"]),
        ("140", ["140.7", "140.70", "140.71", "140.9"]),
        ("140.71", ["140.71"]),
    ],
)
def test_search_for_a_whole_label_finds_it_alone(typed: str, labels: list[str]) -> None:
    review = make.make_review()
    for label in ("140.7", "140.70", "140.71", "140.9", "141.7"):
        make.make_recommendation(review, label, text="Ratify the treaty")
    make.make_recommendation(review, "99.1", text="As said in 140.8, ratify the treaty")
    found = select(Recommendation.objects.all(), {"search": [typed]}, PUBLIC)
    assert sorted(str(each.label) for each in found) == labels


def test_options_are_told_once() -> None:
    make.make_session(47, 4)
    make.make_session(48, 4)
    assert [option.value for option in allowed("cycle", PUBLIC)] == ["4"]


def test_unknown_value_says_which_and_what_is_allowed() -> None:
    with pytest.raises(UnknownChoice) as caught:
        select(Recommendation.objects.all(), {"status": ["in_progress", "done"]}, PUBLIC)
    error = caught.value
    assert (error.name, error.value) == ("status", "done")
    assert error.allowed == [*Status.values, "not_assessed"]
    assert "done" in str(error)


def test_names_that_are_no_filter_and_empty_values_are_passed_over() -> None:
    recommendation = make.make_recommendation()
    params = {"page": ["2"], "state": [""], "session": [",", " "]}
    assert list(select(Recommendation.objects.all(), params, PUBLIC)) == [recommendation]


def test_unknown_filter_has_no_options() -> None:
    with pytest.raises(KeyError):
        allowed("colour", PUBLIC)


def test_organisation_under_a_collective_name_is_a_choice_of_its_own_people_only() -> None:
    hidden = make.make_organisation(collective_name="A coalition")
    make.make_assessment(make.make_recommendation(), hidden)
    member = make.make_person(organisation=hidden)
    assert allowed("voice", PUBLIC) == []
    assert [option.value for option in allowed("voice", Reader(person=member))] == [hidden.slug]


def test_voice_of_samples_only_is_a_choice_only_where_samples_are_shown() -> None:
    voice = make.make_organisation()
    make.make_assessment(make.make_recommendation(is_sample=True), voice)
    assert allowed("voice", PUBLIC) == []
    assert [option.value for option in allowed("voice", Reader(samples=True))] == [voice.slug]


@pytest.mark.parametrize("typed", ["95.", "95.7"])
def test_search_for_labels_reads_an_index_and_not_every_row(transactional_db: None, typed: str) -> None:
    make.make_recommendation(make.make_review(), "95.7")
    for number in range(1, 41):
        make.make_review(session=make.make_session(number, 1))
    with transaction.atomic(), connection.cursor() as cursor:
        counts.put_off()  # other tests count
        cursor.execute(
            """
            INSERT INTO recommendations_recommendation (public_id, review_id, label, suffix, sort_key, text,
                text_language, text_kind, source_document_id, source_place, is_sample, version)
            SELECT lpad(v.id || '-' || n, 8, '0'), v.id, '140.' || n, '', lpad(n::text, 10, '0'), 'Ratify the treaty',
                'en', 'official', source_document_id, '', false, 1
            FROM recommendations_recommendation, reviews_review v, generate_series(1, 300) n
            """
        )
    with connect_as_owner() as owner:
        owner.execute("ANALYZE recommendations_recommendation")
    found = select(Recommendation.objects.visible_to(PUBLIC), {"search": [typed]}, PUBLIC)
    assert [row.label for row in found] == ["95.7"]
    text, params = found.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {text}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (((label)" in plan or "Index Cond: ((label)" in plan
    assert "Seq Scan" not in plan
