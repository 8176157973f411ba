"""Workflows: the list, one page for each, its history, and the end of it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.acting import acting_person
from core.errors import DomainError, Forbidden
from core.pagination import page_of
from people.models import Person
from workflows.forms.workflows import RetireForm, WorkflowFilterForm
from workflows.operations import workflows as operations
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.workflows import (
    acts_on,
    filter_choices,
    improved_among,
    retirement_of,
    versions_of,
    workflow_detail,
    workflow_list,
    workflow_page,
    workflow_rows,
    workflows_visible_to,
)
from workflows.rules import may_edit, may_log
from workflows.views.history_words import act
from workflows.views.tabs import tabs_of

if TYPE_CHECKING:
    from workflows.queries.stages import LedWorkflow


@login_required
@require_GET
def workflow_index(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    form = WorkflowFilterForm(request.GET, choices=filter_choices(actor))
    rows = workflow_list(actor, form.wanted())
    page = page_of(request, rows)
    context = {
        "form": form,
        "page": page,
        "rows": workflow_rows(list(page.object_list), actor),
        "improved": improved_among(rows) if page.paginator.count else 0,
        "filtered": any(request.GET.values()),
        "may_log": may_log(actor),
    }
    return render(request, "workflows/workflows.html", context)


@login_required
@require_GET
def workflow(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    row = get_object_or_404(workflow_detail(actor), public_id=public_id)
    return _shown(request, row, actor)


def _shown(
    request: HttpRequest,
    row: "LedWorkflow",
    actor: Person,
    *,
    retiring: RetireForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = workflow_page(row, actor, minimum_group=settings.MINIMUM_GROUP)
    context = {
        "page": page,
        "tabs": tabs_of(row, actor, "overview"),
        "retiring": retiring or RetireForm(),
        "retirement": retirement_of(row),
        "simulated": row.is_simulated,
    }
    return render(request, "workflows/workflow.html", context, status=status)


@login_required
@require_GET
def history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Versions and every recorded act, newest first."""
    actor = acting_person(request)
    row = get_object_or_404(
        workflows_visible_to(actor).select_related("unit", "owner"), public_id=public_id
    )
    page = page_of(request, acts_on(row, actor))
    context = {
        "workflow": row,
        "versions": versions_of(row),
        "page": page,
        "acts": [act(event) for event in page],
        "tabs": tabs_of(row, actor, "history"),
        "simulated": row.is_simulated,
    }
    return render(request, "workflows/workflow_history.html", context)


@login_required
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    row = get_object_or_404(workflow_detail(actor), public_id=public_id)
    if row.retired_at is None and not may_edit(actor, row):
        raise Forbidden
    form = RetireForm(request.POST)
    if not form.is_valid():
        return _shown(request, row, actor, retiring=form, status=422)
    try:
        operations.retire_workflow(
            workflow=row, actor=actor, reason=form.cleaned_data["reason"], at=timezone.now()
        )
    except operations.StillRunning as refusal:
        form.add_error(None, str(refusal))
        seen = redesigns_visible_to(actor).filter(pk=refusal.redesign.pk)
        form.in_the_way = seen.first()
        return _shown(request, row, actor, retiring=form, status=refusal.status)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, row, actor, retiring=form, status=refusal.status)
    messages.success(request, _("Taken out of use. Its history and evidence stay."))
    return redirect(row.get_absolute_url())
