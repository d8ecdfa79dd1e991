"""Where a file and its rows belong: the review, and the document that the file is."""

from imports.models import Batch
from imports.reading import EXPORTS, Reading
from reviews.models import Document, Review, Session
from states.models import State


def new_document(reading: Reading, review: Review | None, digest: str) -> Document:
    """The document that a file is; the same file is the same document, whatever it is called. Not saved."""
    kind = Document.Kind(reading.source)
    title = f"{str(kind.label)[:1].upper()}{str(kind.label)[1:]}"
    if review is None:
        return Document(key=f"{kind.replace('_', '-')}-{digest[:16]}", kind=kind, title=title, sha256=digest)
    iso3, number = review.state.iso3, review.session.number
    return Document(
        key=f"{kind.replace('_', '-')}-{number}-{iso3.lower()}-{digest[:8]}",
        kind=kind,
        title=f"{title}, {review.state.name}, session {number}",
        symbol=reading.symbol or "",
        sha256=digest,
        review=review,
    )


def held_document(review: Review | None, digest: str) -> Document | None:
    """The document of this file, if it was imported before."""
    if review is not None and review.pk is None:
        return None
    return Document.objects.filter(review=review, sha256=digest).first()


def document_of(batch: Batch, *, brings: bool) -> Document:
    """The saved document of a batch that is being committed, made when missing.

    A copy that `brings` nothing of its own (a list with comments beside it, say) is no second document: it counts as
    the one of its kind that the review has.
    """
    review = None
    if batch.source not in EXPORTS:
        state = State.objects.get(iso3=batch.facts["state"])
        session = Session.objects.get(number=batch.facts["session"])
        review, _made = Review.objects.get_or_create(state=state, session=session)
    document = held_document(review, batch.sha256)
    if document is None and review is not None and not brings:
        document = review.documents.filter(kind=batch.source, is_sample=False).order_by("-pk").first()
    if document is None:
        document = new_document(Reading(source=batch.source, symbol=batch.facts.get("symbol")), review, batch.sha256)
        document.save()
    return document
