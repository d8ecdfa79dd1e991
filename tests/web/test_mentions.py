"""Mentions kept beside a review: put together by their words, counted, and found from the review and the import."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from imports import batches
from imports.models import Batch
from imports.reference import load_reference
from imports.sources import reader_for
from recommendations.models import Mention
from tests import factories as make
from tests.imports import test_exports as exports
from tests.web.conftest import Budget
from web.reviews import mentions

PAGE = "/reviews/48/KAZ/mentions/"


@pytest.fixture
def mention(review_page: SimpleNamespace) -> Callable[..., Mention]:
    """`mention(text, state)` is a row of an export about the review."""
    document = make.make_document(None, kind="upr_info", title="Export of UPR Info")

    def made(text: str = "Adopt a law", state: object = review_page.helper, **fields: object) -> Mention:
        number = Mention.objects.count() + 1
        defaults = {"document": document, "place": f"row {number}", "key": str(number), "text_key": text.lower()}
        found: Mention = Mention.objects.create(
            **{"review": review_page.review, "text": text, "state": state, "response": "noted"} | defaults | fields
        )
        return found

    return made


def text_of(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.usefixtures("strict_templates")
def test_same_words_stand_together(
    reader_client: Client, review_page: SimpleNamespace, mention: Callable[..., Mention]
) -> None:
    mention().issues.add(review_page.issue)
    mention(state=None, printed="Ruritania", response="supported")
    mention("<b>Open</b> a school")
    text = text_of(reader_client)
    assert "3 mentions" in text
    assert "2 inferred recommendations" in text
    assert "Japan, Ruritania" in text
    assert text.count("Adopt a law") == 1
    assert "&lt;b&gt;Open&lt;/b&gt; a school" in text
    assert "Export of UPR Info, row 2" in text
    assert "Torture" in text


def test_attached_and_removed_ones_and_those_of_samples_are_not_there(
    reader_client: Client, review_page: SimpleNamespace, mention: Callable[..., Mention]
) -> None:
    mention("Attached", recommendation=review_page.assessed, match="same_text")
    mention("Removed", removed_at=review_page.assessed.added_at)
    mention("Made up", document=make.make_document(None, kind="upr_info", is_sample=True))
    text = text_of(reader_client)
    assert "No mentions are kept beside this review" in text
    assert PAGE not in text_of(reader_client, "/reviews/48/KAZ/")
    mention()
    assert PAGE in text_of(reader_client, "/reviews/48/KAZ/")
    assert reader_client.get("/reviews/47/KAZ/mentions/").status_code == 404


def test_page_has_pages_and_asks_little(
    reader_client: Client, mention: Callable[..., Mention], budget: Budget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "PAGE_SIZE", 2)
    for number in range(5):
        mention(f"Text {number}")
    with budget(
        "reviews_review",
        "recommendations_mention",  # how many groups
        "recommendations_mention",  # which are on the page
        "recommendations_mention",  # their rows
        "issues_issue",
        "recommendations_mention",  # how many in all
        "history_feed",
    ):
        text = text_of(reader_client, f"{PAGE}?page=2")
    assert "Text 2" in text
    assert "Text 4" not in text
    assert "?page=1" in text
    assert "?page=3" in text


@pytest.mark.django_db
def test_import_leads_there_once_it_is_written(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_reference()
    monkeypatch.setattr(batches, "read_in_child", lambda path, source="": reader_for(path, source or None).read(path))
    monkeypatch.setattr(Batch._meta.get_field("file"), "storage", FileSystemStorage(location=tmp_path / "files"))
    batch = Batch.objects.get(key=exports.go(exports.mentioned(tmp_path))["batch"])
    client.force_login(make.make_person("Ada Administrator", is_administrator=True))
    there = "/reviews/48/SVN/mentions/"
    assert there in text_of(client, f"/imports/{batch.key}/?outcome=grouped")
    assert "Plant trees" in text_of(client, there)
    exports.undo({"batch": batch.key})
    assert there not in text_of(client, f"/imports/{batch.key}/?outcome=grouped")
