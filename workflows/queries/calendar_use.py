"""Which redesigns are read by a work calendar, and what a new version of it means for them."""

from dataclasses import dataclass

from django.db.models import Q

from people.models import Person, WorkCalendar
from workflows.choices import RedesignState
from workflows.models import Redesign
from workflows.queries.redesigns import redesigns_visible_to

LISTED = 100
# What can no longer go live by this redesign; what ran once has a go-live and stays in.
OVER = (RedesignState.REJECTED, RedesignState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class CalendarUse:
    """``locked``: their go-live named a version, which all their readings keep.

    ``planned``: they take the version that is the newest on the day they go live. ``more`` of both
    are not listed, because they are many or not the reader's to see.
    """

    locked: list[Redesign]
    planned: list[Redesign]
    more: int

    @property
    def any(self) -> bool:
        return bool(self.locked or self.planned or self.more)


def calendar_use(calendar: WorkCalendar, person: Person) -> CalendarUse:
    """Two queries."""
    named = Q(go_live__calendar_version__calendar=calendar)
    meant = Q(go_live__isnull=True, current_revision__hypothesis__calendar=calendar)
    using = Redesign.objects.filter(named | (meant & ~Q(state__in=OVER)))
    seen = list(
        using.filter(pk__in=redesigns_visible_to(person).values("pk"))
        .select_related("workflow__unit", "go_live__calendar_version")
        .order_by("-go_live__at", "workflow__name", "pk")[:LISTED]
    )
    locked = [one for one in seen if getattr(one, "go_live", None) is not None]
    planned = [one for one in seen if getattr(one, "go_live", None) is None]
    return CalendarUse(locked, planned, using.count() - len(seen))
