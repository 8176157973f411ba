"""Opening a wave: who is invited, the frozen tree, and the key."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.audit import record
from core.jobs import enqueue
from surveys import keys
from surveys.attributes import commonest
from surveys.choices import WaveState
from surveys.errors import PromiseNotTranslated
from surveys.models import Participation, RosterSnapshot, Wave
from surveys.promise import languages_without_promise
from surveys.queries.roster import Invited, frozen_tree, invited_on
from surveys.rules import went_live
from surveys.sealing import public_of
from workflows.models import Workflow

# Nobody's words: stored in English, told in the reader's language.
TOO_FEW_INVITED = gettext_noop("Fewer people do this work than the smallest group shown.")
LIVE_ALREADY = gettext_noop("The redesign went live before this survey opened.")
NOT_IN_ITS_DAYS = gettext_noop("No worker opened it in its days.")


@transaction.atomic
def open_wave(*, wave: Wave, at: datetime) -> Wave:
    """Invite those who do the work today, freeze tree and attributes, make the key.

    Runs in a worker: the private key is a file only it can read, and is there before the wave is
    open. Safe to run twice; a wave whose day has not come stays as it is, and one that waits for
    another of its workflow to be counted waits on. A wave that lost its sense (too few people, or
    live already) is cancelled with the reason.

    Raises PromiseNotTranslated: the wave stays as it is, because a catalogue can be mended.
    """
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=wave.workflow_id)
    wave = (
        Wave.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instrument", "redesign__go_live")
        .get(pk=wave.pk)
    )
    today = timezone.localdate(at)
    if wave.state != WaveState.DRAFT or wave.opens_date > today:
        return wave
    if went_live(wave, at):
        return _cancelled(wave, LIVE_ALREADY)
    if wave.closes_date < today:
        return _cancelled(wave, NOT_IN_ITS_DAYS)
    if missing := languages_without_promise():
        raise PromiseNotTranslated(missing=", ".join(missing))
    invited = invited_on(workflow, today)
    if len(invited) < wave.minimum_group:
        return _cancelled(wave, TOO_FEW_INVITED)
    others = Wave.objects.filter(
        workflow=workflow, state__in=[WaveState.OPEN, WaveState.CLOSED]
    ).exclude(pk=wave.pk)
    if others.exists():
        return wave
    _freeze(wave, workflow, invited, today)
    wave.public_key = public_of(keys.made_for(wave.public_id))
    wave.state = WaveState.OPEN
    wave.save(update_fields=["public_key", "state"])
    record(
        "wave.opened",
        subject=wave,
        actor=None,
        before={"state": WaveState.DRAFT},
        after={"state": wave.state, "invited": len(invited), "closes": wave.closes_date},
    )
    enqueue("surveys.tell_invited", wave_id=wave.pk, subject=wave)
    return wave


def _freeze(wave: Wave, workflow: Workflow, invited: list[Invited], today: date) -> None:
    """The tree, and each person's place in it and category of each attribute.

    A category is a number in the ballot: its place in the sorted list of the snapshot.
    """
    columns = [
        commonest([one.traits.category(attribute, today) for one in invited])
        for attribute in wave.attributes
    ]
    categories = [sorted(set(column)) for column in columns]
    RosterSnapshot.objects.create(
        wave=wave,
        tree=frozen_tree(workflow, [one.unit for one in invited]),
        attributes=dict(zip(wave.attributes, categories, strict=True)),
    )
    codes = [
        [names.index(name) for name in column]
        for names, column in zip(categories, columns, strict=True)
    ]
    Participation.objects.bulk_create(
        (
            Participation(
                wave=wave,
                person_id=one.person,
                unit_id=one.unit,
                attributes=[column[number] for column in codes],
            )
            for number, one in enumerate(invited)
        ),
        batch_size=2000,
    )


def _cancelled(wave: Wave, reason: str) -> Wave:
    wave.state = WaveState.CANCELLED
    wave.save(update_fields=["state"])
    record(
        "wave.cancelled",
        subject=wave,
        actor=None,
        before={"state": WaveState.DRAFT},
        after={"state": wave.state},
        reason=reason,
    )
    return wave
