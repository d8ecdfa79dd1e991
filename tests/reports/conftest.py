"""A small record in which every column has something to say."""

import datetime
from types import SimpleNamespace

import pytest

from recommendations import derived
from recommendations.models import ExternalId, Mention, Position
from tests import factories as make


@pytest.fixture
def record(db: None) -> SimpleNamespace:
    """A recommendation of two States with answer, issues, groups, goals and a status; a bare one; hidden ones."""
    kaz, fra = make.make_state(), make.make_state("FRA", "France", m49="250", regional_group="weog")
    review = make.make_review(kaz, day=datetime.date(2025, 1, 23))
    report = make.make_document(review, key="report", symbol="A/HRC/59/10")
    export = make.make_document(review, key="export", kind="upr_info")
    group = make.make_organisation("Watch Group", slug="watch-group")
    make.make_lead(review, group)
    torture, press = make.make_issue("Torture"), make.make_issue("Press", "uhri_theme")
    full = make.make_recommendation(
        review,
        "140.9",
        public_id="full2222",
        states=[fra, kaz],
        issues=[torture],
        text='=HYPERLINK("x")\nand "more" # than one line',
        source_document=report,
        source_place="para. 140",
        action_category=5,
    )
    full.issue_links.create(issue=press, scheme="uhri_theme", is_primary=True)
    full.groups.add(make.make_group("Women"), make.make_group("Children"))
    full.goals.add(make.make_goal("16"))
    ExternalId.objects.create(recommendation=full, scheme="uhri", value="17")
    Position.objects.create(
        recommendation=full, response="supported", claim="in_process", document=report, explanation="-1 is not a sum"
    )
    bare = make.make_recommendation(review, "140.10", public_id="bare2222", text="Ratify", source_document=report)
    make.make_recommendation(
        review, "140.11", public_id="sample22", text="A sample", source_document=report, is_sample=True
    )
    gone = make.make_recommendation(review, "140.12", public_id="gone2222", text="Gone", source_document=report)
    gone.removed_at = datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC)
    gone.save()
    make.make_assessment(full, group, "not_started", holds_from=datetime.date(2025, 3, 1))
    make.make_assessment(full, group, "in_progress", progress="substantial", holds_from=datetime.date(2025, 6, 1))
    Mention.objects.create(
        review=review, document=export, place="row 2", key="a", text="Adopt", text_key="b", response="noted", state=fra
    ).issues.add(torture)
    derived.refresh_positions([full.pk, bare.pk])
    return SimpleNamespace(**locals())
