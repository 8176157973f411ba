"""The three forms of the editor as one, and what they show of a stored draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from people.models import Person
from workflows.choices import (
    AiActRisk,
    Automation,
    Change,
    GuardKind,
    GxpImpact,
    PersonalData,
)
from workflows.drafts import Draft, DraftHypothesis
from workflows.forms.redesign_rows import (
    GUARDRAILS,
    HUNDRED,
    STEPS,
    GuardrailRows,
    StepForm,
    StepRows,
)
from workflows.forms.redesigns import RedesignForm
from workflows.models import Activity, Redesign, Revision, RevisionActivity

ADVANCED = {"margin", "before_days", "washout_days", "after_days"}
GUARDS = ("placebo", "drift_key", "standardise")


@dataclass(frozen=True, slots=True)
class StepRow:
    """``number`` and ``was`` are of the step of today; None for a new one."""

    form: StepForm
    was: Activity | None
    number: int | None
    origins: list[int]
    change: str

    @property
    def open(self) -> bool:
        """Whether the finer points are shown at once."""
        fine = {"role", "system", "share", "detail"}
        return self.change not in {Change.KEPT, Change.REMOVED} or bool(
            fine & set(self.form.errors)
        )


class Editor:
    """The three forms of the page as one: valid together, and one draft."""

    def __init__(self, redesign: Redesign, actor: Person, data: QueryDict | None = None) -> None:
        revision = redesign.current_revision
        assert revision is not None  # noqa: S101  (every redesign is made with one)
        self.form = RedesignForm(
            data, redesign=redesign, actor=actor, initial=form_initial(redesign, revision)
        )
        self.steps = StepRows(data, prefix=STEPS, initial=step_initial(revision))
        self.guardrails = GuardrailRows(
            data, prefix=GUARDRAILS, initial=guardrail_initial(revision)
        )

    @property
    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.steps.is_valid(), self.guardrails.is_valid()])

    @property
    def has_advanced_errors(self) -> bool:
        return bool(ADVANCED & set(self.form.errors))

    @property
    def guards(self) -> list[forms.BoundField]:
        return [self.form[name] for name in GUARDS]

    @property
    def guard_is_off(self) -> bool:
        """Whether the part of the guards stands open: what costs the grade is not hidden."""
        return not all(field.value() for field in self.guards)

    def hush(self) -> None:
        """Show what was typed without judging it: rows are being arranged, nothing is saved."""
        every: list[Any] = [self.form, *self.steps.forms, *self.guardrails.forms]
        for form in every:
            form._errors = forms.utils.ErrorDict()  # noqa: SLF001  (Django has no public way)
            form.cleaned_data = {}

    def rows(self, before: Sequence[Activity]) -> list[StepRow]:
        """Each step form beside the step of today that it goes on from."""
        numbers = {str(step.step_key): at for at, step in enumerate(before, 1)}
        known = {str(step.step_key): step for step in before}
        found = []
        for form in self.steps.forms:
            key = str(form["step_key"].value() or "")
            named = str(form["origins"].value() or "").split()
            found.append(
                StepRow(
                    form=form,
                    was=known.get(key),
                    number=numbers.get(key),
                    origins=[numbers[one] for one in named if one in numbers],
                    change=str(form["change"].value() or ""),
                )
            )
        return found

    def draft(self) -> Draft:
        data = self.form.cleaned_data
        guardrails = tuple(form.draft() for form in self.guardrails.forms if not form.is_blank)
        return Draft(
            steps=tuple(form.draft() for form in self.steps.forms),
            summary=data["summary"],
            change_note=data.get("change_note", ""),
            tool=data["tool"],
            data_classes=tuple(data["data_classes"]),
            ai_act_risk=AiActRisk(data["ai_act_risk"]),
            gxp_impact=GxpImpact(data["gxp_impact"]),
            personal_data=PersonalData(data["personal_data"]),
            automation=Automation(data["automation"]),
            overseer=data["overseer"],
            oversight_what=data["oversight_what"],
            oversight_sample_percent=data["oversight_sample_percent"],
            oversight_stop=data["oversight_stop"],
            oversight_fallback=data["oversight_fallback"],
            hypothesis=self.form.hypothesis(guardrails),
        )


def plain(value: Decimal | None) -> str:
    """``30.0`` as ``30``: a field shows what a person would have typed."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def form_initial(redesign: Redesign, revision: Revision) -> dict[str, Any]:
    same = (
        "summary change_note tool data_classes ai_act_risk gxp_impact personal_data automation "
        "overseer oversight_what oversight_sample_percent oversight_stop oversight_fallback"
    )
    values: dict[str, Any] = {name: getattr(revision, name) for name in same.split()}
    values["row_version"] = redesign.row_version
    hypothesis = getattr(revision, "hypothesis", None)
    usual = hypothesis or DraftHypothesis(target_ratio=Decimal("0.800"))
    kept = (
        "before_days washout_days after_days planned_go_live_date standardise placebo "
        "drift_key comparison calendar"
    )
    values |= {name: getattr(usual, name) for name in kept.split()}
    values["promise"] = plain((1 - usual.target_ratio) * HUNDRED)
    values["margin"] = plain(usual.margin * HUNDRED)
    return values


def step_initial(revision: Revision) -> list[dict[str, Any]]:
    rows = sorted(revision.activities.all(), key=lambda row: row.position)
    return [step_values(row) for row in rows]


def step_values(row: RevisionActivity) -> dict[str, Any]:
    return {
        "step_key": str(row.step_key),
        "origins": " ".join(map(str, row.origin_keys)),
        "change": row.change,
        "title": row.title,
        "touch_minutes": plain(row.touch_minutes),
        "wait_minutes": plain(row.wait_minutes),
        "role": row.role,
        "system": row.system,
        "share": plain(row.share_of_cases * HUNDRED),
        "detail": row.detail,
    }


def guardrail_initial(revision: Revision) -> list[dict[str, Any]]:
    hypothesis = getattr(revision, "hypothesis", None)
    rows = sorted(hypothesis.guardrails.all(), key=lambda row: row.position) if hypothesis else []
    return [
        {
            "name": row.name,
            "field": row.field,
            "kind": row.kind,
            "margin": plain(row.margin * HUNDRED if row.kind == GuardKind.SHARE else row.margin),
            "worse": row.worse,
        }
        for row in rows
    ]
