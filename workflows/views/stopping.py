"""Suspend, resume, retire: looking says what will follow, posting with a reason does it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.errors import DomainError, Forbidden, Stale
from workflows.choices import Action
from workflows.forms.approval import StopForm
from workflows.models import Redesign
from workflows.operations import stopping
from workflows.queries.redesigns import redesigns_visible_to
from workflows.views.stopping_words import what_follows


@dataclass(frozen=True, slots=True)
class Act:
    action: Action
    operation: Callable[..., Redesign]
    question: str | Promise
    done: str | Promise

    @property
    def ends_something(self) -> bool:
        return self.action != Action.RESUME


SUSPEND = Act(
    Action.SUSPEND,
    stopping.suspend_redesign,
    _("Suspend the redesign of %(name)s?"),
    _("Suspended. Work goes on without the AI."),
)
RESUME = Act(
    Action.RESUME,
    stopping.resume_redesign,
    _("Resume the redesign of %(name)s?"),
    _("It is live again."),
)
RETIRE = Act(
    Action.RETIRE,
    stopping.retire_redesign,
    _("Retire the redesign of %(name)s?"),
    _("Retired. Its signatures and evidence stay."),
)


@login_required
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, public_id, SUSPEND)


@login_required
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, public_id, RESUME)


@login_required
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, public_id, RETIRE)


def _page(request: HttpRequest, public_id: UUID, act: Act) -> HttpResponse:
    actor = acting_person(request)
    seen = redesigns_visible_to(actor).select_related(
        "workflow__unit", "current_revision__tool", "current_revision__overseer", "go_live"
    )
    redesign = get_object_or_404(seen, public_id=public_id)
    form = StopForm(request.POST or None, row_version=redesign.row_version)
    refusal = stopping.refusal_of(redesign, act.action, actor)
    if isinstance(refusal, Forbidden):
        raise refusal
    status = 200
    if request.method == "POST" and refusal is not None:
        status = refusal.status
    elif request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            act.operation(redesign=redesign, actor=actor, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            status = error.status
            redesign = seen.get(pk=redesign.pk)
            if isinstance(error, Stale):
                form = form.shown_again(redesign.row_version)
            form.add_error(None, str(error))
            refusal = stopping.refusal_of(redesign, act.action, actor)
        else:
            messages.success(request, str(act.done))
            return redirect(redesign.get_absolute_url())
    context = {
        "redesign": redesign,
        "form": form,
        "act": act,
        "question": str(act.question) % {"name": redesign.workflow.name},
        "refusal": refusal,
        "follows": what_follows(act.action, redesign),
        "simulated": redesign.workflow.is_simulated,
    }
    return render(request, "workflows/stopping.html", context, status=status)
