from django.db import migrations

# A large import changes every table that counts; counted after each statement, the same recommendations would be looked
# at five times. A transaction that says `upr.count_later` counts them itself, once, before it ends (recommendations.counts).
LATER = "IF current_setting('upr.count_later', true) = 'on' THEN RETURN NULL; END IF;"


def rules(first: str) -> str:
    """The functions of the triggers (0007_counts), each beginning with this statement."""
    return f"""
CREATE OR REPLACE FUNCTION upr_count_linked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {first}
    PERFORM upr_count(ARRAY(SELECT DISTINCT recommendation_id FROM changed));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION upr_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {first}
    PERFORM upr_count(ARRAY(SELECT id FROM changed));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION upr_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    {first}
    ids := ARRAY(
        SELECT o.id FROM replaced o JOIN changed n USING (id)
        WHERE (o.review_id, o.response, o.claim, o.status, o.action_category, o.is_sample, o.removed_at IS NULL)
            IS DISTINCT FROM
            (n.review_id, n.response, n.claim, n.status, n.action_category, n.is_sample, n.removed_at IS NULL)
    );
    IF ids <> '{{}}' THEN PERFORM upr_count(ids); END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0008_narrow_index")]

    operations = [migrations.RunSQL(rules(LATER), rules(""))]
