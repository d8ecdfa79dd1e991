"""Who hears of an event is decided here and nowhere else, from the log."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import Person
from notifications.models import Follow

# One row a person and event: whoever follows the recommendation, its review, the State under review, or one of its
# issues, and of a batch whoever follows the review or the State; never the person who acted, nobody who has left.
# Four joins, each over the index of its column: joined by OR, every event would be compared with every follow.
FAN_OUT = """
    WITH happened AS MATERIALIZED (
        SELECT e.id, e.actor_id, e.review_id, v.state_id,
               CASE WHEN e.target_type = 'recommendations.recommendation' THEN e.target_id END AS recommendation_id
        FROM history_feed h
        JOIN history_event e ON e.id = h.event_id
        LEFT JOIN reviews_review v ON v.id = e.review_id
        WHERE h.position > %(after)s AND h.position <= %(upto)s AND e.action = ANY(%(actions)s) AND NOT e.quiet
    ), told AS (
        SELECT e.id, e.actor_id, f.person_id
        FROM happened e JOIN notifications_follow f ON f.recommendation_id = e.recommendation_id
        UNION
        SELECT e.id, e.actor_id, f.person_id
        FROM happened e JOIN notifications_follow f ON f.review_id = e.review_id
        UNION
        SELECT e.id, e.actor_id, f.person_id
        FROM happened e JOIN notifications_follow f ON f.state_id = e.state_id
        UNION
        SELECT e.id, e.actor_id, f.person_id
        FROM happened e
        JOIN recommendations_recommendationissue i ON i.recommendation_id = e.recommendation_id
        JOIN notifications_follow f ON f.issue_id = i.issue_id
    )
    INSERT INTO notifications_message (person_id, event_id, mail, attempts)
    SELECT t.person_id, t.id, 'waiting', 0
    FROM told t
    JOIN accounts_person p ON p.id = t.person_id AND p.is_active
    WHERE t.actor_id IS DISTINCT FROM t.person_id
    ORDER BY t.id, t.person_id
    ON CONFLICT (person_id, event_id) DO NOTHING
    RETURNING id
"""


def followers_of_import(*, reviews: Collection[int], states: Collection[int], but: Person) -> int:
    """How many people would be told of an import, were `but` to commit it: who follows one of its reviews or States.

    The same rule as above, for a batch that has no event yet; `states` are those under review. 1 query.
    """
    follows = Q(state__in=states) | Q(review__in=reviews)
    found = Follow.objects.filter(follows, person__is_active=True).exclude(person=but)
    return found.values("person").distinct().count()
