from django.db import migrations

# The log is append-only: row triggers refuse updates and deletes whoever asks; TRUNCATE is a privilege of the owner,
# whom the application never connects as. Each new event is noted as pending, for history.feed to give it a position.
RULES = """
CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_event_append_only BEFORE UPDATE OR DELETE ON history_event
    FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER history_feed_append_only BEFORE UPDATE OR DELETE ON history_feed
    FOR EACH ROW EXECUTE FUNCTION history_refuse();

CREATE FUNCTION history_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO history_pending (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER history_event_pending AFTER INSERT ON history_event
    FOR EACH ROW EXECUTE FUNCTION history_note_pending();
"""
DROP = """
DROP TRIGGER history_event_pending ON history_event;
DROP TRIGGER history_feed_append_only ON history_feed;
DROP TRIGGER history_event_append_only ON history_event;
DROP FUNCTION history_note_pending();
DROP FUNCTION history_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]

    operations = [migrations.RunSQL(RULES, DROP)]
