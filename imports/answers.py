"""What a document's answer is beside those that are there: the same again, another one, and which of them is shown."""

from typing import Any

from imports.snapshots import Snapshot
from recommendations.derived import standing
from reviews.models import Document

SAME = ("response", "claim", "explanation")  # that two documents cite other paragraphs makes no other answer


def said_before(held: Snapshot, document: Document) -> Snapshot | None:
    """The answer in another document of the same kind, the foremost; a second list or report is no second answer."""
    others = [each for each in _others(held, document) if each["kind"] == document.kind]
    return others[0] if others else None


def is_same(one: Snapshot, other: Snapshot) -> bool:
    """Whether two answers say the same."""
    return all(one[name] == other[name] for name in SAME)


def beside(held: Snapshot, said: Snapshot, document: Document) -> dict[str, Any]:
    """What becomes of the answer shown when this document's is written.

    `shown` and `then` are [response, claim] or None, `changes` whether they differ; `against` is the answer of an
    earlier document of the same kind, if there is one.
    """
    answers, position = held["answers"], said["position"]
    shown = _pair(answers[0]) if answers else None
    then = _pair(position)
    others = _others(held, document)
    if others and _is_before(others[0], position, document.kind):
        then = _pair(others[0])
    return {"shown": shown, "then": then, "changes": shown != then, "against": said_before(held, document)}


def _others(held: Snapshot, document: Document) -> list[Snapshot]:
    return [each for each in held["answers"] if document.pk is None or each["document"] != document.pk]


def _is_before(there: Snapshot, position: Snapshot, kind: str) -> bool:
    """Whether an answer stays before one that is new: it ranks higher, or the same and has a day."""
    one, other = standing(there["response"], there["kind"]), standing(position["response"], kind)
    return one < other or (one == other and there["day"] is not None)


def _pair(answer: Snapshot) -> list[str]:
    return [answer["response"], answer["claim"]]
