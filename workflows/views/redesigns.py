"""Redesigns: the list, one page for each, and what may be done from it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.acting import acting_person
from core.errors import DomainError
from core.pagination import page_of
from workflows.choices import RedesignState
from workflows.forms.approval import ReasonForm
from workflows.forms.redesign_filter import RedesignFilter
from workflows.models import Redesign
from workflows.operations import redesigns as operations
from workflows.operations.submitting import submit_redesign
from workflows.operations.withdrawing import withdraw_redesign
from workflows.queries.redesign_pages import (
    RedesignsWanted,
    redesign_detail,
    redesign_list,
    redesign_page,
    redesign_rows,
    revisions_of,
    tools_with_redesigns,
    units_with_redesigns,
)
from workflows.queries.workflows import workflows_visible_to
from workflows.views import shown
from workflows.views.redesign_words import check_items, expectation, oversight_facts, risk_facts
from workflows.views.tabs import tabs_of

PARTS = ("", "revisions")
SENT_BACK = (RedesignState.CHANGES_REQUESTED, RedesignState.REJECTED)


@login_required
@require_GET
def redesign_index(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    form = RedesignFilter(
        request.GET, units=units_with_redesigns(actor), tools=tools_with_redesigns(actor)
    )
    form.is_valid()  # a filter that makes no sense is left out and says so
    asked = form.cleaned_data
    wanted = RedesignsWanted(
        text=asked.get("q", ""),
        state=asked.get("state", ""),
        unit=asked.get("unit"),
        tool=asked.get("tool"),
        mine=asked.get("mine", False),
    )
    page = page_of(request, redesign_list(actor, wanted))
    context = {
        "form": form,
        "page": page,
        "rows": redesign_rows(list(page)),
        "filtered": any(asked.values()),
    }
    return render(request, "workflows/redesigns.html", context)


@login_required
@require_GET
def redesign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _shown(request, public_id)


def _shown(
    request: HttpRequest, public_id: UUID, *, refusal: DomainError | None = None
) -> HttpResponse:
    actor, at = acting_person(request), timezone.now()
    row = get_object_or_404(redesign_detail(actor), public_id=public_id)
    part = request.GET.get("part", "")
    part = part if part in PARTS else ""
    context = {
        "redesign": row,
        "part": part,
        "tabs": tabs_of(row.workflow, actor, "redesign", row),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "simulated": row.workflow.is_simulated,
    }
    page = redesign_page(row, actor, at)
    context |= {
        "page": page,
        "expectation": expectation(page),
        "risks": risk_facts(page.revision),
        "oversight": oversight_facts(page.revision),
        "checks": check_items(page.checks),
        "shows_checks": row.state == RedesignState.DRAFT and page.rights.edit,
        "sign_off": page.sign_off,
        "answer": shown.answer_against(page.sign_off) if row.state in SENT_BACK else None,
        "chain": shown.chain(page.sign_off, actor, at) if page.sign_off else [],
    }
    if part == "revisions":
        context["entries"] = revisions_of(row)
    status = refusal.status if refusal else 200
    return render(request, "workflows/redesign.html", context, status=status)


@login_required
@require_POST
def propose(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    workflow = get_object_or_404(workflows_visible_to(actor), public_id=public_id)
    try:
        made = operations.propose_redesign(workflow=workflow, actor=actor, at=timezone.now())
    except DomainError as refusal:
        context = {"refusal": refusal, "back": workflow.get_absolute_url(), "name": workflow.name}
        return render(request, "workflows/redesign_refused.html", context, status=refusal.status)
    return redirect("workflows:redesign_edit", public_id=made.public_id)


@login_required
@require_POST
def copy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _done(
        request,
        public_id,
        lambda row: operations.copy_redesign(
            redesign=row, actor=acting_person(request), at=timezone.now()
        ),
        leads_to="workflows:redesign_edit",
    )


@login_required
@require_POST
def rebase(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _done(
        request,
        public_id,
        lambda row: operations.bring_up_to_date(
            redesign=row, actor=acting_person(request), at=timezone.now()
        ),
        leads_to="workflows:redesign_edit",
        told=_("The draft now builds on how work is done today. Look through its steps."),
    )


@login_required
@require_POST
def revise(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _done(
        request,
        public_id,
        lambda row: operations.revise(
            redesign=row, actor=acting_person(request), at=timezone.now()
        ),
        leads_to="workflows:redesign_edit",
        told=_("This is a new revision. Signatures given so far do not count for it."),
    )


@login_required
@require_POST
def submit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def act(row: Redesign) -> Redesign:
        submit_redesign(redesign=row, actor=acting_person(request), at=timezone.now())
        return row

    return _done(request, public_id, act, told=_("Sent. Those who sign have been told."))


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def act(row: Redesign) -> Redesign:
        form = ReasonForm(request.POST)
        form.is_valid()
        if form["reason"].value() and form.problem:
            raise DomainError(form.problem)
        return withdraw_redesign(
            redesign=row,
            actor=acting_person(request),
            reason=form.cleaned_data.get("reason", ""),
            at=timezone.now(),
        )

    return _done(request, public_id, act, told=_("Withdrawn."))


def _done(
    request: HttpRequest,
    public_id: UUID,
    act: Callable[[Redesign], Redesign],
    *,
    leads_to: str = "workflows:redesign",
    told: str = "",
) -> HttpResponse:
    """One verb on a visible redesign; a refusal is shown on its page with what was typed."""
    row = get_object_or_404(redesign_detail(acting_person(request)), public_id=public_id)
    try:
        result = act(row)
    except DomainError as refusal:
        return _shown(request, public_id, refusal=refusal)
    if told:
        messages.success(request, told)
    return redirect(reverse(leads_to, args=[result.public_id]))
