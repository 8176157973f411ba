"""What a file would do as a whole, and when that is so much that a second person must look."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from people.inbound import World, depth_of
from people.models import PeopleImport
from people.operations.imports import staging
from people.operations.imports.lately import WITHIN
from people.operations.inbound import Inbound, Outcome, apply_rows

FEWEST_ENDS = 20
ENDS_PERCENT = 2
MOVES_PERCENT = 10
LEVELS = 1
STAFF = """
SELECT p.id, a.manager_id, a.id IS NOT NULL, p.created_at < %(since)s FROM people_person p
LEFT JOIN people_assignment a ON a.person_id = p.id AND a.valid @> %(today)s::date
WHERE p.is_active AND p.source_id IS NOT NULL
"""


@dataclass(slots=True)
class Plan:
    """Counts of rows by outcome; ``ends`` are people, by a row or by having none.

    ``ends`` and ``moves`` of today or of a later day. ``ended``: whom HR ended beside them in the
    24 hours before, so that many small files are not let through where a large one waits.
    ``people`` and ``placed`` (with a place of work) are those known for longer than that.
    """

    counts: dict[str, int] = field(default_factory=dict)
    refused: list[Outcome] = field(default_factory=list)
    ending: set[int] = field(default_factory=set)
    ended: int = 0
    missing: int = 0
    moves: int = 0
    people: int = 0
    placed: int = 0
    levels_before: int = 0
    levels_after: int = 0

    @property
    def ends(self) -> int:
        return len(self.ending)

    def as_json(self) -> dict[str, Any]:
        names = (
            *("ends", "ended", "missing", "moves", "people", "placed"),
            *("levels_before", "levels_after"),
        )
        return {name: getattr(self, name) for name in names} | {"counts": self.counts}


def plan_of(people_import: PeopleImport, inbound: Inbound) -> Plan:
    """All rows under the rules of the real run, with nothing written."""
    plan = Plan(counts=staging.said(people_import.pk))
    plan.counts.pop("", None)
    world = World(inbound.today)
    managers: dict[int, int | None] = {}
    stored, last = staging.next_slice(people_import.pk)
    while stored:
        applied = apply_rows(staging.rows_of(stored), inbound=inbound, world=world, write=False)
        for one in applied.outcomes:
            plan.counts[one.said] = plan.counts.get(one.said, 0) + 1
        plan.refused += [one for one in applied.outcomes if one.said == "rejected"]
        plan.moves += applied.moved
        plan.ending |= applied.ending
        managers |= applied.managers
        stored, last = staging.next_slice(people_import.pk, after=last)
    _compare(plan, people_import, inbound, managers)
    return plan


def _compare(
    plan: Plan, people_import: PeopleImport, inbound: Inbound, managers: dict[int, int | None]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STAFF, {"today": inbound.today, "since": inbound.at - WITHIN})
        staff = cursor.fetchall()
    before: dict[int, int | None] = {person: manager for person, manager, *_rest in staff}
    # Whoever came in with the last files is not counted: made-up hires would lift the limits.
    plan.people = sum(known for *_rest, known in staff)
    plan.placed = sum(placed and known for *_rest, placed, known in staff)
    after = before | managers
    if people_import.mode == "full":
        missing = staging.missing_ids(people_import.pk)
        plan.missing = len(missing)
        plan.ending.update(missing)
        for person in missing:
            after.pop(person, None)
    plan.levels_before, plan.levels_after = depth_of(before), depth_of(after)


def brakes_of(plan: Plan, people_import: PeopleImport) -> list[dict[str, Any]]:
    """Why nothing is applied before somebody approved it; empty for changes alone.

    Ends hold a file of either mode, all else a full one alone. A file that ends nobody does not
    wait for what was ended before it.
    """
    found = []
    ends = max(FEWEST_ENDS, plan.people * ENDS_PERCENT // 100)
    if plan.ends and plan.ends + plan.ended > ends:
        found.append({"code": "ends", "found": plan.ends + plan.ended, "limit": ends})
    if people_import.mode != "full":
        return found
    moves = plan.placed * MOVES_PERCENT // 100
    if plan.moves > moves:
        found.append({"code": "moves", "found": plan.moves, "limit": moves})
    lost = plan.levels_before - plan.levels_after
    if lost > LEVELS:
        found.append({"code": "levels", "found": lost, "limit": LEVELS})
    if people_import.unnamed_rows:
        found.append({"code": "unnamed", "found": people_import.unnamed_rows, "limit": 0})
    return found


def is_worse(plan: Plan, brakes: Iterable[dict[str, Any]], people_import: PeopleImport) -> bool:
    """Whether more would happen than what was approved; then it has to be looked at again.

    Also where a brake has come to hold meanwhile: who approved it then may have brought the file.
    """
    approved = people_import.plan
    worse = any(getattr(plan, name) > approved.get(name, 0) for name in ("ends", "moves"))
    known = {brake["code"] for brake in people_import.brakes}
    held = any(brake["code"] not in known for brake in brakes)
    return worse or held or plan.levels_after < approved.get("levels_after", 0)
