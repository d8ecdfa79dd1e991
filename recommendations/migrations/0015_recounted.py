from django.db import migrations

# Whoever links a goal at this moment has counted it by the old parent and is not seen yet. 0013 waited for them by
# locking the links, which an import asks for when it has locked recommendations already: each would wait for the
# other. Whoever links has counted, or will, and to count is to lock rows of recommendations until the end. So that
# table is the one to wait for: everybody locks it first, and here nothing is held that they still ask for.
RULES = """
CREATE OR REPLACE FUNCTION upr_count_regrouped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goals bigint[] := ARRAY(
        SELECT o.id FROM replaced o JOIN changed n USING (id) WHERE o.parent_id IS DISTINCT FROM n.parent_id
    );
BEGIN
    IF goals = '{}' THEN RETURN NULL; END IF;
    LOCK TABLE recommendations_recommendation IN EXCLUSIVE MODE;
    PERFORM upr_count(ARRAY(
        SELECT DISTINCT recommendation_id FROM recommendations_recommendation_goals WHERE goal_id = ANY(goals)
    ));
    RETURN NULL;
END $$;
"""
# Goals that got another parent, and links that were moved, before 0013 saw them. What is counted rightly is left alone,
# and nobody waits for more than a batch.
RECOUNT = """
DO $$
DECLARE
    low bigint;
BEGIN
    FOR low IN SELECT generate_series(0, coalesce(max(id), 0), 10000) FROM recommendations_recommendation LOOP
        PERFORM upr_count(ARRAY(SELECT id FROM recommendations_recommendation WHERE id >= low AND id < low + 10000));
        COMMIT;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    atomic = False  # the batches are committed one by one; all of it may run again

    dependencies = [("recommendations", "0014_labels")]

    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunSQL(RECOUNT, migrations.RunSQL.noop),
    ]
