"""Talks that were held about a redesign."""

from django.db.models import QuerySet

from workflows.models import Redesign, TeamTalk


def talks_about(redesign: Redesign) -> QuerySet[TeamTalk]:
    """The newest first, with who recorded each: an act of office, shown with its name."""
    return (
        TeamTalk.objects.filter(redesign=redesign)
        .select_related("recorded_by")
        .order_by("-held_date", "-pk")
    )
