"""The thematic list as a `Reading`: title, table, rows, and what is odd about them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imports.reading import (
    Place,
    Problem,
    Reading,
    ReadRecommendation,
    Response,
    Severity,
    UnreadableFile,
    natural_key,
    passage_of,
    shorten,
    split_label,
    tidy,
)
from imports.recommenders import split_names, split_recommenders
from imports.safe_files import open_word_document
from imports.sources.thematic_list.cells import once, read_comment, read_position, read_topics, split_source_note
from imports.sources.thematic_list.columns import Columns, Role, columns_of, is_heading_row, printed_headings
from imports.sources.thematic_list.tables import Row, tables_of, titles_of

NAME = "thematic_list"

TITLE_LINE = re.compile(
    r"(?:UPR|Universal Periodic Review) of (?P<state>.+?)\s*\((?P<when>[^()]*(?:cycle|session)[^()]*)\)", re.IGNORECASE
)
SESSION = re.compile(r"\b([0-9]{1,3})\s*(?:st|nd|rd|th)?\s+session", re.IGNORECASE)
LIST_TITLE = re.compile(r"thematic list of recommendations", re.IGNORECASE)
SYMBOL = re.compile(r"\bA/HRC/[A-Z0-9./]*[A-Z0-9]")
THEME_ROW = re.compile(r"themes?\s*:\s*(?P<theme>.+)", re.IGNORECASE)
MISSING_NAMED = 20
# The lists print "asylum ‑ seekers" and "Slovenia’ s" where the reports they quote have no space: traces of conversion.
BROKEN_HYPHEN = re.compile(r"(?<=\w) \u2011 (?=\w)")
BROKEN_GENITIVE = re.compile(r"(?<=\w)’ s\b")


def recognise(path: Path) -> bool:
    """Whether the file is a Word document with a thematic list's table, or its title. Never raises for a bad file."""
    try:
        document = open_word_document(path)
    except UnreadableFile:
        return False
    found = [columns for rows in tables_of(document) if (columns := columns_of(rows))]
    if not found:
        return False
    topical = {Role.THEMES, Role.GOALS, Role.GROUPS}
    return any(topical & columns.positions.keys() for columns in found) or any(
        map(LIST_TITLE.search, titles_of(document))
    )


def read(path: Path) -> Reading:
    """Read a thematic list. Raises `UnreadableFile` where the file is no Word document or has no such table."""
    document = open_word_document(path)
    gathered = _Gathered()
    tables = tables_of(document)
    _read_tables(tables, gathered)
    if not gathered.found_table:
        raise _other_table(path.name, tables)
    if not gathered.read and not gathered.problems:
        raise UnreadableFile(
            _("“%(file)s” has the table of a thematic list, but not one recommendation in it. Send the filled list.")
            % {"file": path.name}
        )
    titles = titles_of(document)
    state_name, session = _state_and_session(titles)
    recommendations = tuple(sorted(gathered.read.values(), key=lambda read: natural_key(read.label)))
    return Reading(
        source=NAME,
        state_name=state_name,
        session=session,
        symbol=next((found[0] for line in titles if (found := SYMBOL.search(line))), None),
        recommendations=recommendations,
        problems=(*gathered.problems, *_gaps(recommendations)),
    )


# ---------------------------------------------------------------------------------------------------------- the title


def _state_and_session(titles: list[str]) -> tuple[str | None, int | None]:
    """State and session from a line such as "UPR of X (4th Cycle - 48th Session)"; None for what is not said."""
    for line in titles:
        if found := TITLE_LINE.search(tidy(line)):
            session = SESSION.search(found["when"])
            return found["state"].strip(), int(session[1]) if session else None
    return None, None


# --------------------------------------------------------------------------------------------------------- the tables


@dataclass
class _Gathered:
    """What has been found so far: recommendations by label, and problems."""

    read: dict[str, ReadRecommendation] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    found_table: bool = False

    def report(self, place: Place, value: str, reason: str, severity: Severity = Severity.REJECTED) -> None:
        self.problems.append(Problem(place, shorten(value), reason, severity))

    def warn(self, place: Place, value: str, reason: str) -> None:
        self.report(place, value, reason, Severity.WARNING)


def _read_tables(tables: list[list[Row]], gathered: _Gathered) -> None:
    """Read every table with the headings; one without, but with numbered rows, goes on with the table before it."""
    columns: Columns | None = None
    theme = ""
    for index, rows in enumerate(tables, start=1):
        part = _("table %(number)d") % {"number": index}
        own = columns_of(rows)
        if own:
            columns, gathered.found_table = own, True
            _warn_of_unknown_columns(part, own, gathered)
            rows = [row for row in rows if row.number > own.heading_row]
        elif columns is None or not any(split_label(columns.text(row, Role.RECOMMENDATION)) for row in rows):
            continue
        theme = _read_rows(part, rows, columns, theme, gathered)


def _warn_of_unknown_columns(part: str, columns: Columns, gathered: _Gathered) -> None:
    for heading in columns.unknown:
        place = Place(part, columns.heading_row, shorten(heading, 60))
        gathered.warn(place, heading, _("This column is not known, and nothing in it was read."))


def _other_table(name: str, tables: list[list[Row]]) -> UnreadableFile:
    headings = [shorten(heading, 40) for rows in tables for heading in printed_headings(rows)][:12]
    found = ", ".join(f"“{heading}”" for heading in headings) or _("no table")
    return UnreadableFile(
        _(
            "“%(file)s” has no table of recommendations: looked for the columns “Recommendation” and “Position”, "
            "found %(found)s. Send OHCHR's thematic list as it was published."
        )
        % {"file": name, "found": found}
    )


# ----------------------------------------------------------------------------------------------------------- the rows


def _read_rows(part: str, rows: Iterable[Row], columns: Columns, theme: str, gathered: _Gathered) -> str:
    """Read rows under their theme headings, and return the heading last seen."""
    for row in rows:
        if not row.texts or is_heading_row(row, columns):
            continue
        heading = _theme_heading(row)
        if heading is not None:
            theme = heading
        else:
            _read_row(Place(part, row.number), row, columns, theme, gathered)
    return theme


def _theme_heading(row: Row) -> str | None:
    texts = row.texts
    found = THEME_ROW.fullmatch(tidy(texts[0])) if len(texts) == 1 else None
    return found["theme"].strip() if found else None


def _read_row(place: Place, row: Row, columns: Columns, theme: str, gathered: _Gathered) -> None:
    printed = " ".join(columns.text(row, role) for role in (Role.LABEL, Role.RECOMMENDATION)).strip()
    numbered = split_label(printed)
    if numbered is None:
        what = _("This row has no number such as 140.7 before its text and was left out. Add the number in the file.")
        gathered.report(place.at(columns.name(Role.RECOMMENDATION)), printed or row.texts[0], what)
        return
    label, rest = numbered
    body, source = split_source_note(rest)
    text, states = split_recommenders(_mended(tidy(body)))
    if not text:
        what = _("Recommendation %(label)s has no text and was left out. Add the text in the file.")
        gathered.report(place.at(columns.name(Role.RECOMMENDATION)), printed, what % {"label": label})
        return
    position_cell, position_source = split_source_note(columns.text(row, Role.POSITION))
    position = read_position(position_cell)
    topics = read_topics(columns.text(row, Role.THEMES))
    recommendation = ReadRecommendation(
        label=str(label),
        paragraph=label.paragraph,
        number=label.number,
        suffix=label.suffix,
        text=text,
        states=tuple(dict.fromkeys([*states, *split_names(tidy(columns.text(row, Role.STATES)))])),
        response=position.response,
        response_source=source or position_source or tidy(columns.text(row, Role.SOURCE)),
        claim=position.claim,
        themes=once([*([theme] if theme else []), *topics.themes]),
        groups=once([*topics.groups, *read_topics(columns.text(row, Role.GROUPS), "groups").groups]),
        goals=once([*topics.goals, *read_topics(columns.text(row, Role.GOALS), "goals").goals]),
        comment=read_comment(columns.text(row, Role.COMMENT)),
        place=place,
        passage=_passage(row, columns),
    )
    _warn_of_oddities(recommendation, printed, position_cell, columns, gathered)
    _keep(recommendation, gathered)


def _passage(row: Row, columns: Columns) -> str:
    """The row as printed, without the comment: that may be an organisation's own, and is not everybody's to read."""
    comment = columns.text(row, Role.COMMENT)
    return passage_of("\n".join(text for text in row.texts if text != comment))


def _mended(text: str) -> str:
    return BROKEN_GENITIVE.sub("’s", BROKEN_HYPHEN.sub("\u2011", text))


def _warn_of_oddities(
    read: ReadRecommendation, printed: str, position: str, columns: Columns, gathered: _Gathered
) -> None:
    if not read.states:
        what = _("Recommendation %(label)s does not end in the recommending States in brackets. Check it in the file.")
        gathered.warn(read.place.at(columns.name(Role.RECOMMENDATION)), printed[-80:], what % {"label": read.label})
    if read.response is Response.UNKNOWN:
        what = _("The position of %(label)s is no known word and is kept as unknown. Correct it in the file.")
        gathered.warn(read.place.at(columns.name(Role.POSITION)), position, what % {"label": read.label})
    if not read.themes:
        gathered.warn(read.place, read.label, _("Recommendation %(label)s has no theme.") % {"label": read.label})


# ---------------------------------------------------------------------------------------------------- repeated labels


def _keep(read: ReadRecommendation, gathered: _Gathered) -> None:
    """Add a recommendation; one that stands under several themes becomes one, one that contradicts is a problem."""
    first = gathered.read.get(read.label)
    if first is None:
        gathered.read[read.label] = read
    elif differences := _differences(first, read):
        what = _(
            "Recommendation %(label)s stands here with another %(what)s than in %(first)s; the first was kept and "
            "this row left out. Correct the document so that both agree."
        )
        details = {"label": read.label, "what": _(" and ").join(differences), "first": first.place}
        gathered.report(read.place, f"{read.label} {read.text}", what % details)
    else:
        gathered.read[read.label] = _merged(first, read)


def _differences(first: ReadRecommendation, second: ReadRecommendation) -> list[str]:
    pairs = (
        (_("text"), first.text.rstrip(" ;.,"), second.text.rstrip(" ;.,")),
        (_("list of recommending States"), first.states, second.states),
        (_("position"), (first.response, first.claim), (second.response, second.claim)),
    )
    return [what for what, one, other in pairs if one != other]


def _merged(first: ReadRecommendation, second: ReadRecommendation) -> ReadRecommendation:
    return replace(
        first,
        response_source=first.response_source or second.response_source,
        themes=once([*first.themes, *second.themes]),
        groups=once([*first.groups, *second.groups]),
        goals=once([*first.goals, *second.goals]),
        comment="\n".join(dict.fromkeys(filter(None, (first.comment, second.comment)))),
    )


def _gaps(recommendations: Iterable[ReadRecommendation]) -> Iterator[Problem]:
    """A warning for each paragraph whose numbers do not run on from 1: a lost row is easily overlooked."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for read in recommendations:
        numbers[read.paragraph].add(read.number)
    for paragraph, there in numbers.items():
        missing = [f"{paragraph}.{number}" for number in range(1, max(there)) if number not in there]
        if missing:
            reason = ngettext(
                "One number below %(last)s is not in the list. See whether the document is complete.",
                "%(count)d numbers below %(last)s are not in the list. See whether the document is complete.",
                len(missing),
            ) % {"count": len(missing), "last": f"{paragraph}.{max(there)}"}
            value = ", ".join(missing[:MISSING_NAMED]) + ("…" if len(missing) > MISSING_NAMED else "")
            yield Problem(Place(_("the whole list")), value, reason, Severity.WARNING)
