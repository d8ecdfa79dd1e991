"""One recommendation of a session file, with its positions and assessments."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from imports.links import set_issues, set_links, set_mentions
from recommendations import actions
from recommendations.correcting import ISSUES_OF
from recommendations.models import Assessment, Part, Position, Recommendation
from reviews.models import Review

if TYPE_CHECKING:
    from imports.session_file.loading import Loader


def load_recommendation(loader: "Loader", review: Review, row: dict[str, Any], path: list[str | int]) -> int:
    """Make or bring in line one recommendation; returns its id. What cannot be is noted with the loader."""
    recommendation = _facts(loader, review, row)
    loader.tally.links(_links(loader, recommendation, row))
    if loader.tally.lines[-1].outcome == "changed":
        Recommendation.objects.filter(pk=recommendation.pk).update(version=F("version") + 1)
    for entry in row["positions"]:
        values = {name: entry[name] for name in ("response", "paragraph", "explanation")}
        values |= {"claim": entry["claim"] or "", "day": loader.day(entry["day"])}
        document = loader.documents[entry["document"]] if entry["document"] else None
        loader.tally.upsert(Position, {"recommendation": recommendation, "document": document}, values)
    for index, entry in enumerate(row["assessments"]):
        _assessment(loader, recommendation, entry, [*path, "assessments", index])
    return recommendation.pk


def _facts(loader: "Loader", review: Review, row: dict[str, Any]) -> Recommendation:
    label = row["label"]
    paragraph, _dot, number = (label or "").partition(".")
    values = {
        "label": label,
        "paragraph": int(paragraph) if label else None,
        "number": int(number) if label else None,
        "text": row["text"],
        "text_kind": row["text_kind"],
        "action_category": row["action_category"],
        "source_document": loader.documents[row["source"]["document"]],
        "source_place": row["source"]["place"],
        "is_sample": loader.sample,
        "removed_at": None,  # an import that was undone may have removed it
    }
    key: dict[str, Any] = {"review": review, "key": row["key"]}
    if label and Recommendation.objects.filter(review=review, label=label, key=None).exists():
        # A document brought it before; the check has seen that no other has this key.
        key, values["key"] = {"review": review, "label": label}, row["key"]
    for part in Recommendation.objects.filter(**key).values_list("edited", flat=True).first() or ():
        values.pop(part, None)  # what a person corrected stays
    return loader.tally.upsert(Recommendation, key, values)


def _links(loader: "Loader", recommendation: Recommendation, row: dict[str, Any]) -> str:
    """Recommending States, issues, groups and goals; returns what hung there, as text, where it changed."""
    changed = []
    if Part.STATES not in recommendation.edited:
        states = [loader.states[iso3] for iso3 in row["states"]]
        changed.append(set_mentions(recommendation, [(state.pk, state.name) for state in states]))
    issues = []
    for entry in row["issues"]:
        issue = loader.resolver.issue(entry["name"], entry["scheme"])
        assert issue is not None  # the check looked
        issues.append((issue.pk, issue.scheme, bool(entry.get("primary"))))
    changed.append(set_issues(recommendation, _without_corrected(recommendation, issues)))
    changed.append(set_links(recommendation.groups, loader.ids(loader.resolver.group, row["groups"])))
    changed.append(set_links(recommendation.goals, loader.ids(loader.resolver.goal, row["goals"])))
    return " ".join(filter(None, changed))


def _without_corrected(
    recommendation: Recommendation, wanted: list[tuple[int, str, bool]]
) -> list[tuple[int, str, bool]]:
    """The issues that the file gives; of a scheme whose issues a person corrected those that are there."""
    corrected = {str(scheme) for scheme, part in ISSUES_OF.items() if part in recommendation.edited}
    held = recommendation.issue_links.filter(scheme__in=corrected).values_list("issue_id", "scheme", "is_primary")
    return [*held, *(each for each in wanted if each[1] not in corrected)]


def _assessment(loader: "Loader", recommendation: Recommendation, row: dict[str, Any], path: list[str | int]) -> None:
    voice = loader.organisations[row["voice"]]
    day = loader.day(row["holds_from"])
    assert day is not None
    held = Assessment.objects.filter(
        recommendation=recommendation, voice=voice, holds_from=day, status=row["status"]
    ).first()
    if held is not None:
        # What is published stays as published; only its absence from the file would be silent.
        if held.redacted_at is None and held.reason != row["reason"].strip():
            sentence = _("this status is published with another reason, which is never changed. Add a later entry.")
            loader.complain([*path, "reason"], sentence)
        loader.tally.assessed(held, "unchanged")
        return
    latest = actions.latest_of(recommendation, voice)
    content = actions.AssessmentContent(
        status=row["status"],
        holds_from=day,
        reason=row["reason"],
        bases=[_basis(loader, basis) for basis in row["bases"]],
        progress=row["progress"] or "",
        in_law=row["in_law"],
        in_practice=row["in_practice"],
        day_is_inferred=row["day_is_inferred"],
    )
    try:
        published = actions.publish_assessment(
            recommendation=recommendation,
            voice=voice,
            content=content,
            based_on=latest.pk if latest else None,
            by=loader.by,
            today=loader.today,
            quiet=True,
        )
    except ValidationError as error:
        for field, sentences in error.message_dict.items():
            loader.complain([*path, field], " ".join(sentences))
        return
    loader.tally.assessed(published, "new")


def _basis(loader: "Loader", row: dict[str, Any]) -> actions.BasisContent:
    document = loader.documents[row["document"]] if row.get("document") else None
    words = {name: row.get(name) or "" for name in ("passage", "url", "description", "code")}
    return actions.BasisContent(kind=row["kind"], document=document, **words)
