"""Rows that PostgreSQL writes as JSON are those that the serializers, which make the schema, would write."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.request import Request

from accounts.reader import Reader
from api.renderers import OrjsonRenderer
from api.resources import judgements, recommendations, reviews, vocabularies
from history.log import Actor
from imports.models import Batch, Row
from recommendations import derived
from recommendations.correcting import correct_recommendation, corrections_of, facts_of
from recommendations.models import Assessment, Basis, Position, Recommendation
from tests import factories as make
from tests.api.conftest import Api, assess
from tests.indices import index_from

RESOURCES = {
    "states": vocabularies.StateResource,
    "sessions": vocabularies.SessionResource,
    "issues": vocabularies.IssueResource,
    "groups": vocabularies.GroupResource,
    "goals": vocabularies.GoalResource,
    "organisations": vocabularies.OrganisationResource,
    "reviews": reviews.ReviewResource,
    "documents": reviews.DocumentResource,
    "events": reviews.EventResource,
    "positions": judgements.PositionResource,
    "assessments": judgements.AssessmentResource,
}
EXPAND = ("texts", "positions", "voices", "index", "corrections", "provenance")
DAYS: list[dict[str, Any]] = [{}, {"as_of": "2025-02-15"}, {"known_on": "2025-07-03"}, {"as_of": "2020-01-01"}]


@pytest.fixture
def rich(world: SimpleNamespace) -> SimpleNamespace:
    """The world with everything that a row may hold or lack, and texts that JSON has to escape."""
    first, second = world.first, world.second
    Recommendation.objects.filter(pk=second.pk).update(text='Quotation " and \\ and \u2028 <b> \t 😀', source_place="")
    addendum = make.make_document(world.review, kind="addendum", key="addendum")
    Position.objects.create(recommendation=second, response="pending", document=addendum, explanation="It says\nwhy.")
    Position.objects.create(
        recommendation=first, response="noted", document=addendum, day=datetime.date(2025, 3, 1), paragraph="7"
    )
    make.make_recommendation(world.other, "5.2", public_id="pending2", response="pending", action_category=2)
    make.make_issue("Same theme", scheme="uhri_theme")
    make.make_document(None, key="export", kind="upr_info", title="An export", url="https://example.org/x")
    assess(second, world.hidden, "in_progress", "2025-04-02", progress="insignificant", in_practice=False)
    replaced = assess(second, world.lead, "not_started", "2025-04-03")
    Basis.objects.create(assessment=replaced, kind="passage", document=addendum, passage="para. 3")
    Basis.objects.create(assessment=replaced, kind="link", url="https://example.org/law")
    Assessment.objects.filter(pk=replaced.pk).update(redacted_at=timezone.now(), reason="")
    withdrawn = assess(first, world.hidden, "fully_implemented", "2025-06-02")
    Assessment.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    facts = dataclasses.replace(facts_of(first), states=[(world.fra.pk, "the French Republic")], action_category=4)
    by = Actor(organisation_id=world.hidden.pk)
    correct_recommendation(recommendation=first, facts=facts, version=first.version, by=by)
    imported(world.review, addendum, [(first, "page 1", ["states", "text"]), (second, "page 2", ["position"])])
    imported(world.review, world.report, [(first, "page 9", ["goals"])], organisation=world.hidden)
    ids = list(Recommendation.objects.values_list("pk", flat=True))
    derived.refresh_positions(ids)
    derived.refresh_leads(ids)
    return world


def imported(review: Any, document: Any, rows: list[tuple[Any, str, list[str]]], **fields: Any) -> None:
    """An import that wrote these parts of recommendations, read at these places."""
    batch = Batch.objects.create(
        file_name="list.docx",
        sha256=document.key.ljust(64, "0"),
        source="thematic_list",
        status="committed",
        review=review,
        document=document,
        committed_at=timezone.now(),
        **fields,
    )
    for number, (recommendation, place, parts) in enumerate(rows, 1):
        Row.objects.create(
            batch=batch,
            review=review,
            number=number,
            place=place,
            outcome="changed",
            state="written",
            fields=parts,
            recommendation=recommendation,
        )


def request(**params: str) -> Request:
    """A request as a serializer needs one."""
    return Request(RequestFactory().get("/api/v1/", params))


def serialized(serializer: Any, objects: Any, **context: Any) -> Any:
    """What a serializer makes of objects, as JSON read back."""
    data = serializer(objects, many=True, context={"request": request(), **context}).data
    return json.loads(OrjsonRenderer().render(data))


@pytest.mark.parametrize("name", RESOURCES)
def test_rows_are_as_the_serializer_writes_them(name: str, api: Api, rich: SimpleNamespace) -> None:
    view = RESOURCES[name]()
    view.action, view.reader = "list", Reader(samples="sample" in view.reads)
    asked: dict[str, Any] = {"sample": "true"} if "sample" in view.reads else {}
    objects = view.get_queryset().order_by(*next(iter(view.orderings.values())))
    found = api.get(f"{name}/", page_size=200, **asked)["results"]
    assert found == serialized(view.serializer_class, objects)
    assert found


def recommendation_objects(days: dict[str, Any]) -> list[Any]:
    """Recommendations with what their serializer reads besides columns, on a day."""
    clocks: dict[str, Any] = {name: datetime.date.fromisoformat(day) for name, day in days.items()}
    reader = Reader(samples=True, **clocks)
    order = recommendations.RecommendationResource.orderings["state"]
    objects: list[Any] = list(Recommendation.objects.visible_to(reader).with_lead(reader).for_list().order_by(*order))
    for row in objects:
        row.lead = Assessment.objects.filter(pk=row.lead_id).first()
        row.voices = list(Assessment.objects.filter(recommendation=row).held(reader).current().for_display())
        for voice in row.voices:
            voice.is_lead = voice.pk == row.lead_id
        row.index = index_from(row.voices)
        corrections = corrections_of([row]).get(row.pk, {})
        row.corrections = [corrections[part] for part in sorted(corrections)]
        row.provenance = provenance(row, corrections)
    return objects


def provenance(row: Any, corrections: Mapping[str, Any]) -> dict[str, Any]:
    """Where its fields come from, asked of the rows of imports one by one."""
    written = list(Row.objects.filter(recommendation=row, state="written").order_by("-batch__committed_at", "-pk"))

    def file_of(batch: Batch | None) -> dict[str, str] | None:
        return {"kind": batch.source, "sha256": batch.sha256} if batch and batch.organisation is None else None

    def origin(part: str) -> dict[str, Any]:
        source: dict[str, Any] = {"document": None, "place": None, "file": None}
        if part in {"source", "text", "states"}:
            source |= {"document": row.source_document, "place": row.source_place or None}
        for each in written:
            if part in each.fields:
                source = {"document": each.batch.document, "place": each.place, "file": file_of(each.batch)}
                break
        return source | {"corrected": corrections.get(part)}

    position, schemes = row.current_position, {link.scheme: None for link in row.issue_links.all()}
    found: dict[str, Any] = dict.fromkeys(("response", "claim"))
    if position:
        batches = [each.batch for each in written if each.batch.document_id == position.document_id]
        file = file_of(batches[0] if batches else None)
        answer = {"document": position.document, "place": position.paragraph or None, "file": file, "corrected": None}
        found = {name: answer if getattr(position, name) else None for name in found}
    return found | {
        "label": origin("source") if row.label else None,
        "text": origin("text"),
        "recommending_states": origin("states") if row.recommenders.all() else None,
        "issues": [{"scheme": scheme, **origin("issues" if scheme == "uhri_theme" else "")} for scheme in schemes],
        "groups": origin("groups") if row.groups.exists() else None,
        "goals": origin("goals") if row.goals.exists() else None,
        "action_category": origin("action_category") if row.action_category else None,
    }


@pytest.mark.parametrize("days", DAYS)
def test_recommendations_are_as_the_serializer_writes_them(
    days: dict[str, Any], api: Api, rich: SimpleNamespace
) -> None:
    found = api.get("recommendations/", sample="true", page_size=200, expand=",".join(EXPAND), **days)["results"]
    serializer = recommendations.RecommendationResource.serializer_class
    expected = serialized(serializer, recommendation_objects(days), expand=EXPAND)
    if days:  # positions of another day are asked of the database, not of the objects
        for row, other in zip(found, expected, strict=True):
            other["positions"] = row["positions"]
    assert found == expected
    assert len(found) == 5


def test_a_detail_is_as_the_serializer_writes_it(api: Api, rich: SimpleNamespace) -> None:
    objects = recommendation_objects({})
    expected = serialized(recommendations.RecommendationResource.detail_serializer, objects)
    found = [api.get(f"recommendations/{row.public_id}/", sample="true") for row in objects]
    assert found == expected


@pytest.mark.parametrize("name", recommendations.RecommendationResource.shape.columns)
def test_each_field_can_be_asked_for_alone(name: str, api: Api, rich: SimpleNamespace) -> None:
    whole = api.get("recommendations/", sample="true")["results"]
    alone = api.get("recommendations/", sample="true", fields=name)["results"]
    if name == "empty":  # tells of the fields beside it
        assert alone == [{"empty": {}}] * len(whole)
    else:
        assert alone == [{name: row[name]} for row in whole]
    detail = api.get(f"recommendations/{rich.first.public_id}/", fields=name)
    assert list(detail) == [name]


def test_reasons_are_those_of_the_fields_asked_for(api: Api, rich: SimpleNamespace) -> None:
    rows = api.get("recommendations/", state="SVN", fields="label,claim,lead_assessment,issues,empty")["results"]
    assert [row["empty"] for row in rows] == [
        {"claim": "not_stated", "lead_assessment": "not_assessed", "issues": "not_coded"},
        {"claim": "pending", "lead_assessment": "not_assessed", "issues": "not_coded"},
    ]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"fields": "label,colour"}, "fields"),
        ({"fields": "index"}, "fields"),  # a detail has one; a list does not
        ({"expand": "reasons"}, "expand"),
        ({"expand": "text"}, "expand"),
    ],
)
def test_unknown_part_is_refused_with_those_there_are(
    params: dict[str, Any], name: str, api: Api, world: SimpleNamespace
) -> None:
    problem = api.get("recommendations/", expect=400, **params)
    assert problem["parameter"] == name
    known = recommendations.RecommendationResource.shape
    assert problem["allowed"] == list(known.columns if name == "fields" else known.expansions)


def test_position_of_a_later_day_is_not_expanded_on_an_earlier_one(api: Api, rich: SimpleNamespace) -> None:
    def answers(**days: Any) -> list[str]:
        row = api.get("recommendations/first222/", fields="positions", **days)
        return [position["response"] for position in row["positions"]]

    assert answers() == ["supported", "noted"]
    assert answers(as_of="2025-02-28") == ["supported"]
    assert answers(known_on="2025-01-01") == []
