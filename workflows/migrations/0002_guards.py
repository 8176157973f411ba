"""The database's own refusals (sign-off-method.md 4.3): they hold for raw SQL and for every role.

Each rule has a constraint name of its own, which ``workflows.errors`` turns into a sentence. None
of the functions has a switch, and none trusts the caller's search path.
"""

from django.db import migrations

from core.migrations_ops import FreezeColumns, FreezeWhen, ProtectAppendOnly

# The machine of choices.TRANSITIONS as (from, to) pairs. A migration never changes once it ran, so
# it holds a copy; a test compares the two.
STATE_CHANGES = (
    ("draft", "in_review"),
    ("changes_requested", "in_review"),
    ("in_review", "approved"),
    ("in_review", "changes_requested"),
    ("in_review", "rejected"),
    ("in_review", "draft"),
    ("changes_requested", "draft"),
    ("draft", "withdrawn"),
    ("in_review", "withdrawn"),
    ("changes_requested", "withdrawn"),
    ("approved", "live"),
    ("live", "measured"),
    ("live", "suspended"),
    ("suspended", "live"),
    ("approved", "superseded"),
    ("live", "superseded"),
    ("suspended", "superseded"),
    ("measured", "superseded"),
    ("live", "retired"),
    ("suspended", "retired"),
    ("measured", "retired"),
)
PAIRS = ", ".join(f"('{start}', '{end}')" for start, end in STATE_CHANGES)

SAFE = "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS"

FUNCTIONS = {
    "workflows_refuse": f"""
CREATE FUNCTION workflows_refuse(rule text, words text) RETURNS void {SAFE} $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$""",
    "workflows_redesign_guard": f"""
CREATE FUNCTION workflows_redesign_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            PERFORM workflows_refuse('redesign_starts_as_draft', 'a redesign starts as a draft');
        END IF;
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN ({PAIRS}) THEN
        PERFORM workflows_refuse('redesign_state_follows_the_table',
            format('no way from %s to %s', OLD.state, NEW.state));
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.current_revision_id IS DISTINCT FROM OLD.current_revision_id
            AND NEW.state <> 'draft' THEN
        PERFORM workflows_refuse('redesign_revision_changes_in_draft_only',
            'the current revision changes only in a draft');
    END IF;
    IF NEW.current_revision_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM workflows_revision r
            WHERE r.id = NEW.current_revision_id AND r.redesign_id = NEW.id) THEN
        PERFORM workflows_refuse('redesign_revision_is_its_own',
            'the current revision belongs to another redesign');
    END IF;
    RETURN NEW;
END $$""",
    "workflows_revision_guard": f"""
CREATE FUNCTION workflows_revision_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF NEW.number > 1 AND NOT EXISTS (
            SELECT FROM workflows_revision r
            WHERE r.redesign_id = NEW.redesign_id AND r.number = NEW.number - 1) THEN
        PERFORM workflows_refuse('revision_follows_the_one_before',
            format('there is no revision %s', NEW.number - 1));
    END IF;
    RETURN NEW;
END $$""",
    "workflows_version_guard": f"""
CREATE FUNCTION workflows_version_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF NEW.number > 1 AND NOT EXISTS (
            SELECT FROM workflows_workflowversion v
            WHERE v.workflow_id = NEW.workflow_id AND v.number = NEW.number - 1) THEN
        PERFORM workflows_refuse('workflowversion_follows_the_one_before',
            format('there is no version %s', NEW.number - 1));
    END IF;
    RETURN NEW;
END $$""",
    # FOR SHARE: whoever freezes the parent in this moment is waited for, then seen.
    "workflows_frozen_revision": f"""
CREATE FUNCTION workflows_frozen_revision() RETURNS trigger {SAFE} $$
DECLARE
    row_before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    row_after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    parent bigint;
    frozen timestamptz;
BEGIN
    FOR parent IN
        SELECT DISTINCT CASE WHEN TG_TABLE_NAME = 'workflows_guardrail'
            THEN (SELECT h.revision_id FROM workflows_hypothesis h
                  WHERE h.id = (side ->> 'hypothesis_id')::bigint)
            ELSE (side ->> 'revision_id')::bigint END
        FROM unnest(ARRAY[row_before, row_after]) side WHERE side IS NOT NULL
    LOOP
        SELECT r.frozen_at INTO frozen FROM workflows_revision r WHERE r.id = parent FOR SHARE;
        IF frozen IS NOT NULL THEN
            PERFORM workflows_refuse('revision_is_frozen',
                format('revision %s was frozen when it was submitted', parent));
        END IF;
    END LOOP;
    RETURN COALESCE(NEW, OLD);
END $$""",
    "workflows_frozen_version": f"""
CREATE FUNCTION workflows_frozen_version() RETURNS trigger {SAFE} $$
DECLARE
    parent bigint;
    frozen timestamptz;
BEGIN
    FOR parent IN
        SELECT DISTINCT side FROM unnest(ARRAY[
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END,
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END]) side WHERE side IS NOT NULL
    LOOP
        SELECT v.frozen_at INTO frozen FROM workflows_workflowversion v
        WHERE v.id = parent FOR SHARE;
        IF frozen IS NOT NULL THEN
            PERFORM workflows_refuse('workflowversion_is_frozen',
                format('version %s is frozen', parent));
        END IF;
    END LOOP;
    RETURN COALESCE(NEW, OLD);
END $$""",
    # Everybody who may not sign: the proposer, every author of every revision, and who stands in
    # for one of them at that moment.
    "workflows_barred": f"""
CREATE FUNCTION workflows_barred(redesign bigint, moment timestamptz) RETURNS SETOF bigint
STABLE {SAFE} $$
BEGIN
    RETURN QUERY
    WITH authors(id) AS (
        SELECT d.proposer_id FROM workflows_redesign d WHERE d.id = redesign
        UNION SELECT r.created_by_id FROM workflows_revision r WHERE r.redesign_id = redesign
        UNION SELECT a.person_id FROM workflows_revisionauthor a
            JOIN workflows_revision r ON r.id = a.revision_id WHERE r.redesign_id = redesign)
    SELECT a.id FROM authors a
    UNION SELECT g.delegate_id FROM people_delegation g JOIN authors a ON a.id = g.principal_id
        WHERE g.accepted_at IS NOT NULL AND g.valid @> moment;
END $$""",
    "workflows_route_guard": f"""
CREATE FUNCTION workflows_route_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            PERFORM workflows_refuse('route_starts_open', 'a route starts open');
        END IF;
        IF NOT EXISTS (
                SELECT FROM workflows_redesign d JOIN workflows_revision r
                    ON r.id = d.current_revision_id
                WHERE d.id = NEW.redesign_id AND r.id = NEW.revision_id
                    AND r.frozen_at IS NOT NULL) THEN
            PERFORM workflows_refuse('route_is_for_the_current_revision',
                'a route is for the frozen current revision of its redesign');
        END IF;
    ELSIF NEW.state <> OLD.state THEN
        IF OLD.state <> 'open' THEN
            PERFORM workflows_refuse('route_closed_stays_closed', 'this route is closed');
        END IF;
        IF NEW.state = 'approved' AND (
                NOT EXISTS (SELECT FROM workflows_routestep s WHERE s.route_id = NEW.id)
                OR EXISTS (SELECT FROM workflows_routestep s
                           WHERE s.route_id = NEW.id AND s.state <> 'approved')) THEN
            PERFORM workflows_refuse('route_approved_by_every_step',
                'not every step of the route is approved');
        END IF;
        IF NEW.state IN ('rejected', 'changes_requested') AND NOT EXISTS (
                SELECT FROM workflows_decision d
                WHERE d.route_id = NEW.id AND d.verdict = NEW.state) THEN
            PERFORM workflows_refuse('route_ends_by_a_decision', 'nobody decided that');
        END IF;
    END IF;
    RETURN NEW;
END $$""",
    "workflows_routestep_guard": f"""
CREATE FUNCTION workflows_routestep_guard() RETURNS trigger {SAFE} $$
DECLARE
    approvals integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('waiting', 'active') THEN
            PERFORM workflows_refuse('routestep_starts_unanswered', 'a step starts unanswered');
        END IF;
        IF NOT EXISTS (SELECT FROM workflows_route r
                       WHERE r.id = NEW.route_id AND r.state = 'open')
                OR EXISTS (SELECT FROM workflows_decision d WHERE d.route_id = NEW.route_id) THEN
            PERFORM workflows_refuse('routestep_set_when_route_opens',
                'the steps of a route are set when it opens');
        END IF;
    ELSIF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
                ('waiting', 'active'), ('waiting', 'cancelled'), ('active', 'approved'),
                ('active', 'rejected'), ('active', 'cancelled')) THEN
            PERFORM workflows_refuse('routestep_state_follows_the_table',
                format('no way from %s to %s', OLD.state, NEW.state));
        END IF;
        IF NEW.state = 'approved' THEN
            SELECT count(*) INTO approvals FROM workflows_decision d
            WHERE d.step_id = NEW.id AND d.verdict = 'approved';
            IF approvals < NEW.quorum THEN
                PERFORM workflows_refuse('routestep_approved_by_its_quorum',
                    format('%s of %s approvals', approvals, NEW.quorum));
            END IF;
        ELSIF NEW.state = 'rejected' AND NOT EXISTS (
                SELECT FROM workflows_decision d
                WHERE d.step_id = NEW.id AND d.verdict <> 'approved') THEN
            PERFORM workflows_refuse('routestep_ends_by_a_decision', 'nobody decided that');
        END IF;
    END IF;
    IF (NEW.state IN ('waiting', 'active')) <> (NEW.closed_at IS NULL) THEN
        PERFORM workflows_refuse('routestep_closed_with_time', 'a closed step has its time');
    END IF;
    IF NEW.state = 'active' AND (TG_OP = 'INSERT' OR OLD.state <> 'active') AND EXISTS (
            SELECT FROM workflows_routestep s
            WHERE s.route_id = NEW.route_id AND s.sequence < NEW.sequence
                AND s.state <> 'approved') THEN
        PERFORM workflows_refuse('routestep_in_sequence',
            'an earlier step of the route is not approved yet');
    END IF;
    RETURN NEW;
END $$""",
    "workflows_assignment_guard": f"""
CREATE FUNCTION workflows_assignment_guard() RETURNS trigger {SAFE} $$
DECLARE
    redesign bigint;
BEGIN
    SELECT r.redesign_id INTO redesign FROM workflows_routestep s
    JOIN workflows_route r ON r.id = s.route_id WHERE s.id = NEW.step_id;
    IF EXISTS (SELECT FROM workflows_barred(redesign, clock_timestamp()) b(id)
               WHERE b.id = NEW.person_id) THEN
        PERFORM workflows_refuse('assignment_not_to_an_author',
            'an author of the redesign cannot be asked to sign it');
    END IF;
    RETURN NEW;
END $$""",
    "workflows_decision_guard": f"""
CREATE FUNCTION workflows_decision_guard() RETURNS trigger {SAFE} $$
DECLARE
    redesign workflows_redesign;
    route workflows_route;
    step workflows_routestep;
    principal bigint := COALESCE(NEW.on_behalf_of_id, NEW.decided_by_id);
    simulated boolean;
BEGIN
    -- The lock root first, then everything that depends on it.
    SELECT d.* INTO redesign FROM workflows_redesign d
    WHERE d.id = (SELECT r.redesign_id FROM workflows_route r WHERE r.id = NEW.route_id)
    FOR NO KEY UPDATE;
    SELECT r.* INTO route FROM workflows_route r WHERE r.id = NEW.route_id;
    SELECT s.* INTO step FROM workflows_routestep s WHERE s.id = NEW.step_id;
    SELECT w.is_simulated INTO simulated FROM workflows_workflow w
    WHERE w.id = redesign.workflow_id;

    -- The database's clock signs. Only a workflow marked as simulated may have simulated moments,
    -- and never one that lies ahead.
    IF simulated AND NEW.decided_at < clock_timestamp() THEN
        NULL;
    ELSE
        NEW.decided_at := clock_timestamp();
    END IF;

    IF route.state IS DISTINCT FROM 'open' OR redesign.state <> 'in_review' THEN
        PERFORM workflows_refuse('decision_on_an_open_route', 'nothing is open to decide');
    END IF;
    IF step.route_id IS DISTINCT FROM NEW.route_id OR step.state IS DISTINCT FROM 'active' THEN
        PERFORM workflows_refuse('decision_on_an_active_step', 'it is not this step''s turn');
    END IF;
    IF route.revision_id <> NEW.revision_id
            OR redesign.current_revision_id IS DISTINCT FROM NEW.revision_id THEN
        PERFORM workflows_refuse('decision_on_the_current_revision', 'the redesign was revised');
    END IF;
    IF NOT EXISTS (SELECT FROM workflows_revision r
                   WHERE r.id = NEW.revision_id AND r.frozen_at IS NOT NULL
                       AND r.sha256 = NEW.content_sha256) THEN
        PERFORM workflows_refuse('decision_on_what_was_shown',
            'the hash is not that of the revision');
    END IF;
    IF EXISTS (SELECT FROM workflows_barred(redesign.id, NEW.decided_at) b(id)
               WHERE b.id IN (NEW.decided_by_id, principal)) THEN
        PERFORM workflows_refuse('decision_not_by_an_author', 'an author cannot sign');
    END IF;
    PERFORM FROM people_person p WHERE p.id = NEW.decided_by_id
        AND p.is_active AND p.signing_enabled FOR SHARE;
    IF NOT FOUND THEN
        PERFORM workflows_refuse('decision_by_an_active_signer', 'signing is not enabled');
    END IF;
    PERFORM FROM workflows_stepassignment a
        WHERE a.step_id = NEW.step_id AND a.person_id = principal AND a.ended_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        PERFORM workflows_refuse('decision_by_an_assigned_person', 'not assigned to this step');
    END IF;
    IF NEW.on_behalf_of_id IS NOT NULL THEN
        PERFORM FROM people_delegation g
            WHERE g.principal_id = NEW.on_behalf_of_id AND g.delegate_id = NEW.decided_by_id
                AND g.accepted_at IS NOT NULL AND g.valid @> NEW.decided_at FOR SHARE;
        IF NOT FOUND THEN
            PERFORM workflows_refuse('decision_for_a_principal', 'no delegation is running');
        END IF;
        PERFORM FROM people_person p WHERE p.id = NEW.on_behalf_of_id AND p.is_active FOR SHARE;
        IF NOT FOUND THEN
            PERFORM workflows_refuse('decision_for_an_active_principal', 'no longer active');
        END IF;
    END IF;
    RETURN NEW;
END $$""",
    "workflows_signature_guard": f"""
CREATE FUNCTION workflows_signature_guard() RETURNS trigger {SAFE} $$
DECLARE
    decision workflows_decision;
    step workflows_routestep;
BEGIN
    SELECT d.* INTO decision FROM workflows_decision d WHERE d.id = NEW.decision_id;
    SELECT s.* INTO step FROM workflows_routestep s WHERE s.id = decision.step_id;
    IF NEW.level < step.level THEN
        PERFORM workflows_refuse('signature_level_is_enough', 'the step asks for a higher level');
    END IF;
    IF NEW.manifest_sha256 <> encode(sha256(convert_to(NEW.manifest, 'UTF8')), 'hex')
            OR position(decision.content_sha256 IN NEW.manifest) = 0 THEN
        PERFORM workflows_refuse('signature_manifest_is_bound',
            'the manifest does not carry the content, or not this hash');
    END IF;
    IF NEW.meaning <> (CASE decision.verdict WHEN 'approved' THEN step.meaning
            WHEN 'rejected' THEN 'rejected' ELSE 'sent_back' END) THEN
        PERFORM workflows_refuse('signature_means_the_verdict',
            'the meaning is not the one of the step and verdict');
    END IF;
    RETURN NEW;
END $$""",
    "workflows_reauthentication_guard": f"""
CREATE FUNCTION workflows_reauthentication_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM workflows_decision d
            WHERE d.id = NEW.decision_id AND d.decided_by_id = NEW.person_id
                AND d.content_sha256 = NEW.content_sha256 AND d.verdict = NEW.verdict
                AND NEW.proved_at BETWEEN d.decided_at - interval '60 seconds'
                    AND d.decided_at + interval '60 seconds') THEN
        PERFORM workflows_refuse('reauthentication_fits_its_decision',
            'the proof is another person''s, for something else, or too old');
    END IF;
    RETURN NEW;
END $$""",
    "workflows_decision_proved": f"""
CREATE FUNCTION workflows_decision_proved() RETURNS trigger {SAFE} $$
BEGIN
    IF NOT EXISTS (SELECT FROM workflows_signature s WHERE s.decision_id = NEW.id) THEN
        PERFORM workflows_refuse('decision_has_a_signature', 'a decision without a signature');
    END IF;
    IF NOT EXISTS (SELECT FROM workflows_reauthentication p WHERE p.decision_id = NEW.id)
            AND EXISTS (SELECT FROM workflows_routestep s
                        WHERE s.id = NEW.step_id AND s.level > 0) THEN
        PERFORM workflows_refuse('decision_has_a_proof', 'nobody proved to be present');
    END IF;
    RETURN NULL;
END $$""",
    "workflows_states_agree": f"""
CREATE FUNCTION workflows_states_agree() RETURNS trigger {SAFE} $$
DECLARE
    wanted bigint := (to_jsonb(NEW) ->>
        CASE TG_TABLE_NAME WHEN 'workflows_route' THEN 'redesign_id' ELSE 'id' END)::bigint;
    redesign workflows_redesign;
    open_revision bigint;
BEGIN
    SELECT d.* INTO redesign FROM workflows_redesign d WHERE d.id = wanted;
    SELECT r.revision_id INTO open_revision FROM workflows_route r
    WHERE r.redesign_id = wanted AND r.state = 'open';
    IF (redesign.state = 'in_review') <> (open_revision IS NOT NULL) THEN
        PERFORM workflows_refuse('redesign_in_review_while_a_route_is_open',
            format('redesign %s is %s, open route: %s', wanted, redesign.state,
                   open_revision IS NOT NULL));
    END IF;
    IF open_revision IS NOT NULL AND open_revision IS DISTINCT FROM redesign.current_revision_id
    THEN
        PERFORM workflows_refuse('route_is_for_the_current_revision',
            'the open route is for an older revision');
    END IF;
    IF redesign.state IN ('approved', 'live', 'suspended', 'measured') AND NOT EXISTS (
            SELECT FROM workflows_route r
            WHERE r.redesign_id = wanted AND r.state = 'approved'
                AND r.revision_id = redesign.current_revision_id) THEN
        PERFORM workflows_refuse('redesign_approved_by_a_route',
            'no approved route for the current revision');
    END IF;
    RETURN NULL;
END $$""",
    # What follows from a closed route or step is never left to a caller to remember.
    "workflows_route_closed": f"""
CREATE FUNCTION workflows_route_closed() RETURNS trigger {SAFE} $$
BEGIN
    UPDATE workflows_routestep SET state = 'cancelled', closed_at = NEW.closed_at
    WHERE route_id = NEW.id AND state IN ('waiting', 'active');
    RETURN NULL;
END $$""",
    "workflows_routestep_closed": f"""
CREATE FUNCTION workflows_routestep_closed() RETURNS trigger {SAFE} $$
BEGIN
    UPDATE workflows_stepassignment a SET ended_at = NEW.closed_at, ended_reason = CASE
        WHEN EXISTS (SELECT FROM workflows_decision d WHERE d.step_id = a.step_id
                     AND COALESCE(d.on_behalf_of_id, d.decided_by_id) = a.person_id)
        THEN 'decided' ELSE 'step_closed' END
    WHERE a.step_id = NEW.id AND a.ended_at IS NULL;
    RETURN NULL;
END $$""",
    "workflows_golive_guard": f"""
CREATE FUNCTION workflows_golive_guard() RETURNS trigger {SAFE} $$
BEGIN
    IF NOT EXISTS (
            SELECT FROM workflows_redesign d
            WHERE d.id = NEW.redesign_id AND d.current_revision_id = NEW.revision_id
                AND d.state IN ('approved', 'live')) THEN
        PERFORM workflows_refuse('golive_of_an_approved_redesign',
            'only an approved redesign goes live');
    END IF;
    RETURN NEW;
END $$""",
}

CHILDREN = ("revisionactivity", "hypothesis", "guardrail", "revisionauthor")
BEFORE_INSERT = {
    "workflows_revision": "workflows_revision_guard",
    "workflows_workflowversion": "workflows_version_guard",
    "workflows_stepassignment": "workflows_assignment_guard",
    "workflows_decision": "workflows_decision_guard",
    "workflows_signature": "workflows_signature_guard",
    "workflows_reauthentication": "workflows_reauthentication_guard",
    "workflows_golive": "workflows_golive_guard",
}
BEFORE_WRITE = {
    "workflows_redesign": "workflows_redesign_guard",
    "workflows_route": "workflows_route_guard",
    "workflows_routestep": "workflows_routestep_guard",
}
BEFORE_ANY = {f"workflows_{child}": "workflows_frozen_revision" for child in CHILDREN} | {
    "workflows_activity": "workflows_frozen_version"
}
AT_COMMIT = {
    "workflows_decision": ("workflows_decision_proved", "INSERT"),
    "workflows_redesign": ("workflows_states_agree", "INSERT OR UPDATE OF state, current_revision_id"),
    "workflows_route": ("workflows_states_agree", "INSERT OR UPDATE OF state, revision_id"),
}
WHEN_CLOSED = {
    "workflows_route": "workflows_route_closed",
    "workflows_routestep": "workflows_routestep_closed",
}
KEPT = ("workflows_route", "workflows_routestep", "workflows_stepassignment")


def trigger(name: str, when: str, table: str, function: str, *, kind: str = "TRIGGER") -> str:
    deferred = " DEFERRABLE INITIALLY DEFERRED" if kind != "TRIGGER" else ""
    return (
        f"CREATE {kind} {name} {when} ON {table}{deferred} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}();\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};"
    )


TRIGGERS = [
    *(trigger("guard", "BEFORE INSERT", table, name) for table, name in BEFORE_INSERT.items()),
    *(
        trigger("guard", "BEFORE INSERT OR UPDATE", table, name)
        for table, name in BEFORE_WRITE.items()
    ),
    *(
        trigger("guard", "BEFORE INSERT OR UPDATE OR DELETE", table, name)
        for table, name in BEFORE_ANY.items()
    ),
    *(
        trigger("agree", f"AFTER {when}", table, name, kind="CONSTRAINT TRIGGER")
        for table, (name, when) in AT_COMMIT.items()
    ),
    *(
        f"CREATE TRIGGER closed AFTER UPDATE OF closed_at ON {table} FOR EACH ROW "
        "WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) "
        f"EXECUTE FUNCTION {name}();\nALTER TABLE {table} ENABLE ALWAYS TRIGGER closed;"
        for table, name in WHEN_CLOSED.items()
    ),
    *(
        f"CREATE TRIGGER keep BEFORE DELETE ON {table} FOR EACH ROW "
        "EXECUTE FUNCTION portal_refuse_change('rows stay');\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER keep;"
        for table in KEPT
    ),
]

FORWARD = ";\n".join(FUNCTIONS.values()) + ";\n" + "\n".join(TRIGGERS)
BACKWARD = "\n".join(
    [
        *(
            f"DROP TRIGGER guard ON {table};"
            for table in [*BEFORE_INSERT, *BEFORE_WRITE, *BEFORE_ANY]
        ),
        *(f"DROP TRIGGER agree ON {table};" for table in AT_COMMIT),
        *(f"DROP TRIGGER closed ON {table};" for table in WHEN_CLOSED),
        *(f"DROP TRIGGER keep ON {table};" for table in KEPT),
        *(
            f"DROP FUNCTION {name}"
            + {
                "workflows_refuse": "(text, text)",
                "workflows_barred": "(bigint, timestamptz)",
            }.get(name, "()")
            + ";"
            for name in reversed(FUNCTIONS)
        ),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]

    operations = [
        ProtectAppendOnly("workflows_decision"),
        ProtectAppendOnly("workflows_signature"),
        ProtectAppendOnly("workflows_reauthentication"),
        ProtectAppendOnly("workflows_policyversion"),
        ProtectAppendOnly("workflows_golive"),
        FreezeWhen("workflows_revision", "frozen_at"),
        FreezeWhen("workflows_workflowversion", "frozen_at"),
        FreezeWhen("workflows_route", "closed_at"),
        FreezeWhen("workflows_routestep", "closed_at"),
        FreezeWhen("workflows_stepassignment", "ended_at"),
        FreezeColumns("workflows_redesign", "public_id", "workflow_id", "proposer_id"),
        FreezeColumns(
            "workflows_revision", "redesign_id", "number", "created_by_id", "created_at"
        ),
        FreezeColumns("workflows_workflowversion", "workflow_id", "number"),
        FreezeColumns("workflows_workflow", "public_id", "is_simulated"),
        FreezeColumns(
            "workflows_route",
            "public_id",
            "redesign_id",
            "revision_id",
            "policy_version_id",
            "attributes",
            "opened_at",
        ),
        FreezeColumns(
            "workflows_routestep",
            "route_id",
            "sequence",
            "position",
            "role",
            "title",
            "why",
            "meaning",
            "level",
            "quorum",
        ),
        FreezeColumns(
            "workflows_stepassignment", "step_id", "person_id", "via", "started_at"
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
