"""State, session and cycle stand beside the row on every road; response, claim and status follow their sources."""

from types import SimpleNamespace

import pytest
from django.db import connection

from recommendations import derived
from recommendations.models import Position, Recommendation
from reviews.models import Review, Session
from states.models import State
from tests import factories as make
from tests.recommendations.conftest import Desk


def place(recommendation: Recommendation) -> tuple[str, int, int]:
    """State, session and cycle kept in the row."""
    row = Recommendation.objects.filter(pk=recommendation.pk)
    return row.values_list("state_iso3", "session_number", "cycle").get()


def test_place_is_there_as_soon_as_the_row_is(cast: SimpleNamespace) -> None:
    made = Recommendation.objects.create(
        review=cast.review, label="1.1", text="Adopt it", source_document=make.make_document(cast.review)
    )
    assert (made.state_iso3, made.session_number, made.cycle) == ("KAZ", 48, 4)


def test_place_of_copied_rows_is_filled(cast: SimpleNamespace) -> None:
    document = make.make_document(cast.review)
    columns = "public_id, review_id, label, sort_key, text, text_language, text_kind, is_sample, version, suffix"
    with connection.cursor() as cursor:
        copying = f"COPY recommendations_recommendation ({columns}, source_document_id, source_place) FROM STDIN"
        with cursor.copy(copying) as copy:
            for number in range(3):
                row = (f"copied{number}", cast.review.pk, f"9.{number}", "", "Adopt", "en", "official", False, 1, "")
                copy.write_row((*row, document.pk, ""))
    copied = Recommendation.objects.filter(public_id__startswith="copied")
    assert {place(row) for row in copied} == {("KAZ", 48, 4)}
    assert derived.wrong(derived.PLACES) == []


def test_place_follows_what_it_comes_from(cast: SimpleNamespace) -> None:
    Session.objects.filter(number=48).update(cycle=5)
    assert place(cast.recommendation) == ("KAZ", 48, 5)
    Review.objects.filter(pk=cast.review.pk).update(session=make.make_session(20, 2))
    assert place(cast.recommendation) == ("KAZ", 20, 2)
    State.objects.filter(iso3="KAZ").update(iso3="QQQ")
    assert place(cast.recommendation) == ("QQQ", 20, 2)
    cast.recommendation.review = make.make_review(make.make_state("SVN", "Slovenia"))
    cast.recommendation.save()  # which writes what it had read of the old place, too
    assert place(cast.recommendation) == ("SVN", 48, 5)


def test_place_cannot_be_set_to_another(cast: SimpleNamespace) -> None:
    Recommendation.objects.update(state_iso3="FRA", cycle=1)
    assert place(cast.recommendation) == ("KAZ", 48, 4)


def test_answer_and_status_follow(cast: SimpleNamespace, desk: Desk) -> None:
    def kept() -> tuple[str, str, str]:
        return Recommendation.objects.values_list("response", "claim", "status").get(pk=cast.recommendation.pk)

    assert kept() == ("", "", "")
    answer = Position.objects.create(recommendation=cast.recommendation, response="supported", claim="implemented")
    derived.refresh_positions([cast.recommendation.pk])
    desk.publish("not_started")
    assert kept() == ("supported", "implemented", "not_started")
    Position.objects.filter(pk=answer.pk).update(claim="")
    assert derived.wrong(derived.POSITIONS) == [cast.recommendation.pk]
    assert derived.refresh_positions([cast.recommendation.pk]) == 1
    assert kept() == ("supported", "", "not_started")


@pytest.mark.parametrize("kept", [derived.LEADS, derived.POSITIONS, derived.PLACES])
def test_refresh_of_many_writes_only_what_is_wrong(cast: SimpleNamespace, kept: derived.Kept) -> None:
    ids = [make.make_recommendation(cast.review, response="noted").pk for _i in range(5)]
    assert derived.refresh(kept, ids) == 0
    Recommendation.objects.filter(pk=ids[0]).update(response="", status="regression")
    assert derived.refresh(kept, ids) == (0 if kept is derived.PLACES else 1)
