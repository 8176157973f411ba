"""Who signs for me, and for whom I sign: asked for, accepted and ended on one page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.acting import acting_person
from core.errors import DomainError
from people.forms.delegations import DelegationForm
from people.models import Delegation
from people.operations import delegations
from people.queries import delegations_of

PAGE_SIZE = 25


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    form = DelegationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            delegations.delegate(
                principal=actor,
                delegate=form.cleaned_data["delegate"],
                reason=form.cleaned_data["reason"],
                at=at,
                **form.period(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked. It holds once the other person has accepted."))
            return redirect("people:delegations")
    shown = Paginator(delegations_of(actor), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": shown,
        "rows": [row_of(one, actor) for one in shown],
        "may_sign": actor.signing_enabled,
    }
    status = 422 if form.errors else 200
    return render(request, "people/delegations.html", context, status=status)


def row_of(delegation: Delegation, actor: object) -> dict[str, object]:
    """What one line says, and what may be done about it now."""
    now = timezone.now()
    mine = delegation.principal == actor
    is_over = delegation.valid.upper <= now
    if is_over:
        state, tone = _("over"), ""
    elif delegation.accepted_at is None:
        state, tone = _("waits to be accepted"), "warn"
    elif delegation.valid.lower > now:
        state, tone = _("accepted, begins later"), "info"
    else:
        state, tone = _("holds"), "good"
    return {
        "key": delegation.pk,
        "mine": mine,
        "other": delegation.delegate if mine else delegation.principal,
        "starts_at": delegation.valid.lower,
        "ends_at": delegation.valid.upper,
        "reason": delegation.reason,
        "state": state,
        "tone": tone,
        "may_accept": not mine and delegation.accepted_at is None and not is_over,
        "may_end": not is_over,
    }


@login_required
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    delegations.accept_delegation(delegation=_meant(request), actor=actor, at=timezone.now())
    messages.success(request, _("Accepted. What waits for the other person now waits for you too."))
    return redirect("people:delegations")


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    actor = acting_person(request)
    delegations.end_delegation(delegation=_meant(request), actor=actor, at=timezone.now())
    messages.success(request, _("Ended. What was signed under it stays signed."))
    return redirect("people:delegations")


def _meant(request: HttpRequest) -> Delegation:
    """One of the person's own; the key travels in the form, never in an address."""
    text = request.POST.get("delegation", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < KEY_DIGITS else 0
    return get_object_or_404(delegations_of(acting_person(request)), pk=key)


KEY_DIGITS = 19
