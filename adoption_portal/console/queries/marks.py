"""Annotations and saved views, as their readers may see them."""

from django.db.models import Q, QuerySet

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.models import Annotation, SavedView
from adoption_portal.console.queries.chosen import Chosen
from people.models import Person

MOST = 40


def notes_of(chosen: Chosen) -> list[Annotation]:
    """Those of the organisation and of the chosen groups, in the period, by date."""
    groups = Q(kind=ScopeKind.ORGANISATION)
    for kind, choice in chosen.groups.items():
        groups |= Q(kind=kind, key=choice.key)
    since = Q() if chosen.since is None else Q(date__gte=chosen.since.date())
    rows = Annotation.objects.filter(groups, since, removed_at__isnull=True)
    return list(rows.order_by("-date", "-pk")[:MOST])[::-1]


def notes_there() -> QuerySet[Annotation]:
    return Annotation.objects.filter(removed_at__isnull=True)


def views_of(person: Person) -> list[SavedView]:
    return list(SavedView.objects.filter(person=person).order_by("name", "pk"))


def view_of(person: Person) -> QuerySet[SavedView]:
    return SavedView.objects.filter(person=person)
