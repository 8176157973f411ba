"""What a row means for one person: its names looked up, and what makes it be refused as a whole."""

from dataclasses import dataclass
from datetime import date

from people.inbound.rows import Row, RowRefused
from people.inbound.state import GONE, Holder, PersonState, World


@dataclass(frozen=True, slots=True)
class Meant:
    """A row with its names looked up."""

    day: date
    unit: int | None
    manager: int | None
    awaited: str  # a manager who is not here yet
    holder: Holder | None  # who gives the e-mail address away


def meant_by(state: PersonState, row: Row, world: World) -> Meant:
    """Raises RowRefused; nothing is changed."""
    given, day = row.given, row.effective_from or world.today
    unit = world.units.get(given["unit"]) if "unit" in given else None
    if "unit" in given and unit is None:
        raise RowRefused("unit", "unknown_unit", given["unit"])
    if unit is not None and unit.closed is not None and unit.closed <= day:
        raise RowRefused("unit", "closed_unit", given["unit"])
    named = given.get("manager", "")
    known = world.people.get(named) if named else None
    if named and (named == row.source_id or (known is not None and known.id == state.id)):
        raise RowRefused("manager", "own_manager", named)
    placed = unit is not None or any(one.mark != GONE for one in state.assignments)
    if named and not placed and row.active is not False:
        raise RowRefused("unit", "unit_missing")
    ends = _ends(state, row, world, day)
    if ends and world.administrators == {state.id}:
        raise RowRefused("active", "last_administrator")
    nameless = not (given.get("given_name") or given.get("family_name"))
    if state.is_new and not state.rows and nameless:
        raise RowRefused("family_name", "name_missing")
    if not row.primary and "legal_entity" not in given:
        raise RowRefused("legal_entity", "entity_missing")
    ends_now = ends and state.is_active and day <= world.today
    holder = _holder(state, row, world, ends_now=ends_now)
    if world.numbers.get(given.get("employee_number", ""), state.id) != state.id:
        raise RowRefused("employee_number", "number_taken")
    awaited = named if named and known is None else ""
    return Meant(day, unit.id if unit else None, known.id if known else None, awaited, holder)


def _ends(state: PersonState, row: Row, world: World, day: date) -> bool:
    """Whether nothing employs the person from ``day`` on, once the row is applied."""
    if row.active is not False:
        return False
    entity = world.entities.get(row.given.get("legal_entity", ""))
    return row.primary or not any(
        one.mark != GONE and one.entity != entity and (one.until is None or one.until > day)
        for one in state.employments
    )


def _holder(state: PersonState, row: Row, world: World, *, ends_now: bool) -> Holder | None:
    """Who else has the address and gives it away.

    With the end of access signing and roles end too: then the address is as anybody's.
    """
    email = row.given.get("email")
    if email is None or (email or None) == state.email:
        return None
    if state.guarded and not ends_now and not state.left:
        raise RowRefused("email", "email_guarded")
    holder = world.emails.get(email)
    if holder is None or holder.id == state.id:
        return None
    if holder.active:
        raise RowRefused("email", "email_taken")
    if holder.guarded:
        raise RowRefused("email", "email_guarded")
    return holder
