"""Keep the closure table by triggers, so that no bulk path can leave it wrong or make a loop."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION people_orgunit_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two moves at once could each be fine and together be a loop.
    PERFORM pg_advisory_xact_lock(hashtext('people_orgunit'));
    IF TG_OP = 'INSERT' THEN
        INSERT INTO people_orgunitclosure (ancestor_id, descendant_id, depth)
        SELECT NEW.id, NEW.id, 0
        UNION ALL
        SELECT c.ancestor_id, NEW.id, c.depth + 1
        FROM people_orgunitclosure c WHERE c.descendant_id = NEW.parent_id;
    ELSIF NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
        IF EXISTS (SELECT FROM people_orgunitclosure
                   WHERE ancestor_id = NEW.id AND descendant_id = NEW.parent_id) THEN
            RAISE EXCEPTION 'unit % would be above itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'orgunit_no_loop';
        END IF;
        DELETE FROM people_orgunitclosure c
        USING people_orgunitclosure below, people_orgunitclosure above
        WHERE below.ancestor_id = NEW.id AND c.descendant_id = below.descendant_id
          AND above.descendant_id = NEW.id AND above.depth > 0
          AND c.ancestor_id = above.ancestor_id;
        INSERT INTO people_orgunitclosure (ancestor_id, descendant_id, depth)
        SELECT above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
        FROM people_orgunitclosure above, people_orgunitclosure below
        WHERE above.descendant_id = NEW.parent_id AND below.ancestor_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION people_orgunit_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM people_orgunitclosure WHERE ancestor_id = OLD.id OR descendant_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER people_orgunit_closure AFTER INSERT OR UPDATE OF parent_id ON people_orgunit
    FOR EACH ROW EXECUTE FUNCTION people_orgunit_closure();
CREATE TRIGGER people_orgunit_forget BEFORE DELETE ON people_orgunit
    FOR EACH ROW EXECUTE FUNCTION people_orgunit_forget();
"""

BACKWARD = """
DROP TRIGGER people_orgunit_closure ON people_orgunit;
DROP TRIGGER people_orgunit_forget ON people_orgunit;
DROP FUNCTION people_orgunit_closure();
DROP FUNCTION people_orgunit_forget();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
