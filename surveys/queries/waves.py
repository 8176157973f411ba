"""Which waves somebody may answer or see, and which one came before."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.models import AuditEvent
from people.models import Person
from surveys.choices import WITH_RESULTS, InstrumentKind, WaveState
from surveys.models import Instrument, Participation, Wave
from surveys.rules import invited, results_shared_with, waves_of_reach

UNOPENED = [WaveState.DRAFT, WaveState.CANCELLED]


def waves_to_answer(person: Person, at: datetime) -> QuerySet[Wave]:
    """Open ones that ``person`` is invited to and has not answered, the first to close first."""
    today = timezone.localdate(at)
    unanswered = Participation.objects.filter(wave=OuterRef("pk"), person=person, done=False)
    lost = Q(
        instrument__kind=InstrumentKind.BEFORE,
        redesign__go_live__isnull=False,
        redesign__go_live__at__lte=at,
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


def waves_before(wave: Wave) -> QuerySet[Wave]:
    """Released waves of the workflow before this one, the latest first; trends go to that one.

    Of the same version of the instrument, or of one that administrators marked as comparable.
    """
    return Wave.objects.filter(
        instrument__in=comparable_versions(wave.instrument),
        workflow=wave.workflow_id,
        state__in=WITH_RESULTS,
        opens_date__lt=wave.opens_date,
    ).order_by("-opens_date", "-pk")


def comparable_versions(instrument: Instrument) -> set[int]:
    """Versions on one line with this one, itself included: over any number of marks, either way.

    The version that another is marked as comparable with may itself carry a mark, and nothing keeps
    marks from closing a circle.
    """
    versions = Instrument.objects.filter(code=instrument.code, kind=instrument.kind)
    pairs = [
        {version, other}
        for version, other in versions.values_list("pk", "comparable_with")
        if other is not None
    ]
    line = {instrument.pk}
    while more := {version for pair in pairs if pair & line for version in pair} - line:
        line |= more
    return line


def why_cancelled(wave: Wave) -> tuple[str, bool]:
    """The reason on record, and whether it is the portal's own; "" where the wave was not."""
    event = (
        AuditEvent.objects.filter(verb="wave.cancelled", subject_id=str(wave.public_id))
        .order_by("-pk")
        .first()
    )
    return (event.reason, event.actor_id is None) if event else ("", False)
