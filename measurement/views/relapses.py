"""Answering the alarm of a relapse."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.errors import DomainError
from measurement.forms.relapses import RelapseAnswerForm
from measurement.operations.lasting import answer_relapse
from measurement.queries.lasting import lasting_of
from measurement.rules import may_answer_relapse
from workflows.queries.redesigns import redesigns_visible_to


@require_http_methods(["GET", "POST"])
def relapse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The oldest alarm that waits; without one, the evidence, which shows what was answered."""
    actor = acting_person(request)
    seen = redesigns_visible_to(actor).select_related("workflow")
    redesign = get_object_or_404(seen, public_id=public_id)
    if not may_answer_relapse(actor, redesign):
        raise PermissionDenied
    waiting = [
        one
        for one in lasting_of(redesign)
        if one.is_alarm and getattr(one.row, "answer", None) is None
    ]
    if not waiting:
        return redirect("measurement:evidence", public_id=public_id)
    form = RelapseAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_relapse(
                lasting=waiting[0].row, actor=actor, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("measurement:evidence", public_id=public_id)
    context = {"redesign": redesign, "alarm": waiting[0], "form": form}
    return render(request, "measurement/relapse.html", context, status=422 if form.errors else 200)
