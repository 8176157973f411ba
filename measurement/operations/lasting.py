"""Life after the verdict: what later readings say of an effect, and the answers to alarms."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core.audit import record, record_many, subject_of
from core.changing import given
from measurement.choices import LastingState, ReadingKind
from measurement.errors import AlarmAnswered
from measurement.models import Lasting, Reading, RelapseAnswer
from measurement.queries.known import LATER_DAYS
from measurement.queries.lasting import state_after
from people.models import Person
from workflows.models import Redesign


def look_back(*, readings: Sequence[Reading], at: datetime) -> list[Lasting]:
    """Store what the later ones among new readings say of the effects of their redesigns.

    A relapse is an event of its own. The caller holds the redesigns' rows.
    """
    later = [reading for reading in readings if reading.kind in LATER_DAYS]
    if not later:
        return []
    primaries = {
        reading.redesign_id: reading
        for reading in Reading.objects.filter(
            redesign__in={reading.redesign_id for reading in later}, kind=ReadingKind.PRIMARY
        ).defer("chart")
    }
    rows = [
        Lasting(
            reading=reading,
            primary=primaries[reading.redesign_id],
            state=state_after(primaries[reading.redesign_id], reading),
            found_at=at,
        )
        for reading in later
        if reading.redesign_id in primaries
    ]
    Lasting.objects.bulk_create(rows)
    record_many(
        (
            (
                "redesign.relapsed",
                subject_of(row.reading.redesign),
                {"reading": str(row.reading.public_id), "kind": str(row.reading.kind)},
            )
            for row in rows
            if row.state == LastingState.RELAPSE
        ),
        actor=None,
    )
    return rows


@transaction.atomic
def answer_relapse(
    *, lasting: Lasting, actor: Person, reason: str, plan: str, at: datetime
) -> RelapseAnswer:
    """Say why the effect went and what will be done; the alarm is off for everybody then.

    The redesign's row is locked first. Raises NoReason where either is empty, AlarmAnswered where
    somebody was faster.
    """
    why, what = given(reason), given(plan)
    redesign = Redesign.objects.select_for_update(no_key=True).get(pk=lasting.reading.redesign_id)
    if RelapseAnswer.objects.filter(lasting=lasting).exists():
        raise AlarmAnswered
    answer = RelapseAnswer.objects.create(
        lasting=lasting, reason=why, plan=what, answered_by=actor, answered_at=at
    )
    record(
        "redesign.relapse_answered",
        subject=redesign,
        actor=actor,
        after={"reading": str(lasting.reading.public_id), "plan": what},
        reason=why,
    )
    return answer
