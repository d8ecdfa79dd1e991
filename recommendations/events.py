"""What can happen to a recommendation, as the log tells it; the recommendation is the target of its events."""

from django.utils.translation import gettext_lazy as _

from history.registry import register

# `old` is what held on that day before; `holds_until`, where a later status of the voice stands, the last day of it.
ASSESSMENT_PUBLISHED = register(
    "assessment.published",
    _("recorded a status"),
    public=True,
    keys={"assessment", "status", "progress", "holds_from", "holds_until"},
    notifies=True,
)
ASSESSMENT_WITHDRAWN = register(
    "assessment.withdrawn",
    _("withdrew a status"),
    public=True,
    keys={"assessment", "status", "holds_from"},
    notifies=True,
)
ASSESSMENT_REDACTED = register("assessment.redacted", _("redacted a reason"), public=True, keys={"assessment"})
CHECK_RECORDED = register("check.recorded", _("looked again and found no change"), public=True, keys={"check", "day"})
CHECK_REDACTED = register("check.redacted", _("redacted the line of a check"), public=True, keys={"check"})
RECOMMENDATION_CORRECTED = register(
    "recommendation.corrected",
    _("corrected the record"),
    public=True,
    keys={"parts", "states", "issues", "mentioned_issues", "action_category"},
)
LEAD_NAMED = register(
    "lead.named",
    _("became the lead organisation"),
    public=True,
    keys={"organisation", "from_day", "sample"},
    whole_review=True,
)
# An organisation's first day has come, or a repair was needed: nobody did anything, and yet lists show something else.
LISTS_REFRESHED = register(
    "lists.refreshed", _("brought the lists up to date"), public=True, keys={"sample"}, whole_review=True
)
