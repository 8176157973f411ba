from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.errors import DomainError, Forbidden, Stale
from core.models import AuditEvent, Job
from people.choices import Role
from tests.factories.people import (
    AssignmentFactory,
    DelegationFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import (
    NOON,
    approved,
    credentials_of,
    in_review,
    sign,
    workflow_below,
)
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows import signing
from workflows.choices import Meaning, RedesignState, RouteState, StepState, Verdict
from workflows.errors import (
    LowerRiskUnexplained,
    NoReasonGiven,
    NotPossibleNow,
    NotPresent,
    NotYourTurn,
    RouteNotPossible,
    SigningLocked,
)
from workflows.models import (
    Decision,
    Reauthentication,
    Revision,
    Route,
    Signature,
    StepAssignment,
)
from workflows.operations import approval
from workflows.operations.policies import publish_policy
from workflows.operations.redesigns import revise
from workflows.policy import DEFAULT_RULES

pytestmark = pytest.mark.django_db


def verbs():
    return [event.verb for event in AuditEvent.objects.order_by("id")]


def test_submit_freezes_registers_and_asks_the_manager_above():
    review = in_review()

    revision = review.redesign.current_revision
    assert review.redesign.state == RedesignState.IN_REVIEW
    assert revision.frozen_at == NOON
    assert revision.hypothesis.registered_at == NOON
    assert signing.sha256(signing.canonical_text(revision.content)) == revision.sha256
    assert [(step.role, step.state) for step in review.route.steps.all()] == [
        ("line_manager", "active")
    ]
    assert [row.person for row in StepAssignment.objects.all()] == [review.boss]
    assert verbs() == ["redesign.submitted"]
    assert [job.name for job in Job.objects.all()] == ["workflows.tell_signers"]


def test_submit_asks_quality_first_when_the_work_is_gxp():
    review = in_review(gxp=True)

    steps = review.route.steps.order_by("position")
    assert [(s.role, s.sequence, s.level, s.state) for s in steps] == [
        ("quality", 1, 2, "active"),
        ("line_manager", 2, 1, "waiting"),
    ]
    assert review.route.attributes["gxp"] is True


def test_submit_passes_over_a_head_who_wrote_the_redesign():
    boss = PersonFactory()
    top = OrgUnitFactory(head=boss)
    author = PersonFactory()
    middle = OrgUnitFactory(parent=top, head=author)
    workflow = WorkflowFactory(unit=OrgUnitFactory(parent=middle))
    redesign = RedesignFactory(workflow=workflow)
    redesign.current_revision.authorships.create(person=author)

    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)

    assert [row.person for row in StepAssignment.objects.filter(step__route=route)] == [boss]


def test_submit_names_the_step_nobody_can_sign():
    workflow = workflow_below(PersonFactory(), gxp=True)
    redesign = RedesignFactory(workflow=workflow)

    with pytest.raises(RouteNotPossible, match="Quality"):
        approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)

    redesign.refresh_from_db()
    assert redesign.state == RedesignState.DRAFT
    assert not Route.objects.exists()


def test_submit_refuses_a_policy_that_asks_nobody():
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    only_gxp = [rule for rule in DEFAULT_RULES if rule["when"] == {"gxp": True}]
    publish_policy(rules=only_gxp, reason="Trial", actor=office)
    redesign = RedesignFactory(workflow=workflow_below(PersonFactory()))

    with pytest.raises(RouteNotPossible, match="asks nobody"):
        approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)


@pytest.mark.parametrize(
    "high, low",
    [
        ({"personal_data": "special"}, {"personal_data": "none"}),
        ({"ai_act_risk": "high"}, {"ai_act_risk": "minimal"}),
        ({"automation": "none"}, {"automation": "samples"}),
        ({"gxp_impact": "indirect"}, {"gxp_impact": "none"}),
    ],
)
def test_a_lower_class_of_risk_needs_a_reason_and_keeps_its_signers(high, low):
    for role in Role.values:
        RoleGrantFactory(role=role)
    review = in_review(**high)
    asked = {step.role for step in review.route.steps.all()}
    act = {"redesign": review.redesign, "actor": review.redesign.proposer, "at": NOON}
    revise(**act)
    revision = Revision.objects.get(redesign=review.redesign, number=2)
    Revision.objects.filter(pk=revision.pk).update(**low, change_note=" ")

    with pytest.raises(LowerRiskUnexplained, match="What is new"):
        approval.submit_redesign(**act)
    Revision.objects.filter(pk=revision.pk).update(change_note="The field is not read any more")
    route = approval.submit_redesign(**act)

    assert {step.role for step in route.steps.all()} == asked
    assert asked > {"line_manager"}


def test_the_same_or_a_higher_class_of_risk_needs_no_reason():
    RoleGrantFactory(role=Role.WORKS_COUNCIL)
    review = in_review()
    act = {"redesign": review.redesign, "actor": review.redesign.proposer, "at": NOON}
    revise(**act)
    Revision.objects.filter(redesign=review.redesign, number=2).update(automation="none")

    route = approval.submit_redesign(**act)

    assert [step.role for step in route.steps.all()] == ["works_council", "line_manager"]


def test_submit_refuses_a_second_time_and_a_stranger_and_an_old_base():
    review = in_review()
    with pytest.raises(NotPossibleNow):
        approval.submit_redesign(redesign=review.redesign, actor=review.redesign.proposer, at=NOON)
    other = RedesignFactory(workflow=workflow_below(PersonFactory()))
    with pytest.raises(Forbidden):
        approval.submit_redesign(redesign=other, actor=PersonFactory(), at=NOON)
    from tests.factories.workflows import WorkflowVersionFactory

    workflow = other.workflow
    workflow.current_version = WorkflowVersionFactory(workflow=workflow, number=2)
    workflow.save()
    with pytest.raises(Stale):
        approval.submit_redesign(redesign=other, actor=other.proposer, at=NOON)


def test_a_route_keeps_the_policy_it_opened_with():
    review = in_review()
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    newer = publish_policy(
        rules=[*DEFAULT_RULES, {"when": {}, "warn": "Look twice."}], reason="More", actor=office
    )

    review.route.refresh_from_db()
    assert review.route.policy_version.number == newer.number - 1


def test_the_last_approval_approves_the_redesign():
    review = in_review(gxp=True)
    Job.objects.all().delete()

    sign(review, review.quality)
    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.IN_REVIEW
    assert review.step("line_manager").state == StepState.ACTIVE
    assert review.step("line_manager").due_at == NOON + timedelta(days=7)
    sign(review, review.boss)

    review.redesign.refresh_from_db()
    review.route.refresh_from_db()
    assert (review.redesign.state, review.route.state) == ("approved", "approved")
    assert [job.name for job in Job.objects.order_by("id")] == [
        "workflows.tell_signers",
        "workflows.tell_proposer",
    ]
    assert verbs()[1:] == ["redesign.approved_step", "redesign.approved_step"]
    assert not StepAssignment.objects.filter(ended_at__isnull=True).exists()


def test_out_of_order_is_refused():
    review = in_review(gxp=True)

    with pytest.raises(NotYourTurn):
        sign(review, review.boss)

    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "verdict, state, meaning",
    [
        (Verdict.REJECTED, RedesignState.REJECTED, Meaning.REJECTED),
        (Verdict.CHANGES_REQUESTED, RedesignState.CHANGES_REQUESTED, Meaning.SENT_BACK),
    ],
)
def test_a_verdict_against_ends_the_route_at_once(verdict, state, meaning):
    review = in_review(gxp=True)

    decision = sign(review, review.quality, verdict, comment="The sample is too small")

    review.redesign.refresh_from_db()
    review.route.refresh_from_db()
    assert (review.redesign.state, review.route.state) == (state, verdict)
    assert decision.signature.meaning == meaning
    assert [step.state for step in review.route.steps.order_by("position")] == [
        StepState.REJECTED,
        StepState.CANCELLED,
    ]
    assert sorted(StepAssignment.objects.values_list("ended_reason", flat=True)) == [
        "decided",
        "step_closed",
    ]


@pytest.mark.parametrize("silence", ["", "   \n\t "])
def test_a_verdict_against_needs_a_reason(silence):
    review = in_review()

    with pytest.raises(NoReasonGiven):
        approval.decide(
            redesign=review.redesign,
            actor=review.boss,
            verdict=Verdict.REJECTED,
            comment=silence,
            shown_sha256=review.sha256,
            request_key=uuid4(),
            credentials=credentials_of(review.boss),
            at=NOON,
        )


def test_a_double_click_is_one_decision():
    review = in_review()
    key = uuid4()

    first = sign(review, review.boss, key=key)
    second = sign(review, review.boss, key=key)

    assert first == second
    assert Signature.objects.count() == 1
    assert verbs() == ["redesign.submitted", "redesign.approved_step"]


def test_a_second_tab_with_another_verdict_is_refused():
    review = in_review(gxp=True)
    sign(review, review.quality)

    with pytest.raises(NotYourTurn):
        sign(review, review.quality, Verdict.REJECTED)

    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.IN_REVIEW


def test_the_key_of_somebody_else_gives_nothing_away():
    review = in_review(gxp=True)
    key = uuid4()
    sign(review, review.quality, key=key)

    with pytest.raises(NotYourTurn):
        sign(review, PersonFactory(), key=key)


def test_another_hash_than_the_one_to_sign_is_stale():
    review = in_review()

    with pytest.raises(Stale):
        sign(review, review.boss, sha256="0" * 64)

    assert not Decision.objects.exists()


def test_no_author_signs_even_when_assigned_or_standing_in():
    """Also not through delegation in either direction."""
    boss = PersonFactory()
    workflow = workflow_below(boss)
    author = PersonFactory()
    redesign = RedesignFactory(workflow=workflow)
    redesign.current_revision.authorships.create(person=author)
    approval.submit_redesign(redesign=redesign, actor=author, at=NOON)
    redesign.refresh_from_db()
    DelegationFactory(principal=boss, delegate=author)

    sha256 = redesign.current_revision.sha256
    said = {"redesign": redesign, "verdict": Verdict.APPROVED, "shown_sha256": sha256, "at": NOON}
    with pytest.raises(Forbidden, match="helped to write"):
        approval.decide(
            actor=author, request_key=uuid4(), credentials=credentials_of(author), **said
        )


def test_whoever_stands_in_for_an_author_cannot_sign_in_their_own_right():
    review = in_review()
    DelegationFactory(principal=review.redesign.proposer, delegate=review.boss)

    with pytest.raises(Forbidden, match="helped to write"):
        sign(review, review.boss)


def test_a_stand_in_signs_and_both_names_are_printed():
    review = in_review()
    stand_in = PersonFactory(given_name="Joon", family_name="Park", job_title="Deputy")
    AssignmentFactory(person=stand_in, unit=OrgUnitFactory(name="Packaging"))
    DelegationFactory(principal=review.boss, delegate=stand_in)

    decision = sign(review, stand_in)

    assert (decision.decided_by, decision.on_behalf_of) == (stand_in, review.boss)
    manifest = decision.signature.manifest
    assert '"name":"Joon Park"' in manifest
    assert '"name":"Ines Marchetti"' in manifest
    assert (decision.signature.printed_title, decision.signature.printed_unit) == (
        "Deputy",
        "Packaging",
    )
    with pytest.raises(Stale):  # the principal's signature is given
        sign(review, review.boss)


@pytest.mark.parametrize("wrong", [{"accepted_at": None}, {"ended": True}])
def test_a_delegation_that_does_not_run_gives_no_right(wrong):
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    review = in_review()
    stand_in = PersonFactory()
    if wrong.pop("ended", False):
        wrong["valid"] = DateTimeTZRange(
            datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC)
        )
    DelegationFactory(principal=review.boss, delegate=stand_in, **wrong)

    with pytest.raises(NotYourTurn):
        sign(review, stand_in)


def test_a_role_lost_between_reading_and_signing_is_refused():
    review = in_review(gxp=True)
    review.quality.role_grants.update(ended_at=datetime(2100, 1, 1, tzinfo=UTC))

    with pytest.raises(NotYourTurn, match="no longer held"):
        sign(review, review.quality)


def test_a_deactivated_signer_is_refused():
    review = in_review()
    review.boss.signing_enabled = False
    review.boss.save()

    with pytest.raises(Forbidden, match="not enabled"):
        sign(review, review.boss)


def test_five_wrong_passwords_lock_signing_and_stay_counted():
    review = in_review()
    said = {
        "redesign": review.redesign,
        "actor": review.boss,
        "verdict": Verdict.APPROVED,
        "shown_sha256": review.sha256,
        "at": NOON,
    }
    wrong = credentials_of(review.boss, "not the password")
    for _try in range(4):
        with pytest.raises(NotPresent):
            approval.decide(request_key=uuid4(), credentials=wrong, **said)
    with pytest.raises(SigningLocked):
        approval.decide(request_key=uuid4(), credentials=wrong, **said)

    with pytest.raises(SigningLocked):
        sign(review, review.boss)

    assert verbs()[1:] == ["signing.refused"] * 5 + ["signing.locked"]
    assert "workflows.tell_signing_locked" in [job.name for job in Job.objects.all()]
    assert not Decision.objects.exists()


@pytest.mark.parametrize("user_id", ["", "somebody.else@example.test"])
def test_two_components_need_the_own_user_id(user_id):
    review = in_review(gxp=True)
    credentials = approval.Credentials(
        user_id=user_id, password="correct horse battery staple", session_key="s"
    )

    with pytest.raises(NotPresent):
        approval.decide(
            redesign=review.redesign,
            actor=review.quality,
            verdict=Verdict.APPROVED,
            shown_sha256=review.sha256,
            request_key=uuid4(),
            credentials=credentials,
            at=NOON,
        )


def test_what_was_signed_outlives_a_new_name_and_verifies():
    review = in_review(gxp=True)
    first = sign(review, review.quality).signature
    review.quality.family_name = "Somebody"
    review.quality.save()
    second = sign(review, review.boss).signature

    first.refresh_from_db()
    assert first.printed_name == "Mara Lindqvist"
    assert '"name":"Mara Lindqvist"' in first.manifest
    assert f'"previous":"{first.manifest_sha256}"' in second.manifest
    assert signing.sha256(second.manifest) == second.manifest_sha256
    proof = Reauthentication.objects.get(decision=second.decision)
    assert (proof.person, proof.content_sha256) == (review.boss, review.sha256)


def test_quorum_needs_as_many_as_it_says_and_refuses_the_late_one():
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    rules = [
        {
            "when": {},
            "step": {
                "role": "quality",
                "title": "Quality",
                "meaning": "reviewed",
                "quorum": 2,
            },
        }
    ]
    publish_policy(rules=rules, reason="Two pairs of eyes", actor=office)
    signers = [RoleGrantFactory(role=Role.QUALITY).person for _ in range(3)]
    review = in_review(gxp=True, quality=signers[0])

    sign(review, signers[0])
    assert review.step("quality").state == StepState.ACTIVE
    sign(review, signers[1])

    assert review.step("quality").state == StepState.APPROVED
    with pytest.raises(Stale):
        sign(review, signers[2])


def test_withdraw_closes_the_route_and_needs_a_reason():
    review = in_review()
    with pytest.raises(NoReasonGiven):
        approval.withdraw_redesign(
            redesign=review.redesign, actor=review.redesign.proposer, reason=" ", at=NOON
        )
    with pytest.raises(Forbidden):
        approval.withdraw_redesign(
            redesign=review.redesign, actor=review.boss, reason="No", at=NOON
        )

    approval.withdraw_redesign(
        redesign=review.redesign, actor=review.redesign.proposer, reason="Not now", at=NOON
    )

    review.route.refresh_from_db()
    assert review.route.state == RouteState.WITHDRAWN
    with pytest.raises(Stale):
        sign(review, review.boss)
    done = approved()
    with pytest.raises(NotPossibleNow):
        approval.withdraw_redesign(
            redesign=done.redesign, actor=done.redesign.proposer, reason="Late", at=NOON
        )


def test_orphaned_step_goes_to_the_next_head_and_is_never_approved():
    top = PersonFactory()
    boss = PersonFactory()
    above = OrgUnitFactory(head=boss, parent=OrgUnitFactory(head=top))
    review = in_review(workflow=WorkflowFactory(unit=OrgUnitFactory(parent=above)), boss=boss)
    assert approval.reroute_orphans(at=NOON) == 0
    boss.is_active = boss.signing_enabled = False
    boss.save()

    assert approval.reroute_orphans(at=NOON) == 1

    step = review.step("line_manager")
    assert step.state == StepState.ACTIVE
    assert [(row.person, row.ended_reason) for row in step.assignments.order_by("id")] == [
        (boss, "cannot_sign"),
        (top, ""),
    ]
    sign(review, top)
    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.APPROVED


def test_orphan_without_anybody_is_told_and_stays():
    review = in_review()
    review.boss.is_active = review.boss.signing_enabled = False
    review.boss.save()

    assert approval.reroute_orphans(at=NOON) == 0
    assert approval.reroute_orphans(at=NOON) == 0

    assert [job.name for job in Job.objects.all()].count("workflows.tell_orphaned") == 1
    assert review.step("line_manager").state == StepState.ACTIVE


def test_reassign_is_for_the_program_office_and_to_somebody_who_may_sign():
    review = in_review(gxp=True)
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    other = RoleGrantFactory(role=Role.QUALITY).person
    step = review.step("quality")
    options = {"step": step, "reason": "Leave", "at": NOON}
    with pytest.raises(Forbidden):
        approval.reassign_step(person=other, actor=review.boss, **options)
    with pytest.raises(Exception, match="may not sign"):
        approval.reassign_step(person=review.redesign.proposer, actor=office, **options)

    approval.reassign_step(person=other, actor=office, **options)

    with pytest.raises(NotYourTurn):
        sign(review, review.quality)
    sign(review, other)


def quality_twice(*, quorum=2, due_days=3):
    """Quality with a quorum, then the line manager within days of its own."""
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    rules = [dict(rule) for rule in DEFAULT_RULES if rule["when"] in ({"gxp": True}, {})]
    for rule in rules:
        more = {"quorum": quorum} if rule["step"]["role"] == "quality" else {"due_days": due_days}
        rule["step"] = rule["step"] | more
    publish_policy(rules=rules, reason="Two of quality", actor=office)
    return office


def test_a_step_is_not_given_to_somebody_who_signed_the_route_already():
    office = quality_twice()
    first, second, third = [RoleGrantFactory(role=Role.QUALITY).person for _one in range(3)]
    review = in_review(gxp=True, quality=first)
    sign(review, first)
    options = {"step": review.step("quality"), "actor": office, "reason": "Leave", "at": NOON}

    with pytest.raises(DomainError, match="has signed this redesign already"):
        approval.reassign_step(person=first, **options)
    approval.reassign_step(person=third, **options)

    with pytest.raises(NotYourTurn):
        sign(review, second)
    sign(review, third)
    assert review.step("quality").state == StepState.APPROVED


def test_a_quorum_that_cannot_be_reached_is_an_orphan_until_somebody_can_sign():
    quality_twice()
    first, second = [RoleGrantFactory(role=Role.QUALITY).person for _one in range(2)]
    review = in_review(gxp=True, quality=first)
    sign(review, first)
    assert approval.reroute_orphans(at=NOON) == 0
    second.is_active = second.signing_enabled = False
    second.save()

    assert approval.reroute_orphans(at=NOON) == 0
    assert Job.objects.filter(name="workflows.tell_orphaned").count() == 1
    third = RoleGrantFactory(role=Role.QUALITY).person
    assert approval.reroute_orphans(at=NOON) == 1

    rows = review.step("quality").assignments.order_by("id")
    assert [(row.person, row.ended_reason) for row in rows] == [
        (first, ""),
        (second, "cannot_sign"),
        (third, ""),
    ]
    sign(review, third)
    assert review.step("quality").state == StepState.APPROVED


def test_one_able_signer_of_two_is_kept_and_another_found():
    quality_twice()
    first, second = [RoleGrantFactory(role=Role.QUALITY).person for _one in range(2)]
    review = in_review(gxp=True, quality=first)
    second.is_active = second.signing_enabled = False
    second.save()
    third = RoleGrantFactory(role=Role.QUALITY).person

    assert approval.reroute_orphans(at=NOON) == 1

    able = review.step("quality").assignments.filter(ended_at__isnull=True).order_by("id")
    assert [row.person for row in able] == [first, third]


def test_a_later_step_has_its_own_time():
    quality_twice(quorum=1)
    review = in_review(gxp=True)
    sign(review, review.quality)

    assert review.step("line_manager").due_at == NOON + timedelta(days=3)


def test_a_step_an_earlier_revision_brought_in_has_its_own_time():
    """The time of the stricter rule also where today's attributes would not ask for the step."""
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    RoleGrantFactory(role=Role.PRIVACY)
    last = {"role": "privacy", "title": "Data protection", "sequence": 3, "due_days": 2}
    line = [rule for rule in DEFAULT_RULES if rule["when"] == {}]
    personal = {"when": {"personal_data": "ordinary"}, "step": last | {"meaning": "reviewed"}}
    publish_policy(rules=[*line, personal], reason="Trial", actor=office)
    review = in_review(personal_data="ordinary")
    act = {"redesign": review.redesign, "actor": review.redesign.proposer, "at": NOON}
    revise(**act)
    Revision.objects.filter(redesign=review.redesign, number=2).update(
        personal_data="none", change_note="Masked"
    )
    publish_policy(rules=line, reason="No privacy any more", actor=office)

    route = approval.submit_redesign(**act)
    review.redesign.refresh_from_db()
    review.route = route
    sign(review, review.boss)

    assert review.step("privacy").state == StepState.ACTIVE
    assert review.step("privacy").due_at == NOON + timedelta(days=2)


def test_a_simulated_workflow_keeps_its_moments_and_a_real_one_the_clock():
    past = datetime(2025, 5, 1, 9, tzinfo=UTC)
    pretended = in_review(
        at=past, workflow=workflow_below(PersonFactory(), is_simulated=True), boss=None
    )
    boss = StepAssignment.objects.get(step__route=pretended.route).person
    real = in_review(at=past)

    assert sign(pretended, boss, at=past).decided_at == past
    assert sign(real, real.boss, at=past).decided_at.year >= 2026
