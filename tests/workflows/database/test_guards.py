"""Each rule of the database alone: rows made by hand, past every check in Python."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.audit import record
from people.choices import Role
from tests.factories.people import (
    DelegationFactory,
    PersonFactory,
    RoleGrantFactory,
    WorkCalendarVersionFactory,
)
from tests.factories.sign_offs import (
    NOON,
    approved,
    in_review,
    live,
    put_into,
    sign,
    some_policy,
)
from tests.factories.workflows import (
    RedesignFactory,
    RevisionActivityFactory,
    RevisionAuthorFactory,
    RevisionFactory,
    WorkflowVersionFactory,
)
from workflows.choices import TRANSITIONS, Verdict
from workflows.errors import BY_CONSTRAINT
from workflows.models import (
    Decision,
    Redesign,
    Revision,
    Route,
    RouteStep,
    Signature,
    StepAssignment,
)
from workflows.signing import canonical_text, sha256

pytestmark = pytest.mark.django_db


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(rule, sql, *values):
    """The statement breaks ``rule`` at once, or at commit where the rule is deferred."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run(sql, *values)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    assert error.value.__cause__.diag.constraint_name == rule
    run("SET CONSTRAINTS ALL DEFERRED")


def frozen(sql, *values):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run(sql, *values)
    assert error.value.__cause__.diag.sqlstate in {"23001", "23514"}


def insert_decision(review, **given):
    """A bare row, as somebody with a database prompt would write it."""
    step = given.pop("step", None) or review.route.steps.get(state="active")
    values = {
        "public_id": uuid4(),
        "step_id": step.pk,
        "route_id": review.route.pk,
        "revision_id": review.redesign.current_revision_id,
        "decided_by_id": review.boss.pk,
        "on_behalf_of_id": None,
        "verdict": "approved",
        "comment": "",
        "content_sha256": review.sha256,
        "request_key": uuid4(),
        "decided_at": datetime.now(UTC),
    } | given
    names = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    return f"INSERT INTO workflows_decision ({names}) VALUES ({marks})", *values.values()


def test_the_guard_follows_the_one_table_of_transitions():
    from importlib import import_module

    first = import_module("workflows.migrations.0002_guards").STATE_CHANGES
    changes = (*first, *import_module("workflows.migrations.0004_redesign_stopped_at").ADDED)
    assert set(changes) == {
        (start.value, end.value) for ways in TRANSITIONS.values() for start, end in ways.items()
    }


def test_the_policy_of_the_migration_is_the_one_of_the_code():
    from importlib import import_module

    from workflows.policy import DEFAULT_RULES

    assert import_module("workflows.migrations.0003_default_policy").RULES == DEFAULT_RULES


def test_every_rule_of_the_guards_has_a_sentence():
    import re
    from pathlib import Path

    from workflows import migrations

    texts = [path.read_text() for path in Path(migrations.__path__[0]).glob("*.py")]
    rules = set(re.findall(r"workflows_refuse\('(\w+)'", " ".join(texts)))
    assert {"golive_of_an_approved_redesign", "redesign_live_by_a_go_live"} <= rules
    # The others are a bug of ours, no act of a person.
    assert {rule for rule in rules - set(BY_CONSTRAINT) if not rule.startswith("golive_")} <= {
        "redesign_change_is_told",
        "signature_manifest_is_bound",
        "signature_means_the_verdict",
        "signature_moment_is_the_decisions",
    }


@pytest.mark.parametrize("state", ["in_review", "approved", "live", "rejected"])
def test_a_redesign_starts_as_a_draft(state):
    draft = RedesignFactory()

    refused(
        "redesign_starts_as_draft",
        "INSERT INTO workflows_redesign (public_id, workflow_id, base_version_id, proposer_id, "
        "state, row_version, created_at, updated_at) VALUES (%s, %s, %s, %s, %s, 1, now(), now())",
        uuid4(), draft.workflow_id, draft.base_version_id, draft.proposer_id, state,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["approved", "live", "rejected", "measured", "superseded"])
def test_a_draft_jumps_nowhere(state):
    draft = RedesignFactory()

    refused(
        "redesign_state_follows_the_table",
        "UPDATE workflows_redesign SET state = %s WHERE id = %s", state, draft.pk,
    )  # fmt: skip


def test_terminal_states_are_never_left():
    review = in_review()
    sign(review, review.boss, Verdict.REJECTED)

    for state in ("draft", "in_review", "approved"):
        refused(
            "redesign_state_follows_the_table",
            "UPDATE workflows_redesign SET state = %s WHERE id = %s", state, review.redesign.pk,
        )  # fmt: skip


def test_in_review_means_an_open_route_and_the_other_way_round():
    draft = RedesignFactory()
    refused(
        "redesign_in_review_while_a_route_is_open",
        "UPDATE workflows_redesign SET state = 'in_review' WHERE id = %s", draft.pk,
    )  # fmt: skip
    review = in_review()
    refused(
        "redesign_in_review_while_a_route_is_open",
        "UPDATE workflows_redesign SET state = 'draft' WHERE id = %s", review.redesign.pk,
    )  # fmt: skip
    refused(
        "redesign_in_review_while_a_route_is_open",
        "UPDATE workflows_route SET state = 'cancelled', closed_at = now() WHERE id = %s",
        review.route.pk,
    )


def test_approved_needs_a_route_that_everybody_signed():
    review = in_review()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run(
            "UPDATE workflows_route SET state = 'cancelled', closed_at = now() WHERE id = %s",
            review.route.pk,
        )
        run("UPDATE workflows_redesign SET state = 'approved' WHERE id = %s", review.redesign.pk)
        run("SET CONSTRAINTS ALL IMMEDIATE")
    assert error.value.__cause__.diag.constraint_name == "redesign_approved_by_a_route"
    refused(
        "route_approved_by_every_step",
        "UPDATE workflows_route SET state = 'approved', closed_at = now() WHERE id = %s",
        review.route.pk,
    )


def test_one_open_route_and_only_for_the_frozen_current_revision():
    review = in_review()
    sql = (
        "INSERT INTO workflows_route (public_id, redesign_id, revision_id, policy_version_id, "
        "attributes, state, opened_at, closed_at) "
        "SELECT %s, redesign_id, %s, policy_version_id, '{}', %s, now(), %s "
        "FROM workflows_route WHERE id = %s"
    )
    revision = review.redesign.current_revision_id
    with pytest.raises(IntegrityError, match="route_one_open_per_redesign"), transaction.atomic():
        run(sql, uuid4(), revision, "open", None, review.route.pk)
    refused("route_starts_open", sql, uuid4(), revision, "approved", NOON, review.route.pk)
    other = in_review().redesign.current_revision_id
    refused("route_is_for_the_current_revision", sql, uuid4(), other, "open", None, review.route.pk)


def test_a_closed_route_stays_closed():
    review = in_review()
    sign(review, review.boss, Verdict.REJECTED)

    for state in ("open", "approved"):
        refused(
            "route_closed_stays_closed",
            "UPDATE workflows_route SET state = %s, closed_at = NULL WHERE id = %s",
            state, review.route.pk,
        )  # fmt: skip


def test_a_route_is_not_rejected_by_nobody():
    refused(
        "route_ends_by_a_decision",
        "UPDATE workflows_route SET state = 'rejected', closed_at = now() WHERE id = %s",
        in_review().route.pk,
    )


def test_route_facts_never_change_and_rows_stay():
    review = in_review()
    for assignment in ("attributes = '{}'", "opened_at = now()", "policy_version_id = 0"):
        frozen(f"UPDATE workflows_route SET {assignment} WHERE id = %s", review.route.pk)
    for column in (
        "quorum = 2",
        "level = 0",
        "role = 'it'",
        "sequence = 9",
        "meaning = 'reviewed'",
    ):
        frozen(f"UPDATE workflows_routestep SET {column} WHERE route_id = %s", review.route.pk)
    frozen("UPDATE workflows_stepassignment SET person_id = %s", review.redesign.proposer_id)
    for table in ("workflows_stepassignment", "workflows_routestep", "workflows_route"):
        frozen(f"DELETE FROM {table}")


def test_a_step_needs_its_quorum_its_turn_and_a_decision():
    review = in_review(gxp=True)
    first, last = review.step("quality"), review.step("line_manager")
    close = "UPDATE workflows_routestep SET state = %s, closed_at = now() WHERE id = %s"
    refused("routestep_approved_by_its_quorum", close, "approved", first.pk)
    refused("routestep_ends_by_a_decision", close, "rejected", first.pk)
    refused("routestep_state_follows_the_table", close, "approved", last.pk)
    refused(
        "routestep_in_sequence",
        "UPDATE workflows_routestep SET state = 'active', opened_at = now() WHERE id = %s", last.pk,
    )  # fmt: skip
    refused(
        "routestep_closed_with_time",
        "UPDATE workflows_routestep SET state = 'cancelled' WHERE id = %s", last.pk,
    )  # fmt: skip


STEP = (
    "INSERT INTO workflows_routestep (route_id, sequence, position, role, title, why, meaning, "
    "level, quorum, state, opened_at) "
    "VALUES (%s, 1, 9, 'it', 'IT', '', 'reviewed', 1, 1, %s, now())"
)


def test_steps_are_set_when_the_route_opens():
    review = in_review(gxp=True)
    refused("routestep_starts_unanswered", STEP, review.route.pk, "approved")
    sign(review, review.quality)
    refused("routestep_set_when_route_opens", STEP, review.route.pk, "active")


def test_no_author_is_assigned():
    review = in_review()
    refused(
        "assignment_not_to_an_author",
        "INSERT INTO workflows_stepassignment (step_id, person_id, via, started_at, ended_reason) "
        "VALUES (%s, %s, 'x', now(), '')",
        review.step("line_manager").pk, review.redesign.proposer_id,
    )  # fmt: skip


def test_a_decision_needs_an_open_route():
    review = approved()
    step = review.step("line_manager")

    refused(
        "decision_on_an_open_route",
        *insert_decision(review, step=step, decided_by_id=PersonFactory().pk),
    )


def test_a_decision_needs_an_active_step_of_its_route():
    review = in_review(gxp=True)
    elsewhere = in_review().step("line_manager")

    for step in (review.step("line_manager"), elsewhere):
        refused("decision_on_an_active_step", *insert_decision(review, step=step))


def test_a_decision_is_on_the_current_revision_and_its_hash():
    review = in_review()
    other = in_review()

    refused(
        "decision_on_the_current_revision",
        *insert_decision(review, revision_id=other.redesign.current_revision_id),
    )
    refused("decision_on_what_was_shown", *insert_decision(review, content_sha256="0" * 64))


def test_no_author_decides_in_either_direction():
    review = in_review()
    author = review.redesign.proposer

    refused("decision_not_by_an_author", *insert_decision(review, decided_by_id=author.pk))
    refused("decision_not_by_an_author", *insert_decision(review, on_behalf_of_id=author.pk))
    DelegationFactory(principal=review.boss, delegate=author)
    refused(
        "decision_not_by_an_author",
        *insert_decision(review, decided_by_id=author.pk, on_behalf_of_id=review.boss.pk),
    )
    DelegationFactory(principal=author, delegate=review.boss)
    refused("decision_not_by_an_author", *insert_decision(review))


@pytest.mark.parametrize(
    "change", [{"signing_enabled": False}, {"signing_enabled": False, "is_active": False}]
)
def test_only_an_active_signer_decides(change):
    review = in_review()
    type(review.boss).objects.filter(pk=review.boss.pk).update(**change)

    refused("decision_by_an_active_signer", *insert_decision(review))


def test_only_who_is_assigned_now_decides():
    review = in_review()
    refused(
        "decision_by_an_assigned_person",
        *insert_decision(review, decided_by_id=PersonFactory().pk),
    )
    StepAssignment.objects.update(ended_at=NOON, ended_reason="left")
    refused("decision_by_an_assigned_person", *insert_decision(review))


def test_a_stand_in_needs_a_running_delegation_of_somebody_active():
    review = in_review()
    stand_in = PersonFactory()
    row = {"decided_by_id": stand_in.pk, "on_behalf_of_id": review.boss.pk}
    refused("decision_for_a_principal", *insert_decision(review, **row))
    given = DelegationFactory(principal=review.boss, delegate=stand_in, accepted_at=None)
    refused("decision_for_a_principal", *insert_decision(review, **row))
    given.accepted_at = NOON
    given.save()
    type(review.boss).objects.filter(pk=review.boss.pk).update(
        signing_enabled=False, is_active=False
    )
    refused("decision_for_an_active_principal", *insert_decision(review, **row))


def test_a_decision_alone_is_nothing():
    review = in_review()

    refused("decision_has_a_signature", *insert_decision(review))


def test_the_databases_clock_signs():
    review = in_review()
    with transaction.atomic():
        run(*insert_decision(review, decided_at=datetime(2001, 1, 1, tzinfo=UTC)))
        decision = Decision.objects.get()
        assert abs(decision.decided_at - datetime.now(UTC)) < timedelta(minutes=1)
        transaction.set_rollback(True)


SIGNATURE = (
    "INSERT INTO workflows_signature (decision_id, method, level, printed_name, printed_title, "
    "printed_unit, printed_role, meaning, meaning_text, signed_at, manifest, manifest_sha256) "
    "VALUES (%(decision)s, %(method)s, %(level)s, %(name)s, 'Head', '', 'Line manager', "
    "%(meaning)s, 'C', %(signed_at)s, %(manifest)s, %(hash)s)"
)


def signature_of(decision, *, text=None, signer=None, **columns):
    """A row as the portal would write it; ``text`` and ``signer`` change the manifest alone."""
    meaning = columns.get("meaning", "approved")
    said = {
        "decision": str(decision.public_id),
        "content_sha256": decision.content_sha256,
        "verdict": decision.verdict,
        "method": "x",
        "level": columns.get("level", 1),
        "meaning": meaning,
        "meaning_text": "C",
        "step": "Line manager",
        "signer": {
            "id": str(decision.decided_by.public_id),
            "name": "A",
            "title": "Head",
            "unit": "",
        }
        | (signer or {}),
        "on_behalf_of": None,
        "signed_at_utc": decision.decided_at.astimezone(UTC).isoformat(timespec="microseconds"),
    } | (text or {})
    manifest = columns.pop("manifest", canonical_text(said))
    return {
        "decision": decision.pk,
        "method": "x",
        "level": 1,
        "name": "A",
        "meaning": meaning,
        "signed_at": decision.decided_at,
        "manifest": manifest,
        "hash": sha256(manifest),
    } | columns


def insert(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize(
    "change, rule",
    [
        ({"level": 0}, "signature_level_is_enough"),
        ({"hash": "0" * 64}, "signature_manifest_is_bound"),
        ({"manifest": "something else"}, "signature_manifest_is_bound"),
        ({"text": {"content_sha256": "0" * 64}}, "signature_manifest_is_bound"),
        ({"text": {"decision": "another"}}, "signature_manifest_is_bound"),
        ({"text": {"verdict": "rejected"}}, "signature_manifest_is_bound"),
        ({"text": {"method": "y"}}, "signature_manifest_is_bound"),
        ({"text": {"step": "Quality"}}, "signature_manifest_is_bound"),
        ({"text": {"on_behalf_of": {"id": "somebody"}}}, "signature_manifest_is_bound"),
        ({"signer": {"id": "somebody"}}, "signature_manifest_is_bound"),
        ({"signer": {"title": "Owner"}}, "signature_manifest_is_bound"),
        ({"name": "B"}, "signature_manifest_is_bound"),
        ({"method": "y"}, "signature_manifest_is_bound"),
        ({"meaning": "reviewed"}, "signature_means_the_verdict"),
        ({"signed_at": NOON}, "signature_moment_is_the_decisions"),
        ({"text": {"signed_at_utc": NOON.isoformat()}}, "signature_moment_is_the_decisions"),
    ],
)
def test_a_signature_fits_its_decision(change, rule):
    review = in_review()
    run(*insert_decision(review))
    decision = Decision.objects.get()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        insert(SIGNATURE, signature_of(decision, **change))
    assert error.value.__cause__.diag.constraint_name == rule

    insert(SIGNATURE, signature_of(decision))
    refused("decision_has_a_proof", "SELECT 1")
    run("SET CONSTRAINTS ALL DEFERRED")
    run(  # leave nothing half done for the end of the test
        "INSERT INTO workflows_reauthentication (nonce, person_id, session_sha256, "
        "content_sha256, verdict, method, proved_at, decision_id) "
        "VALUES (%s, %s, 'x', %s, 'approved', 'x', %s, %s)",
        uuid4(), review.boss.pk, review.sha256, decision.decided_at, decision.pk,
    )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"person": True},
        {"verdict": "rejected"},
        {"content": "0" * 64},
        {"moment": timedelta(seconds=-61)},
        {"moment": timedelta(milliseconds=1)},
    ],
)
def test_a_proof_is_for_one_person_content_and_verdict_and_a_minute(change):
    review = in_review()
    with transaction.atomic():
        run(*insert_decision(review))
        decision = Decision.objects.get()
        person = PersonFactory() if "person" in change else review.boss
        refused(
            "reauthentication_fits_its_decision",
            "INSERT INTO workflows_reauthentication (nonce, person_id, session_sha256, "
            "content_sha256, verdict, method, proved_at, decision_id) "
            "VALUES (%s, %s, 'x', %s, %s, 'x', %s, %s)",
            uuid4(), person.pk, change.get("content", review.sha256),
            change.get("verdict", "approved"),
            decision.decided_at + change.get("moment", timedelta()), decision.pk,
        )  # fmt: skip
        transaction.set_rollback(True)


def test_what_is_signed_never_changes():
    live()
    for table in ("decision", "signature", "reauthentication", "policyversion", "golive"):
        frozen(f"UPDATE workflows_{table} SET id = id")
        frozen(f"DELETE FROM workflows_{table}")
    run("SET session_replication_role = replica")
    frozen("DELETE FROM workflows_signature")
    run("SET session_replication_role = origin")


def test_a_submitted_revision_and_all_below_it_are_frozen():
    review = in_review()
    revision = review.redesign.current_revision

    for column in ("summary = 'x'", "sha256 = repeat('0', 64)", "frozen_at = NULL, sha256 = ''"):
        frozen(f"UPDATE workflows_revision SET {column} WHERE id = %s", revision.pk)
    for factory, fields in (
        (RevisionActivityFactory, {"position": 99}),
        (RevisionAuthorFactory, {"person": PersonFactory()}),
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            factory(revision=revision, **fields)
    hypothesis = revision.hypothesis
    refused(
        "revision_is_frozen",
        "INSERT INTO workflows_guardrail (hypothesis_id, position, name, field, kind, margin, "
        "worse) VALUES (%s, 0, 'a', 'b', 'share', 0, 'higher')", hypothesis.pk,
    )  # fmt: skip
    refused("revision_is_frozen", "UPDATE workflows_hypothesis SET target_ratio = 0.9")
    refused("revision_is_frozen", "DELETE FROM workflows_revisionactivity")
    draft = RedesignFactory().current_revision
    refused(
        "revision_is_frozen",
        "UPDATE workflows_revisionactivity SET revision_id = %s WHERE revision_id = %s",
        draft.pk, revision.pk,
    )  # fmt: skip


def test_a_frozen_version_keeps_its_steps():
    review = in_review()
    version = review.redesign.base_version

    refused(
        "workflowversion_is_frozen",
        "DELETE FROM workflows_activity WHERE version_id = %s",
        version.pk,
    )
    refused(
        "workflowversion_is_frozen",
        "UPDATE workflows_activity SET title = 'x' WHERE version_id = %s", version.pk,
    )  # fmt: skip
    frozen("UPDATE workflows_workflowversion SET number = 9 WHERE id = %s", version.pk)


def test_numbers_follow_each_other():
    redesign = RedesignFactory()
    with pytest.raises(IntegrityError, match="no revision 2"), transaction.atomic():
        RevisionFactory(redesign=redesign, number=3)
    with pytest.raises(IntegrityError, match="no version 4"), transaction.atomic():
        WorkflowVersionFactory(workflow=redesign.workflow, number=5)
    frozen("UPDATE workflows_revision SET number = 2 WHERE redesign_id = %s", redesign.pk)


def test_the_current_revision_is_its_own_and_changes_in_drafts_only():
    redesign = RedesignFactory()
    other = RedesignFactory()
    sql = "UPDATE workflows_redesign SET current_revision_id = %s WHERE id = %s"
    refused("redesign_revision_is_its_own", sql, other.current_revision_id, redesign.pk)
    review = in_review()
    second = Revision.objects.create(
        redesign=review.redesign, number=2, created_by=review.redesign.proposer
    )
    refused("redesign_revision_changes_in_draft_only", sql, second.pk, review.redesign.pk)


def test_a_redesign_keeps_workflow_and_proposer():
    redesign = RedesignFactory()
    for column, value in (("proposer_id", PersonFactory().pk), ("public_id", uuid4())):
        frozen(f"UPDATE workflows_redesign SET {column} = %s WHERE id = %s", value, redesign.pk)
    frozen("UPDATE workflows_workflow SET is_simulated = true WHERE id = %s", redesign.workflow_id)


def test_going_live_without_approval_is_refused():
    review = in_review()
    refused(
        "golive_of_an_approved_redesign",
        "INSERT INTO workflows_golive (redesign_id, revision_id, at, post_hoc, follow_up_days, "
        "reading_at, lock_sha256, decided_by_id, decided_at) VALUES (%s, %s, now(), true, 1, "
        "now() + interval '1 day', repeat('0', 64), %s, now())",
        review.redesign.pk, review.redesign.current_revision_id, review.boss.pk,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["live", "measured"])
def test_live_needs_a_go_live(state):
    review = approved()
    run("UPDATE workflows_redesign SET state = 'live' WHERE id = %s", review.redesign.pk)

    refused(
        "redesign_live_by_a_go_live",
        "UPDATE workflows_redesign SET state = %s WHERE id = %s", state, review.redesign.pk,
    )  # fmt: skip
    put_into(review.redesign, "live")
    put_into(review.redesign, "superseded", stopped_at=NOON)


def test_a_change_of_state_is_told_in_its_own_transaction():
    redesign = RedesignFactory()
    change = "UPDATE workflows_redesign SET state = 'withdrawn' WHERE id = %s"
    refused("redesign_change_is_told", change, redesign.pk)
    record("tests.moved", subject=redesign, actor=None, after={"state": "rejected"})
    record("tests.moved", subject=RedesignFactory(), actor=None, after={"state": "withdrawn"})
    refused("redesign_change_is_told", change, redesign.pk)

    put_into(redesign, "withdrawn")

    run("SET CONSTRAINTS ALL IMMEDIATE")


GO_LIVE = (
    "INSERT INTO workflows_golive (redesign_id, revision_id, at, post_hoc, follow_up_days, "
    "reading_at, lock_sha256, decided_by_id, decided_at, calendar_version_id) "
    "VALUES (%(redesign)s, %(revision)s, %(at)s, %(post_hoc)s, 9, %(reading_at)s, "
    "repeat('0', 64), %(by)s, %(decided_at)s, %(calendar)s)"
)


@pytest.mark.parametrize(
    "change, rule",
    [
        ({"decided_at": timedelta(days=-2)}, "golive_decided_by_the_databases_clock"),
        ({"decided_at": timedelta(minutes=2)}, "golive_decided_by_the_databases_clock"),
        ({"post_hoc": False}, "golive_post_hoc_by_its_dates"),
        ({"at": timedelta(days=1), "post_hoc": True}, "golive_post_hoc_by_its_dates"),
        ({"reading_at": timedelta(seconds=1)}, "golive_read_when_it_was_promised"),
        ({"calendar": True}, "golive_calendar_of_its_promise"),
    ],
)
def test_a_go_live_follows_from_its_promise_and_the_databases_clock(change, rule):
    review = approved()
    now = datetime.now(UTC)
    at = now + change.get("at", timedelta(days=-1))
    due = at + timedelta(days=14 + 84 + 9)
    values = {
        "redesign": review.redesign.pk,
        "revision": review.redesign.current_revision_id,
        "by": review.boss.pk,
        "at": at,
        "post_hoc": change.get("post_hoc", True),
        "reading_at": due + change.get("reading_at", timedelta()),
        "decided_at": now + change.get("decided_at", timedelta()),
        "calendar": WorkCalendarVersionFactory().pk if "calendar" in change else None,
    }

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        insert(GO_LIVE, values)

    assert error.value.__cause__.diag.constraint_name == rule
    right = {"at": now - timedelta(days=1), "post_hoc": True, "decided_at": now, "calendar": None}
    right["reading_at"] = right["at"] + timedelta(days=14 + 84 + 9)
    insert(GO_LIVE, values | right)


def test_what_was_submitted_keeps_the_version_it_builds_on():
    review = in_review()
    newer = WorkflowVersionFactory(workflow=review.redesign.workflow, number=2)
    move = "UPDATE workflows_redesign SET base_version_id = %s WHERE id = %s"
    refused("redesign_base_changes_in_draft_only", move, newer.pk, review.redesign.pk)
    draft = RedesignFactory(workflow=review.redesign.workflow)
    elsewhere = RedesignFactory().base_version_id
    refused("redesign_base_is_its_workflows", move, elsewhere, draft.pk)
    run(move, newer.pk, draft.pk)


def test_nothing_goes_live_on_an_outdated_version():
    review, waiting = approved(), RedesignFactory()
    for redesign in (review.redesign, waiting):
        newer = WorkflowVersionFactory(workflow=redesign.workflow, number=2)
        run(
            "UPDATE workflows_workflow SET current_version_id = %s WHERE id = %s",
            newer.pk, redesign.workflow_id,
        )  # fmt: skip
    rule = "redesign_builds_on_the_current_version"
    change = "UPDATE workflows_redesign SET state = %s WHERE id = %s"
    refused(rule, change, "live", review.redesign.pk)
    refused(rule, change, "in_review", waiting.pk)


@pytest.mark.parametrize("change", ["name = 'x'", "version = '9'", "is_generative = false"])
def test_a_tool_stays_as_it_was_signed(change):
    draft = RedesignFactory().current_revision
    run(f"UPDATE workflows_aitool SET {change} WHERE id = %s", draft.tool_id)
    signed = in_review().redesign.current_revision.tool_id

    refused("aitool_stays_as_signed", f"UPDATE workflows_aitool SET {change} WHERE id = %s", signed)
    run("UPDATE workflows_aitool SET approved = false, vendor = 'x' WHERE id = %s", signed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workflows_decision SET verdict = 'approved'",
        "DELETE FROM workflows_decision",
        "TRUNCATE workflows_decision CASCADE",
        "UPDATE workflows_signature SET printed_name = 'x'",
        "DELETE FROM workflows_signature",
        "TRUNCATE workflows_signature",
        "UPDATE workflows_reauthentication SET method = 'x'",
        "DELETE FROM workflows_policyversion",
        "UPDATE workflows_policyversion SET rules = '[]'",
        "UPDATE workflows_golive SET reading_at = now()",
        "DELETE FROM workflows_golive",
        "ALTER TABLE workflows_decision DISABLE TRIGGER ALL",
        "DROP TRIGGER guard ON workflows_decision",
        "DROP FUNCTION workflows_decision_guard() CASCADE",
        "ALTER FUNCTION workflows_decision_guard() RENAME TO gone",
        "SET session_replication_role = replica",
        "COPY workflows_decision FROM PROGRAM 'true'",
        "UPDATE workflows_revision SET summary = 'x'",
        "UPDATE workflows_redesign SET state = 'approved'",
        "UPDATE workflows_routestep SET quorum = 1, level = 0",
        "UPDATE workflows_stepassignment SET ended_at = NULL, ended_reason = ''",
        (
            "CREATE TRIGGER mine BEFORE INSERT ON workflows_decision FOR EACH ROW "
            "EXECUTE FUNCTION portal_refuse_change()"
        ),
        (
            "INSERT INTO workflows_signature SELECT * FROM workflows_signature "
            "ON CONFLICT (id) DO UPDATE SET printed_name = 'x'"
        ),
    ],
)
def test_the_applications_role_cannot_tamper(application_role, db, statement):
    live()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"SET ROLE {application_role}")
    try:
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
    finally:
        run("RESET ROLE")


def test_a_temporary_table_does_not_fool_the_guards():
    """A caller's own ``workflows_revision`` is not looked at: the search path is pinned."""
    review = in_review()
    some_policy()
    run("CREATE TEMPORARY TABLE workflows_revision AS SELECT * FROM public.workflows_revision")
    run("UPDATE pg_temp.workflows_revision SET sha256 = repeat('0', 64)")
    statement = insert_decision(review, content_sha256="0" * 64)
    refused("decision_on_what_was_shown", *statement)
    run("DROP TABLE pg_temp.workflows_revision")


def test_a_role_grant_alone_gives_no_signature():
    review = in_review(gxp=True)
    late = RoleGrantFactory(role=Role.QUALITY).person

    refused("decision_by_an_assigned_person", *insert_decision(review, decided_by_id=late.pk))


def test_the_rows_the_tests_work_on_are_there():
    """The counterpart: what the guards refuse above, they let pass the real way."""
    live()
    counts = [model.objects.count() for model in (Redesign, Route, RouteStep, Decision, Signature)]
    assert counts == [1, 1, 1, 1, 1]
