"""A document goes in: what a reader found in a file becomes recommendations and positions of one review."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from history.log import Actor, record
from imports import events
from imports.reading import Reading, Severity, UnreadableFile, natural_key
from imports.resolve import Resolver
from imports.sources import reader_for
from imports.tally import Tally
from imports.writer import Writer
from recommendations import derived
from reviews.models import Document, Review, Session
from states.models import State


class DryRun(Exception):
    """Raised at the end of a dry run, so that the transaction rolls back."""


@dataclass
class Result:
    """What an import did, or would do. `to_json` is the shape that the command prints."""

    reading: Reading
    review: Review
    tally: Tally
    unknown_states: list[str]
    unknown_terms: list[str]
    warnings: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Counts, rejected rows and unknown names, as documented in docs/importing.md."""
        rows = self.reading.recommendations
        rejected = [problem for problem in self.reading.problems if problem.severity == Severity.REJECTED]
        responses = Counter(str(row.response) for row in rows)
        return {
            "source": self.reading.source,
            "recommendations": len(rows),
            "new": self.tally.new,
            "changed": self.tally.changed,
            "unchanged": self.tally.unchanged,
            "rejected": [
                {"place": str(p.place), "column": p.column, "value": p.value, "reason": p.reason} for p in rejected
            ],
            "responses": {
                code: responses[code] for code in ("supported", "noted", "supported_in_part", "pending", "unknown")
            },
            "unknown_states": self.unknown_states,
            "unknown_terms": self.unknown_terms,
            "labels": sorted((row.label for row in rows), key=natural_key),
        }


def read_document(path: Path, *, iso3: str | None, session: int | None) -> tuple[Reading, State, Session]:
    """Read a file and settle which review it belongs to: as stated in it, or as given where it states nothing.

    Raises UnreadableFile, also when the file contradicts what was given.
    """
    reading = reader_for(path).read(path)
    state = _settle_state(path.name, reading, iso3)
    number = _settle_session(path.name, reading, session)
    found = Session.objects.filter(number=number).first()
    if found is None:
        raise UnreadableFile(_("Session %(number)s is not known here; sessions 1 to 54 are.") % {"number": number})
    return reading, state, found


def _settle_state(name: str, reading: Reading, iso3: str | None) -> State:
    given = State.objects.filter(iso3=iso3.upper()).first() if iso3 else None
    if iso3 and given is None:
        message = _("State “%(value)s” is not known here. Use its ISO 3166 alpha-3 code, such as KAZ.")
        raise UnreadableFile(message % {"value": iso3})
    stated = Resolver().state(reading.state_name) if reading.state_name else None
    if given and stated and given != stated:
        message = _("“%(file)s” says that it is about %(stated)s, and %(given)s was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": stated, "given": given})
    if not (given or stated):
        message = _("“%(file)s” does not say which State it is about. Give the State under review.")
        raise UnreadableFile(message % {"file": name})
    return given or stated  # type: ignore[return-value]


def _settle_session(name: str, reading: Reading, session: int | None) -> int:
    if session and reading.session and session != reading.session:
        message = _("“%(file)s” says that it is of session %(stated)d, and session %(given)d was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": reading.session, "given": session})
    number = session or reading.session
    if number is None:
        message = _("“%(file)s” does not say which session it is of. Give the number of the session.")
        raise UnreadableFile(message % {"file": name})
    return number


def import_document(
    path: Path, *, iso3: str | None = None, session: int | None = None, by: Actor, dry_run: bool = False
) -> Result:
    """Import a file, all of it or nothing; a dry run tells the same numbers and writes nothing.

    Reading comes first, outside of any transaction. Raises UnreadableFile.
    """
    reading, state, found = read_document(path, iso3=iso3, session=session)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        with transaction.atomic():
            result = _write(reading, state, found, digest, by)
            if dry_run:
                raise DryRun(result)
    except DryRun as stop:
        return stop.args[0]  # type: ignore[no-any-return]
    return result


def _write(reading: Reading, state: State, session: Session, digest: str, by: Actor) -> Result:
    review, _created = Review.objects.get_or_create(state=state, session=session)
    Review.objects.select_for_update().get(pk=review.pk)  # two imports of one review take turns
    document = _document(reading, review, digest)
    writer = Writer(review, document)
    ids = writer.write(reading.recommendations)
    derived.refresh_positions(ids)
    derived.refresh_leads(ids)
    tally = writer.tally
    if tally.new or tally.changed:
        record(
            events.DOCUMENT_IMPORTED,
            document,
            by=by,
            review_id=review.pk,
            new={"new": tally.new, "changed": tally.changed, "unchanged": tally.unchanged, "document": document.pk},
        )
    warnings = [str(problem) for problem in reading.problems if problem.severity == Severity.WARNING]
    return Result(reading, review, tally, sorted(writer.unknown_states), sorted(writer.unknown_terms), warnings)


def _document(reading: Reading, review: Review, digest: str) -> Document:
    """The same file is the same document, whatever it is called."""
    kind = Document.Kind.THEMATIC_LIST
    title = f"Thematic list of recommendations, {review.state.name}, session {review.session.number}"
    key = f"thematic-list-{review.session.number}-{review.state.iso3.lower()}-{digest[:8]}"
    defaults = {"key": key, "kind": kind, "title": title, "symbol": reading.symbol or ""}
    return Document.objects.get_or_create(review=review, sha256=digest, defaults=defaults)[0]
