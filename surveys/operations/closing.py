"""Closing: on the last day's end, or once before by the program office."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.audit import record
from core.jobs import enqueue
from people.models import Person
from surveys.choices import WaveState
from surveys.errors import NoReasonGiven, NotPossibleNow
from surveys.models import Wave
from surveys.rules import refuse_unless_office, went_live

LONGEST_REASON = 500
# Nobody's words: stored in English, told in the reader's language.
WENT_LIVE = gettext_noop("The redesign went live.")
KEY_LOST = gettext_noop("The key of this survey is gone.")


@transaction.atomic
def close_wave(*, wave: Wave, actor: Person | None, reason: str, at: datetime) -> Wave:
    """Take no more answers and ask for the release; never undone.

    ``actor`` None: the scheduler, after the last day, or when the redesign that a survey before
    go-live is about went live; a wave that is not due then stays open. By a person it is early, and
    ``reason`` is shown to everybody who was invited.

    Raises NotYours, NoReasonGiven, NotPossibleNow.
    """
    if actor is not None:
        reason = _by_a_person(actor, reason)
    wave = _held(wave)
    if wave.state != WaveState.OPEN:
        if actor is None:
            return wave
        raise NotPossibleNow(_("This survey is not open."))
    if actor is None:
        if went_live(wave, at):
            reason = WENT_LIVE
        elif timezone.localdate(at) <= wave.closes_date:
            return wave
    return _closed(wave, actor=actor, reason=reason, at=at)


@transaction.atomic
def close_lost_wave(*, wave: Wave, at: datetime) -> Wave:
    """Take no more answers into boxes that nobody can open: the release ends it without a result.

    For an open wave whose key is gone, as the caller has seen; a closed one stays as it is.
    """
    wave = _held(wave)
    if wave.state != WaveState.OPEN:
        return wave
    return _closed(wave, actor=None, reason=KEY_LOST, at=at)


def _held(wave: Wave) -> Wave:
    return (
        Wave.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instrument", "redesign__go_live")
        .get(pk=wave.pk)
    )


def _closed(wave: Wave, *, actor: Person | None, reason: str, at: datetime) -> Wave:
    wave.state = WaveState.CLOSED
    wave.closed_date = timezone.localdate(at)
    wave.closed_early_by = actor
    wave.closed_early_reason = reason
    wave.answered_percent = None
    wave.save(
        update_fields=[
            "state",
            "closed_date",
            "closed_early_by",
            "closed_early_reason",
            "answered_percent",
        ]
    )
    record(
        "wave.closed",
        subject=wave,
        actor=actor,
        before={"state": WaveState.OPEN},
        after={"state": wave.state, "early": bool(reason)},
        reason=reason,
    )
    enqueue("surveys.release_wave", dedupe_key=f"wave:{wave.pk}", wave_id=wave.pk, subject=wave)
    return wave


def _by_a_person(actor: Person, reason: str) -> str:
    refuse_unless_office(actor)
    reason = reason.strip()
    if not reason:
        raise NoReasonGiven
    if len(reason) > LONGEST_REASON:
        raise NoReasonGiven(
            _("Use at most %(most)s characters for the reason."), most=LONGEST_REASON
        )
    return reason
