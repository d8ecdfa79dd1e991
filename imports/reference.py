"""Loading of the reference files: States, sessions, vocabularies. A file is read again only when it has changed."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from history.log import Actor, record
from imports import events
from imports.models import LoadedFile
from issues.models import Goal, Issue, IssueAlias, PersonGroup, PersonGroupAlias
from reviews.models import Review, Session
from states.models import State, StateAlias
from states.names import fold

FOLDER = settings.BASE_DIR / "fixtures" / "reference"
Line = dict[str, str]
LANGUAGES = ("fr", "es", "ru", "zh", "ar", "kk")
CODES = ("cow", "gleditsch_ward", "v_dem")  # of States, in other collections of data


@transaction.atomic
def load_reference(folder: Path = FOLDER) -> dict[str, int]:
    """Load the files whose content is not loaded yet, all or none; returns the number of lines read per file."""
    done = dict(LoadedFile.objects.values_list("name", "sha256"))
    read: dict[str, int] = {}
    for name, load in LOADERS.items():
        content = (folder / f"{name}.csv").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if done.get(name) == digest:
            continue
        lines = list(csv.DictReader(content.decode().splitlines()))
        load(lines)
        LoadedFile.objects.update_or_create(name=name, defaults={"sha256": digest, "loaded_at": timezone.now()})
        record(events.REFERENCE_LOADED, LoadedFile, by=Actor(), new={"lines": len(lines)})
        read[name] = len(lines)
    return read


def _states(lines: list[Line]) -> None:
    rows = [
        State(
            iso3=line["iso3"],
            iso2=line["iso2"],
            m49=line["m49"],
            kind=line["kind"],
            regional_group=line["regional_group"],
            name=line["name"],
            formal_name=line["formal_name"],
            names={code: line[f"name_{code}"] for code in LANGUAGES if line[f"name_{code}"]},
        )
        for line in lines
    ]
    _upsert(State, rows, unique=["iso3"], leave=CODES)
    ids = _ids(State, "iso3")
    names: list[StateAlias] = []
    for line in lines:
        texts = [(line["name"], "name", "en"), (line["formal_name"], "formal", "en")]
        texts += [(line[f"name_{code}"], "name", code) for code in LANGUAGES]
        names += [_alias(ids[line["iso3"]], *text) for text in texts if text[0]]
    _upsert(StateAlias, _once(names), unique=["folded"])


def _state_aliases(lines: list[Line]) -> None:
    ids = _ids(State, "iso3")
    rows = [_alias(ids[line["iso3"]], line["text"], line["kind"], line["language"]) for line in lines]
    _upsert(StateAlias, _once(rows), unique=["folded"])


def _alias(state_id: int, text: str, kind: str, language: str) -> StateAlias:
    return StateAlias(state_id=state_id, text=text, folded=fold(text), kind=kind, language=language)


def _state_codes(lines: list[Line]) -> None:
    states = {state.iso3: state for state in State.objects.all()}
    for line in lines:
        for name in CODES:
            setattr(states[line["iso3"]], name, int(line[name]) if line[name] else None)
    State.objects.bulk_update(states.values(), CODES)


def _sessions(lines: list[Line]) -> None:
    rows = [
        Session(
            number=int(line["number"]),
            cycle=int(line["cycle"]),
            starts_on=line["starts_on"] or None,
            ends_on=line["ends_on"] or None,
            basis=line["basis"],
            source=line["source"],
        )
        for line in lines
    ]
    _upsert(Session, rows, unique=["number"])


def _session_48_states(lines: list[Line]) -> None:
    session = Session.objects.get(number=48)
    ids = _ids(State, "iso3")
    for line in lines:
        # Only what is missing: a session file or an import may know more, and is not overwritten.
        review, _created = Review.objects.get_or_create(session=session, state_id=ids[line["iso3"]])
        review.position = review.position or int(line["position"])
        if line["day"] and review.day is None:
            review.day, review.day_basis = line["day"], line["basis"]
        review.save()


def _issues(lines: list[Line]) -> None:
    rows = [
        Issue(scheme=line["scheme"], code=line["code"], name=line["name"], slug=_issue_slug(line)) for line in lines
    ]
    _upsert(Issue, rows, unique=["scheme", "code"])
    ids = {(issue.scheme, issue.code): issue.pk for issue in Issue.objects.all()}
    aliases = [
        IssueAlias(issue_id=ids[line["scheme"], line["code"]], scheme=line["scheme"], text=text, folded=fold(text))
        for line in lines
        for text in _labels(line)
    ]
    _upsert(IssueAlias, _once(aliases), unique=["scheme", "folded"])


def _issue_slug(line: Line) -> str:
    return f"{line['scheme'].replace('_', '-')}-{line['code']}"


def _groups(lines: list[Line]) -> None:
    _upsert(PersonGroup, [PersonGroup(code=line["code"], name=line["name"]) for line in lines], unique=["code"])
    ids = _ids(PersonGroup, "code")
    aliases = [
        PersonGroupAlias(group_id=ids[line["code"]], text=text, folded=fold(text))
        for line in lines
        for text in _labels(line)
    ]
    _upsert(PersonGroupAlias, _once(aliases), unique=["folded"])


def _goals(lines: list[Line]) -> None:
    rows = [
        Goal(
            code=line["number"],
            name=line["name"],
            order=int(line["number"]) * 100,
            names={code: line[f"name_{code}"] for code in LANGUAGES if line[f"name_{code}"]},
        )
        for line in lines
    ]
    _upsert(Goal, rows, unique=["code"])


def _targets(lines: list[Line]) -> None:
    ids = _ids(Goal, "code")
    rows = [
        Goal(code=line["code"], name=line["name"], parent_id=ids[line["goal"]], order=_target_order(line["code"]))
        for line in lines
    ]
    _upsert(Goal, rows, unique=["code"])


def _target_order(code: str) -> int:
    """16.3 → 1603, 16.a → 1651: lettered targets follow the numbered ones."""
    goal, _, target = code.partition(".")
    return int(goal) * 100 + (int(target) if target.isdigit() else 50 + ord(target) - ord("a") + 1)


LOADERS: dict[str, Callable[[list[Line]], None]] = {
    "states": _states,
    "state_aliases": _state_aliases,
    "state_codes": _state_codes,
    "sessions": _sessions,
    "session_48_states": _session_48_states,
    "issues": _issues,
    "groups": _groups,
    "goals": _goals,
    "targets": _targets,
}


def _labels(line: Line) -> list[str]:
    return [line["name"], *(text for text in line["aliases"].split(" | ") if text)]


def _ids(model: type[models.Model], key: str) -> dict[str, int]:
    return dict(model._default_manager.values_list(key, "pk"))


def _once(rows: Iterable[models.Model]) -> list[models.Model]:
    """One row for each folded form (and scheme); the first wins, which is the name itself."""
    return list({(getattr(row, "scheme", ""), row.folded): row for row in reversed(list(rows))}.values())  # type: ignore[attr-defined]


def _upsert(
    model: type[models.Model], rows: Iterable[models.Model], *, unique: list[str], leave: Sequence[str] = ()
) -> None:
    """Write the rows over those with the same unique columns; `leave` names columns of another file."""
    kept = {*unique, *leave}
    changeable = [
        field.name for field in model._meta.concrete_fields if not field.primary_key and field.name not in kept
    ]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=unique, update_fields=changeable, batch_size=1000
    )
