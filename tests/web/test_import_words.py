"""Two printings compared: only the words that differ are marked, and nothing of either is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from web.imports.words import Piece, pieces


def test_changed_word_is_marked_alone() -> None:
    found = pieces("Build more schools in rural areas", "Build more universities in rural areas")
    assert found == [
        Piece("same", "Build more "),
        Piece("del", "schools"),
        Piece("ins", "universities"),
        Piece("same", " "),
        Piece("same", "in rural areas"),
    ]


def test_texts_with_little_in_common_are_told_whole() -> None:
    assert pieces("Ratify the convention", "Build schools") == [
        Piece("del", "Ratify the convention"),
        Piece("ins", "Build schools"),
    ]


def test_text_that_is_new_or_gone_is_one_piece() -> None:
    assert pieces("", "Build schools") == [Piece("ins", "Build schools")]
    assert pieces("Build schools", "") == [Piece("del", "Build schools")]
    assert pieces("", "") == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["a", "be", "see", "deed"]), max_size=12), st.lists(st.sampled_from("ab"), max_size=12))
def test_both_texts_can_be_read_from_the_pieces(one: list[str], other: list[str]) -> None:
    old, new = " ".join(one), " ".join([*one[:5], *other])
    found = pieces(old, new)
    assert "".join(p.text + " " * (p.kind == "del") for p in found if p.kind != "ins").split() == old.split()
    assert "".join(p.text + " " * (p.kind == "ins") for p in found if p.kind != "del").split() == new.split()
