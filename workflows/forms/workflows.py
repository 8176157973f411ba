"""What people say about a workflow, and how they narrow the list."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat, Trim
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.models import OrgUnit, Person
from workflows.choices import Stage
from workflows.forms.approval import ReasonForm
from workflows.forms.steps import LineField
from workflows.models import AiTool, Redesign, Workflow
from workflows.operations.workflows import ActivityFacts, WorkflowFacts
from workflows.paste import MAX_CELL, one_line
from workflows.queries.workflows import WorkflowFilter
from workflows.rules import owners_to_name, units_to_log_in

MOST_CASES = 100_000_000
NAMED_IN_ERROR = 3  # people an error offers
ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>\s*$")


def told_person(person: Person) -> str:
    """``Ines Marchetti <ines@example.com>``: readable, and names exactly one person."""
    return f"{person.full_name} <{person.email}>" if person.email else person.full_name


def people_called(people: QuerySet[Person], name: str) -> QuerySet[Person]:
    """Those whose whole name is ``name``, capitals aside."""
    full_name = Trim(Concat("given_name", Value(" "), "family_name"))
    return people.annotate(called=full_name).filter(called__iexact=name).order_by("email", "pk")


def people_named(people: QuerySet[Person], text: str) -> QuerySet[Person]:
    """Those whose name or address holds every word of ``text``; nobody for no word."""
    parts = re.sub(r"[<>]", " ", text).split()[:5]
    if not parts:
        return people.none()
    for part in parts:
        people = people.filter(
            Q(given_name__icontains=part)
            | Q(family_name__icontains=part)
            | Q(email__icontains=part)
        )
    return people.order_by("family_name", "given_name", "pk")


class OwnerField(forms.CharField):
    """A person by address, by ``Name <address>``, or by a full name only one person has."""

    default_error_messages = {
        "unknown": _("Nobody of this name is in your part of the organisation."),
        "near": _("Nobody has exactly this name. Did you mean %(people)s?"),
        "several": _("Several people have this name. Write the address: %(people)s."),
    }
    people: QuerySet[Person]

    def to_python(self, value: Any) -> Person | None:  # type: ignore[override]
        text = one_line((super().to_python(value) or "")[:MAX_CELL])
        if not text:
            return None
        address = ADDRESS.search(text)
        email = address[1] if address else text
        if "@" in email:
            found = list(self.people.filter(email=email.lower())[:2])
        else:
            found = list(people_called(self.people, text)[:NAMED_IN_ERROR])
        if len(found) > 1:
            raise self._refusal("several", found)
        if not found:
            near = list(people_named(self.people, text)[:NAMED_IN_ERROR])
            raise self._refusal("near" if near else "unknown", near)
        return found[0]

    def _refusal(self, code: str, people: list[Person]) -> ValidationError:
        told = ", ".join(told_person(person) for person in people)
        return ValidationError(self.error_messages[code], code, {"people": told})

    def run_validators(self, value: Any) -> None:
        """Those of a text have no meaning for a person."""

    def prepare_value(self, value: Any) -> Any:
        return told_person(value) if isinstance(value, Person) else value


class WorkflowForm(forms.Form):
    name = LineField(
        label=_("What do you call this work?"),
        max_length=150,
        help_text=_("The words your team uses."),
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One or two sentences somebody from another unit understands."),
    )
    owner = OwnerField(
        label=_("Owner"),
        max_length=300,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "list": "owner-options",
                "hx-get": reverse_lazy("workflows:owners"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#owner-options",
                "hx-sync": "this:replace",
            }
        ),
        help_text=_("Answers for this work. A name or an e-mail address."),
    )
    unit = forms.ModelChoiceField(
        OrgUnit.objects.none(), label=_("Unit that does it"), empty_label=_("Choose a unit")
    )
    function = LineField(
        label=_("Function"),
        max_length=100,
        widget=forms.TextInput({"list": "function-options", "autocomplete": "off"}),
        help_text=_("Such as Quality or Supply."),
    )
    yearly_volume = forms.IntegerField(
        label=_("Cases a year"),
        min_value=1,
        validators=[MaxValueValidator(MOST_CASES)],
        help_text=_("About; the cases themselves come later."),
    )
    gxp = forms.BooleanField(label=_("GxP relevant"), required=False)
    picked_because_slow = forms.BooleanField(
        label=_("Picked because it was slow"),
        required=False,
        help_text=_("Slow work often gets faster by itself; the reading takes this into account."),
    )
    candidate_tools = forms.ModelMultipleChoiceField(
        AiTool.objects.none(),
        label=_("AI tools that might help"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    row_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, actor: Person, workflow: Workflow | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people, units = owners_to_name(actor), units_to_log_in(actor)
        tools = AiTool.objects.filter(retired_at__isnull=True)
        if workflow is not None:
            # Who and what is named already may stay, in reach or not.
            people = Person.objects.filter(Q(pk__in=people.values("pk")) | Q(pk=workflow.owner_id))
            units = OrgUnit.objects.filter(Q(pk__in=units.values("pk")) | Q(pk=workflow.unit_id))
            tools = AiTool.objects.filter(
                Q(retired_at__isnull=True)
                | Q(
                    pk__in=workflow.candidate_tools.through.objects.filter(
                        workflow=workflow
                    ).values("aitool")
                )
            )
        self._field("owner", OwnerField).people = people
        self._field("unit", forms.ModelChoiceField).queryset = units.order_by("name", "pk")
        self._field("candidate_tools", forms.ModelMultipleChoiceField).queryset = tools.order_by(
            "name", "version"
        )

    def _field(self, name: str, _kind: type[Any]) -> Any:
        return self.fields[name]

    def typed(self) -> dict[str, Any]:
        """What stands in the fields, right or wrong: to show the form again unjudged."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    def facts(self) -> WorkflowFacts:
        given = {**self.cleaned_data}
        given.pop("row_version")
        return WorkflowFacts(**{**given, "candidate_tools": tuple(given["candidate_tools"])})


def initial_of(workflow: Workflow) -> dict[str, Any]:
    names = ("name", "purpose", "owner", "function", "yearly_volume", "gxp", "picked_because_slow")
    return {
        **{name: getattr(workflow, name) for name in names},
        "unit": workflow.unit_id,
        "candidate_tools": [tool.pk for tool in workflow.candidate_tools.all()],
        "row_version": workflow.row_version,
    }


def activity_facts(rows: list[dict[str, Any]]) -> list[ActivityFacts]:
    names = ActivityFacts.__dataclass_fields__
    return [ActivityFacts(**{name: row[name] for name in names}) for row in rows]


class RetireForm(ReasonForm):
    in_the_way: Redesign | None = None  # what a refusal links to, if the person may see it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why is it taken out of use?")


class WorkflowFilterForm(forms.Form):
    """GET: an unknown value asks for nothing instead of failing."""

    text = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.SearchInput
    )
    stage = forms.ChoiceField(
        label=_("Stage"),
        required=False,
        choices=[
            ("", pgettext_lazy("filter", "All")),
            *[(stage.value, stage.label) for stage in Stage if stage != Stage.SUSTAINED],
        ],
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    function = forms.ChoiceField(label=_("Function"), required=False)
    tool = forms.ChoiceField(label=_("AI tool"), required=False)
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[
            ("", _("All I may see")),
            ("mine", _("Mine to answer for")),
            ("retired", _("Out of use")),
        ],
    )

    def __init__(
        self, *args: Any, choices: dict[str, list[tuple[str, str]]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            self.fields[name].choices = [("", pgettext_lazy("filter", "All")), *found]  # type: ignore[attr-defined]
            if len(found) < 2 and not self.data.get(name):  # noqa: PLR2004
                del self.fields[name]  # nothing to choose from

    def wanted(self) -> WorkflowFilter:
        self.is_valid()
        given = self.cleaned_data
        return WorkflowFilter(
            text=given.get("text", ""),
            unit=int(given.get("unit") or 0) or None,
            stage=given.get("stage", ""),
            function=given.get("function", ""),
            tool=int(given.get("tool") or 0) or None,
            mine=given.get("whose") == "mine",
            retired=given.get("whose") == "retired",
        )
