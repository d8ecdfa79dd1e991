from django.db import migrations

# A release is frozen: it is only ever withdrawn, once, and nothing of it is deleted. Its files' rows never change.
RULES = """
CREATE FUNCTION upr_release_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed reports_release := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL THEN
        allowed.withdrawn_at := NEW.withdrawn_at;
        allowed.withdrawn_because := NEW.withdrawn_because;
        IF NEW IS NOT DISTINCT FROM allowed THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'A release is only withdrawn: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER release_frozen BEFORE UPDATE OR DELETE ON reports_release
    FOR EACH ROW EXECUTE FUNCTION upr_release_frozen();

CREATE FUNCTION upr_release_file_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A file of a release stays as it is: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER release_file_frozen BEFORE UPDATE OR DELETE ON reports_releasefile
    FOR EACH ROW EXECUTE FUNCTION upr_release_file_frozen();
"""
DROP = """
DROP TRIGGER release_file_frozen ON reports_releasefile;
DROP FUNCTION upr_release_file_frozen();
DROP TRIGGER release_frozen ON reports_release;
DROP FUNCTION upr_release_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_releases")]

    operations = [migrations.RunSQL(RULES, DROP)]
