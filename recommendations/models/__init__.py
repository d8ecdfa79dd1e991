"""What States were asked, what they answered, and what became of it."""

from recommendations.models.assessments import Assessment, Basis, Check, Draft, Progress, Status
from recommendations.models.counts import Count, Counted
from recommendations.models.facts import (
    Claim,
    ExternalId,
    Mention,
    Part,
    Position,
    Recommendation,
    RecommendationIssue,
    RecommendingState,
    Response,
    TextKind,
)

__all__ = [
    "Assessment",
    "Basis",
    "Check",
    "Claim",
    "Count",
    "Counted",
    "Draft",
    "ExternalId",
    "Mention",
    "Part",
    "Position",
    "Progress",
    "Recommendation",
    "RecommendationIssue",
    "RecommendingState",
    "Response",
    "Status",
    "TextKind",
]
