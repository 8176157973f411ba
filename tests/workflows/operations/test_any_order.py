"""Anybody tries anything in any order: what must never be is never reached."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from core.errors import DomainError
from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import DelegationFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import NOON, some_policy, workflow_below
from tests.factories.workflows import RedesignFactory, RevisionAuthorFactory
from tests.workflows.invariants import holds
from workflows.choices import TRANSITIONS, Verdict
from workflows.drafts import Draft, of_rows
from workflows.models import Redesign
from workflows.operations import approval, redesigns
from workflows.operations.go_live import go_live
from workflows.operations.presence import TWO_COMPONENTS, Proof

WAYS = {(start, end) for ways in TRANSITIONS.values() for start, end in ways.items()}
REASONS = st.sampled_from(["Because", " ", ""])


@pytest.fixture
def people(db):
    """Owner and proposer, co-author, line manager, quality, a stand-in, a stranger."""
    some_policy()
    boss, quality, stand_in, author = PersonFactory.create_batch(4)
    RoleGrantFactory(person=quality, role=Role.QUALITY)
    DelegationFactory(principal=boss, delegate=stand_in)
    workflow = workflow_below(boss, gxp=True)
    for _ in range(2):
        redesign = RedesignFactory(workflow=workflow)
        RevisionAuthorFactory(revision=redesign.current_revision, person=author)
    approval.submit_redesign(redesign=redesign, actor=author, at=NOON)
    return [workflow.owner, author, boss, quality, stand_in, PersonFactory()]


def machine_of(people):  # noqa: C901  (a table of rules)
    somebody = st.sampled_from(people)
    which = st.integers(0, 1)
    # Those whose turn it may be come up more often, or most runs would end in refusals.
    owner, signer = st.just(people[0]) | somebody, st.sampled_from(people[2:4]) | somebody

    class SignOff(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.example = transaction.atomic()
            self.example.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

        def attempt(self, number, act):
            """One act by one person; a refusal leaves everything as it was."""
            redesign = Redesign.objects.select_related("current_revision").order_by("pk")[number]
            start, events = self.facts(redesign), AuditEvent.objects.count()
            try:
                act(redesign)
            except DomainError:
                assert self.facts(redesign) == start
                assert AuditEvent.objects.count() == events
                return
            state = self.facts(redesign)[0]
            assert state == start[0] or (start[0], state) in WAYS
            assert AuditEvent.objects.count() > events

        def facts(self, redesign):
            return Redesign.objects.values_list("state", "row_version", "current_revision").get(
                pk=redesign.pk
            )

        @rule(number=which, actor=owner, old=st.booleans())
        def edit(self, number, actor, old):
            def act(redesign):
                revision = redesign.current_revision
                draft = Draft(
                    steps=tuple(of_rows(revision.activities.all())),
                    summary=f"Version {redesign.row_version}",
                    tool=revision.tool,
                    data_classes=tuple(revision.data_classes),
                    overseer=revision.overseer,
                    oversight_what="Every flag",
                    oversight_sample_percent=10,
                    oversight_stop="Two in a week",
                    oversight_fallback="By hand",
                )
                seen = redesign.row_version - old
                redesigns.save_draft(redesign=redesign, actor=actor, row_version=seen, draft=draft)

            self.attempt(number, act)

        @rule(number=which, actor=owner)
        def submit(self, number, actor):
            self.attempt(
                number,
                lambda redesign: approval.submit_redesign(redesign=redesign, actor=actor, at=NOON),
            )

        @rule(
            number=which,
            actor=signer,
            verdict=st.just(Verdict.APPROVED) | st.sampled_from(Verdict),
            comment=REASONS,
            shown=st.just("") | st.sampled_from(["", "0" * 64]),
        )
        def sign(self, number, actor, verdict, comment, shown):
            def act(redesign):
                sha256 = shown or redesign.current_revision.sha256
                approval.sign(
                    redesign=redesign,
                    actor=actor,
                    said=approval.Said(verdict, comment, sha256, uuid4()),
                    proof=Proof(actor.pk, TWO_COMPONENTS, "0" * 64, datetime.now(UTC)),
                    at=NOON,
                )

            self.attempt(number, act)

        @rule(number=which, actor=owner)
        def revise(self, number, actor):
            self.attempt(
                number, lambda redesign: redesigns.revise(redesign=redesign, actor=actor, at=NOON)
            )

        @rule(number=which, actor=somebody, reason=REASONS)
        def withdraw(self, number, actor, reason):
            self.attempt(
                number,
                lambda redesign: approval.withdraw_redesign(
                    redesign=redesign, actor=actor, reason=reason, at=NOON
                ),
            )

        @rule(number=which, actor=owner)
        def live(self, number, actor):
            self.attempt(
                number,
                lambda redesign: go_live(redesign=redesign, actor=actor, at_instant=NOON, at=NOON),
            )

        @invariant()
        def nothing_forbidden(self):
            with connection.cursor() as cursor:  # what would be looked at on commit
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            holds()

    return SignOff


def test_no_order_of_acts_reaches_a_forbidden_state(people):
    run_state_machine_as_test(
        machine_of(people),
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
