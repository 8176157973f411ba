"""Of which redesigns the people can be asked."""

from django.db.models import QuerySet

from people.models import Person
from surveys.models import Wave
from workflows.choices import RedesignState
from workflows.models import Redesign
from workflows.queries.redesigns import redesigns_visible_to

ASKED_IN = [
    RedesignState.IN_REVIEW,
    RedesignState.APPROVED,
    RedesignState.LIVE,
    RedesignState.MEASURED,
]


def redesigns_to_ask_about(person: Person) -> QuerySet[Redesign]:
    """Those in review, approved or in use, the latest touched first."""
    return (
        redesigns_visible_to(person)
        .filter(state__in=ASKED_IN, workflow__retired_at__isnull=True)
        .select_related("workflow__unit", "go_live", "current_revision")
        .order_by("-updated_at", "-pk")
    )


def last_contact() -> str:
    """Whom the wave planned last named; most organisations have one."""
    return Wave.objects.order_by("-pk").values_list("contact", flat=True).first() or ""
