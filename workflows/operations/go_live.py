"""From approved to live: dates are fixed, the hypothesis locked, the work has a new version."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Forbidden, Stale
from people.models import Person, WorkCalendarVersion
from workflows.choices import TRANSITIONS, Action, ActivityKind, Change, RedesignState
from workflows.content import canonical_bytes, content_sha256, version_content
from workflows.errors import GoLiveNotPossible, NotPossibleNow
from workflows.models import (
    Activity,
    GoLive,
    Hypothesis,
    Redesign,
    Revision,
    Workflow,
    WorkflowVersion,
)
from workflows.operations.asking import ask_for_reading
from workflows.operations.one_act import one_act
from workflows.queries.reading_dates import EARLIEST, LATEST, ReadingPlan, reading_plan

SUPERSEDED = list(TRANSITIONS[Action.SUPERSEDE])


@one_act()
def go_live(*, redesign: Redesign, actor: Person, at_instant: datetime, at: datetime) -> GoLive:
    """Say when work changed; ``at_instant`` may lie in the past, its readings are then post-hoc.

    The database's clock says when this was decided, and so whether it is post-hoc; for a workflow
    marked as simulated ``at`` does.

    In this order: the workflow and its redesign are locked, the redesign goes live, older
    redesigns of the workflow that were approved or live are superseded, the to-be steps become the
    workflow's new frozen version, and the hypothesis is locked with the calendar of today. A
    post-hoc go-live asks for its reading at once.

    Raises Forbidden for anybody but the workflow's owner, NotPossibleNow unless it is approved,
    Stale when the workflow moved on since (its newer steps would be lost without a word),
    GoLiveNotPossible for an instant that makes no sense.
    """
    # In UTC, as it is read back: its text is part of the hash.
    at_instant = at_instant.astimezone(UTC)
    # The workflow first, as everywhere: two of its redesigns that go live at once supersede each
    # other, and would each wait for the row the other holds.
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=redesign.workflow_id)
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("current_revision__hypothesis__calendar", "base_version")
        .get(pk=redesign.pk)
    )
    if actor.pk != workflow.owner_id:
        raise Forbidden(_("Only the workflow's owner says when it goes live."))
    if redesign.state not in TRANSITIONS[Action.GO_LIVE]:
        raise NotPossibleNow(_("Only an approved redesign can go live."))
    if redesign.base_version_id != workflow.current_version_id:
        raise Stale(
            _(
                "The workflow has a newer version than the one this redesign was signed on. "
                "Retire it, start anew from it, and submit that for sign-off."
            )
        )
    _refuse_instant(at_instant, at)
    revision = redesign.current_revision
    assert revision is not None  # noqa: S101  (an approved redesign has one: a database rule)

    plan = reading_plan(redesign, revision.hypothesis, at_instant)
    older = _supersede_older(redesign, workflow, actor, at_instant)
    redesign.state = RedesignState.LIVE
    redesign.row_version += 1
    redesign.save(update_fields=["state", "row_version", "updated_at"])
    version = _new_version(workflow, revision, actor, at)
    decided_at = at if workflow.is_simulated else _database_clock()
    row = _lock(
        redesign, workflow, revision, plan, actor=actor, at_instant=at_instant, at=decided_at
    )
    record(
        "redesign.went_live",
        subject=redesign,
        actor=actor,
        before={"state": RedesignState.APPROVED, "version": redesign.base_version.number},
        after={
            "state": redesign.state,
            "version": version.number,
            "at": at_instant,
            "reading_at": row.reading_at,
            "post_hoc": row.post_hoc,
            "lock_sha256": row.lock_sha256,
            "superseded": [str(one) for one in older],
        },
    )
    if row.post_hoc:
        ask_for_reading(redesign=redesign, actor=actor)
    return row


def lock_content(row: GoLive, hypothesis: Hypothesis) -> dict[str, Any]:
    """What ``lock_sha256`` covers: the signed content and every date that follows from go-live."""
    calendar = row.calendar_version
    content = {
        "redesign": str(row.redesign.public_id),
        "revision_sha256": row.revision.sha256,
        "registered_at": hypothesis.registered_at.isoformat() if hypothesis.registered_at else None,
        "at": row.at.isoformat(),
        "post_hoc": row.post_hoc,
        "follow_up_days": row.follow_up_days,
        "reading_at": row.reading_at.isoformat(),
        "calendar_version": str(calendar.public_id) if calendar else None,
        "planned_information": _text(row.planned_information),
        "detectable_ratio": _text(row.detectable_ratio),
        "decided_by": str(row.decided_by.public_id),
        "decided_at": row.decided_at.isoformat(),
    }
    if row.picked_because_slow is None:  # locked before these were
        return content
    return content | {
        "data_from": row.data_from.isoformat() if row.data_from else None,
        "completed_only": row.completed_only,
        "horizon_days": row.horizon_days,
        "picked_because_slow": row.picked_because_slow,
    }


def _text(value: float | None) -> str | None:
    return None if value is None else repr(float(value))


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _refuse_instant(instant: datetime, at: datetime) -> None:
    if not at - EARLIEST <= instant <= at + LATEST:
        raise GoLiveNotPossible(
            _("Choose a moment within the last twenty years or the next twelve months.")
        )


def _supersede_older(
    redesign: Redesign, workflow: Workflow, actor: Person, at_instant: datetime
) -> list[Any]:
    """They end when the newer one starts, which may lie ahead; a stop before that stays."""
    older = list(
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .filter(workflow=workflow, state__in=SUPERSEDED)
        .exclude(pk=redesign.pk)
        .order_by("pk")
    )
    for one in older:
        before = one.state
        one.state = RedesignState.SUPERSEDED
        one.stopped_at = min(one.stopped_at or at_instant, at_instant)
        one.row_version += 1
        one.save(update_fields=["state", "stopped_at", "row_version", "updated_at"])
        record(
            "redesign.superseded",
            subject=one,
            actor=actor,
            before={"state": before},
            after={"state": one.state, "by": str(redesign.public_id)},
        )
    return [one.public_id for one in older]


def _new_version(
    workflow: Workflow, revision: Revision, actor: Person, at: datetime
) -> WorkflowVersion:
    """The to-be steps that are not removed, as the way work is done from now on."""
    newest = workflow.versions.order_by("-number").first()
    version = WorkflowVersion.objects.create(
        workflow=workflow, number=(newest.number if newest else 0) + 1, created_by=actor
    )
    kinds = dict(revision.redesign.base_version.activities.values_list("step_key", "kind"))
    rows = revision.activities.exclude(change=Change.REMOVED).order_by("position")
    Activity.objects.bulk_create(
        Activity(
            version=version,
            position=position,
            step_key=row.step_key,
            title=row.title,
            role=row.role,
            system=row.system,
            touch_minutes=row.touch_minutes,
            wait_minutes=row.wait_minutes,
            share_of_cases=row.share_of_cases,
            kind=kinds.get(row.step_key, ActivityKind.TASK),
        )
        for position, row in enumerate(rows, start=1)
    )
    version.sha256 = content_sha256(version_content(version))
    version.frozen_at = at
    version.save(update_fields=["sha256", "frozen_at"])
    workflow.current_version = version
    workflow.row_version += 1
    workflow.save(update_fields=["current_version", "row_version", "updated_at"])
    return version


def _lock(
    redesign: Redesign,
    workflow: Workflow,
    revision: Revision,
    plan: ReadingPlan,
    *,
    actor: Person,
    at_instant: datetime,
    at: datetime,
) -> GoLive:
    calendar = revision.hypothesis.calendar
    row = GoLive(
        redesign=redesign,
        revision=revision,
        at=at_instant,
        post_hoc=at_instant < at,
        follow_up_days=plan.follow_up_days,
        reading_at=plan.reading_at,
        calendar_version=WorkCalendarVersion.objects.filter(calendar=calendar)
        .order_by("-number")
        .first()
        if calendar
        else None,
        planned_information=plan.planned_information,
        detectable_ratio=plan.detectable_ratio,
        **plan.source,
        picked_because_slow=workflow.picked_because_slow,
        decided_by=actor,
        decided_at=at,
    )
    row.lock_sha256 = hashlib.sha256(
        canonical_bytes(lock_content(row, revision.hypothesis))
    ).hexdigest()
    row.save(force_insert=True)
    return row
