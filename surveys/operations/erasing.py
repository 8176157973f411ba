"""Erasure and access: that somebody was invited can be found and deleted, what they said cannot."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core.audit import record
from core.jobs import enqueue
from people.models import Person
from surveys.choices import ENDED
from surveys.models import Participation, Wave


@transaction.atomic
def erase_invitations(
    *, person: Person, actor: Person | None, reason: str, at: datetime
) -> list[Wave]:
    """Delete that ``person`` was invited anywhere; returns the waves that have not ended.

    These are asked for again the day after they close, because the counts must match at the
    release. Answers cannot be found by design.
    """
    invited = Participation.objects.filter(person=person)
    # Held, so that none of them ends or is counted in between.
    list(Wave.objects.select_for_update(no_key=True).filter(pk__in=invited.values("wave")))
    ended = Wave.objects.filter(state__in=ENDED)
    if invited.filter(wave__in=ended).delete()[0]:
        record("person.invitations_deleted", subject=person, actor=actor, reason=reason)
    waiting = Wave.objects.filter(pk__in=invited.values("wave")).order_by("closes_date", "pk")
    if last := waiting.aggregate(last=Max("closes_date"))["last"]:
        days = max(1, (last - at.date()).days + 1)
        enqueue(
            "surveys.erase_invitations",
            dedupe_key=f"person:{person.pk}",
            run_after=at + timedelta(days=days),
            actor=actor,
            subject=person,
            person_id=person.pk,
            reason=reason,
        )
    return list(waiting)
