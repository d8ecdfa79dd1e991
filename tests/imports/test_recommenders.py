"""The brackets of recommending States: no name lost, none invented, no rubbish left in the text."""

import csv

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from imports.recommenders import looks_like_states, split_names, split_recommenders

IRAN = "Iran (Islamic Republic of)"
UK = "United Kingdom of Great Britain and Northern Ireland"
NAMES = [
    "France", "Côte d’Ivoire", "Timor-Leste", "Guinea-Bissau", "Türkiye", "Viet Nam", IRAN, UK, "Holy See", "Chad",
    "Bosnia and Herzegovina", "Trinidad and Tobago", "Saint Vincent and the Grenadines", "State of Palestine",
    "Venezuela (Bolivarian Republic of)", "Bolivarian Republic of Venezuela", "Netherlands (Kingdom of the)",
    "the former Yugoslav Republic of Macedonia", "Lao People’s Democratic Republic", "Micronesia (Federated States of)",
    "Democratic People's Republic of Korea", "Sao Tome and Principe", "Antigua and Barbuda",
]  # fmt: skip


@pytest.mark.parametrize(
    ("bracket", "names"),
    [
        ("Maldives", ["Maldives"]),
        ("Portugal, Slovakia", ["Portugal", "Slovakia"]),
        ("Portugal; Slovakia", ["Portugal", "Slovakia"]),
        ("Peru,Uruguay", ["Peru", "Uruguay"]),
        ("France and Spain", ["France", "Spain"]),
        ("France, Spain and Chad", ["France", "Spain", "Chad"]),
        ("France, Spain, and Chad", ["France", "Spain", "Chad"]),
        ("Haiti, Bosnia and Herzegovina and Chad", ["Haiti", "Bosnia and Herzegovina", "Chad"]),
        (f"{UK} and Chad", [UK, "Chad"]),
        (f"Senegal, {IRAN},Peru", ["Senegal", IRAN, "Peru"]),
        (f"{IRAN} and Peru", [IRAN, "Peru"]),
        ("Iran, Islamic Republic of, Chad", ["Iran, Islamic Republic of", "Chad"]),
        ("Congo, Democratic Republic of the", ["Congo, Democratic Republic of the"]),
        ("  Peru ,  ", ["Peru"]),
        ("", []),
    ],
)
def test_names_within_a_bracket(bracket: str, names: list[str]) -> None:
    assert list(split_names(bracket)) == names


@pytest.mark.parametrize(
    ("printed", "text", "states"),
    [
        ("Ratify it (Peru)", "Ratify it", ["Peru"]),
        ("Ratify it (Peru);", "Ratify it", ["Peru"]),
        ("Ratify it (Peru).", "Ratify it", ["Peru"]),
        ("Ratify it (Peru)*", "Ratify it", ["Peru"]),
        ("Ratify it (A, B)", "Ratify it (A, B)", []),
        ("Ratify it (Chad, Peru)", "Ratify it", ["Chad", "Peru"]),
        ("Ratify it (Chad) (Peru)", "Ratify it", ["Chad", "Peru"]),
        ("Ratify it (Chad)(Peru)", "Ratify it", ["Chad", "Peru"]),
        ("Ratify it (Chad), (Peru) and (Cuba)", "Ratify it", ["Chad", "Peru", "Cuba"]),
        (f"Ratify it ({IRAN})", "Ratify it", [IRAN]),
        (f"Ratify it ({IRAN}) (Chad)", "Ratify it", [IRAN, "Chad"]),
        (f"Ratify it ({IRAN}", "Ratify it", [IRAN]),
        ("Ratify it (Iran (Islamic Republic of);", "Ratify it", [IRAN]),
        ("Ratify it (Chad;", "Ratify it", ["Chad"]),
        ("Ratify it (Chad));", "Ratify it", ["Chad"]),
        ("Ratify ICRMW (ICRMW) (Sri Lanka)", "Ratify ICRMW (ICRMW)", ["Sri Lanka"]),
        ("Carry on the plan (2009–2014) (Chad)", "Carry on the plan (2009–2014)", ["Chad"]),
        ("Apply it (Istanbul Convention) (Chad)", "Apply it (Istanbul Convention)", ["Chad"]),
        ("Ratify it (Iran (Islamic republic of))", "Ratify it", ["Iran (Islamic republic of)"]),
        ("Sign it (France); ratify it (Spain)", "Sign it (France); ratify it", ["France", "Spain"]),
        ("Sign it (France);ratify it (Chad, Peru)", "Sign it (France);ratify it", ["France", "Chad", "Peru"]),
        ("Sign it (ICRMW); ratify it (Spain)", "Sign it (ICRMW); ratify it", ["Spain"]),
        ("Sign it (Chad); ratify it (Chad)", "Sign it (Chad); ratify it", ["Chad"]),
        ("Protect all, such as Roma (as soon as possible)", "Protect all, such as Roma (as soon as possible)", []),
        ("Ratify it", "Ratify it", []),
        ("Ratify it ()", "Ratify it ()", []),
        ("Ratify (the first, it (Spain)", "Ratify (the first, it", ["Spain"]),
        ("", "", []),
    ],
)
def test_states_at_the_end_of_a_recommendation(printed: str, text: str, states: list[str]) -> None:
    assert split_recommenders(printed) == (text, tuple(states))


@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), st.sampled_from([", ", "; ", ",", " and "])
)
def test_no_separator_costs_a_name(names: list[str], separator: str) -> None:
    assert list(split_names(separator.join(names))) == names


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), st.booleans())
def test_one_bracket_or_one_each_gives_the_same(names: list[str], one: bool) -> None:
    bracket = f"({', '.join(names)})" if one else " ".join(f"({name})" for name in names)
    assert split_recommenders(f"Ratify the treaty {bracket};") == ("Ratify the treaty", tuple(names))


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


@given(st.text(alphabet="AaBé’- (),;&\u00a01", max_size=60))
def test_no_letter_of_a_bracket_is_lost(bracket: str) -> None:
    assert letters("".join(split_names(bracket))) == letters(bracket)


@given(st.text(alphabet="ABCabc (),;.and", max_size=80) | st.text(max_size=80))
def test_any_text_is_split_without_failing(printed: str) -> None:
    text, states = split_recommenders(printed)
    assert printed.strip().startswith(text)
    assert all(name.strip() and name in text + "".join(states) for name in states)
    if not states:
        assert text == printed.strip()


@pytest.mark.parametrize("piece", ["(", ")", "(A) ", "()", "((A", "(Chad) ", ", and", "(Chad"])
def test_a_very_long_cell_takes_no_unreasonable_time(piece: str) -> None:
    split_recommenders(piece * 20_000)  # a quadratic road would take minutes


def test_every_name_of_a_state_in_english_reads_as_one() -> None:
    source = settings.BASE_DIR.parent / "shared" / "data" / "states" / "un_states.csv"
    if not source.exists():
        pytest.skip(f"reference data is not here: {source}")
    with source.open(encoding="utf-8", newline="") as file:
        names = [row["english_short"].rstrip(" *") for row in csv.DictReader(file) if row["english_short"]]
    assert len(names) > 190
    assert [name for name in names if split_names(name) != (name,) or not looks_like_states(name)] == []
