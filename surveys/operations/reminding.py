"""Reminding all who have not answered, without saying whom or how many."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.jobs import enqueue
from people.models import Person
from surveys.errors import NotPossibleNow
from surveys.models import Reminder, Wave
from surveys.rules import refuse_unless_office, takes_answers

MOST, APART = 2, timedelta(days=3)


@transaction.atomic
def remind(*, wave: Wave, actor: Person, at: datetime) -> Reminder:
    """At most two a wave, at least three days apart, while it is open.

    Whoever starts one learns neither names nor how many were sent.

    Raises NotYours, NotPossibleNow.
    """
    refuse_unless_office(actor)
    wave = (
        Wave.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instrument", "redesign__go_live")
        .get(pk=wave.pk)
    )
    today = timezone.localdate(at)
    if not takes_answers(wave, at, today):
        raise NotPossibleNow(_("Reminders go out only while a survey is open."))
    days = list(wave.reminders.order_by("started_date").values_list("started_date", flat=True))
    if len(days) >= MOST:
        raise NotPossibleNow(_("Two reminders have gone out. There is no third."))
    if days and today < days[-1] + APART:
        raise NotPossibleNow(_("The last reminder is less than three days old."))
    reminder = Reminder.objects.create(wave=wave, started_date=today, started_by=actor)
    number = len(days) + 1
    record("wave.reminded", subject=wave, actor=actor, after={"number": number})
    enqueue("surveys.tell_unanswered", wave_id=wave.pk, number=number, subject=wave)
    return reminder
