"""One signer's verdict: decision, signature, proof, audit event and what follows, or nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Forbidden, Stale
from core.jobs import enqueue
from people.models import Person
from workflows.choices import (
    Meaning,
    RedesignState,
    RouteState,
    SignatureLevel,
    StepState,
    Verdict,
)
from workflows.errors import NoReasonGiven, NotPresent, NotYourTurn
from workflows.models import (
    Decision,
    Reauthentication,
    Redesign,
    Route,
    RouteStep,
    Signature,
    Workflow,
)
from workflows.operations.closing import close_route
from workflows.operations.one_act import one_act
from workflows.operations.presence import Credentials, Proof, prove_presence
from workflows.queries.turns import Turn, turn_of
from workflows.signing import PrintedPerson, Signing, manifest_of, sha256

ENDS = {
    Verdict.REJECTED: (RouteState.REJECTED, RedesignState.REJECTED),
    Verdict.CHANGES_REQUESTED: (RouteState.CHANGES_REQUESTED, RedesignState.CHANGES_REQUESTED),
}
AGAINST = {Verdict.REJECTED: Meaning.REJECTED, Verdict.CHANGES_REQUESTED: Meaning.SENT_BACK}
VERBS = {
    Verdict.APPROVED: "redesign.approved_step",
    Verdict.REJECTED: "redesign.rejected",
    Verdict.CHANGES_REQUESTED: "redesign.changes_requested",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the signer decided, on what they were shown. ``request_key`` names the one form sent."""

    verdict: Verdict
    comment: str
    shown_sha256: str
    request_key: UUID


def decide(
    *,
    redesign: Redesign,
    actor: Person,
    verdict: Verdict,
    shown_sha256: str,
    request_key: UUID,
    credentials: Credentials,
    at: datetime,
    comment: str = "",
) -> Decision:
    """Sign the open step that is ``actor``'s turn, and move route and redesign on.

    The password is proved first, in a transaction of its own: a wrong try stays counted. Then the
    redesign is locked and everything is looked at again. The same ``request_key`` gives the stored
    decision, and Stale when something else is sent under it.

    Raises NoReasonGiven, NotPresent, SigningLocked, NotYourTurn, Forbidden, and Stale when the
    revision shown is no longer the one to sign.
    """
    _refuse_silence(verdict, comment)
    proof = prove_presence(actor=actor, redesign=redesign, credentials=credentials)
    said = Said(verdict, comment.strip(), shown_sha256, request_key)
    return sign(redesign=redesign, actor=actor, said=said, proof=proof, at=at)


@one_act()
def sign(*, redesign: Redesign, actor: Person, said: Said, proof: Proof, at: datetime) -> Decision:
    """The part of ``decide`` under the lock; ``proof`` says how presence was proved.

    For a workflow marked as simulated the decision carries ``at``; else the database's own clock.
    Nobody approves what builds on an outdated version: its newer steps would be lost at go-live.
    """
    _refuse_silence(said.verdict, said.comment)
    # Before the redesign, as at go-live: the version it builds on is judged under this lock.
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=redesign.workflow_id)
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow__unit", "current_revision")
        .get(pk=redesign.pk)
    )
    turn = turn_of(actor, redesign, at)
    if turn is None:
        return _signed_before(redesign, actor, said)
    revision = redesign.current_revision
    if revision is None or revision.sha256 != said.shown_sha256:
        raise Stale(_("The redesign was revised while you read it. Your note is kept."))
    outdated = redesign.base_version_id != workflow.current_version_id
    if outdated and said.verdict == Verdict.APPROVED:
        raise Stale(
            _(
                "The workflow has a newer version than the one this redesign builds on. Ask for "
                "changes, so that its authors revise it and bring it up to date."
            )
        )
    if proof.person_id != actor.pk:
        raise Forbidden
    if not proof.reaches(turn.step.level, simulated=redesign.workflow.is_simulated):
        raise NotPresent(_("This signature needs your user id and your password."))
    if not turn.role_held:
        raise NotYourTurn(_("The role this step asks for is no longer held."))

    decision = _decision(redesign, actor, turn, said, at)
    signature = _signature(decision, redesign, actor, turn, proof)
    if turn.step.level > SignatureLevel.CLICK:
        Reauthentication.objects.create(
            nonce=proof.nonce,
            person=actor,
            session_sha256=proof.session_sha256,
            content_sha256=decision.content_sha256,
            verdict=said.verdict,
            method=proof.method,
            proved_at=min(at, decision.decided_at)
            if redesign.workflow.is_simulated
            else proof.proved_at,
            decision=decision,
        )
    before = redesign.state
    _advance(redesign, turn, said.verdict, at)
    record(
        VERBS[said.verdict],
        subject=redesign,
        actor=actor,
        on_behalf_of=turn.principal if turn.for_another else None,
        before={"state": before},
        after={
            "state": redesign.state,
            "step": turn.step.title,
            "revision": revision.number,
            "decision": str(decision.public_id),
            "manifest_sha256": signature.manifest_sha256,
        },
        reason=said.comment,
    )
    return decision


def _refuse_silence(verdict: Verdict, comment: str) -> None:
    if verdict != Verdict.APPROVED and not comment.strip():
        raise NoReasonGiven


def _signed_before(redesign: Redesign, actor: Person, said: Said) -> Decision:
    """The decision this very form made already, or why there is nothing to sign."""
    shown_sha256 = said.shown_sha256
    stored = Decision.objects.filter(
        request_key=said.request_key, route__redesign=redesign, decided_by=actor
    ).first()
    if stored is not None:
        if (stored.verdict, stored.comment, stored.content_sha256) != (
            said.verdict,
            said.comment,
            shown_sha256,
        ):
            raise Stale(_("You signed before, with another verdict or note. That one counts."))
        return stored
    current = Redesign.objects.select_related("current_revision").get(pk=redesign.pk)
    revision = current.current_revision
    if (
        current.state != RedesignState.IN_REVIEW
        or revision is None
        or revision.sha256 != shown_sha256
    ):
        raise Stale
    raise NotYourTurn


def _decision(redesign: Redesign, actor: Person, turn: Turn, said: Said, at: datetime) -> Decision:
    moment = {"decided_at": at} if redesign.workflow.is_simulated else {}
    decision = Decision.objects.create(
        step=turn.step,
        route=turn.step.route,
        revision_id=turn.step.route.revision_id,
        decided_by=actor,
        on_behalf_of=turn.principal if turn.for_another else None,
        verdict=said.verdict,
        comment=said.comment,
        content_sha256=said.shown_sha256,
        request_key=said.request_key,
        **moment,
    )
    if moment:
        decision.refresh_from_db(fields=["decided_at"])  # the guard never lets it lie ahead
    return decision


def _signature(
    decision: Decision, redesign: Redesign, actor: Person, turn: Turn, proof: Proof
) -> Signature:
    verdict = Verdict(decision.verdict)
    meaning = AGAINST.get(verdict, Meaning(turn.step.meaning))
    signer = _printed(actor, turn.actor_unit)
    policy = turn.step.route.policy_version
    manifest = manifest_of(
        Signing(
            decision=str(decision.public_id),
            route=str(turn.step.route.public_id),
            redesign=str(redesign.public_id),
            workflow=redesign.workflow.name,
            revision=_number(redesign),
            content_sha256=decision.content_sha256,
            policy=str(policy),
            policy_sha256=policy.sha256,
            step=turn.step.title,
            role=turn.step.role,
            sequence=turn.step.sequence,
            signer=signer,
            on_behalf_of=_printed(turn.principal, turn.principal_unit)
            if turn.for_another
            else None,
            verdict=verdict,
            comment=decision.comment,
            meaning=meaning,
            meaning_text=str(meaning.label),
            level=turn.step.level,
            method=proof.method,
            signed_at=decision.decided_at,
            zone=settings.TIME_ZONE,
            previous=turn.previous_manifest,
        )
    )
    return Signature.objects.create(
        decision=decision,
        method=proof.method,
        level=turn.step.level,
        printed_name=signer.name,
        printed_title=signer.title,
        printed_unit=signer.unit,
        printed_role=turn.step.title,
        meaning=meaning,
        meaning_text=str(meaning.label),
        signed_at=decision.decided_at,
        manifest=manifest,
        manifest_sha256=sha256(manifest),
    )


def _number(redesign: Redesign) -> int:
    assert redesign.current_revision is not None  # noqa: S101  (checked under the lock)
    return redesign.current_revision.number


def _printed(person: Person, unit: str) -> PrintedPerson:
    return PrintedPerson(
        id=str(person.public_id), name=person.full_name, title=person.job_title, unit=unit
    )


def _advance(redesign: Redesign, turn: Turn, verdict: Verdict, at: datetime) -> None:
    """Close the step, open the next ones, or end the route and with it the review."""
    if verdict in ENDS:
        route_state, state = ENDS[verdict]
        _close_step(turn.step, StepState.REJECTED, at)
        _end(redesign, turn.step.route, route_state, state, at)
        return
    if turn.approvals + 1 < turn.step.quorum:
        return
    _close_step(turn.step, StepState.APPROVED, at)
    if turn.others_open:
        return
    if turn.next_sequence is not None:
        _open_sequence(turn.step.route, turn.next_sequence, at)
        return
    _end(redesign, turn.step.route, RouteState.APPROVED, RedesignState.APPROVED, at)


def _close_step(step: RouteStep, state: StepState, at: datetime) -> None:
    RouteStep.objects.filter(pk=step.pk).update(state=state, closed_at=at)


def _open_sequence(route: Route, sequence: int, at: datetime) -> None:
    time = ExpressionWrapper(F("due_days") * Value(timedelta(days=1)), DurationField())
    RouteStep.objects.filter(route=route, sequence=sequence).update(
        state=StepState.ACTIVE,
        opened_at=at,
        due_at=ExpressionWrapper(Value(at) + time, DateTimeField()),
    )
    enqueue("workflows.tell_signers", route_id=route.pk, dedupe_key=f"{route.pk}-{sequence}")


def _end(
    redesign: Redesign, route: Route, route_state: RouteState, state: RedesignState, at: datetime
) -> None:
    close_route(redesign=redesign, state=route_state, at=at)
    redesign.state = state
    redesign.row_version += 1
    redesign.save(update_fields=["state", "row_version", "updated_at"])
    enqueue("workflows.tell_proposer", route_id=route.pk)
