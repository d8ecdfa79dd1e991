"""Checks of the reference files themselves, without a database: counts, uniqueness, names that could be confused."""

import csv
import datetime
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from states.names import fold

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "fixtures" / "reference"
SHARED = ROOT.parent / "shared" / "data"
COLUMNS = {
    "states": "iso3,iso2,m49,kind,regional_group,name,formal_name,name_fr,name_es,name_ru,name_zh,name_ar,name_kk",
    "state_aliases": "iso3,text,kind,language",
    "state_codes": "iso3,cow,gleditsch_ward,v_dem",
    "sessions": "number,cycle,starts_on,ends_on,basis,source",
    "session_48_states": "iso3,position,day,basis",
    "issues": "scheme,code,name,aliases",
    "groups": "code,name,aliases",
    "goals": "number,name,name_fr,name_es,name_ru,name_kk,name_ar,name_zh",
    "targets": "goal,code,name",
}
GOAL_LABEL = re.compile(r"(\d+) - (.+)")

needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared/data is not here")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one reference file."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def state_forms() -> Iterator[tuple[str, str]]:
    """Every written form of every State, folded, with its alpha-3 code."""
    for state in rows("states"):
        for column, text in state.items():
            if column.startswith("name") or column == "formal_name":
                yield fold(text), state["iso3"]
    for alias in rows("state_aliases"):
        yield fold(alias["text"]), alias["iso3"]


def labels(row: dict[str, str]) -> list[str]:
    """The name of a theme or group and its aliases, folded."""
    return [fold(row["name"]), *(fold(alias) for alias in row["aliases"].split(" | ") if alias)]


@pytest.mark.parametrize("name", COLUMNS)
def test_file_has_its_columns_and_plain_lines(name: str) -> None:
    raw = (REFERENCE / f"{name}.csv").read_bytes()
    assert raw.decode("utf-8").split("\n", 1)[0] == COLUMNS[name]
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\n")
    cells = [cell for row in rows(name) for cell in row.values()]
    assert all(cell == cell.strip() for cell in cells)


def test_states_count_by_kind_and_group() -> None:
    states = rows("states")
    assert Counter(state["kind"] for state in states) == {"member": 193, "observer": 2, "other": 2}
    groups = Counter(state["regional_group"] for state in states if state["kind"] == "member")
    assert groups == {"african": 54, "asia_pacific": 54, "eastern_european": 23, "grulac": 33, "weog": 29}
    assert {state["iso3"] for state in states if state["kind"] == "observer"} == {"VAT", "PSE"}
    assert next(state for state in states if state["iso3"] == "USA")["regional_group"] == "weog"


@pytest.mark.parametrize(("column", "shape"), [("iso3", "[A-Z]{3}"), ("iso2", "[A-Z]{2}"), ("m49", r"\d{3}")])
def test_state_codes_are_unique_and_well_formed(column: str, shape: str) -> None:
    codes = [state[column] for state in rows("states")]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(shape, code)] == []


def test_namibia_keeps_its_alpha_2_code() -> None:
    assert [state["name"] for state in rows("states") if state["iso2"] == "NA"] == ["Namibia"]


def test_states_have_every_name_and_no_article_at_the_end() -> None:
    article = re.compile(r"\((the|l'|l’|le|la|les|el|los|las)\)$|\*$", re.IGNORECASE)
    for state in rows("states"):
        names = {column: text for column, text in state.items() if "name" in column}
        assert all(names.values()), state["iso3"]
        assert [text for text in names.values() if article.search(text)] == []


def test_no_two_states_share_a_folded_form() -> None:
    owners: dict[str, set[str]] = {}
    for form, iso3 in state_forms():
        owners.setdefault(form, set()).add(iso3)
    assert {form: iso3s for form, iso3s in owners.items() if len(iso3s) > 1} == {}
    assert "" not in owners


def test_no_alias_reads_like_the_code_of_another_state() -> None:
    codes = {fold(state[column]): state["iso3"] for state in rows("states") for column in ("iso2", "iso3")}
    wrong = [(form, iso3) for form, iso3 in state_forms() if codes.get(form, iso3) != iso3]
    assert wrong == []


def test_aliases_add_a_form_and_name_a_known_state() -> None:
    known = {state["iso3"] for state in rows("states")}
    aliases = rows("state_aliases")
    assert {alias["iso3"] for alias in aliases} <= known
    assert {alias["kind"] for alias in aliases} == {"former", "spelling", "short"}
    assert {alias["language"] for alias in aliases} <= {"en", "fr", "es", "ru", "kk", "zh", "ar"}
    assert {form: n for form, n in Counter(fold(alias["text"]) for alias in aliases).items() if n > 1} == {}


@pytest.mark.parametrize(
    ("text", "iso3"),
    [
        ("Swaziland", "SWZ"),
        ("Cape Verde", "CPV"),
        ("TURKEY", "TUR"),
        ("Macedonia FYR", "MKD"),
        ("the former Yugoslav Republic of Macedonia", "MKD"),
        ("Czech Republic", "CZE"),
        ("Burma", "MMR"),
        ("Libyan Arab Jamahiriya", "LBY"),
        ("Bolivarian Republic of Venezuela", "VEN"),
        ("Venezuela, Bolivarian Republic of", "VEN"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Islamic Republic of Iran", "IRN"),
        ("Republic of Korea", "KOR"),
        ("South Korea", "KOR"),
        ("DPRK", "PRK"),
        ("DRC", "COD"),
        ("Congo", "COG"),
        ("Lao PDR", "LAO"),
        ("Cote d’Ivoire", "CIV"),
        ("UK", "GBR"),
        ("United States", "USA"),
        ("Kingdom of the Netherlands", "NLD"),
        ("The Gambia", "GMB"),
        ("State of Palestine*", "PSE"),
        ("США", "USA"),
        ("Қазақстан", "KAZ"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
    ],
)
def test_usual_writing_resolves_to_one_state(text: str, iso3: str) -> None:
    assert {code for form, code in state_forms() if form == fold(text)} == {iso3}


def test_sessions_are_numbered_in_their_cycles() -> None:
    sessions = rows("sessions")
    assert [int(session["number"]) for session in sessions] == list(range(1, 55))
    for first, last, cycle in ((1, 12, "1"), (13, 26, "2"), (27, 40, "3"), (41, 54, "4")):
        assert {session["cycle"] for session in sessions[first - 1 : last]} == {cycle}


def test_sessions_show_days_only_where_sourced_and_in_order() -> None:
    previous = datetime.date.min
    for session in rows("sessions"):
        days = [session["starts_on"], session["ends_on"], session["source"]]
        if session["basis"] == "unconfirmed":
            assert days == ["", "", ""], session
            continue
        assert session["basis"] == "sourced", session
        assert all(days), session
        starts, ends = (datetime.date.fromisoformat(day) for day in days[:2])
        assert previous < starts < ends <= starts + datetime.timedelta(days=20), session
        previous = ends


def test_session_48_is_complete_and_its_known_days_fall_within_it() -> None:
    session = rows("sessions")[47]
    assert (session["starts_on"], session["ends_on"]) == ("2025-01-20", "2025-01-31")
    states = rows("session_48_states")
    assert [state["iso3"] for state in states] == [
        *("ITA", "SLV", "GMB", "BOL", "FJI", "SMR", "KAZ"),
        *("AGO", "IRN", "MDG", "IRQ", "SVN", "EGY", "BIH"),
    ]
    assert [int(state["position"]) for state in states] == list(range(1, 15))
    days = {state["iso3"]: state["day"] for state in states if state["basis"] == "sourced"}
    assert days == {"KAZ": "2025-01-23", "SVN": "2025-01-28"}
    assert {state["day"] for state in states if state["basis"] == "unconfirmed"} == {""}


def test_issues_count_and_labels_are_unique_within_a_scheme() -> None:
    issues = rows("issues")
    assert Counter(issue["scheme"] for issue in issues) == {"upr_info": 54, "uhri_theme": 89}
    for scheme in ("upr_info", "uhri_theme"):
        own = [issue for issue in issues if issue["scheme"] == scheme]
        assert_unique(own)


def test_groups_labels_are_unique() -> None:
    groups = rows("groups")
    assert len(groups) == 32
    assert_unique(groups)


def assert_unique(items: list[dict[str, str]]) -> None:
    """No two items share a code or a folded label, and no item repeats itself."""
    counts = Counter(label for item in items for label in labels(item))
    assert {label: n for label, n in counts.items() if n > 1} == {}
    codes = [item["code"] for item in items]
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []


def test_renamed_theme_is_one_theme() -> None:
    names = {"Acceptance of international norms", "A12 Acceptance of international norms"}
    found = [issue["name"] for issue in rows("issues") if {fold(name) for name in names} <= set(labels(issue))]
    assert found == ["Ratification of & accession to international instruments"]


def test_goals_and_targets_are_complete() -> None:
    goals = rows("goals")
    assert [int(goal["number"]) for goal in goals] == list(range(1, 18))
    assert all(all(goal.values()) for goal in goals)
    targets = rows("targets")
    assert len(targets) == 169
    assert len({target["code"] for target in targets}) == 169
    assert len({fold(target["name"]) for target in targets}) == 169
    for target in targets:
        assert re.fullmatch(rf"{target['goal']}\.(\d+|[a-d])", target["code"]), target
        assert 2 <= len(target["name"].split()) <= 7, target
    per_goal = Counter(int(target["goal"]) for target in targets)
    assert [per_goal[n] for n in range(1, 18)] == [7, 8, 13, 10, 9, 8, 5, 12, 8, 10, 10, 11, 5, 10, 12, 12, 19]


@needs_shared_data
@pytest.mark.parametrize("name", ["10-13", "17-20"])
def test_every_name_and_issue_of_the_upr_info_exports_resolves(name: str) -> None:
    text = (SHARED / "upr_info" / f"{name}.csv").read_text(encoding="mac_roman").replace("\r", "\n")
    exported = list(csv.DictReader(io.StringIO(text)))
    forms = {form for form, _ in state_forms()}
    assert {row[side] for row in exported for side in ("To", "From") if fold(row[side]) not in forms} == set()
    known = {label for issue in rows("issues") if issue["scheme"] == "upr_info" for label in labels(issue)}
    used = {issue.strip() for row in exported for issue in row["Issue"].split(",")}
    assert {issue for issue in used if issue and fold(issue) not in known} == set()


@needs_shared_data
@pytest.mark.parametrize("name", ["svn_s48_thematic_list", "svn_s20_thematic_list"])
def test_every_label_of_the_thematic_lists_resolves(name: str) -> None:
    known = {
        "theme": {label for row in rows("issues") if row["scheme"] == "uhri_theme" for label in labels(row)},
        "group": {label for row in rows("groups") for label in labels(row)},
        "goal": {fold(f"{goal['number']} {goal['name']}") for goal in rows("goals")},
    }
    found = list(thematic_labels(SHARED / "official" / f"{name}.docx"))
    assert len(found) > 400
    assert {(kind, label) for kind, label in found if fold(label) not in known[kind]} == set()


def thematic_labels(path: Path) -> Iterator[tuple[str, str]]:
    """Each label in a thematic list, with what it names: theme, group or goal."""
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    for table in docx.Document(str(path)).tables:
        for row in table.rows[1:]:
            cells = [cell.text for cell in row.cells]
            if cells[0].startswith("Theme:"):
                yield "theme", cells[0].removeprefix("Theme:")
                continue
            kind = "theme"
            for line in filter(None, (line.strip().removeprefix("- ") for line in cells[2].split("\n"))):
                if re.match(r"(Groups of|Affected) persons", line, re.IGNORECASE):
                    kind = "group"
                else:
                    yield kind, line
            for line in cells[3].split("\n"):
                if match := GOAL_LABEL.fullmatch(line.strip().removeprefix("- ")):
                    yield "goal", f"{match[1]} {match[2]}"


def test_codes_of_research_name_one_state_each() -> None:
    codes = rows("state_codes")
    assert [row["iso3"] for row in codes] == [row["iso3"] for row in rows("states")]
    for column, others in (("cow", 193), ("gleditsch_ward", 193), ("v_dem", 0)):
        given = [int(row[column]) for row in codes if row[column]]
        assert len(given) == len(set(given)) == others, column
    members = {row["iso3"] for row in rows("states") if row["kind"] == "member"}
    assert {row["iso3"] for row in codes if row["cow"]} == members


@pytest.mark.parametrize(
    ("iso3", "cow", "gleditsch_ward"),
    [
        ("KAZ", "705", "705"),
        ("USA", "2", "2"),
        ("DEU", "255", "260"),  # one State since 1990 there, the Federal Republic from 1949 here
        ("SRB", "345", "340"),
        ("YEM", "679", "678"),
        ("TON", "955", "972"),
        ("VNM", "816", "816"),
        ("PSE", "", ""),
    ],
)
def test_codes_of_research_where_the_two_lists_differ(iso3: str, cow: str, gleditsch_ward: str) -> None:
    row = next(row for row in rows("state_codes") if row["iso3"] == iso3)
    assert (row["cow"], row["gleditsch_ward"]) == (cow, gleditsch_ward)
