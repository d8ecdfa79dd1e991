"""The real documents of Slovenia's review, and its records in UHRI, in several orders: the same data each time."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from history.log import Actor
from imports import batches
from imports.documents import import_document
from imports.models import Batch
from imports.reading import Reading
from imports.reference import load_reference
from imports.sources import reader_for
from recommendations import verifying
from recommendations.models import Recommendation
from tests.imports.export_files import record, save_uhri
from tests.imports.official import OFFICIAL, S48, needs_official

pytestmark = [pytest.mark.django_db, needs_official]
REPORT, ADDENDUM = OFFICIAL / "A_HRC_59_15.pdf", OFFICIAL / "A_HRC_59_15_Add1.pdf"


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    load_reference()
    read: dict[Path, Reading] = {}

    def once(path: Path, source: str = "") -> Reading:
        """Each document read once, and here; an export anew, since its rows are consumed."""
        if path not in read or path.suffix == ".json":
            read[path] = reader_for(path, source or None).read(path)
        return read[path]

    monkeypatch.setattr(batches, "read_in_child", once)
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))


def held() -> dict[str, Any]:
    """What lists show of the review, by label."""
    rows = Recommendation.objects.filter(review__state__iso3="SVN", removed_at=None).select_related("source_document")
    return {
        str(row.label): (
            row.text,
            row.source_document.kind,
            row.response,
            row.claim,
            sorted((p.document.kind, p.response, p.claim) for p in row.positions.all() if p.document),
            [each.state_id for each in row.recommenders.all()],
            sorted(each.issue_id for each in row.issue_links.all()),
        )
        for row in rows.prefetch_related("positions__document", "recommenders", "issue_links")
    }


def test_documents_and_uhri_in_any_order_end_in_the_same_data(tmp_path: Path) -> None:
    # Ten records as UHRI would have them: the words of the list, with its number.
    listed = reader_for(S48).read(S48).recommendations[:10]
    records = [record(n, f"{each.label} {each.text}", each.states) for n, each in enumerate(listed, 1)]
    uhri = save_uhri(tmp_path / "uhri.json", records)
    orders = ([REPORT, ADDENDUM, S48, uhri], [uhri, S48, ADDENDUM, REPORT], [ADDENDUM, uhri, REPORT, S48])
    ends = []
    for order in orders:
        with transaction.atomic():
            for path in order:
                # An addendum that comes first does not say of which session it is.
                found = import_document(path, session=48, by=Actor())
                assert found.to_json()["conflicts"] == []
            assert list(verifying.findings()) == []
            ends.append(held())
            transaction.set_rollback(True)
    assert len(ends[0]) == 254
    assert ends[1] == ends[0]
    assert ends[2] == ends[0]
