"""Numbers of recommendations in prose, and the words that answer them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.reading import Claim, Response
from imports.sources.addendum.answers import answer_alone
from imports.sources.addendum.numbers import runs_in

EITHER = Claim.IMPLEMENTED_OR_IN_PROCESS


def labels(text: str) -> list[str]:
    return [str(label) for run in runs_in(text) for label in run.labels]


# --------------------------------------------------------------------------------------------------------- the numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("140.7, 140.8–140.10. 12", "140.7 140.8 140.9 140.10 140.12"),
        ("140.35. 140.36", "140.35 140.36"),
        ("140.116.140.117", "140.116 140.117"),
        ("from 140.1 to 140.5 and 7", "140.1 140.2 140.3 140.4 140.5 140.7"),
        ("between 140.1 and 140.3, 140.9", "140.1 140.2 140.3 140.9"),
        ("140.8–10", "140.8 140.9 140.10"),
        ("140.82-85, 87", "140.82 140.83 140.84 140.85 140.87"),
        ("140.1; 140.3 & 140.5", "140.1 140.3 140.5"),
        ("140.7 (a), 140.7bis, 140.8b", "140.7a 140.7bis 140.8b"),
        ("140.12 a plan of 140.13 Act", "140.12 140.13"),
        ("140.5 and 12 others, 140.9 and 3 March, 140.10, 15%", "140.5 140.9 140.10"),
        ("140.7, 2024 and 140.8", "140.7 140.8"),
        ("140.10. 9 States", "140.10"),
        ("1/140.2 A140.2 0.5", ""),
    ],
)
def test_runs_of_numbers(text: str, expected: str) -> None:
    assert " ".join(labels(text)) == expected


@pytest.mark.parametrize(
    ("text", "taken"),
    [("140.120-9", ["140.120"]), ("140.9–140.2", ["140.9", "140.2"]), ("140.1-141.3", ["140.1", "141.3"])],
)
def test_a_range_that_cannot_be_counted_is_doubted(text: str, taken: list[str]) -> None:
    (run,) = runs_in(text)
    assert [str(label) for label in run.labels] == taken
    assert run.doubts == [text]


def test_a_number_after_a_full_stop_may_be_the_next_paragraph() -> None:
    (run, _other) = runs_in("140.7, 140.8. 12. The Government notes 140.9", own=11)
    assert [str(label) for label in run.labels] == ["140.7", "140.8"]
    assert len(run.doubts) == 1
    assert labels("140.7, 140.8. 12. It notes 140.9") == ["140.7", "140.8", "140.12", "140.9"]


PIECES = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 6), st.booleans(), st.booleans()), min_size=1, max_size=25
)
DASHES = st.sampled_from(["-", "–", " – ", "—", " to ", " through ", "‑"])
JOINTS = st.sampled_from([", ", ",", "; ", " and ", ", and ", ". ", " & ", " / ", "\n, "])


@settings(max_examples=300, deadline=None)
@given(PIECES, st.data())
def test_no_number_is_lost_and_none_invented(pieces: list[tuple[int, int, bool, bool]], data: st.DataObject) -> None:
    number, printed = 0, ""
    expected: list[int] = []
    for step, span, bare, bare_end in pieces:
        number += step
        printed += data.draw(JOINTS) if printed else ""
        printed += str(number) if bare and expected else f"140.{number}"
        expected.append(number)
        if span:
            last = number + span
            printed += data.draw(DASHES) + (str(last) if bare_end else f"140.{last}")
            expected += range(number + 1, last + 1)
            number = last
    sentence = f"Atlantis accepts recommendations {printed}. It has 3 ministries and 12.5% of seats."
    runs = runs_in(sentence, frozenset({140}))
    assert [str(label) for run in runs for label in run.labels] == [f"140.{number}" for number in expected]
    assert not [doubt for run in runs for doubt in run.doubts]


@settings(max_examples=300, deadline=None)
@given(st.text("0123456789.,-– ()abt\n", max_size=80))
def test_every_number_of_any_text_is_printed_in_it_or_within_a_range(text: str) -> None:
    for run in runs_in(text):
        assert 0 <= run.start < run.end <= len(text)
        printed = text[run.start : run.end]
        assert printed.startswith(str(run.labels[0]).rstrip("abt"))
        assert len(run.labels) == 1 or any(letter in printed for letter in ",-–. ")


# ----------------------------------------------------------------------------------------------------------- the words


@pytest.mark.parametrize(
    ("text", "response", "claim"),
    [
        ("Accepted", Response.SUPPORTED, None),
        ("Recommendations that enjoy the support", Response.SUPPORTED, None),
        ("Supported – already implemented", Response.SUPPORTED, Claim.IMPLEMENTED),
        ("Accepted, in the process of implementation", Response.SUPPORTED, Claim.IN_PROCESS),
        ("Accepted and considered implemented or in the process of implementation", Response.SUPPORTED, EITHER),
        ("Not accepted", Response.NOTED, None),
        ("Does not enjoy the support of", Response.NOTED, None),
        ("NOTED (12)", Response.NOTED, None),
        ("Rejected", Response.NOTED, None),
        ("Partially accepted", Response.SUPPORTED_IN_PART, None),
        ("Accepted in part", Response.SUPPORTED_IN_PART, None),
        ("Supported/Noted", Response.SUPPORTED_IN_PART, None),
        ("Under consideration", None, None),
        ("Support for victims is accepted everywhere", None, None),
    ],
)
def test_an_answer_that_stands_alone(text: str, response: Response | None, claim: Claim | None) -> None:
    found = answer_alone(text)
    assert (found and found.response, found and found.claim) == (response, claim)
