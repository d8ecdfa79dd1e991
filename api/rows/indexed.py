"""The implementation index of a recommendation, from the voices that its row tells."""

from collections.abc import Sequence
from typing import Any

from recommendations.index import SCORES, Average


def index_json(voices: list[dict[str, Any]]) -> dict[str, Any]:
    """What `api.serializers.index.IndexSerializer` says of the same assessments."""
    scored = [(voice, SCORES.get((voice["status"], voice["progress"] or ""))) for voice in voices]
    scores = [score for _voice, score in scored if score is not None]
    kinds = sorted({voice["organisation"]["kind"] for voice in voices})
    return {
        **average_json(scores),
        "disputed": len(set(scores)) > 1,
        "by_organisation": [
            {
                "organisation": voice["organisation"],
                "status": voice["status"],
                "progress": voice["progress"],
                "score": score,
            }
            for voice, score in scored
        ],
        "by_kind": [
            average_json([score for voice, score in scored if voice["organisation"]["kind"] == kind]) | {"kind": kind}
            for kind in kinds
        ],
    }


def average_json(scores: Sequence[float | None]) -> dict[str, Any]:
    """An average with how many scores it rests on."""
    found = Average([score for score in scores if score is not None])
    return {"n": found.n, "value": found.value, "verdict": found.verdict}
