"""From changed states to tables: a fixed number of statements for a batch, whatever its size."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core.audit import record, record_many
from core.copying import copy_rows
from people.inbound import AssignmentSpan, EmploymentSpan, PersonState, World
from people.inbound.state import CHANGED, GONE, NEW
from people.models import LegalEntity, Site
from people.operations.inbound.leaving import end_access, unusable_password

if TYPE_CHECKING:
    from people.operations.inbound.applying import Inbound

PERSON = (
    "id, public_id, password, is_superuser, is_staff, is_active, signing_enabled, email,"
    " given_name, family_name, job_title, employee_number, source_id, language, is_simulated,"
    " created_at"
)
UPDATE_PERSON = """
UPDATE people_person p SET given_name = n.given_name, family_name = n.family_name, email = n.email,
    employee_number = n.employee_number, job_title = n.job_title, source_id = n.source_id,
    is_active = n.is_active, signing_enabled = p.signing_enabled AND n.is_active
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::boolean[]) AS n(id, given_name, family_name, email, employee_number, job_title, source_id,
    is_active)
WHERE p.id = n.id
"""
UPDATE_EMPLOYMENT = """
UPDATE people_employment e SET country = n.country, status = n.status,
    valid = daterange(n.first, n.until)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::date[])
    AS n(id, country, status, first, until)
WHERE e.id = n.id
"""
UPDATE_ASSIGNMENT = """
UPDATE people_assignment a SET unit_id = n.unit_id, manager_id = n.manager_id, site_id = n.site_id,
    job_title = n.job_title, cost_centre = n.cost_centre, valid = daterange(n.first, n.until)
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[],
    %s::date[], %s::date[]) AS n(id, unit_id, manager_id, site_id, job_title, cost_centre, first,
    until)
WHERE a.id = n.id
"""
# No span may overlap another even for a moment: first those of the person that became shorter.
SHORTEN = """
UPDATE {table} t SET valid = t.valid * daterange(n.first, n.until)
FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS n(id, first, until) WHERE t.id = n.id
"""


def write(states: Iterable[PersonState], world: World, inbound: "Inbound") -> None:
    """Everything that differs, its log and its audit events. In the caller's transaction."""
    changed = [state for state in states if state.log]
    _write_labels(world, changed, inbound)
    new = [state for state in changed if state.is_new]
    known = [state for state in changed if not state.is_new]
    _number(new, changed, world)
    with connection.cursor() as cursor:
        _free_emails(cursor, known, world)
        _create(cursor, new)
        _update(cursor, known)
        _write_employments(cursor, changed)
        _write_assignments(cursor, changed)
        _write_parked(cursor, changed)
        _write_log(cursor, changed, inbound)
    end_access([state.id for state in changed if state.left], inbound.actor)
    _record(changed, inbound)
    for state in changed:
        state.is_new, state.log = False, []


def remember(seen: Sequence[tuple[PersonState, bytes | None]]) -> None:
    """The newest row about each person, by which the same one is known again."""
    if not seen:
        return
    seen = [(state, digest) for state, digest in seen if state.id > 0]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO people_hrrecord AS old (person_id, version, digest, seen_at)
            SELECT id, version, digest, clock_timestamp()
            FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS n(id, version, digest)
            ON CONFLICT (person_id) DO UPDATE SET
                version = EXCLUDED.version, digest = EXCLUDED.digest, seen_at = EXCLUDED.seen_at
            """,
            [
                [state.id for state, _digest in seen],
                [state.version for state, _digest in seen],
                [digest for _state, digest in seen],
            ],
        )


def forget_digests(ids: Sequence[int]) -> None:
    """Something else than a row of HR changed them: the next row is looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_hrrecord SET digest = NULL WHERE person_id = ANY(%s)", [list(ids)]
        )


# --- ids -----------------------------------------------------------------------------------------
def _write_labels(world: World, changed: Iterable[PersonState], inbound: "Inbound") -> None:
    """Legal entities and sites that were named for the first time; a code is all that is known."""
    real: dict[tuple[str, int], int] = {}
    for kind, code, country in world.labels:
        manager: Any = LegalEntity.objects if kind == "entity" else Site.objects
        known = world.entities if kind == "entity" else world.sites
        made, is_new = manager.get_or_create(code=code, defaults={"name": code, "country": country})
        if is_new:
            verb = "legal_entity.created" if kind == "entity" else "site.created"
            record(verb, subject=made, actor=inbound.actor, after={"code": code})
        real[kind, known[code]] = made.pk
        known[code] = made.pk
    world.labels.clear()
    if not real:
        return
    for state in changed:
        for span in state.employments:
            span.entity = real.get(("entity", span.entity), span.entity)
        for place in state.assignments:
            if place.site is not None:
                place.site = real.get(("site", place.site), place.site)


def _number(new: Sequence[PersonState], changed: Iterable[PersonState], world: World) -> None:
    """Real ids instead of temporary ones, wherever they stand."""
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('people_person', 'id'))"
            " FROM generate_series(1, %s)",
            [len(new)],
        )
        real = {state.id: pk for state, (pk,) in zip(new, cursor.fetchall(), strict=True)}
    for state in new:
        state.id = real[state.id]
        world.people[state.source_id] = type(world.people[state.source_id])(
            state.id, state.public_id
        )
        if state.email and state.email in world.emails:
            world.emails[state.email].id = state.id
        if state.employee_number:
            world.numbers[state.employee_number] = state.id
    for state in changed:
        for span in state.assignments:
            if span.manager is not None:
                span.manager = real.get(span.manager, span.manager)


# --- people --------------------------------------------------------------------------------------
def _free_emails(cursor: Any, known: Iterable[PersonState], world: World) -> None:
    freed = {*world.freed, *(state.id for state in known if state.email != state.email_before)}
    if freed:
        cursor.execute("UPDATE people_person SET email = NULL WHERE id = ANY(%s)", [list(freed)])


def _create(cursor: Any, new: Sequence[PersonState]) -> None:
    now = timezone.now()
    copy_rows(
        cursor,
        f"people_person ({PERSON})",
        (
            (
                *(state.id, state.public_id, unusable_password(), False, False, state.is_active),
                *(False, state.email, state.given_name, state.family_name, state.job_title),
                *(state.employee_number, state.source_id, "", False, now),
            )
            for state in new
        ),
    )


def _update(cursor: Any, known: Sequence[PersonState]) -> None:
    if known:
        names = (
            *("id", "given_name", "family_name", "email", "employee_number", "job_title"),
            *("source_id", "is_active"),
        )
        columns = [[getattr(state, name) for state in known] for name in names]
        columns[6] = [name or None for name in columns[6]]
        cursor.execute(UPDATE_PERSON, columns)


# --- spans ---------------------------------------------------------------------------------------
def _write_employments(cursor: Any, changed: Iterable[PersonState]) -> None:
    spans = [(state, span) for state in changed for span in state.employments if span.mark]
    stored = [span for _state, span in spans if span.mark == CHANGED]
    _delete(cursor, "people_employment", [span for _state, span in spans])
    _shorten(cursor, "people_employment", stored)
    if stored:
        names = ("pk", "country", "status", "first", "until")
        cursor.execute(UPDATE_EMPLOYMENT, _columns(stored, names))
    copy_rows(
        cursor,
        "people_employment (person_id, legal_entity_id, status, country, is_primary, valid)",
        (
            (state.id, span.entity, span.status, span.country, span.primary, _range(span))
            for state, span in spans
            if span.mark == NEW
        ),
    )


def _write_assignments(cursor: Any, changed: Iterable[PersonState]) -> None:
    spans = [(state, span) for state in changed for span in state.assignments if span.mark]
    stored = [span for _state, span in spans if span.mark == CHANGED]
    _delete(cursor, "people_assignment", [span for _state, span in spans])
    _shorten(cursor, "people_assignment", stored)
    if stored:
        names = ("pk", "unit", "manager", "site", "job_title", "cost_centre", "first", "until")
        cursor.execute(UPDATE_ASSIGNMENT, _columns(stored, names))
    copy_rows(
        cursor,
        "people_assignment"
        " (person_id, unit_id, manager_id, site_id, job_title, cost_centre, valid)",
        (
            (
                *(state.id, span.unit, span.manager, span.site, span.job_title),
                *(span.cost_centre, _range(span)),
            )
            for state, span in spans
            if span.mark == NEW
        ),
    )


def _columns(
    spans: Sequence[EmploymentSpan] | Sequence[AssignmentSpan], names: Sequence[str]
) -> list[list[Any]]:
    return [[getattr(span, name) for span in spans] for name in names]


def _delete(
    cursor: Any, table: str, spans: Sequence[EmploymentSpan] | Sequence[AssignmentSpan]
) -> None:
    gone = [span.pk for span in spans if span.mark == GONE and span.pk is not None]
    if gone:
        cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [gone])


def _shorten(
    cursor: Any, table: str, spans: Sequence[EmploymentSpan] | Sequence[AssignmentSpan]
) -> None:
    if spans:
        cursor.execute(SHORTEN.format(table=table), _columns(spans, ("pk", "first", "until")))


def _range(span: EmploymentSpan | AssignmentSpan) -> DateRange:
    return DateRange(span.first, span.until)


# --- what is told --------------------------------------------------------------------------------
def _write_parked(cursor: Any, changed: Iterable[PersonState]) -> None:
    moved = [state for state in changed if state.parked != state.parked_before]
    if not moved:
        return
    ids = [state.id for state in moved]
    cursor.execute("DELETE FROM people_parkedmanager WHERE person_id = ANY(%s)", [ids])
    copy_rows(
        cursor,
        "people_parkedmanager (person_id, manager_source_id, effective_from)",
        ((state.id, *state.parked) for state in moved if state.parked),
    )


def _write_log(cursor: Any, changed: Iterable[PersonState], inbound: "Inbound") -> None:
    head = (inbound.channel.value, inbound.request_id)
    copy_rows(
        cursor,
        "people_changelog"
        " (person_id, attribute, value, effective_from, source_version, source, request_id)",
        (
            (state.id, attribute, value, day, state.version, *head)
            for state in changed
            for attribute, value, day in state.log
        ),
    )


def _record(changed: Iterable[PersonState], inbound: "Inbound") -> None:
    """One event for each person, with names of fields and no value of any."""
    record_many(
        (
            (
                "person.created"
                if state.is_new
                else "person.left"
                if state.left
                else "person.returned"
                if state.returned
                else "person.changed",
                ("people.person", str(state.public_id)),
                {
                    "fields": sorted({attribute for attribute, _v, _d in state.log}),
                    "from": _first_day(state),
                    "source": inbound.channel.value,
                },
            )
            for state in changed
        ),
        actor=inbound.actor,
    )


def _first_day(state: PersonState) -> date:
    return min(day for _attribute, _value, day in state.log)
