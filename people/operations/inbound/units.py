"""The tree of units, as HR has it. Who heads a unit is said here, apart from who manages whom."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import changes, record
from core.errors import DomainError
from core.jobs import enqueue
from people.errors import UnitLoop
from people.models import OrgUnit, Person, Site
from people.operations.inbound.applying import Inbound, hold_inbound

TEXTS = ("name", "function", "closed_date")
NAMED: dict[str, tuple[Any, str]] = {
    "parent": (OrgUnit, "code"),
    "head": (Person, "source_id"),
    "site": (Site, "code"),
}


class UnknownName(DomainError):
    """``field`` is the one whose ``value`` names nothing here."""

    code = "unknown_name"

    def __init__(self, field: str, value: str) -> None:
        super().__init__(_("“%(value)s” is not known here."), value=value)
        self.field = field
        self.value = value


@transaction.atomic
def put_unit(*, code: str, given: dict[str, Any], inbound: Inbound) -> tuple[OrgUnit, str]:
    """Make or change a unit: name, parent, head, site, function, closed_date; and what that was.

    ``parent``, ``head`` and ``site`` are HR's codes, empty for none; what is not given stays. When
    the head changes, signatures that wait for the old one find the new one by a job.
    Raises UnknownName, UnitLoop.
    """
    hold_inbound()
    unit = OrgUnit.objects.select_for_update().filter(code=code).first()
    made = unit is None
    unit = unit or OrgUnit(code=code, name=code)
    before = _facts(unit) if not made else {}
    for name in TEXTS:
        if name in given:
            setattr(unit, name, given[name])
    for name, (model, key) in NAMED.items():
        if name in given:
            setattr(unit, name, _named(model, name, key, given[name]))
    old, new = changes(before, _facts(unit))
    if not made and not new:
        return unit, "unchanged"
    if unit.parent_id is not None and unit.parent_id == unit.pk:
        raise UnitLoop
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError as loop:
        raise UnitLoop from loop
    verb = "unit.created" if made else "unit.changed"
    record(verb, subject=unit, actor=inbound.actor, before=None if made else old, after=new)
    if "head" in new:
        enqueue("workflows.reroute_orphans", actor=inbound.actor, dedupe_key="people")
    return unit, "created" if made else "updated"


def _named(model: Any, field: str, key: str, value: str | None) -> Any:
    if not value:
        return None
    found = model.objects.filter(**{key: value}).first()
    if found is None:
        raise UnknownName(field, value)
    return found


def _facts(unit: OrgUnit) -> dict[str, Any]:
    """Codes and a public id: nothing in it names a person."""
    return {
        "name": unit.name,
        "function": unit.function,
        "parent": unit.parent.code if unit.parent else "",
        "head": str(unit.head.public_id) if unit.head else "",
        "site": unit.site.code if unit.site else "",
        "closed_date": unit.closed_date,
    }
