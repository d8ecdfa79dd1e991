"""The implementation index once more, in plain Python, for tests to compare what the database says with."""

from collections.abc import Sequence
from types import SimpleNamespace

from accounts.reader import Reader
from recommendations.index import SCORES
from recommendations.models import Assessment


def average(scores: Sequence[float | None]) -> SimpleNamespace:
    """What an average of those that are scores says."""
    known = [score for score in scores if score is not None]
    if not known:
        return SimpleNamespace(n=0, value=None, verdict=None)
    value = sum(known) / len(known)
    says = "not" if value < 0.33 else "partially" if value < 0.66 else "fully"
    return SimpleNamespace(n=len(known), value=round(value, 4), verdict=f"{says}_implemented")


def index_from(voices: Sequence[Assessment]) -> SimpleNamespace:
    """The index that these assessments, one a voice, make; each is given its `score`."""
    kinds: dict[str, list[float | None]] = {}
    for each in voices:
        score = SCORES.get((each.status, each.progress))
        setattr(each, "score", score)  # noqa: B010  not a field of the model
        kinds.setdefault(each.voice.kind, []).append(score)
    scores = [score for found in kinds.values() for score in found]
    index = average(scores)
    index.disputed = len({score for score in scores if score is not None}) > 1
    index.voices = voices
    index.by_kind = [vars(average(kinds[kind])) | {"kind": kind} for kind in sorted(kinds)]
    return index


def index_of(ids: Sequence[int], reader: Reader) -> dict[int, SimpleNamespace]:
    """The indices of these recommendations on the reader's day."""
    current = Assessment.objects.filter(recommendation__in=ids).held(reader).current().select_related("voice")
    voices: dict[int, list[Assessment]] = {pk: [] for pk in ids}
    for assessment in current:
        voices[assessment.recommendation_id].append(assessment)
    return {pk: index_from(given) for pk, given in voices.items()}
