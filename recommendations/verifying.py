"""What must always hold, asked of the data itself; each finding is a sentence that names the place."""

from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from history import feed
from recommendations import actions, counts, derived

# Each question is one statement, so that it sees one moment even while people work.
GAPS = """
    SELECT h.position FROM (SELECT position, row_number() OVER (ORDER BY position) AS rank FROM history_feed) h
    WHERE h.position <> h.rank ORDER BY h.position LIMIT 1
"""
UNPLACED = """
    SELECT e.id FROM history_event e
    WHERE (SELECT count(*) FROM history_feed h WHERE h.event_id = e.id)
        + (SELECT count(*) FROM history_pending p WHERE p.event_id = e.id) <> 1
    ORDER BY e.id
"""
FORKED = """
    SELECT a.recommendation_id, a.voice_id, count(*) FROM recommendations_assessment a
    LEFT JOIN recommendations_assessment later ON later.based_on_id = a.id
    GROUP BY 1, 2 HAVING count(*) FILTER (WHERE later.id IS NULL) <> 1
        OR count(*) FILTER (WHERE a.based_on_id >= a.id) > 0
    ORDER BY 1, 2
"""
BASELESS = """
    SELECT a.id FROM recommendations_assessment a
    WHERE NOT EXISTS (SELECT 1 FROM recommendations_basis b WHERE b.assessment_id = a.id) ORDER BY a.id
"""


WRONG = (
    (
        derived.LEADS,
        gettext_lazy("Recommendation %(id)s: the lead assessment kept in the row is not the one the assessments give."),
    ),
    (
        derived.POSITIONS,
        gettext_lazy("Recommendation %(id)s: the position kept in the row is not the one the positions give."),
    ),
    (
        derived.PLACES,
        gettext_lazy("Recommendation %(id)s: State, session and cycle kept in the row are not those of its review."),
    ),
)


def findings() -> Iterator[str]:
    """Whatever is not as it must be; nothing, unless something is broken."""
    for kept, sentence in WRONG:
        for pk in derived.wrong(kept):
            yield str(sentence) % {"id": pk}
    for pk in counts.wrong():
        yield _("Recommendation %(id)s: the facets do not count it as what it is.") % {"id": pk}
    for tag in counts.wrong_sums():
        yield _("The facets' number for %(tag)s is not that of the recommendations counted.") % {"tag": tag}
    for (position,) in _rows(GAPS):
        yield _("The feed has a gap before position %(position)s.") % {"position": position}
    for (pk,) in _rows(UNPLACED):
        yield _("Event %(id)s: it must have one place, in the feed or among the pending, and has not.") % {"id": pk}
    for recommendation, voice, number in _rows(FORKED):
        chain = _("Recommendation %(id)s: the %(number)s assessments of organisation %(voice)s are not one chain.")
        yield chain % {"id": recommendation, "voice": voice, "number": number}
    for (pk,) in _rows(BASELESS):
        yield _("Assessment %(id)s has no basis.") % {"id": pk}


def repair() -> int:
    """Recompute kept columns and counts where they are wrong, and place pending events; how many rows changed."""
    pending = feed.sequence()
    columns = sum(actions.refresh_wrong(kept) for kept, _sentence in WRONG)
    return pending + columns + counts.repair()


def _rows(question: str) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())
