"""Workflows: the list, one page for each, its history, and the form that logs or changes it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.acting import acting_person
from core.errors import DomainError, Forbidden
from core.pagination import page_of
from people.models import Person
from workflows import paste
from workflows.forms.steps import (
    PREFIX,
    Row,
    StepFormSet,
    is_blank,
    typed_rows,
    with_pasted,
    with_row_action,
)
from workflows.forms.workflows import (
    WorkflowFilterForm,
    WorkflowForm,
    activity_facts,
    initial_of,
)
from workflows.models import Workflow
from workflows.operations import workflows as operations
from workflows.queries.workflows import (
    filter_choices,
    history_of,
    steps_of,
    versions_of,
    workflow_detail,
    workflow_list,
    workflow_page,
    workflow_rows,
    workflows_visible_to,
)
from workflows.rules import may_edit, may_log

SAVE = "save"
PASTE = "paste"
SPARE_LINES = 3


@login_required
@require_GET
def workflow_index(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    form = WorkflowFilterForm(request.GET, choices=filter_choices(actor))
    page = page_of(request, workflow_list(actor, form.wanted()))
    context = {
        "form": form,
        "page": page,
        "rows": workflow_rows(list(page.object_list), actor),
        "filtered": any(request.GET.values()),
        "may_log": may_log(actor),
    }
    return render(request, "workflows/workflows.html", context)


@login_required
@require_GET
def workflow(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    row = get_object_or_404(workflow_detail(actor), public_id=public_id)
    page = workflow_page(row, actor, minimum_group=settings.MINIMUM_GROUP)
    context = {
        "page": page,
        "tabs": _tabs(row, "overview", page.lead.public_id if page.lead else None),
        "simulated": row.is_simulated,
    }
    return render(request, "workflows/workflow.html", context)


@login_required
@require_GET
def history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Versions and every recorded act, newest first."""
    actor = acting_person(request)
    row = get_object_or_404(
        workflows_visible_to(actor).select_related("unit", "owner"), public_id=public_id
    )
    context = {
        "workflow": row,
        "versions": versions_of(row),
        "page": page_of(request, history_of(row)),
        "tabs": _tabs(row, "history", None),
        "simulated": row.is_simulated,
    }
    return render(request, "workflows/workflow_history.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    if not may_log(actor):
        raise Forbidden
    if request.method == "GET":
        rows: list[Row] = [{} for _line in range(SPARE_LINES)]
        return _form_page(request, WorkflowForm(actor=actor, initial={"owner": actor}), rows)
    return _sent(request, actor, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    row = get_object_or_404(
        workflows_visible_to(actor).select_related("unit", "owner", "current_version"),
        public_id=public_id,
    )
    if not may_edit(actor, row):
        raise Forbidden
    if request.method == "GET":
        form = WorkflowForm(actor=actor, workflow=row, initial=initial_of(row))
        return _form_page(request, form, _stored_rows(row), workflow=row)
    return _sent(request, actor, row)


def _sent(request: HttpRequest, actor: Person, row: Workflow | None) -> HttpResponse:
    """A row's button shows the page again with all that was typed; only saving judges it."""
    form = WorkflowForm(request.POST, actor=actor, workflow=row)
    do = request.POST.get("do", SAVE)
    rows = typed_rows(request.POST)
    if do == PASTE:
        return _pasted(request, actor, row, rows)
    if do != SAVE:
        unjudged = WorkflowForm(actor=actor, workflow=row, initial=form.typed())
        return _form_page(request, unjudged, with_row_action(rows, do), workflow=row)
    formset = StepFormSet(request.POST, prefix=PREFIX)
    if not (form.is_valid() and formset.is_valid()):
        return _form_page(request, form, rows, workflow=row, formset=formset, status=422)
    steps = activity_facts(formset.rows())
    try:
        if row is None:
            saved = operations.log_workflow(
                actor=actor, facts=form.facts(), steps=steps, at=timezone.now()
            )
        else:
            saved = operations.edit_workflow(
                workflow=row,
                actor=actor,
                facts=form.facts(),
                steps=steps,
                row_version=form.cleaned_data["row_version"] or 0,
            )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, form, rows, workflow=row, formset=formset, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect(saved.get_absolute_url())


def _pasted(
    request: HttpRequest, actor: Person, row: Workflow | None, rows: list[Row]
) -> HttpResponse:
    """Lines from a spreadsheet become steps; what was understood is said above the table."""
    typed = WorkflowForm(request.POST, actor=actor, workflow=row).typed()
    form = WorkflowForm(actor=actor, workflow=row, initial=typed)
    lines = request.POST.get("paste-lines", "")
    try:
        read = paste.read(lines)
    except paste.TooMuch as much:
        problem = _("These are %(count)s lines; a workflow has at most 300 steps.") % {
            "count": much.lines
        }
        return _form_page(
            request, form, rows, workflow=row, status=422, lines=lines, problem=problem
        )
    kept = [line for line in rows if not is_blank(line)]
    return _form_page(request, form, with_pasted(kept, read.steps), workflow=row, read=read)


def _form_page(  # noqa: PLR0913 what one page shows
    request: HttpRequest,
    form: WorkflowForm,
    rows: list[Row],
    *,
    workflow: Workflow | None = None,
    formset: Any = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    if formset is None:
        formset = StepFormSet(initial=rows, prefix=PREFIX)
        formset.extra = 0
    context = {"form": form, "formset": formset, "workflow": workflow, **more}
    return render(request, "workflows/workflow_form.html", context, status=status)


def _stored_rows(row: Workflow) -> list[Row]:
    names = ("title", "role", "system", "kind", "touch_minutes", "wait_minutes", "share_of_cases")
    return [
        {"step_key": str(step.step_key), **{name: getattr(step, name) for name in names}}
        for step in steps_of(row.current_version)
    ]


def _tabs(row: Workflow, here: str, redesign: UUID | None) -> list[tuple[str, str, bool]]:
    places = [
        ("overview", _("Overview"), reverse("workflows:workflow", args=[row.public_id])),
        ("cases", _("Cases"), reverse("measurement:cases", args=[row.public_id])),
        ("history", _("History"), reverse("workflows:history", args=[row.public_id])),
    ]
    if redesign is not None:
        places.insert(
            1, ("redesign", _("Redesign"), reverse("workflows:redesign", args=[redesign]))
        )
    return [(name, address, key == here) for key, name, address in places]
