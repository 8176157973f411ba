"""Everything an editor of a redesign may type, as one value: from the form to the operation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from people.models import Person, WorkCalendar
from workflows.choices import (
    AiActRisk,
    Automation,
    Change,
    GuardKind,
    GxpImpact,
    PersonalData,
    Worse,
)
from workflows.comparison import StepFacts, ToBeFacts
from workflows.models import AiTool, Workflow


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A to-be step in its place. ``share_of_cases`` is 0 to 1; a new step brings a new key."""

    step_key: UUID
    change: Change
    title: str
    role: str = ""
    system: str = ""
    touch_minutes: Decimal | None = None
    wait_minutes: Decimal | None = None
    share_of_cases: Decimal = Decimal(1)
    detail: str = ""
    origin_keys: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftGuardrail:
    """``margin`` in the unit of the case field; 0.02 = 2 points for a share."""

    name: str
    field: str
    kind: GuardKind
    margin: Decimal
    worse: Worse


@dataclass(frozen=True, slots=True)
class DraftHypothesis:
    """``target_ratio`` 0.80 promises 20 % less time; ``after_days`` None reads without an end.

    ``placebo`` and ``drift_key`` are the two guards on the baseline (measurement-method.md 5).
    """

    target_ratio: Decimal
    margin: Decimal = Decimal("0.050")
    before_days: int = 364
    washout_days: int = 14
    after_days: int | None = 84
    planned_go_live_date: date | None = None
    standardise: bool = True
    season: bool = False
    placebo: bool = True
    drift_key: bool = True
    comparison: Workflow | None = None
    calendar: WorkCalendar | None = None
    guardrails: tuple[DraftGuardrail, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """``hypothesis`` None leaves the stored one as it is."""

    steps: tuple[DraftStep, ...]
    summary: str = ""
    change_note: str = ""
    tool: AiTool | None = None
    data_classes: tuple[str, ...] = field(default=())
    ai_act_risk: AiActRisk = AiActRisk.MINIMAL
    gxp_impact: GxpImpact = GxpImpact.NONE
    personal_data: PersonalData = PersonalData.NONE
    automation: Automation = Automation.ASSIST
    overseer: Person | None = None
    oversight_what: str = ""
    oversight_sample_percent: int | None = None
    oversight_stop: str = ""
    oversight_fallback: str = ""
    hypothesis: DraftHypothesis | None = None


def as_kept(activities: Iterable[StepFacts]) -> list[DraftStep]:
    """The first draft: every as-is activity stays as it is."""
    ordered = sorted(activities, key=lambda step: step.position)
    return [_like(step, Change.KEPT) for step in ordered]


def of_rows(rows: Iterable[ToBeFacts]) -> list[DraftStep]:
    ordered = sorted(rows, key=lambda step: step.position)
    return [
        replace(
            _like(row, Change(row.change)), detail=row.detail, origin_keys=tuple(row.origin_keys)
        )
        for row in ordered
    ]


def settled(steps: Iterable[DraftStep], activities: Iterable[StepFacts]) -> list[DraftStep]:
    """Steps whose kind of change agrees with the as-is ``activities``.

    Kept means nothing differs: a kept step with other facts becomes changed, one that never was
    becomes added, an added one that was there becomes changed. A removed step shows the as-is
    facts; one that never was is dropped. As-is steps nobody mentioned are removed, and stand after
    the as-is step before them. Origins outside the as-is are forgotten.
    """
    ordered = sorted(activities, key=lambda step: step.position)
    was = {step.step_key: step for step in ordered}
    result = [
        done for step in steps if (done := _settled(step, was.get(step.step_key), was)) is not None
    ]
    _insert_missing(result, ordered, Change.REMOVED)
    return result


def brought_up_to_date(
    steps: Iterable[DraftStep], activities: Iterable[StepFacts]
) -> list[DraftStep]:
    """The same proposal on a newer as-is: what is kept follows it, its new steps are kept."""
    ordered = sorted(activities, key=lambda step: step.position)
    was = {step.step_key: step for step in ordered}
    result = []
    for step in steps:
        if step.change in {Change.KEPT, Change.REMOVED}:
            if step.step_key in was:
                result.append(_like(was[step.step_key], step.change))
        else:
            settled_step = _settled(step, was.get(step.step_key), was)
            result.extend([settled_step] if settled_step else [])
    _insert_missing(result, ordered, Change.KEPT)
    return result


def _settled(
    step: DraftStep, was: StepFacts | None, known: Mapping[UUID, StepFacts]
) -> DraftStep | None:
    origins = tuple(dict.fromkeys(key for key in step.origin_keys if key in known))
    if step.change == Change.REMOVED:
        return _like(was, Change.REMOVED) if was else None
    if was is None:
        new = {Change.KEPT: Change.ADDED, Change.CHANGED: Change.ADDED}
        return replace(step, change=new.get(step.change, step.change), origin_keys=origins)
    kept = _like(was, Change.KEPT)
    if step.change == Change.KEPT and not origins and replace(step, origin_keys=()) == kept:
        return kept
    old = {Change.KEPT: Change.CHANGED, Change.ADDED: Change.CHANGED}
    return replace(step, change=old.get(step.change, step.change), origin_keys=origins)


def _insert_missing(result: list[DraftStep], ordered: list[StepFacts], change: Change) -> None:
    for index, activity in enumerate(ordered):
        if any(step.step_key == activity.step_key for step in result):
            continue
        before = ordered[index - 1].step_key if index else None
        place = next((at for at, step in enumerate(result, 1) if step.step_key == before), 0)
        result.insert(place, _like(activity, change))


def _like(step: StepFacts, change: Change) -> DraftStep:
    return DraftStep(
        step_key=step.step_key,
        change=change,
        title=step.title,
        role=step.role,
        system=step.system,
        touch_minutes=step.touch_minutes,
        wait_minutes=step.wait_minutes,
        share_of_cases=step.share_of_cases,
    )
