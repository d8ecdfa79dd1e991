from django.db import migrations

# An assessment is born published. Afterwards a withdrawal sets `withdrawn_at`, and a redaction sets `redacted_at` and
# empties the reason; each once. Nothing else changes, and nothing is deleted. The same holds for its bases and for checks.
RULES = """
CREATE FUNCTION upr_assessment_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed recommendations_assessment := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.withdrawn_at IS NULL THEN allowed.withdrawn_at := NEW.withdrawn_at; END IF;
        IF OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL THEN
            allowed.redacted_at := NEW.redacted_at;
            allowed.reason := '';
        END IF;
        IF NEW IS NOT DISTINCT FROM allowed THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'A published assessment is only withdrawn or redacted: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER assessment_frozen BEFORE UPDATE OR DELETE ON recommendations_assessment
    FOR EACH ROW EXECUTE FUNCTION upr_assessment_frozen();

CREATE FUNCTION upr_basis_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed recommendations_basis := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.redacted AND NOT OLD.redacted THEN
        allowed.redacted := true;
        allowed.document_id := NULL;
        allowed.passage := '';
        allowed.url := '';
        allowed.description := '';
        allowed.code := '';
        IF NEW IS NOT DISTINCT FROM allowed THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'A published basis is only redacted: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER basis_frozen BEFORE UPDATE OR DELETE ON recommendations_basis
    FOR EACH ROW EXECUTE FUNCTION upr_basis_frozen();

CREATE FUNCTION upr_check_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed recommendations_check := OLD;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.redacted_at IS NULL AND NEW.redacted_at IS NOT NULL THEN
        allowed.redacted_at := NEW.redacted_at;
        allowed.line := '';
        IF NEW IS NOT DISTINCT FROM allowed THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'A check is only redacted: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER check_frozen BEFORE UPDATE OR DELETE ON recommendations_check
    FOR EACH ROW EXECUTE FUNCTION upr_check_frozen();

-- At least one basis, and the one replaced is an earlier one of the same voice on the same recommendation. Both are
-- looked at when the transaction commits, because the bases are written after the assessment.
CREATE FUNCTION upr_assessment_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM recommendations_basis b WHERE b.assessment_id = NEW.id) THEN
        RAISE EXCEPTION 'Assessment % has no basis', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.based_on_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM recommendations_assessment a
        WHERE a.id = NEW.based_on_id AND a.id < NEW.id AND a.recommendation_id = NEW.recommendation_id AND a.voice_id = NEW.voice_id
    ) THEN
        RAISE EXCEPTION 'Assessment % replaces one of another voice or recommendation', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER assessment_complete AFTER INSERT ON recommendations_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION upr_assessment_complete();
"""
DROP = """
DROP TRIGGER assessment_complete ON recommendations_assessment;
DROP TRIGGER check_frozen ON recommendations_check;
DROP TRIGGER basis_frozen ON recommendations_basis;
DROP TRIGGER assessment_frozen ON recommendations_assessment;
DROP FUNCTION upr_assessment_complete();
DROP FUNCTION upr_check_frozen();
DROP FUNCTION upr_basis_frozen();
DROP FUNCTION upr_assessment_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0002_tables")]

    operations = [migrations.RunSQL(RULES, DROP)]
