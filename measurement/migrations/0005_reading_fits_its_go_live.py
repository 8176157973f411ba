"""One final reading of a kind, and none that claims more than its go-live allows."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION measurement_reading_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM workflows_golive g
            JOIN workflows_redesign d ON d.id = g.redesign_id
            JOIN workflows_workflow w ON w.id = d.workflow_id
            WHERE g.id = NEW.go_live_id AND d.id = NEW.redesign_id
                AND (NEW.post_hoc OR NOT g.post_hoc)
                AND g.calendar_version_id IS NOT DISTINCT FROM NEW.calendar_version_id
                AND w.is_simulated = NEW.is_simulated) THEN
        PERFORM workflows_refuse('reading_fits_its_go_live',
            'redesign, post-hoc, calendar or simulated is not that of the go-live');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard BEFORE INSERT ON measurement_reading
FOR EACH ROW EXECUTE FUNCTION measurement_reading_guard();
ALTER TABLE measurement_reading ENABLE ALWAYS TRIGGER guard;
"""
BACKWARD = """
DROP TRIGGER guard ON measurement_reading;
DROP FUNCTION measurement_reading_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("measurement", "0004_recomputation"),
        ("workflows", "0005_states_dates_and_proofs"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                models.F("redesign"),
                models.F("kind"),
                condition=models.Q(("kind__in", ["primary", "day_90", "day_180"])),
                name="reading_final_once",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
