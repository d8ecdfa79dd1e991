"""A file of the shape, size and oddities of the UHRI export, the same every time, with texts of our own.

`python -m benchmarks.uhri_file PATH [--rows 267500]` writes it, as JSON or, where the name ends so, as .xlsx, and
prints what a reader must find in it.
"""

import argparse
import csv
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID
from xml.sax.saxutils import escape

STATES_FILE = Path(__file__).resolve().parent.parent / "fixtures" / "reference" / "states.csv"
ALL_ROWS, UPR_ROWS = 267_500, 130_000
SESSIONS, PER_SESSION = 54, 14
OTHER_BODIES: tuple[str, ...] = (
    "CRC",
    "CEDAW",
    "CCPR",
    "CESCR",
    "CERD",
    "CAT",
    "CRPD",
    "CMW",
    "CED",
    "SPT",
    "SP Torture",
    "SP Housing",
)
CODES = {"Australia": "AU", "Colombia": "CO", "Czechia": "CZ", "Pakistan": "PK"}
VERBS: tuple[str, ...] = (
    "Adopt",
    "Amend",
    "Carry out",
    "Consider",
    "Continue",
    "Draw up",
    "Finance",
    "Give effect to",
    "Guarantee",
)
VERBS += ("Introduce", "Keep up", "Open", "Publish", "Ratify", "Review", "Set up", "Speed up", "Step up", "Strengthen")
OBJECTS: tuple[str, ...] = (
    "a law on equal pay",
    "a plan against violence in the home",
    "an office that hears complaints",
    "free schools",
)
OBJECTS += ("help for those who seek asylum", "independent visits to prisons", "rural clinics", "rules for fair trials")
OBJECTS += ("shelters in every region", "teaching in minority languages", "the protocol on the rights of the child")
OBJECTS += ("training of the police", "work on access for persons with disabilities", "the register of births")
MANNERS: tuple[str, ...] = (
    "by the end of the cycle",
    "in all regions",
    "in line with its obligations",
    "together with civil society",
)
MANNERS += ("with enough money and staff", "with the courts", "without delay", "without exception", "as it has pledged")
REASONS: tuple[str, ...] = (
    "so that nobody is left out",
    "and report on the results",
    "and measure the effect every year",
    "and tell the public",
)
REASONS += (
    "so that victims are heard",
    "and keep the figures by age and sex",
    "so that those responsible answer for it",
)
THEMES: tuple[str, ...] = (
    "Administration of justice & fair trial",
    "Advancement of women",
    "Arbitrary arrest & detention",
)
THEMES += ("Access to justice & remedy", "2030 Agenda & other voluntary commitments")
GROUPS: tuple[str, ...] = (
    "Children",
    "Women & girls",
    "Persons with disabilities",
    "Migrants",
    "Persons deprived of their liberty",
)
GOALS: tuple[str, ...] = (
    "16.3 - Rule of law and access to justice",
    "5 - GENDER EQUALITY",
    "16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",
)
GOALS += ("10.2 - Inclusion of all", "4.5 - Equal access to education", "3.8 - Health care for all")
REGIONS: tuple[str, ...] = ("Africa", "Asia", "Europe and Central Asia", "Americas", "Middle East and North Africa")
COLUMNS = {
    "Text": "Text",
    "Countries Concerned": "Countries",
    "Reccomending Body": "Body",
    "Document Symbol": "Symbol",
    "Themes": "Themes",
    "Affected Persons": "AffectedPersons",
    "Sdgs": "Sdgs",
    "Document Publication Date": "PublicationDate",
    "UPR Reccomending States": "UprRecommendingCountry",
    "UPR Position": "UprPositions",
    "Type": "AnnotationType",
    "OHCHR Annotation Id": "AnnotationId",
    "UPR Session": "UprSession",
    "Regions Concerned": "Regions",
    "Recommending Regions": "UprRecommendingRegions",
    "Date of publication on UHRI": "PublicationDateOnUhri",
}

Record = dict[str, Any]


class Kind(NamedTuple):
    """What must become of a record: "mention", "rejected", or "passed over" with the name it is counted under."""

    fate: str
    counted_as: str = ""


@dataclass
class Expected:
    """What a reader must find in a file that was written."""

    rows: int = 0
    mentions: int = 0
    rejected: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def count(self, kind: Kind) -> None:
        """One more record of that kind."""
        self.rows += 1
        self.mentions += kind.fate == "mention"
        self.rejected += kind.fate == "rejected"
        if kind.counted_as:
            self.passed_over[kind.counted_as] += 1


def write_json(path: Path, rows: int = ALL_ROWS, seed: int = 48) -> Expected:
    """Write `rows` records as one JSON list; 130,000 of every 267,500 are of the UPR."""
    expected = Expected()
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for record, kind in records(rows, seed):
            file.write((",\n" if expected.rows else "\n") + json.dumps(record, ensure_ascii=False))
            expected.count(kind)
        file.write("\n]\n")
    return expected


def write_xlsx(path: Path, rows: int = ALL_ROWS, seed: int = 48) -> Expected:
    """Write the same records as a workbook of one sheet, days as numbers."""
    expected = Expected()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in WORKBOOK_PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{XML}<worksheet xmlns="{SHEETS}"><sheetData>'.encode())
            sheet.write(_sheet_row(1, COLUMNS).encode())
            for number, (record, kind) in enumerate(records(rows, seed), start=2):
                sheet.write(_sheet_row(number, (_cell(record[key]) for key in COLUMNS.values())).encode())
                expected.count(kind)
            sheet.write(b"</sheetData></worksheet>")
    return expected


def records(rows: int, seed: int = 48) -> Iterator[tuple[Record, Kind]]:
    """Records in the shape of the export and what must become of each, the same for the same arguments."""
    random = Random(seed)
    reviews = _Reviews(random)
    repeatable: list[Record] = []
    for index in range(rows):
        is_upr = (index + 1) * UPR_ROWS // ALL_ROWS > index * UPR_ROWS // ALL_ROWS
        if not is_upr:
            record = _of_another_body(random, reviews)
            yield record, Kind("passed over", record["Body"].removeprefix("- "))
        elif repeatable and random.random() < 1 / 1500:
            yield random.choice(repeatable), Kind("rejected")
        else:
            record, kind = _of_the_upr(random, reviews)
            if kind.fate == "mention" and len(repeatable) < 1000:
                repeatable.append(record)
            yield record, kind


class _Reviews:
    """Every State once a cycle, fourteen a session; and the number of recommendations each review has had so far."""

    def __init__(self, random: Random) -> None:
        with STATES_FILE.open(encoding="utf-8", newline="") as file:
            self.states = [row["name"] for row in csv.DictReader(file) if row["kind"] == "member"]
        queue: list[str] = []
        self.all: list[tuple[int, str]] = []
        for session in range(1, SESSIONS + 1):
            if len(queue) < PER_SESSION:
                queue += random.sample(self.states, len(self.states))
            self.all += [(session, queue.pop(0)) for _place in range(PER_SESSION)]
        self.numbers: Counter[tuple[int, str]] = Counter()

    def next_number(self, review: tuple[int, str]) -> int:
        self.numbers[review] += 1
        return self.numbers[review]


def _of_the_upr(random: Random, reviews: _Reviews) -> tuple[Record, Kind]:
    session, state = review = random.choice(reviews.all)
    number = reviews.next_number(review)
    recommenders = random.sample(reviews.states, 1 if random.random() < 0.9 else random.randint(2, 6))
    text = f"{_number(random, session, number)} {_text(random)} ({', '.join(recommenders)});"
    kind = Kind("mention")
    record = _record(random, text, "UPR", [_country(random, state)])
    record |= {
        "Symbol": f"A/HRC/{session + 11}/{1 + number % 20}",
        "UprCycle": f"- {1 + session // 14}",
        "UprSession": [f"- {session}"],
        "UprPositions": [_position(random)],
        "UprRecommendingCountry": _recommenders(random, recommenders),
        "UprRecommendingRegions": [f"- {random.choice(REGIONS)}"],
    }
    chance = random.random()
    if chance < 100 / UPR_ROWS:
        record["Countries"], kind = [], Kind("rejected")
    elif chance < 200 / UPR_ROWS:
        record["AnnotationType"], kind = OBSERVATION, Kind("passed over", "UPR, Concerns/Observations")
    return record, kind


def _of_another_body(random: Random, reviews: _Reviews) -> Record:
    body = random.choice(OTHER_BODIES)
    record = _record(random, f"{random.randint(5, 80)}. {_text(random)}.", body, [f"- {random.choice(reviews.states)}"])
    record["Symbol"] = f"{body.replace(' ', '/')}/C/{random.randint(1, 99)}/CO/{random.randint(1, 9)}"
    record["AnnotationType"] = random.choice((OBSERVATION, RECOMMENDATION))
    return record


def _record(random: Random, text: str, body: str, countries: list[str]) -> Record:
    day = date(2008, 4, 7) + timedelta(days=random.randint(0, 6500))
    return {
        "AnnotationId": str(UUID(int=random.getrandbits(128), version=4)),
        "DocumentId": str(UUID(int=random.getrandbits(128), version=4)),
        "AnnotationType": RECOMMENDATION,
        "Body": f"- {body}",
        "Symbol": "",
        "Text": text,
        "Countries": countries,
        "Regions": [f"- {random.choice(REGIONS)}"],
        "Themes": _some(random, THEMES),
        "AffectedPersons": _some(random, GROUPS),
        "Sdgs": _some(random, GOALS),
        "PublicationDate": f"{day}T00:00:00",
        "PublicationDateOnUhri": f"{day + timedelta(days=19)}T10:53:45.827",
        "UprCycle": None,
        "UprSession": [],
        "UprPositions": [],
        "UprRecommendingCountry": [],
        "UprRecommendingRegions": [],
    }


RECOMMENDATION, OBSERVATION = "- Recommendations", "- Concerns/Observations"


def _some(random: Random, labels: tuple[str, ...]) -> list[str]:
    return [f"- {label}" for label in random.sample(labels, random.randint(1, 3))]


def _text(random: Random) -> str:
    """Two or three clauses; entities, broken words and odd blanks now and then."""
    clauses = [
        f"{random.choice(VERBS)} {random.choice(OBJECTS)} {random.choice(MANNERS)} {random.choice(REASONS)}"
        for _clause in range(random.randint(2, 4))
    ]
    text = ", and ".join([clauses[0], *(clause[0].lower() + clause[1:] for clause in clauses[1:])])
    chance = random.random()
    if chance < 0.04:
        return f"{text}, the State&apos;s own words &amp; deeds included"
    if chance < 0.05:
        return text.replace("protocol", "proto\u00adcol").replace("training", "train-\ning").replace("a law", "a  law")
    return text


def _number(random: Random, session: int, number: int) -> str:
    chance = random.random()
    if session > 4 or chance < 0.4:
        return f"{100 + session}.{number}"
    if chance < 0.8:
        return f"Recommendation No. {number}, para. {60 + session}:"
    return f"{70 + number // 8}({'abcdefgh'[number % 8]})" if chance < 0.9 else f"{300 + number}."


def _country(random: Random, state: str) -> str:
    return f"- {CODES[state]}" if state in CODES and random.random() < 0.1 else f"- {state}"


def _position(random: Random) -> str:
    return random.choices(("- Supported", "- Noted", "- Supported/Noted"), (74, 23, 3))[0]


def _recommenders(random: Random, names: list[str]) -> list[str]:
    if random.random() < 1 / 500:
        return [f"- {'-'.join([*names, 'Timor-Leste', 'Guinea-Bissau'])}"]
    if random.random() < 1 / 200:
        return [*(f"- {name}" for name in names), "- State of Palestine*"]
    return [f"- {name}" for name in names]


# -------------------------------------------------------------------------------------------------------- the workbook

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORKBOOK_PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{MAIN}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{MAIN}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Export" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
EXCEL_DAY_0 = date(1899, 12, 30)


def _sheet_row(number: int, cells: Iterable[str | float]) -> str:
    return f'<row r="{number}">{"".join(map(_sheet_cell, cells))}</row>'


def _sheet_cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def _cell(value: object) -> str | float:
    """A field as the workbook has it: several values one a line, days as Excel counts them."""
    if isinstance(value, list):
        return "\n".join(value)
    printed = str(value or "")
    if printed[10:11] == "T":
        days = (date.fromisoformat(printed[:10]) - EXCEL_DAY_0).days
        return days if printed.endswith("T00:00:00") else days + 0.4543
    return printed


def main() -> None:
    """Write the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rows", type=int, default=ALL_ROWS)
    options = parser.parse_args()
    write = write_xlsx if options.path.suffix == ".xlsx" else write_json
    print(write(options.path, options.rows))


if __name__ == "__main__":
    main()
