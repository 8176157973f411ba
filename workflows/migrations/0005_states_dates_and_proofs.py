"""More that holds for raw SQL: live by a go-live, told in the trail, dated by the database's clock,
built on the workflow's own current version, on tools as they were signed, with proofs that agree.
"""

from importlib import import_module

from django.db import migrations

_guards = import_module("workflows.migrations.0002_guards")
_stopped = import_module("workflows.migrations.0004_redesign_stopped_at")
SAFE = _guards.SAFE


def _again(function: str) -> str:
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _with(function: str, before: str, added: str) -> str:
    """``added`` just ahead of the last ``before``."""
    head, mark, tail = function.rpartition(before)
    return f"{head}{added}{mark}{tail}"


BEFORE = {
    "workflows_redesign_guard": _stopped.AFTER,
    **{
        name: _again(_guards.FUNCTIONS[name])
        for name in (
            "workflows_states_agree",
            "workflows_golive_guard",
            "workflows_signature_guard",
            "workflows_reauthentication_guard",
        )
    },
}

REPLACED = {
    "workflows_redesign_guard": _with(
        BEFORE["workflows_redesign_guard"],
        "    RETURN NEW;",
        """\
    IF TG_OP = 'UPDATE' AND NEW.base_version_id <> OLD.base_version_id
            AND (OLD.state <> 'draft' OR NEW.state <> 'draft') THEN
        PERFORM workflows_refuse('redesign_base_changes_in_draft_only',
            'the version a redesign builds on changes only in a draft');
    END IF;
    IF NOT EXISTS (
            SELECT FROM workflows_workflowversion v
            WHERE v.id = NEW.base_version_id AND v.workflow_id = NEW.workflow_id) THEN
        PERFORM workflows_refuse('redesign_base_is_its_workflows',
            'the version belongs to another workflow');
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND (NEW.state = 'in_review'
            OR (OLD.state, NEW.state) = ('approved', 'live')) AND NOT EXISTS (
            SELECT FROM workflows_workflow w
            WHERE w.id = NEW.workflow_id AND w.current_version_id = NEW.base_version_id) THEN
        PERFORM workflows_refuse('redesign_builds_on_the_current_version',
            'the workflow has a newer version');
    END IF;
""",
    ),
    "workflows_states_agree": _with(
        BEFORE["workflows_states_agree"],
        "    RETURN NULL;",
        """\
    IF redesign.state IN ('live', 'suspended', 'measured') AND NOT EXISTS (
            SELECT FROM workflows_golive g
            WHERE g.redesign_id = wanted AND g.revision_id = redesign.current_revision_id) THEN
        PERFORM workflows_refuse('redesign_live_by_a_go_live', 'nobody said when it went live');
    END IF;
""",
    ),
    # The moment is part of the hash of the row, so it is checked here and not set. A minute is for
    # what the same transaction does in between.
    "workflows_golive_guard": _with(
        BEFORE["workflows_golive_guard"].replace(
            "BEGIN",
            """\
DECLARE
    promise workflows_hypothesis;
    simulated boolean;
BEGIN
    SELECT h.* INTO promise FROM workflows_hypothesis h WHERE h.revision_id = NEW.revision_id;
    SELECT w.is_simulated INTO simulated FROM workflows_redesign d
    JOIN workflows_workflow w ON w.id = d.workflow_id WHERE d.id = NEW.redesign_id;""",
            1,
        ),
        "    RETURN NEW;",
        """\
    IF NOT simulated AND NEW.decided_at NOT BETWEEN clock_timestamp() - interval '1 minute'
            AND clock_timestamp() THEN
        PERFORM workflows_refuse('golive_decided_by_the_databases_clock',
            'the moment of the decision is not now');
    END IF;
    IF NEW.post_hoc <> (NEW.at < NEW.decided_at) THEN
        PERFORM workflows_refuse('golive_post_hoc_by_its_dates',
            'post-hoc is what lay in the past when it was decided');
    END IF;
    -- Hours, because a day of an interval is longer or shorter where clocks change.
    IF NEW.reading_at IS DISTINCT FROM NEW.at + make_interval(hours => 24 * (promise.washout_days
            + COALESCE(promise.after_days, 84) + NEW.follow_up_days)) THEN
        PERFORM workflows_refuse('golive_read_when_it_was_promised',
            'the reading date does not follow from the hypothesis');
    END IF;
    IF NEW.calendar_version_id IS DISTINCT FROM (
            SELECT v.id FROM people_workcalendarversion v
            WHERE v.calendar_id = promise.calendar_id ORDER BY v.number DESC LIMIT 1) THEN
        PERFORM workflows_refuse('golive_calendar_of_its_promise',
            'the calendar is not the newest of the one in the hypothesis');
    END IF;
""",
    ),
    # Columns and text say the same of the same decision; the text is what was hashed.
    "workflows_signature_guard": _with(
        BEFORE["workflows_signature_guard"].replace(
            "    step workflows_routestep;\n",
            "    step workflows_routestep;\n    said jsonb;\n    signer jsonb;\n",
        ),
        "    RETURN NEW;",
        """\
    BEGIN
        said := NEW.manifest::jsonb;
        signer := said -> 'signer';
        IF (said ->> 'decision', said ->> 'content_sha256', said ->> 'verdict', said ->> 'method',
                    said ->> 'level', said ->> 'meaning', said ->> 'meaning_text', said ->> 'step',
                    signer ->> 'name', signer ->> 'title', signer ->> 'unit')
                IS DISTINCT FROM (decision.public_id::text, decision.content_sha256::text,
                    decision.verdict::text, NEW.method::text, NEW.level::text, NEW.meaning::text,
                    NEW.meaning_text, NEW.printed_role::text, NEW.printed_name::text,
                    NEW.printed_title::text, NEW.printed_unit::text)
                OR signer ->> 'id' IS DISTINCT FROM (SELECT p.public_id::text
                    FROM people_person p WHERE p.id = decision.decided_by_id)
                OR said -> 'on_behalf_of' ->> 'id' IS DISTINCT FROM (SELECT p.public_id::text
                    FROM people_person p WHERE p.id = decision.on_behalf_of_id) THEN
            PERFORM workflows_refuse('signature_manifest_is_bound',
                'the manifest says something else than its row and decision');
        END IF;
        IF NEW.signed_at IS DISTINCT FROM decision.decided_at
                OR (said ->> 'signed_at_utc')::timestamptz IS DISTINCT FROM decision.decided_at THEN
            PERFORM workflows_refuse('signature_moment_is_the_decisions',
                'signed at another moment than decided');
        END IF;
    EXCEPTION WHEN data_exception THEN
        PERFORM workflows_refuse('signature_manifest_is_bound', 'the manifest is not readable');
    END;
""",
    ),
    "workflows_reauthentication_guard": BEFORE["workflows_reauthentication_guard"].replace(
        "\n                    AND d.decided_at + interval '60 seconds')",
        "\n                    AND d.decided_at)",
    ),
}

ADDED = {
    # Every change of state is told by an event of its own transaction (I23).
    "workflows_redesign_told": f"""
CREATE FUNCTION workflows_redesign_told() RETURNS trigger {SAFE} $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM core_auditevent e
            WHERE e.subject_type = 'workflows.redesign' AND e.subject_id = NEW.public_id::text
                AND e.xid = pg_current_xact_id()::text::bigint
                AND e.after ->> 'state' = NEW.state) THEN
        PERFORM workflows_refuse('redesign_change_is_told',
            format('no event tells that redesign %s is %s', NEW.id, NEW.state));
    END IF;
    RETURN NULL;
END $$""",
    # What was submitted names a tool by these; a new release is a new row.
    "workflows_aitool_guard": f"""
CREATE FUNCTION workflows_aitool_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF (OLD.name, OLD.version, OLD.is_generative)
                IS DISTINCT FROM (NEW.name, NEW.version, NEW.is_generative)
            AND EXISTS (SELECT FROM workflows_revision r
                        WHERE r.tool_id = OLD.id AND r.frozen_at IS NOT NULL) THEN
        PERFORM workflows_refuse('aitool_stays_as_signed',
            'a submitted redesign names this tool: enter the new release beside it');
    END IF;
    RETURN NEW;
END $$""",
}
TRIGGERS = """
CREATE CONSTRAINT TRIGGER told AFTER UPDATE OF state ON workflows_redesign
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state)
EXECUTE FUNCTION workflows_redesign_told();
ALTER TABLE workflows_redesign ENABLE ALWAYS TRIGGER told;
CREATE TRIGGER guard BEFORE UPDATE ON workflows_aitool
FOR EACH ROW EXECUTE FUNCTION workflows_aitool_guard();
ALTER TABLE workflows_aitool ENABLE ALWAYS TRIGGER guard;
"""

FORWARD = ";\n".join([*REPLACED.values(), *ADDED.values(), TRIGGERS])
BACKWARD = ";\n".join(
    [
        "DROP TRIGGER told ON workflows_redesign",
        "DROP TRIGGER guard ON workflows_aitool",
        *(f"DROP FUNCTION {name}()" for name in ADDED),
        *BEFORE.values(),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0004_redesign_stopped_at"),
        ("core", "0002_audit_hashes"),
        ("people", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
