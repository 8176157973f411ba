"""The form that logs a workflow or changes one: one page, works without a script.

Every button posts the whole page. Only Save saves; the others arrange the steps, and answer htmx
with the part of the page that holds them.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.acting import acting_person
from core.errors import DomainError, Stale
from people.models import Person
from workflows import paste
from workflows.differences import workflow_differences
from workflows.forms import pasting
from workflows.forms.steps import PREFIX, Row, StepFormSet, as_sent, typed_rows, with_row_action
from workflows.forms.workflows import (
    WorkflowForm,
    activity_facts,
    initial_of,
    people_named,
    told_person,
)
from workflows.models import Workflow
from workflows.operations import workflows as operations
from workflows.queries.workflows import history_of, steps_of, words_in_use, workflows_visible_to
from workflows.rules import MAX_STEPS, may_edit, may_log, owners_to_name

Reading = tuple[str, paste.Pasted]  # the lines, and how they were read
SAVE, PASTE, READ_AGAIN, KEEP = "save", "paste", "read-again", "keep"
SPARE_LINES = 3
OK = 200
MOST_PEOPLE = 10
SHORTEST_SEARCH = 2


@login_required
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    if not may_log(actor):
        raise PermissionDenied
    if request.method == "GET":
        form = WorkflowForm(actor=actor, initial={"owner": actor})
        return _page(request, form, _table([{} for _line in range(SPARE_LINES)]))
    return _sent(request, actor, None)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    row = _row(actor, public_id)
    if row.retired_at is not None and request.method == "GET":
        messages.info(request, operations.OutOfUse.message)
        return redirect(row)
    if row.retired_at is None and not may_edit(actor, row):
        raise PermissionDenied
    if request.method == "GET":
        form = WorkflowForm(actor=actor, workflow=row, initial=initial_of(row))
        return _page(request, form, _table(_stored_rows(row)), workflow=row)
    return _sent(request, actor, row)


@login_required
@require_GET
def owners(request: HttpRequest) -> HttpResponse:
    """Options for the owner's field: the first few people in reach whom the typed words name."""
    text = request.GET.get("owner", "").replace("\0", "").strip()[:100]
    found = people_named(owners_to_name(acting_person(request)), text)[:MOST_PEOPLE]
    people = [told_person(person) for person in found] if len(text) >= SHORTEST_SEARCH else []
    return render(request, "workflows/_owner_options.html", {"people": people})


def _row(actor: Person, public_id: UUID) -> Workflow:
    return get_object_or_404(
        workflows_visible_to(actor).select_related("unit", "owner", "current_version"),
        public_id=public_id,
    )


def _sent(request: HttpRequest, actor: Person, row: Workflow | None) -> HttpResponse:
    do = request.POST.get("do", SAVE)
    if do != SAVE:
        return _arranged(request, actor, row, do)
    form = WorkflowForm(request.POST, actor=actor, workflow=row)
    formset = StepFormSet(request.POST, prefix=PREFIX)
    reading = pasting.read_as_chosen(request.POST)
    if not (form.is_valid() & formset.is_valid()):  # both, so that both say what is wrong
        return _page(request, form, formset, workflow=row, status=422, reading=reading)
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
        if isinstance(refusal, Stale) and row is not None:
            return _conflict(request, actor, row, form, formset)
        form.add_error(None, str(refusal))
        return _page(request, form, formset, workflow=row, status=refusal.status, reading=reading)
    messages.success(request, _("Saved."))
    return redirect(saved.get_absolute_url())


def _conflict(
    request: HttpRequest, actor: Person, row: Workflow, form: WorkflowForm, formset: Any
) -> HttpResponse:
    """Both sides of what differs; the page holds what was typed, and saves over the newer one."""
    row = _row(actor, row.public_id)
    stored, typed = operations.both_told(row, form.facts(), activity_facts(formset.rows()))
    newer = request.POST.copy()
    newer["row_version"] = str(row.row_version)
    context: dict[str, Any] = {
        "conflict": workflow_differences(stored, typed),
        "saved": history_of(row).first(),
        "refusal": Stale.message,
    }
    again = WorkflowForm(newer, actor=actor, workflow=row)
    return _page(request, again, formset, workflow=row, status=Stale.status, **context)


def _arranged(request: HttpRequest, actor: Person, row: Workflow | None, do: str) -> HttpResponse:
    """The page again with all that was typed; only what a paste brought is judged at once."""
    typed = WorkflowForm(request.POST, actor=actor, workflow=row).typed()
    form = WorkflowForm(actor=actor, workflow=row, initial=typed)
    rows = typed_rows(request.POST)
    reading = pasting.read_as_chosen(request.POST)
    try:
        if do == PASTE:
            reading, rows = _pasted(request, rows)
        elif do == READ_AGAIN and reading:
            rows = pasting.read_again(rows, reading[1].steps)
    except paste.TooMuch as much:
        problem = pasting.too_much_told(much)
        return _page(
            request, form, _table(rows), workflow=row, status=422, problem=problem, reading=reading
        )
    if do in {PASTE, READ_AGAIN} and reading:
        return _page(request, form, _judged(rows), workflow=row, reading=reading, fresh=True)
    if do == PASTE:
        problem = _("There is no line to read. Copy some from a spreadsheet or a list first.")
        return _page(request, form, _table(rows), workflow=row, status=422, problem=problem)
    shown = None if do == KEEP else reading
    return _page(request, form, _table(with_row_action(rows, do)), workflow=row, reading=shown)


def _pasted(request: HttpRequest, rows: list[Row]) -> tuple[Reading | None, list[Row]]:
    """What the box holds, read with guessed columns, and the rows with it; None for no line."""
    box = pasting.PasteForm(request.POST, prefix=pasting.BOX)
    box.is_valid()
    text = box.cleaned_data.get("lines", "")
    read = paste.read(text)
    if not read.steps:
        return None, rows
    return (text, read), pasting.with_pasted(rows, read.steps, box.cleaned_data.get("at"))


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    return StepFormSet(initial=rows, prefix=PREFIX)


def _judged(rows: list[Row]) -> Any:
    return StepFormSet(as_sent(rows), prefix=PREFIX)


def _page(  # noqa: PLR0913 what one page shows
    request: HttpRequest,
    form: WorkflowForm,
    formset: Any,
    *,
    workflow: Workflow | None = None,
    status: int = 200,
    reading: Reading | None = None,
    problem: str = "",
    **more: Any,
) -> HttpResponse:
    kept = pasting.kept_lines(request.POST) if problem or status != OK else ""
    context = {
        "formset": formset,
        "row_problems": _problems(formset),
        "box": pasting.PasteForm(prefix=pasting.BOX, initial={"lines": kept}),
        "problem": problem,
        "most_steps": MAX_STEPS,
        **more,
    }
    if reading:
        context |= {"read": reading[1], "columns": pasting.ColumnsForm.of(*reading)}
    if request.headers.get("HX-Request") == "true":
        return render(request, "workflows/_workflow_steps.html", context, status=status)
    context |= {
        "form": form,
        "workflow": workflow,
        "words": words_in_use(acting_person(request)),
        "simulated": bool(workflow and workflow.is_simulated),
    }
    return render(request, "workflows/workflow_form.html", context, status=status)


def _problems(formset: Any) -> list[tuple[str, str]]:
    """Each wrong cell: the id to go to, and the line, column and reason in words."""
    if not formset.is_bound:
        return []
    return [
        (
            line[name].auto_id,
            _("Line %(number)s, %(column)s: %(problem)s")
            % {"number": number, "column": line[name].label, "problem": text},
        )
        for number, line in enumerate(formset, 1)
        for name, texts in line.errors.items()
        for text in texts
    ]


def _stored_rows(row: Workflow) -> list[dict[str, Any]]:
    names = ("title", "role", "system", "kind", "touch_minutes", "wait_minutes", "share_of_cases")
    return [
        {"step_key": str(step.step_key), **{name: getattr(step, name) for name in names}}
        for step in steps_of(row.current_version)
    ]
