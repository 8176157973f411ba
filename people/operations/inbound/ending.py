"""People whom a full file no longer has."""

from collections.abc import Collection
from contextlib import suppress

from core.jobs import enqueue
from people.inbound import Row, RowRefused, World, apply_row
from people.operations.inbound import loading, writing
from people.operations.inbound.applying import Inbound


def end_people(ids: Collection[int], *, inbound: Inbound) -> int:
    """As if HR had said that today is the first day without them; how many that ended.

    The last administrator stays. In a transaction, after ``hold_inbound``.
    """
    world = World(inbound.today)
    loading.learn_administrators(world, lock=True)
    states = loading.states_by_id(ids, world)
    for state in states:
        with suppress(RowRefused):
            apply_row(state, Row(state.source_id, active=False), world)
    left = sum(state.left or bool(state.log) for state in states)
    writing.write(states, world, inbound)
    writing.forget_digests([state.id for state in states])
    if left:
        enqueue("workflows.reroute_orphans", actor=inbound.actor, dedupe_key="people")
    return left
