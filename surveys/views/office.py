"""The program office plans, reminds, closes early and cancels; it never sees who or what."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.acting import acting_person
from core.charts import words
from core.errors import DomainError
from core.pagination import page_of
from people.models import Person
from people.rules import is_program_office
from surveys import operations
from surveys.errors import NotYours, WaveNotPossible
from surveys.forms.lists import RedesignSearch
from surveys.forms.office import PlanForm, ReasonForm
from surveys.queries.planning import last_contact, redesigns_to_ask_about
from surveys.views.lists import visible_wave, wave_page


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which redesign the people are asked about."""
    actor = _office(request)
    form = RedesignSearch(request.GET)
    rows = redesigns_to_ask_about(actor)
    wanted = form.cleaned_data["q"] if form.is_valid() else ""
    if wanted:
        rows = rows.filter(workflow__name__icontains=wanted)
    context = {"form": form, "page": page_of(request, rows), "filtered": bool(wanted)}
    return render(request, "surveys/choose.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, redesign_id: UUID) -> HttpResponse:
    actor = _office(request)
    redesign = get_object_or_404(redesigns_to_ask_about(actor), public_id=redesign_id)
    at = timezone.now()
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        redesign=redesign,
        today=timezone.localdate(at),
        contact="" if request.method == "POST" else last_contact(),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                wave = operations.plan_wave(
                    actor=actor, redesign=redesign, at=at, **form.cleaned_data
                )
            except WaveNotPossible as refusal:
                form.add_error(
                    refusal.field if refusal.field in form.fields else None, str(refusal)
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(
                    request,
                    _("Planned. It opens on %(day)s.") % {"day": words.day(wave.opens_date)},
                )
                return redirect("surveys:wave", public_id=wave.public_id)
    context = {
        "form": form,
        "redesign": redesign,
        "simulated": redesign.workflow.is_simulated,
    }
    return render(request, "surveys/plan.html", context, status=status)


@login_required
@require_POST
def remind(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """To everybody who has not answered; neither names nor a number come back."""
    actor = acting_person(request)
    wave = visible_wave(actor, public_id)
    try:
        operations.remind(wave=wave, actor=actor, at=timezone.now())
    except NotYours:
        raise
    except DomainError as refusal:
        return wave_page(request, wave, actor, refusal=str(refusal), status=refusal.status)
    messages.success(request, _("A reminder goes to everybody who has not answered."))
    return redirect("surveys:wave", public_id=public_id)


@login_required
@require_POST
def close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _ended(request, public_id, "closing")


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _ended(request, public_id, "cancelling")


def _ended(request: HttpRequest, public_id: UUID, how: str) -> HttpResponse:
    """Close an open wave or give up one that is not; both need a reason."""
    actor = acting_person(request)
    wave = visible_wave(actor, public_id)
    if not is_program_office(actor):
        raise NotYours
    form = ReasonForm(request.POST)
    status = 422
    if form.is_valid():
        end = operations.close_wave if how == "closing" else operations.cancel_wave
        told = (
            _("Closed. The answers are being counted.")
            if how == "closing"
            else _("It will not open.")
        )
        try:
            end(wave=wave, actor=actor, reason=form.cleaned_data["reason"], at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
            wave = visible_wave(actor, public_id)
        else:
            messages.success(request, told)
            return redirect("surveys:wave", public_id=public_id)
    forms: dict[str, Any] = {how: form}
    return wave_page(request, wave, actor, status=status, **forms)


def _office(request: HttpRequest) -> Person:
    actor = acting_person(request)
    if not is_program_office(actor):
        raise PermissionDenied(_("Surveys are planned and run by the program office."))
    return actor
