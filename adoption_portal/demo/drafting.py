"""From a story's table of changes to the draft its owner would have typed."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from adoption_portal.demo.catalogue import Story, ToBe
from people.models import Person, WorkCalendar
from workflows.choices import Automation, Change, GuardKind, GxpImpact, PersonalData, Worse
from workflows.drafts import Draft, DraftGuardrail, DraftHypothesis, DraftStep
from workflows.models import Activity, AiTool, Redesign, Workflow


def draft_of(story: Story, redesign: Redesign, overseer: Person, *, planned: date) -> Draft:
    as_is = list(redesign.base_version.activities.order_by("position"))
    return Draft(
        steps=tuple(_step(to_be, as_is) for to_be in story.to_be),
        summary=story.summary,
        tool=AiTool.objects.get(name=story.tool),
        data_classes=("internal", "personal")
        if story.personal_data != "none"
        else ("internal", "batch_record")
        if story.gxp
        else ("internal",),
        gxp_impact=GxpImpact.INDIRECT if story.gxp else GxpImpact.NONE,
        personal_data=PersonalData(story.personal_data),
        automation=Automation.APPROVES_EACH,
        overseer=overseer,
        oversight_what="Every output before it is used, and ten in a hundred once more.",
        oversight_sample_percent=10,
        oversight_stop="Two wrong outputs in one week that a person did not catch.",
        oversight_fallback="We work as before; the steps of today stay described.",
        hypothesis=DraftHypothesis(
            target_ratio=Decimal(str(story.promise)),
            planned_go_live_date=planned,
            comparison=Workflow.objects.filter(slug=story.comparison).first()
            if story.comparison
            else None,
            calendar=WorkCalendar.objects.filter(sites__code=story.calendar).first()
            if story.calendar
            else None,
            guardrails=tuple(
                DraftGuardrail(name, field, GuardKind(kind), Decimal(str(margin)), Worse(worse))
                for name, field, kind, margin, worse in story.guardrails
            ),
        ),
    )


def _step(to_be: ToBe, as_is: list[Activity]) -> DraftStep:
    was = as_is[to_be.of - 1] if to_be.of > 0 else None
    if was is None:
        return DraftStep(
            step_key=uuid4(),
            change=Change(to_be.change),
            title=to_be.title,
            role=to_be.who,
            touch_minutes=_minutes(to_be.touch),
            wait_minutes=_minutes(to_be.wait),
            detail=to_be.how,
        )
    return DraftStep(
        step_key=was.step_key,
        change=Change(to_be.change),
        title=to_be.title or was.title,
        role=to_be.who or was.role,
        system=was.system,
        touch_minutes=was.touch_minutes if to_be.touch is None else _minutes(to_be.touch),
        wait_minutes=was.wait_minutes if to_be.wait is None else _minutes(to_be.wait),
        share_of_cases=was.share_of_cases,
        detail=to_be.how,
    )


def _minutes(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
