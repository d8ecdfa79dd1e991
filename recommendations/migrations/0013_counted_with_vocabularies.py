from django.db import migrations

# Roads to a tag that 0007_counts left out: a link moved by UPDATE counts for the recommendation that it leaves and for
# the one that it comes to, and a goal's new parent counts for whatever has the goal. Of States, issues, groups and
# organisations a tag holds nothing but the id, and of a review neither State nor session; those may change freely.
RULES = """
CREATE FUNCTION upr_count_relinked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('upr.count_later', true) = 'on' THEN RETURN NULL; END IF;
    PERFORM upr_count(ARRAY(SELECT recommendation_id FROM replaced UNION SELECT recommendation_id FROM changed));
    RETURN NULL;
END $$;

CREATE FUNCTION upr_count_regrouped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    goals bigint[] := ARRAY(
        SELECT o.id FROM replaced o JOIN changed n USING (id) WHERE o.parent_id IS DISTINCT FROM n.parent_id
    );
BEGIN
    IF goals = '{}' THEN RETURN NULL; END IF;
    -- Whoever links a goal at this moment has counted it by the old parent and is not seen yet: wait for them.
    LOCK TABLE recommendations_recommendation_goals IN SHARE MODE;
    PERFORM upr_count(ARRAY(
        SELECT DISTINCT recommendation_id FROM recommendations_recommendation_goals WHERE goal_id = ANY(goals)
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER counted_on_update AFTER UPDATE ON issues_goal
    REFERENCING OLD TABLE AS replaced NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION upr_count_regrouped();
"""
DROP = """
DROP TRIGGER counted_on_update ON issues_goal;
DROP FUNCTION upr_count_regrouped();
DROP FUNCTION upr_count_relinked();
"""
ADDED = ("recommendations_recommendation_groups", "recommendations_recommendation_goals")
REPLACED = ("recommendations_recommendingstate", "recommendations_recommendationissue")


def dropped(tables: tuple[str, ...]) -> str:
    """Without the triggers of updates."""
    return "".join(f"DROP TRIGGER counted_on_update ON {table};\n" for table in tables)


def made(tables: tuple[str, ...], seen: str, function: str) -> str:
    """Triggers of updates that see these rows."""
    return "".join(
        f"CREATE TRIGGER counted_on_update AFTER UPDATE ON {table} REFERENCING {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}();\n"
        for table in tables
    )


BOTH, OLD = "OLD TABLE AS replaced NEW TABLE AS changed", "OLD TABLE AS changed"


class Migration(migrations.Migration):
    dependencies = [("issues", "0001_initial"), ("recommendations", "0012_drawn")]

    operations = [
        migrations.RunSQL(RULES, DROP),
        migrations.RunSQL(
            dropped(REPLACED) + made((*REPLACED, *ADDED), BOTH, "upr_count_relinked"),
            dropped((*REPLACED, *ADDED)) + made(REPLACED, OLD, "upr_count_linked"),
        ),
    ]
