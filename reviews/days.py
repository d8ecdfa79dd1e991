"""When sessions began: nothing was recommended before, and nothing became of it.

Sessions are numbered as they followed each other. One whose days no source gives began after every earlier one, and
none before the first.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from reviews.models import Session

FIRST_SESSION = datetime.date(2008, 4, 7)  # of the UPR Working Group

# By number, the day before which a session cannot have begun.
BEGUN = f"""
    SELECT number, greatest(max(starts_on) OVER (ORDER BY number), DATE '{FIRST_SESSION}') AS starts
    FROM reviews_session
"""


def first_days() -> Mapping[int, datetime.date]:
    """By the number of a session, the day before which it cannot have begun; 1 query."""
    found, latest = {}, FIRST_SESSION
    for number, starts_on in Session.objects.order_by("number").values_list("number", "starts_on"):
        latest = max(latest, starts_on or latest)
        found[number] = latest
    return found


def first_after(day: datetime.date) -> QuerySet[Session, Any]:
    """The number of the first session that began after a day, as a row; none where all had begun, or may have."""
    later = Session.objects.filter(starts_on__gt=day) if day >= FIRST_SESSION else Session.objects.all()
    return later.order_by("number").values("number")[:1]
