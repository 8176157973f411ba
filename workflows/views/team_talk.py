"""A manager says that the talk about the redesign was held."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.errors import DomainError
from core.pagination import page_of
from workflows.forms.team_talk import TeamTalkForm
from workflows.operations.team_talk import record_team_talk, refusal_of
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.team_talk import talks_about


@login_required
@require_http_methods(["GET", "POST"])
def team_talk(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who may see the redesign sees the talks; who may record one, the form as well."""
    actor, at = acting_person(request), timezone.now()
    seen = redesigns_visible_to(actor).select_related("workflow__unit", "current_revision")
    redesign = get_object_or_404(seen, public_id=public_id)
    refusal = refusal_of(redesign, actor)
    form = TeamTalkForm(
        request.POST or None, initial={"held_date": timezone.localdate(at).isoformat()}
    )
    status = 200
    if request.method == "POST" and refusal is not None:
        status = refusal.status
    elif request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            record_team_talk(
                redesign=redesign, actor=actor, held_date=form.cleaned_data["held_date"], at=at
            )
        except DomainError as error:
            status = error.status
            form.add_error("held_date", str(error))
        else:
            messages.success(request, _("The team talk is recorded."))
            return redirect(redesign.get_absolute_url())
    context = {
        "redesign": redesign,
        "form": form,
        "refusal": refusal,
        "page": page_of(request, talks_about(redesign)),
        "simulated": redesign.workflow.is_simulated,
    }
    return render(request, "workflows/team_talk.html", context, status=status)
