import django.db.models.deletion
from django.db import migrations, models

# State, session and cycle stand beside the row on every road, COPY too. An insert is completed before it is written. A
# row that moves is put right after: with a trigger BEFORE UPDATE PostgreSQL would compute the search vector of every
# updated row anew, because a trigger might have changed the text. What a review, session or State is changed to
# follows; such a change is rare, so it may look at every row.
RULES = """
CREATE FUNCTION upr_recommendation_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.iso3, s.number, s.cycle INTO NEW.state_iso3, NEW.session_number, NEW.cycle
    FROM reviews_review v JOIN reviews_session s ON s.id = v.session_id JOIN states_state t ON t.id = v.state_id
    WHERE v.id = NEW.review_id;
    RETURN NEW;
END $$;
CREATE TRIGGER recommendation_place BEFORE INSERT ON recommendations_recommendation
    FOR EACH ROW EXECUTE FUNCTION upr_recommendation_place();

CREATE FUNCTION upr_recommendation_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE recommendations_recommendation r SET state_iso3 = t.iso3, session_number = s.number, cycle = s.cycle
    FROM reviews_review v JOIN reviews_session s ON s.id = v.session_id JOIN states_state t ON t.id = v.state_id
    WHERE v.id = r.review_id
        AND CASE TG_TABLE_NAME
            WHEN 'recommendations_recommendation' THEN r.id = NEW.id
            WHEN 'reviews_review' THEN v.id = NEW.id
            WHEN 'reviews_session' THEN s.id = NEW.id
            ELSE t.id = NEW.id
        END
        AND (r.state_iso3, r.session_number, r.cycle) IS DISTINCT FROM (t.iso3, s.number, s.cycle);
    RETURN NULL;
END $$;
CREATE TRIGGER recommendation_moved
    AFTER UPDATE OF review_id, state_iso3, session_number, cycle ON recommendations_recommendation FOR EACH ROW
    WHEN ((OLD.review_id, OLD.state_iso3, OLD.session_number, OLD.cycle)
        IS DISTINCT FROM (NEW.review_id, NEW.state_iso3, NEW.session_number, NEW.cycle))
    EXECUTE FUNCTION upr_recommendation_moved();
CREATE TRIGGER recommendation_moved AFTER UPDATE OF session_id, state_id ON reviews_review FOR EACH ROW
    WHEN ((OLD.session_id, OLD.state_id) IS DISTINCT FROM (NEW.session_id, NEW.state_id))
    EXECUTE FUNCTION upr_recommendation_moved();
CREATE TRIGGER recommendation_moved AFTER UPDATE OF number, cycle ON reviews_session FOR EACH ROW
    WHEN ((OLD.number, OLD.cycle) IS DISTINCT FROM (NEW.number, NEW.cycle))
    EXECUTE FUNCTION upr_recommendation_moved();
CREATE TRIGGER recommendation_moved AFTER UPDATE OF iso3 ON states_state FOR EACH ROW
    WHEN (OLD.iso3 IS DISTINCT FROM NEW.iso3) EXECUTE FUNCTION upr_recommendation_moved();
"""
DROP = """
DROP TRIGGER recommendation_moved ON states_state;
DROP TRIGGER recommendation_moved ON reviews_session;
DROP TRIGGER recommendation_moved ON reviews_review;
DROP TRIGGER recommendation_moved ON recommendations_recommendation;
DROP TRIGGER recommendation_place ON recommendations_recommendation;
DROP FUNCTION upr_recommendation_moved();
DROP FUNCTION upr_recommendation_place();
"""

# Rows written before there were these columns; what is right already is left alone, so it can run twice.
FILL = """
UPDATE recommendations_recommendation r SET
    state_iso3 = t.iso3, session_number = s.number, cycle = s.cycle,
    response = coalesce(p.response, ''), claim = coalesce(p.claim, ''), status = coalesce(a.status, '')
FROM recommendations_recommendation o
JOIN reviews_review v ON v.id = o.review_id
JOIN reviews_session s ON s.id = v.session_id
JOIN states_state t ON t.id = v.state_id
LEFT JOIN recommendations_position p ON p.id = o.current_position_id
LEFT JOIN recommendations_assessment a ON a.id = o.lead_assessment_id
WHERE o.id = r.id AND (r.state_iso3, r.session_number, r.cycle, r.response, r.claim, r.status)
    IS DISTINCT FROM (t.iso3, s.number, s.cycle, coalesce(p.response, ''), coalesce(p.claim, ''), coalesce(a.status, ''))
"""


class Migration(migrations.Migration):

    dependencies = [
        ('issues', '0001_initial'),
        ('recommendations', '0005_mentions'),
        ('reviews', '0002_exports_are_documents'),
        ('states', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='recommendation',
            name='claim',
            field=models.CharField(blank=True, choices=[('implemented', 'implemented'), ('in_process', 'in process of being implemented'), ('implemented_or_in_process', 'implemented or in process of being implemented')], db_default='', editable=False, max_length=30),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='cycle',
            field=models.PositiveSmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='response',
            field=models.CharField(blank=True, choices=[('supported', 'Supported'), ('noted', 'Noted'), ('supported_in_part', 'Supported in part'), ('pending', 'Pending'), ('unknown', 'Unknown')], db_default='', editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='session_number',
            field=models.PositiveSmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='state_iso3',
            field=models.CharField(db_collation='C', db_default='', editable=False, max_length=3),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='status',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=25),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(RULES, DROP),
        migrations.AlterField(
            model_name='recommendationissue',
            name='issue',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='issues.issue'),
        ),
        migrations.AlterField(
            model_name='recommendingstate',
            name='state',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='states.state'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['state_iso3', 'session_number', 'sort_key', 'id'], name='recommendation_by_state'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['session_number', 'state_iso3', 'sort_key', 'id'], name='recommendation_by_session'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['added_at', 'id'], name='recommendation_by_added'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True)), fields=['response'], name='recommendation_response'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True), models.Q(('claim', ''), _negated=True)), fields=['claim'], name='recommendation_claim'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(condition=models.Q(('removed_at__isnull', True), models.Q(('status', ''), _negated=True)), fields=['status'], name='recommendation_status'),
        ),
        migrations.AddIndex(
            model_name='recommendationissue',
            index=models.Index(fields=['issue', 'recommendation'], name='about_issue'),
        ),
        migrations.AddIndex(
            model_name='recommendingstate',
            index=models.Index(fields=['state', 'recommendation'], name='recommended_by_state'),
        ),
    ]
