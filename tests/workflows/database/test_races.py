"""Two at one moment: whatever the order, exactly one history comes out of it."""

import random
from threading import Event
from uuid import uuid4

import pytest
from django.db import connections, transaction

from core.errors import DomainError, Stale
from core.models import AuditEvent
from people.choices import Role
from people.models import Person
from tests.factories.people import DelegationFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import NOON, approved, credentials_of, in_review, live, sign
from tests.factories.workflows import WorkflowVersionFactory
from tests.threads import until_somebody_waits
from tests.workflows.invariants import holds
from workflows.choices import RedesignState, RouteState, Verdict
from workflows.errors import NotPossibleNow
from workflows.models import Decision, GoLive, Redesign, Route, Workflow
from workflows.operations import approval
from workflows.operations.go_live import go_live
from workflows.operations.policies import publish_policy
from workflows.operations.presence import SIMULATED, Proof
from workflows.operations.redesigns import revise
from workflows.operations.stopping import retire_redesign, suspend_redesign

pytestmark = pytest.mark.django_db(transaction=True)


def two_of_quality():
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    step = {"role": "quality", "title": "Quality", "meaning": "reviewed", "quorum": 2}
    publish_policy(rules=[{"when": {}, "step": step}], reason="Two", actor=office)
    signers = [RoleGrantFactory(role=Role.QUALITY).person for _ in range(2)]
    return in_review(gxp=True, quality=signers[0]), signers


def test_two_approvers_at_once_are_both_counted(run_together):
    review, signers = two_of_quality()

    outcomes = run_together(*[lambda one=one: sign(review, one) for one in signers])

    assert all(isinstance(one, Decision) for one in outcomes), outcomes
    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.APPROVED
    holds()


def test_a_double_click_at_once_is_one_decision(run_together):
    review = in_review()
    key = uuid4()

    outcomes = run_together(*[lambda: sign(review, review.boss, key=key)] * 2)

    assert outcomes[0] == outcomes[1]
    assert Decision.objects.count() == 1
    holds()


def test_two_verdicts_of_one_person_at_once_are_one_decision(run_together):
    review = in_review()

    outcomes = run_together(
        lambda: sign(review, review.boss),
        lambda: sign(review, review.boss, Verdict.REJECTED),
    )

    assert sorted(isinstance(one, DomainError) for one in outcomes) == [False, True]
    assert Decision.objects.count() == 1
    holds()


def test_principal_and_stand_in_at_once_are_one_signature(run_together):
    review = in_review()
    stand_in = PersonFactory()
    DelegationFactory(principal=review.boss, delegate=stand_in)

    outcomes = run_together(lambda: sign(review, review.boss), lambda: sign(review, stand_in))

    assert sorted(isinstance(one, DomainError) for one in outcomes) == [False, True]
    holds()


@pytest.mark.parametrize("other", ["revise", "withdraw"])
def test_approve_against_what_takes_it_away(run_together, other):
    review = in_review()
    author = review.redesign.proposer
    acts = {
        "revise": lambda: revise(redesign=review.redesign, actor=author, at=NOON),
        "withdraw": lambda: approval.withdraw_redesign(
            redesign=review.redesign, actor=author, reason="Later", at=NOON
        ),
    }

    outcomes = run_together(lambda: sign(review, review.boss), acts[other])

    assert sorted(isinstance(one, DomainError) for one in outcomes) == [False, True], outcomes
    review.redesign.refresh_from_db()
    approved = review.redesign.state == RedesignState.APPROVED
    assert Decision.objects.exists() is approved
    holds()


def test_two_submits_at_once_open_one_route(run_together):
    review = in_review()
    redesign = revise(redesign=review.redesign, actor=review.redesign.proposer, at=NOON)

    outcomes = run_together(
        *[lambda: approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)] * 2
    )

    assert sorted(isinstance(one, DomainError) for one in outcomes) == [False, True], outcomes
    assert Route.objects.filter(state=RouteState.OPEN).count() == 1
    holds()


def test_withdrawing_against_revising_is_one_of_them_or_first_the_draft(run_together):
    review = in_review()
    act = {"redesign": review.redesign, "actor": review.redesign.proposer, "at": NOON}

    outcomes = run_together(
        lambda: revise(**act), lambda: approval.withdraw_redesign(reason="Later", **act)
    )

    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.WITHDRAWN
    assert isinstance(outcomes[1], Redesign)
    assert isinstance(outcomes[0], Redesign | NotPossibleNow)
    holds()


def go_live_of(review):
    redesign = review.redesign
    return go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=NOON, at=NOON)


def test_going_live_twice_at_once_is_one_go_live_and_one_new_version(run_together):
    review = approved()

    outcomes = run_together(*[lambda: go_live_of(review)] * 2)

    assert sorted(type(one).__name__ for one in outcomes) == ["GoLive", "NotPossibleNow"], outcomes
    assert GoLive.objects.count() == 1
    assert review.redesign.workflow.versions.count() == 2
    assert AuditEvent.objects.filter(verb="redesign.went_live").count() == 1
    holds()


def test_two_redesigns_of_one_workflow_going_live_at_once_leave_one_and_no_deadlock(run_together):
    first = approved()
    second = approved(workflow=first.redesign.workflow, boss=first.boss)

    outcomes = run_together(lambda: go_live_of(first), lambda: go_live_of(second))

    assert sorted(type(one).__name__ for one in outcomes) == ["GoLive", "NotPossibleNow"], outcomes
    assert sorted(Redesign.objects.values_list("state", flat=True)) == ["live", "superseded"]
    holds()


def test_somebody_deactivated_in_this_moment_either_signed_before_or_not_at_all(run_together):
    review = in_review()

    def deactivate():
        return Person.objects.filter(pk=review.boss.pk).update(
            is_active=False, signing_enabled=False
        )

    outcomes = run_together(lambda: sign(review, review.boss), deactivate)

    assert outcomes[1] == 1
    assert isinstance(outcomes[0], Decision | DomainError)
    holds()


def test_wrong_passwords_at_once_are_all_counted(run_together):
    review = in_review()
    wrong = credentials_of(review.boss, "wrong")

    def attempt():
        return approval.decide(
            redesign=review.redesign,
            actor=review.boss,
            verdict=Verdict.APPROVED,
            shown_sha256=review.sha256,
            request_key=uuid4(),
            credentials=wrong,
            at=NOON,
        )

    outcomes = run_together(*[attempt] * 8)

    assert all(isinstance(one, DomainError) for one in outcomes)
    assert AuditEvent.objects.filter(verb="signing.refused").count() == 5
    assert AuditEvent.objects.filter(verb="signing.locked").count() == 1


@pytest.mark.parametrize("seed", [1])
def test_random_acts_of_many_never_reach_a_forbidden_state(run_together, seed):
    """Eight at once, every act by anybody, also by authors and strangers, on two redesigns."""
    from tests.factories.sign_offs import workflow_below

    boss, quality = PersonFactory(), PersonFactory()
    RoleGrantFactory(person=quality, role=Role.QUALITY)
    reviews = [
        in_review(
            boss=boss,
            quality=quality,
            workflow=workflow_below(boss, gxp=True, is_simulated=True),
            gxp=True,
        )
        for _ in range(2)
    ]
    stand_in = PersonFactory()
    DelegationFactory(principal=boss, delegate=stand_in)
    authors = [review.redesign.proposer for review in reviews]
    people = [boss, quality, stand_in, *authors, PersonFactory()]
    bugs = []

    def act(dice):
        redesign = Redesign.objects.get(pk=dice.choice(reviews).redesign.pk)
        actor = dice.choice(people)
        kind = dice.random()
        try:
            if kind < 0.15:
                revise(redesign=redesign, actor=redesign.proposer, at=NOON)
            elif kind < 0.4:
                approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
            elif kind < 0.41:
                approval.withdraw_redesign(
                    redesign=redesign, actor=redesign.proposer, reason="x", at=NOON
                )
            else:
                verdict = dice.choice(
                    [Verdict.APPROVED] * 6 + [Verdict.CHANGES_REQUESTED, Verdict.REJECTED]
                )
                approval.sign(
                    redesign=redesign,
                    actor=actor,
                    said=approval.Said(
                        verdict, "because", redesign.current_revision.sha256, uuid4()
                    ),
                    proof=Proof(actor.pk, SIMULATED, "x", NOON),
                    at=NOON,
                )
        except DomainError:
            pass
        except Exception as error:  # noqa: BLE001  (anything else is a bug, and told)
            bugs.append(error)

    def many(number):
        dice = random.Random(seed * 100 + number)  # noqa: S311
        for _ in range(25):
            act(dice)

    outcomes = run_together(*[lambda one=one: many(one) for one in range(8)], seconds=60)

    connections.close_all()
    assert outcomes == [None] * 8
    assert bugs == []
    holds()


@pytest.mark.parametrize("action", [suspend_redesign, retire_redesign])
def test_stopping_against_a_newer_go_live_leaves_one_in_use(run_together, action):
    first = live()
    workflow = first.redesign.workflow
    workflow.refresh_from_db()
    second = approved(workflow=workflow, boss=first.boss)

    run_together(
        lambda: action(
            redesign=first.redesign,
            actor=workflow.owner,
            reason="Wrong twice",
            row_version=first.redesign.row_version,
            at=NOON,
        ),
        lambda: go_live(redesign=second.redesign, actor=workflow.owner, at_instant=NOON, at=NOON),
    )

    first.redesign.refresh_from_db()
    second.redesign.refresh_from_db()
    assert first.redesign.state in {RedesignState.SUPERSEDED, RedesignState.RETIRED}
    assert second.redesign.state == RedesignState.LIVE
    holds()


def test_suspending_against_retiring_is_one_of_them(run_together):
    redesign = live().redesign
    said = {
        "redesign": redesign,
        "actor": redesign.workflow.owner,
        "reason": "Wrong twice",
        "row_version": redesign.row_version,
        "at": NOON,
    }

    outcomes = run_together(lambda: suspend_redesign(**said), lambda: retire_redesign(**said))

    assert sorted(isinstance(one, DomainError) for one in outcomes) == [False, True], outcomes
    holds()


def moves_on(workflow, begun):
    """The workflow gets its next version while somebody else waits, or does not wait."""

    def act():
        with transaction.atomic():
            Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
            begun.set()
            until_somebody_waits()
            newer = WorkflowVersionFactory(workflow=workflow, number=2)
            Workflow.objects.filter(pk=workflow.pk).update(current_version=newer)

    return act


def test_signing_waits_for_the_workflow_and_is_refused_on_its_version_before(run_together):
    review, begun = in_review(), Event()

    def late():
        begun.wait(5)
        return sign(review, review.boss)

    outcomes = run_together(moves_on(review.redesign.workflow, begun), late)

    assert isinstance(outcomes[1], Stale), outcomes
    assert not Decision.objects.exists()
    holds()


def test_submitting_waits_for_the_workflow_and_is_refused_on_its_version_before(run_together):
    review, begun = in_review(), Event()
    author = review.redesign.proposer
    draft = revise(redesign=review.redesign, actor=author, at=NOON)

    def late():
        begun.wait(5)
        return approval.submit_redesign(redesign=draft, actor=author, at=NOON)

    outcomes = run_together(moves_on(review.redesign.workflow, begun), late)

    assert isinstance(outcomes[1], Stale), outcomes
    assert not Route.objects.filter(state=RouteState.OPEN).exists()
    holds()


def test_signing_against_the_go_live_of_another_is_one_after_the_other(run_together):
    review = in_review()
    other = approved(workflow=review.redesign.workflow, boss=review.boss)

    outcomes = run_together(lambda: sign(review, review.boss), lambda: go_live_of(other))

    review.redesign.refresh_from_db()
    assert isinstance(outcomes[1], GoLive), outcomes
    if isinstance(outcomes[0], Decision):
        assert review.redesign.state == RedesignState.SUPERSEDED
    else:
        assert isinstance(outcomes[0], Stale), outcomes
        assert review.redesign.state == RedesignState.IN_REVIEW
    holds()
