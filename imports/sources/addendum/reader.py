"""The addendum as a `Reading`: positions, explanations, and what is odd about them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imports.documents_text import Line, lines_of
from imports.reading import (
    Claim,
    Label,
    Place,
    Problem,
    Reading,
    ReadPosition,
    Response,
    Severity,
    UnreadableFile,
    natural_key,
    shorten,
    split_label,
    tidy,
)
from imports.safe_files import open_word_document
from imports.sources.addendum.gathering import Gathered, gather
from imports.sources.addendum.numbers import leading_paragraphs
from imports.sources.addendum.parts import parts_of
from imports.sources.addendum.tables import Table, answering_tables
from imports.sources.addendum.totals import TOTAL, Stated, totals_in
from imports.sources.thematic_list.tables import tables_of
from imports.sources.wg_report import first_page

NAME = "addendum"

COVER = re.compile(r"addendum\W*", re.IGNORECASE)
VIEWS = re.compile(r"views on conclusions\b.*recommendations", re.IGNORECASE)
LIST_TITLE = re.compile(r"thematic list of recommendations", re.IGNORECASE)
REVIEW_OF = re.compile(
    r"\bUniversal Periodic Review of (?:the )?(?P<state>[A-Z][\w’'-]+(?:(?: (?:of|and|the|de))* [A-Z][\w’'-]+){0,5})"
)
SESSION = re.compile(
    r"\b(?P<ordinal>[A-Za-z-]+|[0-9]{1,3} ?(?:st|nd|rd|th)) session of the (?:(?:UPR|Universal Periodic Review) )?"
    r"Working Group\b",
    re.IGNORECASE,
)
DATA = re.compile(r"[{\[]|\"?[^,;\t]{1,40}(?:[,;\t]\S[^,;\t]{0,40}){4}")  # JSON, or the headings of a table in text
FIRST_LINES = 60
ENOUGH = 2  # positions by which prose without a cover is taken for an addendum
MISSING_NAMED = 20
CAN_CLAIM = frozenset({Response.SUPPORTED, Response.SUPPORTED_IN_PART})


def recognise(path: Path) -> bool:
    """Whether the file has the cover of an addendum, or answers to numbered recommendations. Never raises."""
    try:
        lines = lines_of(path)
    except UnreadableFile:
        return False
    first = [line.text for line in lines[:FIRST_LINES]]
    if any(map(LIST_TITLE.search, first)) or (first and DATA.match(first[0])):
        return False
    if _has_cover(first):
        return True
    if first_page.part_two_start(lines) is not None:
        return False
    return len(_positions(_gather(path, lines))[0]) >= ENOUGH


def _has_cover(first: Sequence[str]) -> bool:
    text = tidy(" ".join(first))
    named = any(map(COVER.fullmatch, first))
    return (named and bool(first_page.TITLE.search(text))) or bool(VIEWS.search(text))


def read(path: Path) -> Reading:
    """Read an addendum. Raises `UnreadableFile` where it is no readable document, or answers to no number."""
    lines = lines_of(path)
    gathered = _gather(path, lines)
    positions, problems = _positions(gathered)
    if not positions:
        raise UnreadableFile(
            _(
                "“%(file)s” answers to no numbered recommendation: looked for numbers such as 140.7 with words such as "
                "“accepts” or “noted”. Send the addendum in English, with the numbers of the report."
            )
            % {"file": path.name}
        )
    printed, wrong = _compare_totals(gathered.totals, positions)
    return Reading(
        source=NAME,
        state_name=first_page.state_name(lines) or _state_in(lines),
        session=first_page.session_number(lines) or _session_in(lines),
        symbol=first_page.own_symbol(lines),
        positions=positions,
        problems=(*gathered.problems, *problems, *_gaps(positions), *wrong),
        printed_totals=printed,
    )


def _gather(path: Path, lines: Sequence[Line]) -> Gathered:
    paragraphs = leading_paragraphs("\n".join(line.text for line in lines))
    tables: list[Table] = []
    if path_is_word(path):
        tables = list(answering_tables(tables_of(open_word_document(path)), paragraphs))
        lines = _outside(lines, tables)
    parts = parts_of(lines, paragraphs)
    gathered = gather(parts, tables, paragraphs)
    gathered.totals = list(_first_of_each(totals_in(parts, paragraphs)))
    return gathered


def path_is_word(path: Path) -> bool:
    """Whether a file that has been read as lines is a Word document, by its first bytes."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _outside(lines: Sequence[Line], tables: Sequence[Table]) -> list[Line]:
    """The lines without those of tables that have been read as tables."""
    within = Counter(text for table in tables for text in table.printed)
    kept: list[Line] = []
    for line in lines:
        text = line.text
        if not within[text] and " " in text:
            text = text.partition(" ")[2]  # without a number that Word counts
        if within[text] > 0:
            within[text] -= 1
        else:
            kept.append(line)
    return kept


def _state_in(lines: Sequence[Line]) -> str | None:
    found = REVIEW_OF.search(_opening(lines))
    return found["state"] if found else None


def _session_in(lines: Sequence[Line]) -> int | None:
    found = SESSION.search(_opening(lines))
    if found is None:
        return None
    printed = found["ordinal"].lower().replace(" ", "")
    return first_page.ORDINALS.get(printed) or (int(printed[:-2]) if printed[:-2].isdigit() else None)


def _opening(lines: Sequence[Line]) -> str:
    return tidy(" ".join(line.text for line in lines[: FIRST_LINES * 2]))[:20_000]


# ------------------------------------------------------------------------------------------------------- the positions


def _positions(gathered: Gathered) -> tuple[tuple[ReadPosition, ...], list[Problem]]:
    """One position a number, in order of the numbers, and what could not be made one."""
    positions: list[ReadPosition] = []
    problems: list[Problem] = []
    for label in sorted(gathered.answers, key=lambda label: natural_key(str(label))):
        found = gathered.answers[label]
        strong = [each for each in found if not each.weak] or found
        first, other = strong[0], next((each for each in strong if each.differs(strong[0])), None)
        if other:
            problems.append(_contradiction(label, first.place, other.place))
            continue
        claims = {each.answer.claim for each in strong if each.answer.claim}
        if first.answer.response in CAN_CLAIM:
            claims |= gathered.claims.get(label, set())
        if len(claims) > 1:
            claims.discard(Claim.IMPLEMENTED_OR_IN_PROCESS)
        if len(claims) > 1:
            claims = {Claim.IMPLEMENTED_OR_IN_PROCESS}  # said to be both, in two sentences
        explanation = "\n".join(dict.fromkeys(filter(None, gathered.explained.get(label, []))))
        position = ReadPosition(
            label=str(label),
            response=first.answer.response,
            claim=claims.pop() if claims else None,
            explanation=explanation,
            paragraph=first.paragraph,
            place=first.place,
            passage=first.passage,
        )
        positions.append(position)
    answered = {position.label: position for position in positions}
    problems += _unanswered(gathered) + _elsewhere(gathered, answered)
    return tuple(positions), problems


def _contradiction(label: Label, one: Place, other: Place) -> Problem:
    what = _(
        "%(label)s is answered twice, in different ways: here and at %(other)s. Neither was taken: see which one holds."
    )
    return Problem(other, str(label), what % {"label": label, "other": one})


def _unanswered(gathered: Gathered) -> list[Problem]:
    """Numbers that only an explanation names."""
    problems = []
    for label, place in gathered.leads.items():
        if label not in gathered.answers:
            what = _("%(label)s is spoken of, but the document does not say whether it is supported or noted.")
            problems.append(Problem(place, str(label), what % {"label": label}))
    for label, place in gathered.mentioned.items():
        if label not in gathered.answers and label not in gathered.leads:
            what = _("%(label)s is named in an explanation only; nothing was read from that.")
            problems.append(Problem(place, str(label), what % {"label": label}, Severity.WARNING))
    return problems


def _elsewhere(gathered: Gathered, answered: dict[str, ReadPosition]) -> list[Problem]:
    """Explanations that stand under another answer than the one given."""
    problems = []
    for labels, answer, place in gathered.explained_under:
        other = [
            str(label)
            for label in labels
            if (found := answered.get(str(label))) and (found.response, found.claim) != (answer.response, answer.claim)
        ]
        if other:
            what = _("This explanation stands under a heading with another answer than the list gives these numbers.")
            problems.append(Problem(place, shorten(", ".join(other)), what, Severity.WARNING))
    return problems


def _gaps(positions: Sequence[ReadPosition]) -> Iterator[Problem]:
    """Numbers between the first and the last of a paragraph that nothing answers."""
    numbers: dict[int, set[int]] = {}
    places: dict[int, Place] = {}
    for position in positions:
        found_label = split_label(position.label)
        if found_label:
            numbers.setdefault(found_label[0].paragraph, set()).add(found_label[0].number)
            places[found_label[0].paragraph] = position.place
    for paragraph, found in numbers.items():
        missing = [f"{paragraph}.{number}" for number in range(min(found), max(found)) if number not in found]
        if missing:
            reason = ngettext(
                "One number between %(first)s and %(last)s has no answer here. See whether the document gives one.",
                "%(count)d numbers between %(first)s and %(last)s have no answer here. See whether the document gives "
                "them.",
                len(missing),
            ) % {"count": len(missing), "first": f"{paragraph}.{min(found)}", "last": f"{paragraph}.{max(found)}"}
            value = ", ".join(missing[:MISSING_NAMED]) + ("…" if len(missing) > MISSING_NAMED else "")
            yield Problem(places[paragraph], value, reason, Severity.WARNING)


# ---------------------------------------------------------------------------------------------------------- the totals


def _first_of_each(stated: Iterator[Stated]) -> Iterator[Stated]:
    seen: set[tuple[str, bool]] = set()
    for each in stated:
        if (each.key, each.claimed) not in seen:
            seen.add((each.key, each.claimed))
            yield each


def _compare_totals(
    stated: Sequence[Stated], positions: Sequence[ReadPosition]
) -> tuple[dict[str, int], list[Problem]]:
    """The totals printed, by key, and a problem for each that is not what was found."""
    printed: dict[str, int] = {}
    problems: list[Problem] = []
    for each in stated:
        if not each.claimed:
            printed.setdefault(each.key, each.number)
        found = _found(each, positions)
        if each.number not in found:
            what = _(
                "The document states %(stated)d here, but %(found)d were found. See which numbers are missing or were "
                "read too many."
            )
            problems.append(
                Problem(
                    each.place,
                    f"{each.key}: {each.number}",
                    what % {"stated": each.number, "found": found[0]},
                    Severity.WARNING,
                )
            )
    return printed, problems


def _found(stated: Stated, positions: Sequence[ReadPosition]) -> list[int]:
    """The figures that a stated one may be: those supported are counted with or without the ones claimed done."""
    if stated.key == TOTAL:
        return [len(positions)]
    of_it = [position for position in positions if position.response == Response(stated.key)]
    claimed = sum(position.claim is not None for position in of_it)
    return [claimed] if stated.claimed else [len(of_it), len(of_it) - claimed]
