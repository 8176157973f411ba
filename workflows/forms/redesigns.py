"""The editor of a redesign: everything typed on one page, turned into one ``Draft``."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from people.models import OrgUnitClosure, Person, WorkCalendar
from people.rules import members_of
from workflows.choices import (
    AiActRisk,
    Automation,
    DataClass,
    GxpImpact,
    PersonalData,
    RedesignState,
)
from workflows.drafts import DraftGuardrail, DraftHypothesis
from workflows.forms.redesign_rows import (
    HUNDRED,
    number_input,
)
from workflows.models import AiTool, Redesign, Revision, Workflow
from workflows.rules import workflows_seen

MOST_CHOICES = 200  # a longer list of workflows helps nobody; the stored one always stays
UNDER_WAY = (
    RedesignState.IN_REVIEW,
    RedesignState.APPROVED,
    RedesignState.LIVE,
    RedesignState.SUSPENDED,
)


if TYPE_CHECKING:  # Django's own class takes no parameters at run time
    Choice = forms.ModelChoiceField[Any]
else:
    Choice = forms.ModelChoiceField


class ToolChoice(Choice):
    def label_from_instance(self, obj: AiTool) -> str:
        return str(obj) if obj.approved else str(_("%(tool)s (not approved yet)") % {"tool": obj})


class WorkflowChoice(Choice):
    def label_from_instance(self, obj: Workflow) -> str:
        return f"{obj.name}, {obj.unit.name}"


class PersonChoice(Choice):
    def label_from_instance(self, obj: Person) -> str:
        return f"{obj.full_name}, {obj.job_title}" if obj.job_title else str(obj.full_name)


class RedesignForm(forms.Form):
    """All but the steps and guardrails. Percent are typed, shares and ratios are stored."""

    row_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    summary = forms.CharField(
        label=_("What changes, in one sentence"),
        max_length=300,
        required=False,
        help_text=_("Signers read it first."),
    )
    change_note = forms.CharField(
        label=_("What is new in this revision"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tool = ToolChoice(
        AiTool.objects.none(),
        label=_("AI tool and version"),
        required=False,
        empty_label=_("No AI tool"),
    )
    data_classes = forms.MultipleChoiceField(
        label=_("Data the tool will see"),
        choices=DataClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ai_act_risk = forms.ChoiceField(label=_("Risk under the AI Act"), choices=AiActRisk.choices)
    gxp_impact = forms.ChoiceField(label=_("GxP impact"), choices=GxpImpact.choices)
    personal_data = forms.ChoiceField(label=_("Personal data"), choices=PersonalData.choices)
    automation = forms.ChoiceField(label=_("Who decides"), choices=Automation.choices)
    overseer = PersonChoice(
        Person.objects.none(),
        label=_("Who watches over it"),
        required=False,
        empty_label=_("Choose a person"),
    )
    oversight_what = forms.CharField(
        label=_("What is reviewed"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    oversight_sample_percent = forms.IntegerField(
        label=_("Share of cases reviewed, %"), required=False, min_value=0, max_value=100
    )
    oversight_stop = forms.CharField(
        label=_("When we stop"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    oversight_fallback = forms.CharField(
        label=_("If the AI is down"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    promise = forms.DecimalField(
        label=_("Cases will take less time, by %"),
        help_text=_("20 means: a case that took 10 days takes 8."),
        min_value=Decimal("0.1"),
        max_value=Decimal("99.9"),
        decimal_places=1,
        widget=number_input(step="0.1", min="0.1", max="99.9"),
    )
    planned_go_live_date = forms.DateField(
        label=_("Planned go-live"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    comparison = WorkflowChoice(
        Workflow.objects.none(),
        label=_("Comparison workflow"),
        required=False,
        empty_label=_("None"),
        help_text=_("Similar work nearby that nobody redesigns: the best evidence there is."),
        error_messages={
            "invalid_choice": _(
                "Choose another workflow within your reach that nobody is redesigning."
            )
        },
    )
    calendar = forms.ModelChoiceField(
        WorkCalendar.objects.none(),
        label=_("Time is counted by"),
        required=False,
        empty_label=_("The clock on the wall, nights and weekends too"),
    )
    margin = forms.DecimalField(
        label=_("Too small to matter, below %"),
        min_value=Decimal(0),
        max_value=Decimal("99.9"),
        decimal_places=1,
        widget=number_input(step="0.1", min="0", max="99.9"),
    )
    before_days = forms.IntegerField(
        label=_("Days before go-live that count"), min_value=84, max_value=3660
    )
    washout_days = forms.IntegerField(
        label=_("Days after go-live left out"),
        min_value=0,
        max_value=365,
        help_text=_("People are still learning. 14, or 28 for a large redesign."),
    )
    after_days = forms.IntegerField(
        label=_("Days after that count"),
        min_value=42,
        max_value=3660,
        required=False,
        help_text=_("Empty reads without an end."),
    )
    placebo = forms.BooleanField(
        label=_("Look for jumps between earlier quarters"),
        required=False,
        help_text=_(
            "If quarters before go-live differ by more than chance, the interval gets wider. "
            "Switched off, the grade is C at most."
        ),
    )
    drift_key = forms.BooleanField(
        label=_("Look for a trend before go-live"),
        required=False,
        help_text=_(
            "If cases were getting faster already, part of that is taken out of the change. "
            "Switched off, the grade is C at most."
        ),
    )
    standardise = forms.BooleanField(
        label=_("Allow for a different mix of cases"),
        required=False,
        help_text=_(
            "Each type of case counts as much as it did before. Switched off, more simple cases "
            "look like faster work; the grade does not show it."
        ),
    )

    def __init__(self, *args: Any, redesign: Redesign, actor: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        revision = redesign.current_revision
        hypothesis = getattr(revision, "hypothesis", None)
        self._narrow("tool", tools_to_name(revision))
        self._narrow("overseer", overseers_to_name(redesign, revision))
        self._narrow("calendar", WorkCalendar.objects.order_by("name"))
        comparable = comparable_workflows(redesign, actor)
        self._narrow("comparison", comparable)
        near = comparable.filter(
            Q(function=redesign.workflow.function)
            | Q(pk=hypothesis.comparison_id if hypothesis else None)
        ).order_by("name")[:MOST_CHOICES]
        field = self.fields["comparison"]
        assert isinstance(field, WorkflowChoice)  # noqa: S101  (declared above)
        field.widget.choices = [
            ("", field.empty_label),
            *((row.pk, field.label_from_instance(row)) for row in near),
        ]
        first = revision is None or revision.number == 1
        if first and redesign.copied_from_id is None:
            del self.fields["change_note"]

    def _narrow(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = rows

    def hypothesis(self, guardrails: tuple[DraftGuardrail, ...]) -> DraftHypothesis:
        data = self.cleaned_data
        return DraftHypothesis(
            target_ratio=1 - data["promise"] / HUNDRED,
            margin=data["margin"] / HUNDRED,
            before_days=data["before_days"],
            washout_days=data["washout_days"],
            after_days=data["after_days"],
            planned_go_live_date=data["planned_go_live_date"],
            standardise=data["standardise"],
            placebo=data["placebo"],
            drift_key=data["drift_key"],
            comparison=data["comparison"],
            calendar=data["calendar"],
            guardrails=guardrails,
        )


def tools_to_name(revision: Revision | None) -> QuerySet[AiTool]:
    """The register, approved ones first; a retired version only where it is named already."""
    named = revision.tool_id if revision else None
    return AiTool.objects.filter(Q(retired_at__isnull=True) | Q(pk=named)).order_by(
        "-approved", "name", "version"
    )


def overseers_to_name(redesign: Redesign, revision: Revision | None) -> QuerySet[Person]:
    """People of the unit, the heads above it, the owner, the proposer, and who is named now."""
    workflow = redesign.workflow
    heads = OrgUnitClosure.objects.filter(
        descendant=workflow.unit_id, ancestor__head__isnull=False
    ).values("ancestor__head")
    members = members_of([workflow.unit_id]).values("pk")
    named = {workflow.owner_id, redesign.proposer_id, revision.overseer_id if revision else None}
    return Person.objects.filter(
        Q(pk__in=members) | Q(pk__in=heads) | Q(pk__in=named - {None}), is_active=True
    ).order_by("family_name", "given_name", "pk")


def comparable_workflows(redesign: Redesign, actor: Person) -> QuerySet[Workflow]:
    """Others within reach, still in use, with no redesign under way."""
    under_way = Redesign.objects.filter(workflow=OuterRef("pk"), state__in=UNDER_WAY)
    return (
        Workflow.objects.filter(workflows_seen(actor), ~Exists(under_way), retired_at__isnull=True)
        .exclude(pk=redesign.workflow_id)
        .select_related("unit")
    )
