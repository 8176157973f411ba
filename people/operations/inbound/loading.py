"""From tables to states: everything a batch of rows needs to know, in a fixed number of queries."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection

from core.ids import uuid7
from people.inbound import (
    AssignmentSpan,
    EmploymentSpan,
    Holder,
    Known,
    PersonState,
    Row,
    UnitFact,
    World,
)
from people.queries import active_administrators

# Who signs or administers: what ``people.operations.records`` asks before it changes an address.
GUARDED = """(p.signing_enabled OR EXISTS (
    SELECT FROM people_rolegrant g
    WHERE g.person_id = p.id AND g.role = 'administrator' AND g.ended_at IS NULL
))"""
PERSON = f"""
SELECT p.id, p.public_id, p.source_id, p.given_name, p.family_name, p.email, p.employee_number,
    p.job_title, p.is_active, r.version, m.manager_source_id, m.effective_from, {GUARDED}
FROM people_person p
LEFT JOIN people_hrrecord r ON r.person_id = p.id
LEFT JOIN people_parkedmanager m ON m.person_id = p.id
"""
# By HR's own key; who has none yet, by legal entity and number. Never by an address or a name.
BY_SOURCE = PERSON + "WHERE p.source_id = ANY(%s)"
BY_ID = PERSON + "WHERE p.id = ANY(%s)"
BY_NUMBER = (
    PERSON
    + """
JOIN unnest(%s::text[], %s::text[]) AS wanted(number, entity) ON wanted.number = p.employee_number
WHERE p.source_id IS NULL AND EXISTS (
    SELECT FROM people_employment e JOIN people_legalentity l ON l.id = e.legal_entity_id
    WHERE e.person_id = p.id AND l.code = wanted.entity
)
"""
)
LOCKED = " ORDER BY p.id FOR NO KEY UPDATE OF p"
EMPLOYMENTS = """
SELECT person_id, id, legal_entity_id, country, status, is_primary, lower(valid), upper(valid)
FROM people_employment WHERE person_id = ANY(%s) ORDER BY lower(valid)
"""
ASSIGNMENTS = """
SELECT person_id, id, unit_id, manager_id, site_id, job_title, cost_centre,
    lower(valid), upper(valid)
FROM people_assignment WHERE person_id = ANY(%s) ORDER BY lower(valid)
"""


def states_for(rows: Iterable[Row], world: World, *, lock: bool) -> dict[str, PersonState]:
    """By source id; a new one for whom nobody is here, with a temporary id."""
    by_source: dict[str, Row] = {}
    for row in rows:
        by_source.setdefault(row.source_id, row)
    states = _loaded(BY_SOURCE, [list(by_source)], world, lock=lock)
    unmet = [row for source_id, row in by_source.items() if source_id not in states]
    numbered = {
        (number, entity): row.source_id
        for row in unmet
        if (number := row.given.get("employee_number"))
        and (entity := row.given.get("legal_entity"))
    }
    if numbered:
        _adopt(states, numbered, world, lock=lock)
    for row in unmet:
        if row.source_id not in states:
            state = PersonState(world.temporary(), uuid7(), row.source_id, is_new=True)
            states[row.source_id] = state
            world.people[row.source_id] = Known(state.id, state.public_id)
    return states


def _adopt(
    states: dict[str, PersonState],
    numbered: dict[tuple[str, str], str],
    world: World,
    *,
    lock: bool,
) -> None:
    """People who were here before HR's feed: known by their number in their legal entity."""
    by_number = {number: source_id for (number, _entity), source_id in numbered.items()}
    wanted = [[number for number, _e in numbered], [entity for _n, entity in numbered]]
    for state in _loaded(BY_NUMBER, wanted, world, keyed=False, lock=lock).values():
        source_id = by_number.get(state.employee_number or "")
        if source_id is not None and source_id not in states:
            state.source_id, state.adopted = source_id, True
            states[source_id] = state
            world.people[source_id] = Known(state.id, state.public_id)


def states_by_id(ids: Collection[int], world: World) -> list[PersonState]:
    return list(_loaded(BY_ID, [list(ids)], world, keyed=False).values())


def _loaded(
    sql: str, parameters: list[Any], world: World, *, keyed: bool = True, lock: bool = True
) -> dict[Any, PersonState]:
    by_id: dict[int, PersonState] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql + (LOCKED if lock else ""), parameters)
        for row in cursor.fetchall():
            parked = (row[10], row[11]) if row[10] else None
            by_id[row[0]] = PersonState(
                row[0],
                row[1],
                row[2] or "",
                given_name=row[3],
                family_name=row[4],
                email=row[5],
                employee_number=row[6],
                job_title=row[7],
                is_active=row[8],
                guarded=row[12],
                version=row[9],
                parked=parked,
                parked_before=parked,
                email_before=row[5],
            )
        if by_id:
            ids = [list(by_id)]
            cursor.execute(EMPLOYMENTS, ids)
            for person, *span in cursor.fetchall():
                by_id[person].employments.append(EmploymentSpan(*span))
            cursor.execute(ASSIGNMENTS, ids)
            for person, *span in cursor.fetchall():
                by_id[person].assignments.append(AssignmentSpan(*span))
    for state in by_id.values():
        now = state.assignment_on(world.today)
        if now is not None:
            state.unit_before, state.manager_before = now.unit, now.manager
    return {state.source_id: state for state in by_id.values()} if keyed else dict(by_id)


def learn(rows: Sequence[Row], world: World) -> None:
    """What the rows name and ``world`` does not know yet: units, labels, managers, addresses."""
    given = [row.given for row in rows]
    units = _unknown((g.get("unit", "") for g in given), world.units)
    entities = _unknown((g.get("legal_entity", "") for g in given), world.entities)
    sites = _unknown((g.get("site", "") for g in given), world.sites)
    managers = _unknown((g.get("manager", "") for g in given), world.people)
    emails = _unknown((g.get("email", "") for g in given), world.emails)
    numbers = _unknown((g.get("employee_number", "") for g in given), world.numbers)
    with connection.cursor() as cursor:
        if units:
            cursor.execute(
                "SELECT code, id, closed_date FROM people_orgunit WHERE code = ANY(%s)", [units]
            )
            world.units |= {code: UnitFact(pk, closed) for code, pk, closed in cursor.fetchall()}
        for table, codes, known in (
            ("people_legalentity", entities, world.entities),
            ("people_site", sites, world.sites),
        ):
            if codes:
                cursor.execute(f"SELECT code, id FROM {table} WHERE code = ANY(%s)", [codes])
                known.update(cursor.fetchall())
        if managers:
            cursor.execute(
                "SELECT source_id, id, public_id FROM people_person WHERE source_id = ANY(%s)",
                [managers],
            )
            world.people |= {name: Known(pk, public) for name, pk, public in cursor.fetchall()}
        if emails:
            cursor.execute(
                f"SELECT p.email, p.id, p.is_active, {GUARDED} FROM people_person p"
                " WHERE p.email = ANY(%s)",
                [emails],
            )
            world.emails |= {email: Holder(*facts) for email, *facts in cursor.fetchall()}
        if numbers:
            cursor.execute(
                "SELECT employee_number, id FROM people_person WHERE employee_number = ANY(%s)",
                [numbers],
            )
            world.numbers.update(cursor.fetchall())


def learn_administrators(world: World, *, lock: bool) -> None:
    """``lock`` before any person's row: whoever ends a role on the page takes the two so."""
    if lock or world.administrators is None:
        world.administrators = set(active_administrators(lock=lock))


def _unknown(names: Iterable[str], known: Collection[str]) -> list[str]:
    return sorted({name for name in names if name and name not in known})
