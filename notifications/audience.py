"""Who hears of an event is decided here and nowhere else, from the log."""

# One row a person and event: whoever follows the recommendation, its review, the State under review, or one of its
# issues, and of a batch whoever follows the review or the State; never the person who acted, nobody who has left.
FAN_OUT = """
    INSERT INTO notifications_message (person_id, event_id, mail, attempts)
    SELECT DISTINCT f.person_id, e.id, 'waiting', 0
    FROM history_feed h
    JOIN history_event e ON e.id = h.event_id
    LEFT JOIN recommendations_recommendation r
           ON e.target_type = 'recommendations.recommendation' AND r.id = e.target_id
    JOIN reviews_review v ON v.id = e.review_id
    JOIN notifications_follow f
      ON f.recommendation_id = r.id
      OR f.review_id = v.id
      OR f.state_id = v.state_id
      OR f.issue_id IN (SELECT i.issue_id FROM recommendations_recommendationissue i WHERE i.recommendation_id = r.id)
    JOIN accounts_person p ON p.id = f.person_id AND p.is_active
    WHERE h.position > %(after)s AND h.position <= %(upto)s
      AND e.action = ANY(%(actions)s) AND NOT e.quiet
      AND e.actor_id IS DISTINCT FROM f.person_id
    ON CONFLICT (person_id, event_id) DO NOTHING
"""
