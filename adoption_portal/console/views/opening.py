"""What every page of the console begins with: who looks, at which count, through which filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from adoption_portal.console.forms import AnnotationForm, ConsoleFilter, SavedViewForm
from adoption_portal.console.models import Annotation, SavedView, Snapshot
from adoption_portal.console.queries.chosen import (
    Choice,
    Chosen,
    choices_of,
    freshness,
    offered,
    snapshot_shown,
    understood,
)
from adoption_portal.console.queries.marks import notes_of, views_of
from adoption_portal.console.rules import console_roles, may_note
from core.acting import acting_person
from people.models import Person


@dataclass
class Opened:
    """``query`` is the address behind the question mark, cut down to what a filter knows."""

    person: Person
    page: str
    at: datetime
    may_note: bool
    snapshot: Snapshot | None = None
    choices: list[Choice] = field(default_factory=list)
    form: ConsoleFilter | None = None
    chosen: Chosen = field(default_factory=Chosen)
    query: str = ""
    annotations: list[Annotation] = field(default_factory=list)

    @property
    def address(self) -> str:
        return reverse(f"console:{self.page}") + (f"?{self.query}" if self.query else "")

    @property
    def csv(self) -> str:
        return self._export("csv")

    @property
    def workbook(self) -> str:
        return self._export("xlsx")

    def _export(self, suffix: str) -> str:
        path = reverse("console:export", args=[self.page.replace("_", "-"), suffix])
        return path + (f"?{self.query}" if self.query else "")

    @property
    def filters(self) -> list[tuple[str, str]]:
        """Each filter by its label and what it is set to, for files."""
        if self.form is None:
            return []
        told = []
        for bound in self.form:
            choices = dict(getattr(bound.field, "choices", ()))
            value = self.form.cleaned_data.get(bound.name, "")
            told.append((str(bound.label), str(choices.get(value, value)).strip()))
        return told


def opened(request: HttpRequest, page: str, *, given: Mapping[str, Any] | None = None) -> Opened:
    """Raises Http404 for whoever may not see the console: for them it does not exist.

    ``given`` stands in for the address when a form was posted.
    """
    person = acting_person(request)
    roles = console_roles(request)
    if not roles:
        raise Http404
    found = Opened(person=person, page=page, at=timezone.now(), may_note=may_note(roles))
    found.snapshot = snapshot_shown()
    if found.snapshot is None:
        return found
    asked = request.GET if given is None else given
    found.choices = choices_of(found.snapshot)
    found.form = ConsoleFilter(asked, choices=offered(found.choices, asked))
    used = found.form.chosen()
    found.chosen = understood(used, found.choices, at=found.at)
    kept = QueryDict(mutable=True)
    kept.update(used)
    found.query = kept.urlencode()
    found.annotations = notes_of(found.chosen)
    return found


def shown(  # noqa: PLR0913  a page, its facts, and the two forms that may have been refused
    request: HttpRequest,
    found: Opened,
    facts: Mapping[str, Any],
    *,
    note: AnnotationForm | None = None,
    view: SavedViewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, or what stands in for it before the first count."""
    if found.snapshot is None:
        return render(request, "console/nothing_counted.html", {"opened": found})
    saved: list[SavedView] = views_of(found.person) if found.may_note else []
    return render(
        request,
        f"console/{found.page}.html",
        {
            "opened": found,
            "snapshot": found.snapshot,
            "fresh": freshness(found.snapshot),
            "filters": found.form,
            "saved": saved,
            "note_form": note or AnnotationForm(initial={"date": timezone.localdate(found.at)}),
            "view_form": view or SavedViewForm(),
            "note_refused": note is not None,
            "view_refused": view is not None,
            "simulated": found.snapshot.is_simulated,
            "is_old": (found.at - found.snapshot.taken_at).total_seconds() > 3 * 3600,
            **facts,
        },
        status=status,
    )
