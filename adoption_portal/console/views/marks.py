"""What can be written on the console: notes at dates, and views kept by name."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from adoption_portal.console.forms import AnnotationForm, SavedViewForm
from adoption_portal.console.operations import marks
from adoption_portal.console.queries.marks import notes_there, view_of
from adoption_portal.console.views.opening import Opened, opened
from adoption_portal.console.views.pages import FACTS, answered
from core.errors import DomainError


def _opened(request: HttpRequest) -> Opened:
    """As the page stood from which the form was sent."""
    page = request.POST.get("page", "overview")
    if page not in FACTS:
        page = "overview"
    found = opened(request, page, given=QueryDict(request.POST.get("query", "")))
    if not found.may_note:
        raise PermissionDenied
    return found


@require_POST
def annotate(request: HttpRequest) -> HttpResponse:
    """A note on the chosen group's charts over time; refused, the page comes back with the form."""
    found = _opened(request)
    form = AnnotationForm(request.POST)
    if not form.is_valid():
        return answered(request, found, note=form, status=422)
    group = found.chosen.people_kind
    kind, key = group if group is not None else ("all", "")
    marks.annotate(
        actor=found.person,
        date=form.cleaned_data["date"],
        text=form.cleaned_data["text"],
        kind=kind,
        key=key,
    )
    return redirect(found.address)


@require_POST
def remove_annotation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _opened(request)
    note = get_object_or_404(notes_there(), public_id=public_id)
    marks.remove_annotation(annotation=note, actor=found.person, at=timezone.now())
    return redirect(found.address)


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    found = _opened(request)
    form = SavedViewForm(request.POST)
    if form.is_valid():
        try:
            marks.save_view(
                actor=found.person,
                name=form.cleaned_data["name"],
                page=found.page,
                query=found.query,
            )
        except DomainError as refusal:
            form.add_error("name", str(refusal))
    if form.errors:
        return answered(request, found, view=form, status=422)
    return redirect(found.address)


@require_POST
def forget_view(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _opened(request)
    view = view_of(found.person).filter(public_id=public_id).first()
    if view is None:
        raise Http404
    marks.forget_view(view=view, actor=found.person)
    return redirect(found.address)
