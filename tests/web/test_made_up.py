"""An organisation that was made up is marked wherever its name stands, also beside records that were not."""

import datetime
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from reviews.models import Lead
from tests import factories as make

pytestmark = pytest.mark.django_db
MARKED = re.compile(
    r"Watch Group \(sample\)|Watch Group[^<]*(?:<span[^>]*>[^<]*</span>)?\s*<span class=\"mark\"[^>]*>Sample</span>"
)
MENTIONED = re.compile(r"Watch Group")


@pytest.fixture
def places(review_page: SimpleNamespace, record: Callable[..., Any]) -> list[str]:
    """The pages that tell of a status by an organisation that leads a real review."""
    record(review_page.assessed, review_page.group, review_page.person)
    record(review_page.assessed, review_page.group, review_page.person, "monitoring_phase")  # one earlier, too
    key = review_page.assessed.public_id
    return ["/", "/recommendations/?state=KAZ", f"/recommendations/{key}/", "/reviews/48/KAZ/"]


@pytest.mark.parametrize("number", range(4))
def test_name_of_a_made_up_organisation_is_marked(
    number: int, reader_client: Client, places: list[str], review_page: SimpleNamespace
) -> None:
    assert not MARKED.search(reader_client.get(places[number]).content.decode())
    review_page.group.is_sample = True
    review_page.group.save()
    text = reader_client.get(places[number]).content.decode()
    main = text.partition("<main")[2].partition("</main>")[0]
    assert MENTIONED.search(main)
    assert len(MARKED.findall(main)) == len(MENTIONED.findall(main)), main


def test_record_that_is_marked_itself_has_one_mark(sample_client: Client, review_page: SimpleNamespace) -> None:
    group = make.make_organisation("Sample Coalition", is_sample=True)
    day = datetime.date(2020, 1, 1)
    Lead.objects.create(review=review_page.review, organisation=group, is_sample=True, from_day=day)
    make.make_assessment(review_page.review.recommendations.get(is_sample=True), group)
    text = sample_client.get("/recommendations/?state=KAZ").content.decode()
    row = text.partition("140.90")[2].partition("</tr>")[0]
    assert "Sample Coalition" in row
    assert row.count(">Sample</span>") == 1
