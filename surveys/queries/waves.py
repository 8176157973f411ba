"""Which waves somebody may answer or see, and which one came before."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from people.models import Person
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.models import Participation, Wave
from surveys.rules import invited, results_shared_with, waves_of_reach

UNOPENED = [WaveState.DRAFT, WaveState.CANCELLED]


def waves_to_answer(person: Person, today: date) -> QuerySet[Wave]:
    """Open ones that ``person`` is invited to and has not answered, the first to close first."""
    unanswered = Participation.objects.filter(wave=OuterRef("pk"), person=person, done=False)
    lost = Q(
        instrument__kind=InstrumentKind.BEFORE,
        redesign__go_live__isnull=False,
        redesign__go_live__at__lte=timezone.now(),
    )
    return (
        Wave.objects.filter(
            Exists(unanswered),
            state=WaveState.OPEN,
            opens_date__lte=today,
            closes_date__gte=today,
        )
        .exclude(lost)
        .select_related("instrument", "workflow")
        .order_by("closes_date", "pk")
    )


def waves_visible_to(person: Person) -> QuerySet[Wave]:
    """Those one was invited to, those of one's reach, and for the whole organisation all.

    Drafts and cancelled waves are for those who plan and for the reach; a team keeps seeing its
    results after the list of the invited is deleted.
    """
    opened = ~Q(state__in=UNOPENED)
    return Wave.objects.filter(
        waves_of_reach(person)
        | (opened & Q(invited(person)))
        | results_shared_with(person, timezone.localdate())
    )


def wave_before(wave: Wave) -> Wave | None:
    """The released wave of the same instrument and workflow before this one; trends go there."""
    return (
        Wave.objects.filter(
            workflow=wave.workflow_id,
            instrument=wave.instrument_id,
            state__in=WITH_RESULTS,
            opens_date__lt=wave.opens_date,
        )
        .order_by("-opens_date", "-pk")
        .first()
    )
