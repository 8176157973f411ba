"""The database's own refusals: the ballot box stays a box for every role and every way in.

Each rule has a constraint name of its own. None of the functions has a switch, and none trusts the
caller's search path. The sizes of boxes are those of ``surveys.sealing``, a test compares the two.
"""

from django.db import migrations

from core.migrations_ops import FreezeColumns, ProtectAppendOnly

STATE_CHANGES = (
    ("draft", "open"),
    ("draft", "cancelled"),
    ("open", "closed"),
    ("closed", "released"),
    ("closed", "too_few"),
    ("closed", "stopped"),
    ("released", "done"),
)
PAIRS = ", ".join(f"('{start}', '{end}')" for start, end in STATE_CHANGES)
FIXED_AT_OPENING = (
    "instrument_id",
    "opens_date",
    "closes_date",
    "minimum_group",
    "asks_comment",
    "attributes",
    "contact",
    "agreement",
    "public_key",
)
CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED_AT_OPENING)
BOX_WITH_COMMENT, BOX_WITHOUT = 8192 + 48, 1024 + 48

SAFE = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS"

FUNCTIONS = {
    "surveys_refuse": f"""
CREATE FUNCTION surveys_refuse(rule text, words text) RETURNS void {SAFE} $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$""",
    "surveys_wave_guard": f"""
CREATE FUNCTION surveys_wave_guard() RETURNS trigger {SAFE} $$
DECLARE
    boxes bigint;
    answered bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.public_key IS NOT NULL THEN
            PERFORM surveys_refuse('wave_starts_as_draft', 'a wave starts as a draft');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
        PERFORM surveys_refuse('wave_state_only_forward',
            format('no way from %s to %s', OLD.state, NEW.state));
    END IF;
    IF OLD.state <> 'draft' AND ({CHANGED}) THEN
        PERFORM surveys_refuse('wave_fixed_when_it_opens',
            'what is asked, of whom and how is fixed when a wave opens');
    END IF;
    IF OLD.state <> 'open' AND (
            NEW.closed_date IS DISTINCT FROM OLD.closed_date
            OR NEW.closed_early_by_id IS DISTINCT FROM OLD.closed_early_by_id
            OR NEW.closed_early_reason IS DISTINCT FROM OLD.closed_early_reason
            OR (NEW.answered_percent IS NOT NULL
                AND NEW.answered_percent IS DISTINCT FROM OLD.answered_percent)) THEN
        PERFORM surveys_refuse('wave_closes_once', 'a wave closes once');
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'open' THEN
        -- Whoever changes a word of the instrument in this moment is waited for.
        PERFORM FROM surveys_instrument i WHERE i.id = NEW.instrument_id FOR SHARE;
        IF octet_length(NEW.public_key) IS DISTINCT FROM 32 THEN
            PERFORM surveys_refuse('wave_opens_with_a_key', 'a wave opens with its public key');
        END IF;
        IF btrim(NEW.contact) = '' THEN
            PERFORM surveys_refuse('wave_opens_with_a_contact',
                'a wave opens with a named data protection contact');
        END IF;
        IF NOT EXISTS (SELECT FROM surveys_rostersnapshot r WHERE r.wave_id = NEW.id) THEN
            PERFORM surveys_refuse('wave_opens_with_a_snapshot',
                'a wave opens with the frozen tree');
        END IF;
        IF (SELECT count(*) FROM surveys_participation p WHERE p.wave_id = NEW.id)
                < NEW.minimum_group THEN
            PERFORM surveys_refuse('wave_opens_for_enough_people',
                'fewer are invited than the smallest group shown');
        END IF;
        IF EXISTS (SELECT FROM surveys_participation p WHERE p.wave_id = NEW.id AND p.done) THEN
            PERFORM surveys_refuse('participation_starts_undone', 'nobody has answered yet');
        END IF;
    END IF;
    IF OLD.state = 'closed' AND NEW.state IN ('released', 'too_few') THEN
        SELECT count(*) INTO boxes FROM surveys_ballot b WHERE b.wave_id = NEW.id;
        SELECT count(*) INTO answered FROM surveys_participation p
            WHERE p.wave_id = NEW.id AND p.done;
        IF boxes <> answered THEN
            PERFORM surveys_refuse('wave_released_with_equal_counts',
                'ballots and answers differ in number');
        END IF;
        IF (boxes >= NEW.minimum_group) <> (NEW.state = 'released') THEN
            PERFORM surveys_refuse('wave_released_with_enough_answers',
                'the number of answers does not fit this end');
        END IF;
        IF NEW.state = 'released' AND boxes <> (
                SELECT count(*) FROM surveys_response r WHERE r.wave_id = NEW.id) THEN
            PERFORM surveys_refuse('wave_released_with_all_responses',
                'not every answer was counted');
        END IF;
    END IF;
    IF OLD.state = 'released' AND NEW.state = 'done'
            AND EXISTS (SELECT FROM surveys_ballot b WHERE b.wave_id = NEW.id) THEN
        PERFORM surveys_refuse('wave_done_without_ballots', 'ballots are still there');
    END IF;
    RETURN NEW;
END $$""",
    "surveys_instrument_guard": f"""
CREATE FUNCTION surveys_instrument_guard() RETURNS trigger {SAFE} $$
DECLARE
    free text[] := ARRAY['is_pilot', 'comparable_with_id', 'comparable_reason'];
    row_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    owner_key text := CASE WHEN TG_TABLE_NAME = 'surveys_instrument' THEN 'id'
        ELSE 'instrument_id' END;
    instrument bigint;
BEGIN
    IF TG_TABLE_NAME = 'surveys_instrument' AND row_after ->> 'comparable_with_id' IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM surveys_instrument i
                WHERE i.id = (row_after ->> 'comparable_with_id')::bigint
                    AND i.code = row_after ->> 'code' AND i.kind = row_after ->> 'kind') THEN
        PERFORM surveys_refuse('instrument_comparable_with_its_like',
            'only versions of one questionnaire stand on one line');
    END IF;
    IF TG_TABLE_NAME = 'surveys_instrument' AND TG_OP = 'UPDATE'
            AND row_before - free = row_after - free THEN
        RETURN NEW;
    END IF;
    FOR instrument IN
        SELECT DISTINCT (side ->> owner_key)::bigint
        FROM unnest(ARRAY[row_before, row_after]) side WHERE side IS NOT NULL
    LOOP
        PERFORM FROM surveys_instrument i WHERE i.id = instrument FOR NO KEY UPDATE;
        IF EXISTS (SELECT FROM surveys_wave w
                   WHERE w.instrument_id = instrument AND w.state <> 'draft') THEN
            PERFORM surveys_refuse('instrument_is_frozen',
                'a wave has used this version: a changed word is a new one');
        END IF;
    END LOOP;
    RETURN COALESCE(NEW, OLD);
END $$""",
    # FOR SHARE: an answer and the closing never pass each other.
    "surveys_wave_state": f"""
CREATE FUNCTION surveys_wave_state(wave bigint) RETURNS text {SAFE} $$
DECLARE
    found text;
BEGIN
    SELECT w.state INTO found FROM surveys_wave w WHERE w.id = wave FOR SHARE;
    RETURN found;
END $$""",
    "surveys_snapshot_guard": f"""
CREATE FUNCTION surveys_snapshot_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF surveys_wave_state(NEW.wave_id) IS DISTINCT FROM 'draft' THEN
        PERFORM surveys_refuse('snapshot_before_opening', 'the tree is frozen at the opening');
    END IF;
    RETURN NEW;
END $$""",
    "surveys_participation_guard": f"""
CREATE FUNCTION surveys_participation_guard() RETURNS trigger {SAFE} $$
DECLARE
    state text;
BEGIN
    state := surveys_wave_state(CASE WHEN TG_OP = 'DELETE' THEN OLD.wave_id ELSE NEW.wave_id END);
    IF TG_OP = 'INSERT' THEN
        IF state IS DISTINCT FROM 'draft' THEN
            PERFORM surveys_refuse('participation_before_opening',
                'who is invited is settled at the opening');
        END IF;
        IF NEW.done THEN
            PERFORM surveys_refuse('participation_starts_undone', 'nobody has answered yet');
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF state NOT IN ('released', 'done', 'too_few', 'stopped') THEN
            PERFORM surveys_refuse('participation_stays_until_the_end',
                'the counts must match at the release');
        END IF;
        RETURN OLD;
    END IF;
    IF to_jsonb(OLD) - 'done' IS DISTINCT FROM to_jsonb(NEW) - 'done' THEN
        PERFORM surveys_refuse('participation_never_moves', 'only "done" ever changes');
    END IF;
    IF OLD.done OR NOT NEW.done THEN
        PERFORM surveys_refuse('participation_never_undone', 'one answers once');
    END IF;
    IF state IS DISTINCT FROM 'open' THEN
        PERFORM surveys_refuse('participation_only_while_open', 'the wave is not open');
    END IF;
    RETURN NEW;
END $$""",
    "surveys_ballot_guard": f"""
CREATE FUNCTION surveys_ballot_guard() RETURNS trigger {SAFE} $$
DECLARE
    asks boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        PERFORM surveys_refuse('ballot_never_changes', 'a sealed answer never changes');
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF surveys_wave_state(OLD.wave_id) NOT IN ('released', 'done', 'too_few', 'stopped') THEN
            PERFORM surveys_refuse('ballot_stays_until_counted',
                'a sealed answer stays until it is counted');
        END IF;
        RETURN OLD;
    END IF;
    IF surveys_wave_state(NEW.wave_id) IS DISTINCT FROM 'open' THEN
        PERFORM surveys_refuse('ballot_only_while_open', 'the wave is not open');
    END IF;
    SELECT w.asks_comment INTO asks FROM surveys_wave w WHERE w.id = NEW.wave_id;
    IF octet_length(NEW.box)
            <> (CASE WHEN asks THEN {BOX_WITH_COMMENT} ELSE {BOX_WITHOUT} END) THEN
        PERFORM surveys_refuse('ballot_has_the_one_size', 'every box of a wave has one size');
    END IF;
    RETURN NEW;
END $$""",
    "surveys_publication_guard": f"""
CREATE FUNCTION surveys_publication_guard() RETURNS trigger {SAFE} $$
DECLARE
    smallest integer;
    items bigint;
    closed date;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT w.closed_date INTO closed FROM surveys_wave w WHERE w.id = OLD.wave_id;
        IF closed + interval '36 months' > CURRENT_DATE THEN
            PERFORM surveys_refuse('publication_kept_for_three_years',
                'answers are kept for 36 months');
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF TG_TABLE_NAME <> 'surveys_comment'
                OR to_jsonb(OLD) - 'withheld' IS DISTINCT FROM to_jsonb(NEW) - 'withheld' THEN
            PERFORM surveys_refuse('publication_never_changes', 'what is published stays');
        END IF;
        RETURN NEW;
    END IF;
    IF surveys_wave_state(NEW.wave_id) IS DISTINCT FROM 'closed' THEN
        PERFORM surveys_refuse('publication_by_the_release_only',
            'a wave is published once, when it is counted');
    END IF;
    IF TG_TABLE_NAME = 'surveys_releasedcell' THEN
        SELECT w.minimum_group INTO smallest FROM surveys_wave w WHERE w.id = NEW.wave_id;
        IF (to_jsonb(NEW) ->> 'n')::integer < smallest THEN
            PERFORM surveys_refuse('releasedcell_not_under_the_waves_minimum',
                'a group under the minimum is never published');
        END IF;
    ELSIF TG_TABLE_NAME = 'surveys_response' THEN
        SELECT count(*) INTO items FROM surveys_item i JOIN surveys_wave w
            ON w.instrument_id = i.instrument_id WHERE w.id = NEW.wave_id;
        IF jsonb_array_length(to_jsonb(NEW) -> 'answers') <> items OR EXISTS (
                SELECT FROM jsonb_array_elements_text(to_jsonb(NEW) -> 'answers') value
                WHERE value::integer NOT BETWEEN 1 AND 5) THEN
            PERFORM surveys_refuse('response_fits_its_instrument',
                'one value of 1 to 5 or none for each item');
        END IF;
    ELSIF TG_TABLE_NAME = 'surveys_comment' THEN
        IF char_length(to_jsonb(NEW) ->> 'text') NOT BETWEEN 1 AND 4000 THEN
            PERFORM surveys_refuse('comment_has_a_length', 'a comment is neither empty nor endless');
        END IF;
    END IF;
    RETURN NEW;
END $$""",
    "surveys_reminder_guard": f"""
CREATE FUNCTION surveys_reminder_guard() RETURNS trigger {SAFE} $$
DECLARE
    state text;
BEGIN
    SELECT w.state INTO state FROM surveys_wave w WHERE w.id = NEW.wave_id FOR NO KEY UPDATE;
    IF state IS DISTINCT FROM 'open' THEN
        PERFORM surveys_refuse('reminder_only_while_open', 'the wave is not open');
    END IF;
    IF (SELECT count(*) FROM surveys_reminder r WHERE r.wave_id = NEW.wave_id) >= 2 THEN
        PERFORM surveys_refuse('reminder_at_most_two', 'at most two reminders a wave');
    END IF;
    IF EXISTS (SELECT FROM surveys_reminder r
               WHERE r.wave_id = NEW.wave_id AND r.started_date > NEW.started_date - 3) THEN
        PERFORM surveys_refuse('reminder_three_days_apart', 'at least three days apart');
    END IF;
    RETURN NEW;
END $$""",
}

# Table -> (function, when).
GUARDS = {
    "surveys_wave": ("surveys_wave_guard", "BEFORE INSERT OR UPDATE"),
    "surveys_instrument": ("surveys_instrument_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_scale": ("surveys_instrument_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_item": ("surveys_instrument_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_rostersnapshot": ("surveys_snapshot_guard", "BEFORE INSERT"),
    "surveys_participation": (
        "surveys_participation_guard",
        "BEFORE INSERT OR UPDATE OR DELETE",
    ),
    "surveys_ballot": ("surveys_ballot_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_response": ("surveys_publication_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_comment": ("surveys_publication_guard", "BEFORE INSERT OR UPDATE OR DELETE"),
    "surveys_attributetally": ("surveys_publication_guard", "BEFORE INSERT"),
    "surveys_releasedcell": ("surveys_publication_guard", "BEFORE INSERT"),
    "surveys_reminder": ("surveys_reminder_guard", "BEFORE INSERT"),
}


def trigger(table: str, function: str, when: str) -> str:
    return (
        f"CREATE TRIGGER guard {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER guard;"
    )


KEEP = (
    "CREATE TRIGGER keep BEFORE DELETE ON surveys_wave FOR EACH ROW "
    "EXECUTE FUNCTION portal_refuse_change('rows stay');\n"
    "ALTER TABLE surveys_wave ENABLE ALWAYS TRIGGER keep;"
)
FORWARD = "\n".join(
    [
        *(f"{text};" for text in FUNCTIONS.values()),
        *(trigger(table, *how) for table, how in GUARDS.items()),
        KEEP,
    ]
)
ARGUMENTS = {"surveys_refuse": "(text, text)", "surveys_wave_state": "(bigint)"}
BACKWARD = "\n".join(
    [
        "DROP TRIGGER keep ON surveys_wave;",
        *(f"DROP TRIGGER guard ON {table};" for table in GUARDS),
        *(f"DROP FUNCTION {name}{ARGUMENTS.get(name, '()')};" for name in reversed(FUNCTIONS)),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("surveys", "0002_mailings_and_dates")]

    operations = [
        ProtectAppendOnly("surveys_rostersnapshot"),
        ProtectAppendOnly("surveys_releasedcell"),
        ProtectAppendOnly("surveys_attributetally"),
        ProtectAppendOnly("surveys_reminder"),
        FreezeColumns(
            "surveys_wave",
            "public_id",
            "workflow_id",
            "redesign_id",
            "is_simulated",
            "created_by_id",
            "created_at",
        ),
        FreezeColumns("surveys_mailing", "wave_id", "kind", "number"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
