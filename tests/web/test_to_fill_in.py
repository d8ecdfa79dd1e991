"""The matrix as a spreadsheet to be filled in: what it holds, whose it is, and what it never carries."""

import datetime
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from imports.tables import TableRow, tables_of
from tests import factories as make
from web.recommendations import to_fill_in

URL = "/recommendations/to-fill-in/{slug}/"


@pytest.fixture
def home(cast: SimpleNamespace, client: Client) -> str:
    """The address of the sheet of the owner's organisation, who is signed in."""
    client.force_login(cast.owner)
    return URL.format(slug=cast.group.slug)


def sheet(client: Client, address: str, tmp_path: Path) -> list[TableRow]:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(answer.content)
    return list(tables_of(path)[0].rows())


def test_sheet_holds_what_the_matrix_lists_and_leaves_room(
    cast: SimpleNamespace, client: Client, home: str, tmp_path: Path
) -> None:
    make.make_recommendation(cast.review, "140.8", response="noted")
    assessment = make.make_assessment(cast.recommendation, cast.group, holds_from=datetime.date(2025, 3, 1))
    rows = sheet(client, home, tmp_path)
    assert [row.texts[4] for row in rows] == ["Number", "140.7", "140.8"]
    first = rows[1].texts
    assert first[0].endswith(f"/recommendations/{cast.recommendation.public_id}/")
    assert first[1:4] == (cast.recommendation.public_id, "Kazakhstan", "48")
    assert first[8:11] == ("In Progress", "2025-03-01", "Watch Group")
    assert first[11:16] == ("", "", "", "", "")
    assert first[16] == str(assessment.pk)
    assert (rows[2].texts[7], rows[2].texts[8], rows[2].texts[16]) == ("Noted", "Not Assessed", "0")


def test_sheet_is_filtered_as_the_matrix_is(cast: SimpleNamespace, client: Client, home: str, tmp_path: Path) -> None:
    make.make_recommendation(cast.review, "140.8", text="End torture in prisons")
    assert [row.texts[4] for row in sheet(client, f"{home}?search=torture", tmp_path)] == ["Number", "140.8"]


def test_sheet_leaves_out_what_the_organisation_does_not_monitor(
    cast: SimpleNamespace, client: Client, home: str, tmp_path: Path
) -> None:
    elsewhere = make.make_review(make.make_state("SVN", "Slovenia"))
    make.make_recommendation(elsewhere, "115.1")
    assert len(sheet(client, home, tmp_path)) == 2
    answer = client.get(f"{home}?state=SVN", follow=True)
    assert "there is nothing to fill in" in answer.content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "'=1"])
def test_sheet_has_no_formulas_and_no_author(
    cast: SimpleNamespace, client: Client, home: str, tmp_path: Path, text: str
) -> None:
    make.make_recommendation(cast.review, "140.8", text=text)
    assert sheet(client, home, tmp_path)[2].texts[5] == f"'{text}"
    with zipfile.ZipFile(tmp_path / "sheet.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert "<dc:creator></dc:creator>" in parts["docProps/core.xml"]
    assert "Olga" not in "".join(parts.values())


def test_sheet_offers_our_statuses(cast: SimpleNamespace, client: Client, home: str, tmp_path: Path) -> None:
    sheet(client, home, tmp_path)
    words = [row.texts[0] for row in tables_of(tmp_path / "sheet.xlsx")[1].rows()]
    assert words[:2] == ["Status", "No Information"]
    with zipfile.ZipFile(tmp_path / "sheet.xlsx") as archive:
        assert b"'Statuses'!$A$2:$A$8" in archive.read("xl/worksheets/sheet1.xml")


def test_sheet_of_too_many_is_refused_with_the_number(
    cast: SimpleNamespace, client: Client, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_recommendation(cast.review, "140.8")
    monkeypatch.setattr(to_fill_in, "LIMIT", 1)
    html = client.get(home, follow=True).content.decode()
    assert "These are 2 recommendations; one spreadsheet holds 1." in html


def test_sheet_is_for_those_who_write_drafts(cast: SimpleNamespace, client: Client) -> None:
    address = URL.format(slug=cast.group.slug)
    assert client.get(address).status_code == 302  # to sign in
    for person, status in ((cast.mate, 200), (cast.outsider, 403), (cast.administrator, 403)):
        client.force_login(person)
        assert client.get(address).status_code == status


def test_matrix_links_the_sheet_with_its_filters(cast: SimpleNamespace, client: Client, home: str) -> None:
    html = client.get("/recommendations/?state=KAZ").content.decode()
    assert f'href="{home}?state=KAZ"' in html
    client.logout()
    assert "to-fill-in" not in client.get("/recommendations/").content.decode()


def test_sheet_takes_the_same_queries_however_many_rows(
    cast: SimpleNamespace, client: Client, home: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        recommendation = make.make_recommendation(cast.review, f"141.{number}", states=[cast.state])
        make.make_assessment(recommendation, cast.group)
    # Session and person 2; memberships and States 2; organisation; count; latest; rows with 3 prefetched; leads.
    with django_assert_max_num_queries(13):
        assert client.get(home).status_code == 200
