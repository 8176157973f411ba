"""Saying when work changed."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.charts import words
from core.errors import DomainError
from workflows.choices import RedesignState
from workflows.forms.approval import GoLiveForm
from workflows.models import Redesign
from workflows.operations.go_live import go_live as say_live
from workflows.queries.reading_dates import reading_plan
from workflows.queries.redesigns import redesigns_visible_to

PLACES = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")


@login_required
@require_http_methods(["GET", "POST"])
def go_live(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Looking up the reading date saves nothing; going live says it for good.

    It is said only for the moment whose consequences the page showed: another one is shown first.
    """
    actor, at = acting_person(request), timezone.now()
    redesign = get_object_or_404(
        redesigns_visible_to(actor).select_related(
            "workflow", "current_revision__hypothesis", "current_revision__tool"
        ),
        public_id=public_id,
        workflow__owner=actor,
    )
    start, zones = _start(redesign, at), _zones()
    form = GoLiveForm(request.POST or None, initial=start, zones=zones)
    looked = form if form.is_bound else GoLiveForm(start, initial=start, zones=zones)
    chosen = looked.cleaned_data if looked.is_valid() else {}
    moment = chosen.get("at_instant")
    shown_before = moment is not None and request.POST.get("moment") == moment.isoformat()
    plan, status = None, 200
    if request.method == "POST":
        if shown_before and "look" not in request.POST:
            try:
                row = say_live(
                    redesign=redesign,
                    actor=actor,
                    at_instant=chosen["at_instant"],
                    at=at,
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                told = _("It is live. The evidence is read on %(day)s.")
                messages.success(request, told % {"day": words.day(row.reading_at)})
                return redirect(redesign.get_absolute_url())
        status = 422 if status == 200 and not form.is_valid() else status  # noqa: PLR2004
    possible = redesign.state == RedesignState.APPROVED
    if possible and redesign.current_revision is not None and moment and not form.errors:
        plan = reading_plan(redesign, redesign.current_revision.hypothesis, moment)
    context = {
        "redesign": redesign,
        "form": form,
        "plan": plan,
        "moment": moment,
        "zone": chosen.get("zone") or settings.TIME_ZONE,
        "unseen": form.is_bound and not form.errors and not shown_before,
        "post_hoc": moment is not None and moment < at,
        "possible": possible,
        "simulated": redesign.workflow.is_simulated,
    }
    return render(request, "workflows/go_live.html", context, status=status)


def _start(redesign: Redesign, at: datetime) -> dict[str, object]:
    """The planned day at the start of work, else the next full hour: a past one costs the grade."""
    soon = timezone.localtime(at + timedelta(hours=1))
    revision = redesign.current_revision
    planned = revision.hypothesis.planned_go_live_date if revision else None
    return {
        "day": max(planned, soon.date()) if planned else soon.date(),
        "time": "08:00" if planned and planned > soon.date() else f"{soon:%H}:00",
        "zone": settings.TIME_ZONE,
    }


def _zones() -> list[str]:
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(PLACES))]
