"""Fill an empty database with the simulated organisation, through the same operations people use."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from adoption_portal.console.operations import counting
from adoption_portal.demo.catalogue import STORIES, TOOLS, Ending, Story
from adoption_portal.demo.deliveries import delivered
from adoption_portal.demo.drafting import draft_of
from adoption_portal.demo.organisation import (
    PASSWORD,
    Organisation,
    build_organisation,
    employee,
    existing_organisation,
)
from adoption_portal.demo.trust import seed_trust
from adoption_portal.demo.use import seed_use
from core.ids import uuid7
from measurement.choices import ImportChannel
from measurement.models import CaseSummary
from measurement.operations.imports import import_cases, receive_file, source_for
from measurement.operations.portfolios import read_portfolio
from measurement.operations.readings import measure_redesign
from measurement.operations.summaries import refresh_summary
from measurement.queries.portfolios import open_quarters
from people.choices import Role
from people.models import Person
from workflows.choices import RedesignState, StepState, Verdict
from workflows.models import (
    AiTool,
    GoLive,
    Redesign,
    RouteStep,
    Workflow,
    WorkflowVersion,
)
from workflows.operations.approval import submit_redesign, withdraw_redesign
from workflows.operations.go_live import go_live
from workflows.operations.presence import Proof
from workflows.operations.redesigns import propose_redesign, save_draft
from workflows.operations.signing_off import Said, sign
from workflows.operations.stopping import retire_redesign, suspend_redesign
from workflows.operations.workflows import ActivityFacts, WorkflowFacts, log_workflow

Say = Callable[[str], None]
NOTES = {
    Verdict.APPROVED: "",
    Verdict.CHANGES_REQUESTED: "Say which sources the assistant may use, and who keeps the list.",
    Verdict.REJECTED: "The interview notes are not meant for this. Start from the job profile.",
}


def already_seeded() -> bool:
    return Person.objects.filter(is_simulated=True).exists()


__all__ = ["already_seeded", "existing_organisation", "seed_people", "seed_work"]


def seed_people(*, at: datetime) -> Organisation:
    """Everything a person needs to sign in, in one transaction; also writes ``demo.json``."""
    with transaction.atomic():
        organisation = build_organisation(at=at)
        AiTool.objects.bulk_create(
            AiTool(
                name=name,
                version=version,
                vendor=vendor,
                data_region=region,
                approved=approved,
                intended_use=use,
                is_simulated=True,
            )
            for name, version, vendor, region, approved, use in TOOLS
        )
    write_logins(organisation)
    return organisation


def seed_work(organisation: Organisation, *, at: datetime, say: Say) -> None:
    """Every story up to where it stops.

    What is there already is left alone, so that a start that was interrupted goes on.
    """
    for story in STORIES:
        workflow = _logged(story, organisation, at)
        _import(story, workflow, at)
        say(f"{story.name}: logged with its cases")
    made: dict[str, list[Redesign]] = {}
    for story in STORIES:
        with transaction.atomic():
            made[story.slug] = _redesigned(story, organisation, at)
        say(f"{story.name}: {story.stops_at}")
    # Not one is read before all are there: a quarter of the past would be final with the first.
    for story in STORIES:
        for redesign in Redesign.objects.filter(
            workflow__name=story.name, workflow__is_simulated=True, go_live__isnull=False
        ).order_by("pk"):
            measure_redesign(redesign_id=redesign.pk, at=at)
        for redesign in made[story.slug]:
            _dated(story, redesign, at)
    for quarter in open_quarters(at=at):
        read_portfolio(quarter=quarter, at=at)
    say("readings: taken")
    with transaction.atomic():
        seed_use(organisation, at=at)
    say("use, access and trainings: done")
    seed_trust(organisation, at=at)
    say("trust surveys: done")
    counting.refresh(at=timezone.now())
    say("console: counted")


def write_logins(organisation: Organisation) -> None:
    """``demo.json`` beside the data: one login a role, for the launcher and the sign-in page."""
    logins = [
        (gettext_noop("employee"), employee(organisation)),
        (gettext_noop("manager"), organisation.heads["QA"]),
        (gettext_noop("workflow owner"), organisation.heads["QA-BR"]),
        (gettext_noop("quality"), organisation.holders[Role.QUALITY]),
        (gettext_noop("data protection"), organisation.holders[Role.PRIVACY]),
        (gettext_noop("program office"), organisation.holders[Role.PROGRAM_OFFICE]),
        (gettext_noop("auditor"), organisation.holders[Role.AUDITOR]),
        (gettext_noop("administrator"), organisation.holders[Role.ADMINISTRATOR]),
    ]
    path = Path(settings.DATA_DIR) / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"role": role, "email": person.email, "password": PASSWORD, "name": person.full_name}
        for role, person in logins
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _went_live_at(story: Story, at: datetime) -> datetime | None:
    """A Monday morning, ``weeks_live`` weeks ago."""
    if story.weeks_live is None:
        return None
    day = timezone.localtime(at) - timedelta(weeks=story.weeks_live)
    monday = day - timedelta(days=day.weekday())
    return monday.replace(hour=8, minute=0, second=0, microsecond=0)


def _logged(story: Story, organisation: Organisation, at: datetime) -> Workflow:
    found = Workflow.objects.filter(name=story.name, is_simulated=True).first()
    if found is not None:
        return found
    owner = organisation.heads[story.unit]
    logged_at = (_went_live_at(story, at) or at) - timedelta(weeks=9)
    workflow = log_workflow(
        actor=owner,
        facts=WorkflowFacts(
            name=story.name,
            owner=owner,
            unit=organisation.units[story.unit],
            function=story.function,
            purpose=story.purpose,
            yearly_volume=story.volume,
            gxp=story.gxp,
            picked_because_slow=story.picked_because_slow,
            candidate_tools=(AiTool.objects.get(name=story.tool),),
        ),
        steps=[
            ActivityFacts(
                title=title,
                role=who,
                system=system,
                touch_minutes=Decimal(str(touch)),
                wait_minutes=Decimal(str(wait)),
            )
            for title, who, system, touch, wait in story.steps
        ],
        at=logged_at,
        is_simulated=True,
    )
    Workflow.objects.filter(pk=workflow.pk).update(created_at=logged_at, updated_at=logged_at)
    WorkflowVersion.objects.filter(workflow=workflow).update(created_at=logged_at)
    return workflow


def _import(story: Story, workflow: Workflow, at: datetime) -> None:
    if CaseSummary.objects.filter(workflow=workflow).exists():
        return
    live = _went_live_at(story, at)
    first = ((live or at) - timedelta(weeks=story.history_weeks)).date()
    content, facts = delivered(story, first=first, until=at, go_live=live)
    received = receive_file(
        source=source_for(workflow=workflow, actor=None),
        actor=None,
        upload=io.BytesIO(content),
        options={"covers_to": at},
        channel=ImportChannel.DEMO,
        name=f"{story.slug}.csv",
        source_facts=facts,
    )
    import_cases(import_id=received.case_import.pk)
    refresh_summary(workflow_id=workflow.pk, at=at)


def _redesigned(story: Story, organisation: Organisation, at: datetime) -> list[Redesign]:
    workflow = Workflow.objects.get(name=story.name, is_simulated=True)
    if story.stops_at == "logged" or Redesign.objects.filter(workflow=workflow).exists():
        return []
    redesign = _brought_on(story, organisation, workflow, at)
    if story.ending is not None:
        _ended(story, story.ending, redesign, organisation, at)
    return list(Redesign.objects.filter(workflow=workflow))


def _dated(story: Story, redesign: Redesign, at: datetime) -> None:
    """When it began and was touched last, as the story tells it.

    The audit trail, signatures and frozen content keep the moment of the seeding: nothing may
    change them.
    """
    redesign.refresh_from_db()
    live = GoLive.objects.filter(redesign=redesign).first()
    begun = _begun_at(live.at if live else None, at)
    if live is not None:
        touched = live.reading_at if redesign.state == RedesignState.MEASURED else live.at
    elif redesign.state in {RedesignState.DRAFT, RedesignState.WITHDRAWN}:
        touched = begun + timedelta(days=3)
    else:
        touched = at - timedelta(days=3)
    if redesign.stopped_at is not None:
        touched = redesign.stopped_at
    elif story.ending is not None:
        touched = at - timedelta(weeks=story.ending.weeks_ago)
    Redesign.objects.filter(pk=redesign.pk).update(created_at=begun, updated_at=min(touched, at))


def _begun_at(live: datetime | None, at: datetime) -> datetime:
    return (live or at) - timedelta(days=40)


def _ended(
    story: Story, ending: Ending, redesign: Redesign, organisation: Organisation, at: datetime
) -> None:
    if story.stops_at == "superseded":
        newer = replace(
            story, summary=ending.summary, to_be=ending.to_be, weeks_live=ending.weeks_ago
        )
        _brought_on(newer, organisation, redesign.workflow, at)
        return
    owner = organisation.heads[story.unit]
    stop, actor = (
        (suspend_redesign, organisation.holders[Role.QUALITY])
        if story.stops_at == "suspended"
        else (retire_redesign, owner)
    )
    stop(
        redesign=redesign,
        actor=actor,
        reason=ending.reason,
        row_version=redesign.row_version,
        at=at - timedelta(weeks=ending.weeks_ago),
    )


def _brought_on(
    story: Story, organisation: Organisation, workflow: Workflow, at: datetime
) -> Redesign:
    """A redesign as far as the story tells it."""
    live = _went_live_at(story, at)
    begun = _begun_at(live, at)
    owner = organisation.heads[story.unit]
    redesign = propose_redesign(workflow=workflow, actor=owner, at=begun)
    redesign = save_draft(
        redesign=redesign,
        actor=owner,
        row_version=redesign.row_version,
        draft=draft_of(story, redesign, owner, planned=(live or at + timedelta(days=20)).date()),
    )
    if story.stops_at == "draft":
        return redesign
    if story.stops_at == "withdrawn":
        return withdraw_redesign(
            redesign=redesign,
            actor=owner,
            reason="The access tool gets this built in next spring.",
            at=begun + timedelta(days=3),
        )
    submitted_at = begun + timedelta(days=12) if live else at - timedelta(days=6)
    submit_redesign(redesign=redesign, actor=owner, at=submitted_at)
    _sign_all(story, redesign, at=submitted_at)
    redesign.refresh_from_db()
    if live is not None:
        go_live(redesign=redesign, actor=owner, at_instant=live, at=live - timedelta(days=2))
        redesign.refresh_from_db()
    return redesign


def _sign_all(story: Story, redesign: Redesign, *, at: datetime) -> None:
    """Each open step in turn, a day or two apart, until the story stops."""
    verdict = {
        "changes_requested": Verdict.CHANGES_REQUESTED,
        "rejected": Verdict.REJECTED,
    }.get(story.stops_at, Verdict.APPROVED)
    for days in range(1, 12):
        step = (
            RouteStep.objects.filter(route__redesign=redesign, state=StepState.ACTIVE)
            .order_by("sequence", "-position")
            .first()
        )
        if step is None or (story.stops_at == "in_review" and step.role == "line_manager"):
            return
        assigned = step.assignments.filter(ended_at__isnull=True).order_by("pk").first()
        if assigned is None:
            return
        redesign.refresh_from_db()
        moment = at + timedelta(days=days, hours=2, minutes=7 * days)
        signer, revision = assigned.person, redesign.current_revision
        if revision is None:
            return
        sign(
            redesign=redesign,
            actor=signer,
            said=Said(verdict, NOTES[verdict], revision.sha256, uuid7()),
            proof=Proof(
                person_id=signer.pk,
                method="simulated",
                session_sha256=sha256(f"simulated {signer.pk}".encode()).hexdigest(),
                proved_at=moment,
            ),
            at=moment,
        )
        if verdict != Verdict.APPROVED:
            return
