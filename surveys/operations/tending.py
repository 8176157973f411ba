"""What time does to waves: opening, closing, counting again, the daily share, and forgetting."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from core.audit import record
from core.jobs import enqueue
from surveys import keys
from surveys.choices import ENDED, InstrumentKind, WaveState
from surveys.models import Ballot, Comment, Participation, Response, Wave
from surveys.operations.closing import close_wave
from surveys.queries.rates import rounded_share

PARTICIPATION_KEPT = timedelta(days=90)
ANSWERS_KEPT_MONTHS = 36
FORGOTTEN = "wave.answers_deleted"


@transaction.atomic
def tend_waves(*, at: datetime) -> None:
    """Ask for every wave whose time has come to be opened or counted, and close those that end.

    A wave that is closed, or ended with its key or its ballots still there, is asked for again.
    """
    today = timezone.localdate(at)
    for wave in Wave.objects.filter(state=WaveState.DRAFT, opens_date__lte=today).order_by("pk"):
        enqueue("surveys.open_wave", dedupe_key=f"wave:{wave.pk}", wave_id=wave.pk, subject=wave)
    over = Q(closes_date__lt=today) | Q(
        instrument__kind=InstrumentKind.BEFORE, redesign__go_live__at__lte=at
    )
    for wave in Wave.objects.filter(over, state=WaveState.OPEN).order_by("pk"):
        close_wave(wave=wave, actor=None, reason="", at=at)
    unfinished = (
        Q(state__in=[WaveState.CLOSED, WaveState.RELEASED])
        | Q(state__in=ENDED, pk__in=Ballot.objects.values("wave"))
        | Q(state__in=ENDED, public_id__in=keys.waves_with_a_key())
    )
    for wave in Wave.objects.filter(unfinished).order_by("pk"):
        enqueue("surveys.release_wave", dedupe_key=f"wave:{wave.pk}", wave_id=wave.pk, subject=wave)


@transaction.atomic
def count_answered(*, at: datetime) -> None:
    """Once a day: the rounded share of every open wave, nothing finer is kept anywhere."""
    today = timezone.localdate(at)
    waves = Wave.objects.filter(
        state=WaveState.OPEN, opens_date__lt=today, closes_date__gte=today
    ).order_by("pk")
    for wave in waves.select_for_update(no_key=True):
        places = Participation.objects.filter(wave=wave).aggregate(
            invited=Count("person"), done=Count("person", filter=Q(done=True))
        )
        wave.answered_percent = rounded_share(places["done"], places["invited"])
        wave.save(update_fields=["answered_percent"])


@transaction.atomic
def forget_old_answers(*, at: datetime) -> None:
    """90 days after closing who was invited is deleted, after 36 months what was answered.

    What was published stays.
    """
    today = timezone.localdate(at)
    asked = Wave.objects.filter(state__in=ENDED, closed_date__lte=today - PARTICIPATION_KEPT)
    old = Wave.objects.filter(state__in=ENDED, closed_date__lte=_months_before(today))
    for wave in asked.filter(pk__in=Participation.objects.values("wave")).order_by("pk"):
        Participation.objects.filter(wave=wave).delete()
        record("wave.invited_deleted", subject=wave, actor=None)
    for wave in old.filter(pk__in=Response.objects.values("wave")).order_by("pk"):
        Response.objects.filter(wave=wave).delete()
        Comment.objects.filter(wave=wave).delete()
        record(FORGOTTEN, subject=wave, actor=None)


def _months_before(day: date) -> date:
    """36 months back, the last day of a shorter month instead of one it has not."""
    year, month = day.year - ANSWERS_KEPT_MONTHS // 12, day.month
    return date(year, month, min(day.day, monthrange(year, month)[1]))
