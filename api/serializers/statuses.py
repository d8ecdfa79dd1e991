"""The statuses, and what others call the like of them."""

from typing import Any

from rest_framework import serializers

from api.serializers.common import ChoiceOrNull, EmptyAsNull
from recommendations.crosswalk import CROSSWALK, SOURCES, Cell, Relation, Scale
from recommendations.models import Progress, Status
from recommendations.models.assessments import STATUS_MEANINGS


class EquivalentSerializer(serializers.Serializer[Cell]):
    """The nearest mark on another scale: an equivalent, not a conversion."""

    scale = serializers.ChoiceField(Scale.choices)
    progress = ChoiceOrNull(Progress.choices, help_text="The equivalent of In Progress of this kind; null: of any.")
    relation = serializers.ChoiceField(Relation.choices, help_text="How near theirs comes to ours.")
    mark = serializers.CharField(allow_null=True, help_text="Theirs; null where they have none.")
    note = EmptyAsNull()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # a field named like an option of one

    def get_source(self, cell: Cell) -> str:
        return str(SOURCES[cell.scale])


class ExplainedStatusSerializer(serializers.Serializer[Any]):
    """A status that an assessment may give."""

    status = serializers.ChoiceField(Status.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    meaning = serializers.CharField()
    equivalents = EquivalentSerializer(many=True)


class StatusesSerializer(serializers.Serializer[Any]):
    """All of them, on one page."""

    next = serializers.CharField(allow_null=True)
    results = ExplainedStatusSerializer(many=True)


def statuses() -> list[dict[str, Any]]:
    """Each status with its equivalents."""
    return [
        {
            "status": status.value,
            "label": status.label,
            "meaning": str(STATUS_MEANINGS[status]),
            "equivalents": [cell for cell in CROSSWALK if cell.status == status],
        }
        for status in Status
    ]
