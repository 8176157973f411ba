"""What cases and events refer to is checked once for each statement, not once for each row.

A foreign key asks three times for each of a million cases that come in with one statement, and
took longer than everything else (docs/adr/0079). These triggers refuse the same and lock the same;
who deletes what is referred to waits for them, and they for him.
"""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION measurement_case_refers() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
    is_there boolean;
BEGIN
    FOR one IN SELECT DISTINCT workflow_id, first_import_id, last_import_id FROM written LOOP
        PERFORM FROM workflows_workflow WHERE id = one.workflow_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no workflow %', one.workflow_id
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
        END IF;
        PERFORM FROM measurement_caseimport WHERE id = one.first_import_id FOR KEY SHARE;
        is_there := FOUND;
        PERFORM FROM measurement_caseimport WHERE id = one.last_import_id FOR KEY SHARE;
        IF NOT (is_there AND FOUND) THEN
            RAISE EXCEPTION 'there is no import % or %', one.first_import_id, one.last_import_id
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER refers_inserted AFTER INSERT ON measurement_case REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_case_refers();
ALTER TABLE measurement_case ENABLE ALWAYS TRIGGER refers_inserted;
CREATE TRIGGER refers_updated AFTER UPDATE ON measurement_case REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_case_refers();
ALTER TABLE measurement_case ENABLE ALWAYS TRIGGER refers_updated;

CREATE FUNCTION measurement_caseevent_refers() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT DISTINCT workflow_id FROM written LOOP
        PERFORM FROM workflows_workflow WHERE id = one.workflow_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no workflow %', one.workflow_id
                USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER refers_inserted AFTER INSERT ON measurement_caseevent
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_caseevent_refers();
ALTER TABLE measurement_caseevent ENABLE ALWAYS TRIGGER refers_inserted;
CREATE TRIGGER refers_updated AFTER UPDATE ON measurement_caseevent
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_caseevent_refers();
ALTER TABLE measurement_caseevent ENABLE ALWAYS TRIGGER refers_updated;

CREATE FUNCTION measurement_workflow_has_cases() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM measurement_case WHERE workflow_id = OLD.id)
        OR EXISTS (SELECT FROM measurement_caseevent WHERE workflow_id = OLD.id)
    THEN
        RAISE EXCEPTION 'workflow % has cases', OLD.id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER has_cases_deleted AFTER DELETE ON workflows_workflow
    FOR EACH ROW EXECUTE FUNCTION measurement_workflow_has_cases();
ALTER TABLE workflows_workflow ENABLE ALWAYS TRIGGER has_cases_deleted;
CREATE TRIGGER has_cases_renumbered AFTER UPDATE ON workflows_workflow
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION measurement_workflow_has_cases();
ALTER TABLE workflows_workflow ENABLE ALWAYS TRIGGER has_cases_renumbered;

CREATE FUNCTION measurement_import_has_cases() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM measurement_case WHERE first_import_id = OLD.id OR last_import_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'import % has cases', OLD.id
            USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER has_cases_deleted AFTER DELETE ON measurement_caseimport
    FOR EACH ROW EXECUTE FUNCTION measurement_import_has_cases();
ALTER TABLE measurement_caseimport ENABLE ALWAYS TRIGGER has_cases_deleted;
CREATE TRIGGER has_cases_renumbered AFTER UPDATE ON measurement_caseimport
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION measurement_import_has_cases();
ALTER TABLE measurement_caseimport ENABLE ALWAYS TRIGGER has_cases_renumbered;
"""
NO_GUARDS = """
DROP FUNCTION measurement_import_has_cases() CASCADE;
DROP FUNCTION measurement_workflow_has_cases() CASCADE;
DROP FUNCTION measurement_caseevent_refers() CASCADE;
DROP FUNCTION measurement_case_refers() CASCADE;
"""


def checked_in_sets(to: str, related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
    )


class Migration(migrations.Migration):
    dependencies = [("measurement", "0010_eventlogs"), ("workflows", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARDS, NO_GUARDS),
        migrations.AlterField(
            "case", "workflow", checked_in_sets("workflows.workflow", related_name="cases")
        ),
        migrations.AlterField(
            "case", "first_import", checked_in_sets("measurement.caseimport", related_name="+")
        ),
        migrations.AlterField(
            "case", "last_import", checked_in_sets("measurement.caseimport", related_name="+")
        ),
        migrations.AlterField(
            "caseevent", "workflow", checked_in_sets("workflows.workflow", related_name="+")
        ),
    ]
