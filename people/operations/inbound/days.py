"""Days that come: access begins on the first day of work and ends after the last one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, F, OuterRef, QuerySet

from core.jobs import enqueue
from people.choices import InboundChannel
from people.inbound import PersonState, World
from people.models import Assignment, Employment, Person, WorkCalendarVersion
from people.operations.inbound import loading, writing
from people.operations.inbound.applying import Inbound, hold_inbound

LOOK_BACK = timedelta(days=60)  # a first day nobody could be let in on, because nothing ran
BATCH = 500


def days_come(*, at: datetime) -> int:
    """For whom today is the first day, or the first day no longer; how many that changed."""
    ids = sorted({*_may_begin(at), *_may_end(at)})
    return sum(_come(ids[start : start + BATCH], at) for start in range(0, len(ids), BATCH))


def _may_begin(at: datetime) -> QuerySet[Person, int]:
    """Told before their first day; who was let in and sent away since then is not let in again."""
    yesterday, tomorrow = at.date() - timedelta(days=1), at.date() + timedelta(days=1)
    coming = Employment.objects.filter(
        person=OuterRef("pk"),
        valid__startswith__gt=F("recorded_at__date"),
        valid__startswith__range=(tomorrow - LOOK_BACK, tomorrow),
        valid__overlap=DateRange(yesterday, tomorrow + timedelta(days=1)),
    )
    hired = Person.objects.filter(Exists(coming), is_active=False, source_id__isnull=False)
    return hired.values_list("pk", flat=True)


def _may_end(at: datetime) -> QuerySet[Person, int]:
    """HR's own people alone: who was never employed here in HR's words is not HR's to end."""
    ends = Employment.objects.filter(person=OuterRef("pk"), valid__endswith__isnull=False)
    goes_on = Employment.objects.filter(person=OuterRef("pk")).exclude(
        valid__endswith__lte=at.date() + timedelta(days=1)
    )
    ending = Person.objects.filter(
        Exists(ends), ~Exists(goes_on), is_active=True, source_id__isnull=False
    )
    return ending.values_list("pk", flat=True)


@transaction.atomic
def _come(ids: list[int], at: datetime) -> int:
    hold_inbound()
    inbound = Inbound(InboundChannel.CLOCK, None, at)
    world = World(inbound.today)
    states = loading.states_by_id(ids, world)
    zones = _zones(ids, at)
    for state in states:
        today = at.astimezone(zones.get(state.id, ZoneInfo(settings.TIME_ZONE))).date()
        employed = state.is_employed_on(today)
        if employed and not state.is_active:
            state.is_active = state.returned = True
            state.log.append(("active", "true", today))
        elif not employed and state.is_active and not _begins_later(state, world):
            state.is_active, state.left = False, True
            state.log.append(("active", "false", today))
    writing.write(states, world, inbound)
    changed = sum(state.left or state.returned for state in states)
    if any(state.left for state in states):
        enqueue("workflows.reroute_orphans", dedupe_key="people")
    return changed


def _begins_later(state: PersonState, world: World) -> bool:
    return any(span.first > world.today for span in state.employments)


def _zones(ids: Iterable[int], at: datetime) -> dict[int, ZoneInfo]:
    """The zone of the calendar of each one's last site, own or the unit's."""
    found: dict[int, ZoneInfo] = {}
    places = (
        Assignment.objects.filter(
            person__in=list(ids), valid__startswith__lte=at.date() + timedelta(days=1)
        )
        .order_by("person", "valid")
        .values_list("person", "site__calendar", "unit__site__calendar")
    )
    calendars = {person: own or units for person, own, units in places}
    zones = dict(
        WorkCalendarVersion.objects.filter(calendar__in={c for c in calendars.values() if c})
        .order_by("number")
        .values_list("calendar", "zone")
    )
    for person, calendar in calendars.items():
        if calendar in zones:
            found[person] = ZoneInfo(zones[calendar])
    return found
