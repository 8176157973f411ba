"""Workflows at every stage, their redesigns, routes and readings, and cases of them."""

import math
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.db import connection, models

from adoption_portal.demo.scale.people import FUNCTIONS, Places
from core.ids import uuid7
from measurement.choices import ImportChannel, ReadingKind
from measurement.models import CaseImport, CaseSource, CaseSummary, Reading, ReadingInput
from workflows.choices import Meaning, RedesignState, RouteState, StepState
from workflows.models import (
    AiTool,
    GoLive,
    Hypothesis,
    PolicyVersion,
    Redesign,
    Revision,
    Route,
    RouteStep,
    StepAssignment,
    Workflow,
    WorkflowVersion,
)

BATCH = 2000
GUARDED = (
    "workflows_workflowversion", "workflows_redesign", "workflows_revision", "workflows_route",
    "workflows_routestep", "workflows_stepassignment", "workflows_golive", "measurement_reading",
    "workflows_hypothesis",
)  # fmt: skip
# Of a hundred workflows so many come no further than this; the others are measured.
STOPS = (
    (30, ""),
    (40, RedesignState.IN_REVIEW),
    (45, RedesignState.APPROVED),
    (60, RedesignState.LIVE),
)
ROLES = (("quality", "Quality"), ("it", "Site IT"), ("line_manager", "Line manager"))
CASES = """
INSERT INTO measurement_case (workflow_id, case_id, started_at, completed_at, status, kind,
    last_event_at, first_import_id, last_import_id)
SELECT i.workflow, 'S-' || n, m.at, m.at + (1 + random() * 20) * interval '12 hours', 'completed', '',
    m.at, i.import, i.import
FROM unnest(%(workflows)s::bigint[], %(imports)s::bigint[]) AS i(workflow, import)
CROSS JOIN generate_series(1, %(each)s) AS n
CROSS JOIN LATERAL (SELECT %(at)s::timestamptz - n * interval '364 days' / %(each)s
    - interval '20 days' AS at) m
"""
M = TypeVar("M", bound=models.Model)


def state_of(number: int) -> str:
    for below, state in STOPS:
        if number % 100 < below:
            return state
    return RedesignState.MEASURED


def seed_work(count: int, places: Places, tools: Sequence[AiTool], *, at: datetime) -> list[int]:
    """Primary keys of the workflows. The caller has put the guards of ``GUARDED`` aside."""
    chance = random.Random(2026)
    workflows = _made(Workflow, (_workflow(n, places, at) for n in range(count)))
    versions = _made(
        WorkflowVersion,
        (
            WorkflowVersion(
                workflow=one, number=1, frozen_at=at, sha256=_hash("version", one.pk),
                created_by_id=one.owner_id,
            )
            for one in workflows
        ),
    )  # fmt: skip
    for workflow, version in zip(workflows, versions, strict=True):
        workflow.current_version = version
    Workflow.objects.bulk_update(workflows, ["current_version"], batch_size=BATCH)
    chosen = [n for n in range(count) if state_of(n)]
    begun = {n: at - timedelta(days=chance.randint(150, 600)) for n in chosen}
    redesigns = _made(
        Redesign,
        (
            Redesign(
                workflow=workflows[n], base_version=versions[n], proposer_id=workflows[n].owner_id,
                state=state_of(n),
            )
            for n in chosen
        ),
    )  # fmt: skip
    revisions = _made(
        Revision,
        (
            Revision(
                redesign=one, number=1, summary="Simulated", tool=tools[n % len(tools)], content={},
                sha256=_hash("revision", n), frozen_at=begun[n], created_by_id=one.proposer_id,
            )
            for n, one in zip(chosen, redesigns, strict=True)
        ),
    )  # fmt: skip
    for redesign, revision in zip(redesigns, revisions, strict=True):
        redesign.current_revision = revision
    Redesign.objects.bulk_update(redesigns, ["current_revision"], batch_size=BATCH)
    _made(Hypothesis, (Hypothesis(revision=one, registered_at=at) for one in revisions))
    _routes(chosen, redesigns, revisions, begun, places, at=at)
    _read(chosen, redesigns, revisions, begun, chance, at=at)
    _made(
        CaseSummary,
        (
            CaseSummary(workflow=one, cases=100, completed=100, covers_to=at, refreshed_at=at)
            for one in workflows
        ),
    )
    return [workflow.pk for workflow in workflows]


def seed_cases(count: int, workflows: Sequence[int], *, at: datetime) -> int:
    """So many cases in all, spread evenly over the workflows and a year; how many there are."""
    each = max(1, count // max(1, len(workflows)))
    sources = _made(
        CaseSource,
        (CaseSource(workflow_id=pk, name="Simulated", is_simulated=True) for pk in workflows),
    )
    imports = _made(
        CaseImport,
        (
            CaseImport(
                source=source, channel=ImportChannel.DEMO, sha256=_hash("import", source.pk),
                rows_read=each, rows_created=each, merged_at=at, covers_to=at,
            )
            for source in sources
        ),
    )  # fmt: skip
    terms: dict[str, Any] = {
        "workflows": list(workflows),
        "imports": [one.pk for one in imports],
        "each": each,
    }
    with connection.cursor() as cursor:
        cursor.execute(CASES, {**terms, "at": at})
    return each * len(workflows)


def _workflow(number: int, places: Places, at: datetime) -> Workflow:
    place = number % len(places.units)
    return Workflow(
        slug=f"scale-{number}",
        name=f"Simulated workflow {number}",
        owner_id=places.heads[place % len(places.heads)],
        unit_id=places.units[place],
        function=FUNCTIONS[number % len(FUNCTIONS)],
        purpose="To measure how the portal bears many of them",
        yearly_volume=1000,
        created_by_id=places.heads[0],
        created_at=at,
        is_simulated=True,
    )


def _routes(
    chosen: Sequence[int],
    redesigns: Sequence[Redesign],
    revisions: Sequence[Revision],
    begun: dict[int, datetime],
    places: Places,
    *,
    at: datetime,
) -> None:
    """Three requests a route; of a route in review the last one is still open."""
    policy = PolicyVersion.objects.order_by("-pk").first()
    if policy is None:
        raise RuntimeError("there is no approval policy: migrate first")
    waits = {n: state_of(n) == RedesignState.IN_REVIEW for n in chosen}
    opened = {n: at - timedelta(days=n % 21) if waits[n] else begun[n] for n in chosen}
    routes = _made(
        Route,
        (
            Route(
                redesign=redesign, revision=revision, policy_version=policy, attributes={},
                unit_id=redesign.workflow.unit_id,
                state=RouteState.OPEN if waits[n] else RouteState.APPROVED,
                opened_at=opened[n],
                closed_at=None if waits[n] else opened[n] + timedelta(days=9),
            )
            for n, redesign, revision in zip(chosen, redesigns, revisions, strict=True)
        ),
    )  # fmt: skip
    steps = []
    for n, route in zip(chosen, routes, strict=True):
        for place, (role, title) in enumerate(ROLES):
            since = opened[n] + timedelta(days=place)
            last = place == len(ROLES) - 1
            is_open = waits[n] and last
            steps.append(
                RouteStep(
                    route=route, sequence=place, position=place, role=role, title=title,
                    meaning=Meaning.APPROVED, opened_at=min(since, at),
                    due_at=since + timedelta(days=7),
                    state=StepState.ACTIVE if is_open else StepState.APPROVED,
                    closed_at=None if is_open else since + timedelta(days=1 + (n + place) % 8),
                )
            )  # fmt: skip
    steps = _made(RouteStep, steps)
    _made(
        StepAssignment,
        (
            StepAssignment(
                step=step, person_id=places.heads[index % len(places.heads)], started_at=step.opened_at or at,
                ended_at=step.closed_at, ended_reason="done" if step.closed_at else "",
            )
            for index, step in enumerate(steps)
        ),
    )  # fmt: skip


def _read(
    chosen: Sequence[int],
    redesigns: Sequence[Redesign],
    revisions: Sequence[Revision],
    begun: dict[int, datetime],
    chance: random.Random,
    *,
    at: datetime,
) -> None:
    """Go-lives 30 days after the start; a reading of each measured one, as chance has it."""
    running = {RedesignState.LIVE, RedesignState.MEASURED}
    lives = _made(
        GoLive,
        (
            GoLive(
                redesign=redesign, revision=revision, at=begun[n] + timedelta(days=30),
                post_hoc=False, follow_up_days=7, reading_at=begun[n] + timedelta(days=135),
                lock_sha256=_hash("lock", n), decided_by_id=redesign.proposer_id, decided_at=begun[n],
            )
            for n, redesign, revision in zip(chosen, redesigns, revisions, strict=True)
            if redesign.state in running
        ),
    )  # fmt: skip
    content, _new = ReadingInput.objects.get_or_create(
        sha256="0" * 64, defaults={"cases": 0, "arrays": b""}
    )
    _made(
        Reading,
        (
            _reading(live, content, chance, at=at)
            for live in lives
            if live.redesign.state == RedesignState.MEASURED
        ),
    )


def _reading(
    live: GoLive, content: ReadingInput, chance: random.Random, *, at: datetime
) -> Reading:
    effect, error = chance.gauss(-0.2, 0.2), chance.uniform(0.04, 0.15)
    ratio, low, high = (math.exp(effect + z * error) for z in (0, -1.96, 1.96))
    verdict = "improved" if high < 1 else "worse" if low > 1 else "no_measurable_change"
    # One-sided, against "not faster".
    p = 0.5 * math.erfc(-effect / error / math.sqrt(2))
    return Reading(
        redesign=live.redesign, go_live=live, kind=ReadingKind.PRIMARY,
        cutoff=min(live.reading_at, at), design={"design": {"target_ratio": 0.8}},
        design_sha256=_hash("design", live.pk), input=content, code_version="simulated",
        result={"n_after": 100, "gates": {}}, result_sha256=_hash("result", live.pk),
        verdict=verdict, grade="B", ratio=ratio, low=low, high=high, p=p, is_simulated=True,
        measured_at=at,
    )  # fmt: skip


def _made(model: type[M], rows: Iterable[M]) -> list[M]:
    manager: Any = model._default_manager  # noqa: SLF001  Django's public name
    return list(manager.bulk_create(list(rows), batch_size=BATCH))


def _hash(kind: str, number: int) -> str:
    return sha256(f"{kind} {number} {uuid7()}".encode()).hexdigest()
