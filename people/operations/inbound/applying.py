"""Rows applied to people, under one rule set and one lock, whichever door they came in by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from core.context import surroundings
from core.jobs import enqueue
from people.choices import InboundChannel
from people.inbound import PersonState, Row, RowRefused, World, apply_row, arrive_manager
from people.models import ParkedManager, Person
from people.operations.inbound import loading, writing

LOCK = 0x4852494E  # any number, the same for all of HR's ways in


@dataclass(frozen=True, slots=True)
class Inbound:
    """Who says it, by which door, and the day it is."""

    channel: InboundChannel
    actor: Person | None
    at: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @property
    def request_id(self) -> str:
        return surroundings().request_id


@dataclass(slots=True)
class Outcome:
    """What became of one row: created, updated, unchanged, stale or rejected."""

    line: int
    source_id: str
    said: str
    column: str = ""
    code: str = ""
    value: str = ""


@dataclass(slots=True)
class Applied:
    """Outcomes in the rows' order, and the managers of whom they changed from now on.

    ``left``: whose access ends now. ``ending`` (ids) and ``moved``: whose employment ends or whose
    unit changes today, or on a later day that is told now.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    states: dict[str, PersonState] = field(default_factory=dict)
    moved: int = 0
    left: int = 0
    ending: set[int] = field(default_factory=set)
    managers: dict[int, int | None] = field(default_factory=dict)


def hold_inbound() -> None:
    """One writer of HR's facts at a time, up to the end of the transaction.

    Two rows may name each other's address, number or manager: no order of row locks covers that.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def apply_rows(
    rows: Sequence[tuple[int, Row, bytes | None]],
    *,
    inbound: Inbound,
    world: World | None = None,
    write: bool = True,
) -> Applied:
    """Apply rows (line, row, digest) in their order. In a transaction, after ``hold_inbound``.

    All rows of one person must be in one call. With ``write=False`` nothing is written, and a
    ``world`` that is handed on lets later calls see what earlier ones would have done.
    """
    world = world or World(inbound.today)
    plain = [row for _line, row, _digest in rows]
    if any(row.active is False for row in plain):
        loading.learn_administrators(world, lock=write)
    loading.learn(plain, world)
    states = loading.states_for(plain, world, lock=write)
    applied = Applied(states=states)
    by_id = {state.id: state for state in states.values()}
    digests: dict[str, list[bytes | None]] = {}
    for line, row, digest in rows:
        outcome = _applied(line, row, states[row.source_id], world)
        applied.outcomes.append(outcome)
        if outcome.said in {"created", "updated", "unchanged"}:
            digests.setdefault(row.source_id, []).append(digest)
        for person_id in world.freed:
            if person_id in by_id:
                by_id[person_id].email = None
    _forget_refused(states, world)
    touched = [state for state in states.values() if state.rows]
    _sum_up(applied, touched, world)
    if write:
        arriving = {state.source_id: state for state in touched if state.is_new or state.returned}
        writing.write(touched, world, inbound)
        writing.remember(
            [(states[name], seen[0] if len(seen) == 1 else None) for name, seen in digests.items()]
        )
        _arrive(arriving, inbound)
        if applied.left:
            enqueue("workflows.reroute_orphans", actor=inbound.actor, dedupe_key="people")
    world.freed.clear()
    return applied


def _applied(line: int, row: Row, state: PersonState, world: World) -> Outcome:
    if row.version is not None and state.version is not None and row.version < state.version:
        return Outcome(line, row.source_id, "stale")
    try:
        said = apply_row(state, row, world)
    except RowRefused as wrong:
        return Outcome(line, row.source_id, "rejected", wrong.column, wrong.code, wrong.value)
    if row.version is not None:
        state.version = max(row.version, state.version or 0)
    return Outcome(line, row.source_id, said)


def _forget_refused(states: Mapping[str, PersonState], world: World) -> None:
    """A new person whose every row was refused is nobody's manager: whoever named them waits."""
    refused = {state.id: state for state in states.values() if state.is_new and not state.log}
    for state in refused.values():
        world.people.pop(state.source_id, None)
    if not refused:
        return
    for state in states.values():
        for span in state.assignments:
            missing = refused.get(span.manager or 0)
            if missing is not None:
                span.manager = None
                state.parked = (missing.source_id, span.first)
                told = str(missing.public_id)
                state.log = [(a, "" if v == told else v, d) for a, v, d in state.log]


def _sum_up(applied: Applied, touched: Iterable[PersonState], world: World) -> None:
    for state in touched:
        now = state.assignment_on(world.today)
        applied.left += state.left
        later = {(name, value) for name, value, day in state.log if day > world.today}
        if not state.is_new and (state.left or ("active", "false") in later):
            applied.ending.add(state.id)
        if state.log and not state.left:
            applied.managers[state.id] = now.manager if now else None
        elif state.left:
            applied.managers[state.id] = None
        before = state.unit_before
        moves = now is not None and now.unit != before
        applied.moved += before is not None and (moves or any(name == "unit" for name, _v in later))


def _arrive(new: Mapping[str, PersonState], inbound: Inbound) -> None:
    """People who waited for one of the new ones get them as manager."""
    waiting = ParkedManager.objects.filter(manager_source_id__in=list(new)) if new else None
    if waiting is None:
        return
    awaited = dict(waiting.values_list("person_id", "manager_source_id"))
    if not awaited:
        return
    world = World(inbound.today)
    states = loading.states_by_id(awaited, world)
    for state in states:
        manager = new[awaited[state.id]]
        arrive_manager(state, manager.id, str(manager.public_id))
    writing.write(states, world, inbound)
