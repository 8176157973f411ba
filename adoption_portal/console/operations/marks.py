"""Notes on the charts, and views kept by name."""

from datetime import date, datetime

from django.db import transaction

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.errors import NameTaken, TooManyViews
from adoption_portal.console.models import Annotation, SavedView
from core.audit import record
from people.models import Person

MOST_VIEWS = 30


@transaction.atomic
def annotate(
    *, actor: Person, date: date, text: str, kind: str = ScopeKind.ORGANISATION, key: str = ""
) -> Annotation:
    """Put a note on every chart over time of this group, or of all of them."""
    note = Annotation.objects.create(date=date, text=text, kind=kind, key=key, created_by=actor)
    record(
        "console.annotated",
        subject=note,
        actor=actor,
        after={"date": date, "text": text, "kind": kind, "key": key},
    )
    return note


@transaction.atomic
def remove_annotation(*, annotation: Annotation, actor: Person, at: datetime) -> None:
    """Take a note back; its row stays. Done twice it is done once."""
    note = Annotation.objects.select_for_update(no_key=True).get(pk=annotation.pk)
    if note.removed_at is not None:
        return
    note.removed_at, note.removed_by = at, actor
    note.save(update_fields=["removed_at", "removed_by"])
    record("console.annotation_removed", subject=note, actor=actor, before={"text": note.text})


@transaction.atomic
def save_view(*, actor: Person, name: str, page: str, query: str) -> SavedView:
    """Keep a page with its filters. Raises NameTaken, and TooManyViews from the thirty-first on."""
    person = Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
    views = SavedView.objects.filter(person=person)
    if views.filter(name=name).exists():
        raise NameTaken
    if views.count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    view = SavedView.objects.create(person=person, name=name, page=page, query=query)
    record("console.view_saved", subject=view, actor=actor, after={"name": name, "page": page})
    return view


@transaction.atomic
def forget_view(*, view: SavedView, actor: Person) -> None:
    record("console.view_forgotten", subject=view, actor=actor, before={"name": view.name})
    view.delete()
