"""Counting, once: open the boxes, publish, destroy the key, delete the ballots.

Three steps, each of which may be repeated: a transaction that publishes and says "released" (or
how the wave ended without a result), the deletion of the key, and a transaction that deletes the
ballots. A crash anywhere is followed by a run that finds the state and goes on.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.views.decorators.debug import sensitive_variables

from core.audit import record
from core.jobs import enqueue
from core.models import AuditEvent
from surveys import keys
from surveys.choices import CellScope, Subset, WaveState
from surveys.counting import Count, count
from surveys.models import Ballot, Participation, ReleasedCell, Wave
from surveys.operations.publishing import publish
from surveys.queries.waves import waves_before
from surveys.scoring import CellId, ItemKey
from surveys.sealing import BoxNotOpened, Sheet, are_answers, unseal

log = logging.getLogger(__name__)
LOCKS = 0x42414C  # any number: with a wave's id the name of its lock
AT_ONCE = 500
DESTROYED = "wave.key_destroyed"
COUNTS_DIFFER, KEY_GONE, BOX_BROKEN = "counts differ", "key is gone", "box cannot be opened"
WITHOUT_KEY = frozenset(
    {
        WaveState.RELEASED,
        WaveState.DONE,
        WaveState.TOO_FEW,
        WaveState.STOPPED,
        WaveState.CANCELLED,
    }
)


class CannotBeCounted(Exception):
    """The reason, one of three; it becomes the audit event's."""


def release(*, wave: Wave, at: datetime) -> Wave:  # noqa: ARG001 every operation is told the moment
    """Bring a closed wave to its end; a run that finds it half done goes on from there.

    Runs in a worker, in transactions of its own. Fewer ballots than the smallest group: nothing but
    "too few answers" is published. Unequal counts, a lost key or a box that does not open: nothing
    at all, the program office is told, and key and ballots go all the same.
    """
    _count(wave.pk)
    return _finish(wave.pk)


@transaction.atomic
def _count(wave_id: int) -> None:
    wave = _held(wave_id)
    if wave.state != WaveState.CLOSED:
        return
    boxes = Ballot.objects.filter(wave=wave).count()
    answered = Participation.objects.filter(wave=wave, done=True).count()
    if boxes == answered and answered < wave.minimum_group:
        _end(wave, WaveState.TOO_FEW)
        return
    try:
        sheets = _opened(wave, as_many_as=answered)
    except CannotBeCounted as fault:
        log.error("wave %s ended without a result: %s", wave.public_id, fault)  # noqa: TRY400 the trace holds boxes
        _end(wave, WaveState.STOPPED, reason=str(fault))
        return
    publish(wave, sheets, _counted(wave, sheets))
    _end(wave, WaveState.RELEASED)


def _held(wave_id: int) -> Wave:
    """One release of a wave at a time; the second waits and then finds it done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, wave_id % 2**31])
    return (
        Wave.objects.select_for_update(no_key=True, of=("self",))
        .select_related("instrument", "workflow", "snapshot")
        .get(pk=wave_id)
    )


@sensitive_variables()
def _opened(wave: Wave, *, as_many_as: int) -> list[Sheet]:
    """All boxes, in memory only. Raises CannotBeCounted."""
    if Ballot.objects.filter(wave=wave).count() != as_many_as:
        raise CannotBeCounted(COUNTS_DIFFER)
    try:
        private_key = keys.read(wave.public_id)
        sheets = [unseal(box, private_key=private_key) for box in _boxes(wave)]
    except keys.KeyIsGone:
        raise CannotBeCounted(KEY_GONE) from None
    except BoxNotOpened:
        raise CannotBeCounted(BOX_BROKEN) from None
    units = {node["unit"] for node in wave.snapshot.tree}
    categories = [len(names) for names in _attributes(wave).values()]
    items = wave.instrument.items.count()
    if not all(_fits(sheet, units, categories, items) for sheet in sheets):
        raise CannotBeCounted(BOX_BROKEN)
    return sheets


def _boxes(wave: Wave) -> Iterator[bytes]:
    """A few hundred at a time: all boxes of a large wave are many times as large as all sheets."""
    ids = list(Ballot.objects.filter(wave=wave).values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = Ballot.objects.filter(pk__in=ids[start : start + AT_ONCE])
        yield from (bytes(box) for box in some.values_list("box", flat=True))


def _fits(sheet: Sheet, units: set[int], categories: list[int], items: int) -> bool:
    return (
        sheet.unit in units
        and are_answers(sheet.answers, items)
        and len(sheet.attributes) == len(categories)
        and all(
            type(code) is int and 0 <= code < most
            for code, most in zip(sheet.attributes, categories, strict=True)
        )
        and isinstance(sheet.comment, str)
    )


def _attributes(wave: Wave) -> dict[str, list[str]]:
    """In the order of the wave: JSON keys of the snapshot come back in the database's own."""
    return {code: wave.snapshot.attributes[code] for code in wave.attributes}


@sensitive_variables()
def _counted(wave: Wave, sheets: list[Sheet]) -> Count:
    items = wave.instrument.items.select_related("scale").order_by("position")
    return count(
        sheets,
        tree=wave.snapshot.tree,
        attributes=_attributes(wave),
        items=[
            ItemKey(
                key=item.key,
                scale=item.scale.key if item.scale else None,
                in_index=bool(item.scale and item.scale.in_index),
                is_reversed=item.is_reversed,
            )
            for item in items
        ],
        k=wave.minimum_group,
        previous=_published_before(wave),
    )


def _published_before(wave: Wave) -> frozenset[CellId]:
    before = waves_before(wave).first()
    if before is None:
        return frozenset()
    cells = ReleasedCell.objects.filter(wave=before, subset=Subset.ALL, metric="respondents")
    return frozenset(
        CellId(unit, CellScope(scope).value) for unit, scope in cells.values_list("unit", "scope")
    )


def _end(wave: Wave, state: WaveState, *, reason: str = "") -> None:
    wave.state = state
    wave.save(update_fields=["state"])
    record(
        f"wave.{state}",
        subject=wave,
        actor=None,
        before={"state": WaveState.CLOSED},
        after={"state": state},
        reason=reason,
    )
    enqueue("surveys.tell_results", wave_id=wave.pk, subject=wave)


def _finish(wave_id: int) -> Wave:
    """Key, then ballots, then "done": what is left of a box cannot be opened any more."""
    wave = Wave.objects.get(pk=wave_id)
    if wave.state not in WITHOUT_KEY:
        return wave
    keys.destroy(wave.public_id)
    with transaction.atomic():
        wave = _held(wave_id)
        Ballot.objects.filter(wave=wave).delete()
        told = AuditEvent.objects.filter(verb=DESTROYED, subject_id=str(wave.public_id))
        if wave.public_key is not None and not told.exists():
            record(DESTROYED, subject=wave, actor=None)
        if wave.state == WaveState.RELEASED:
            wave.state = WaveState.DONE
            wave.save(update_fields=["state"])
    return wave
