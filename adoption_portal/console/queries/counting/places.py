"""The tree of units as of now, small enough to be held whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from people.models import OrgUnit


@dataclass(frozen=True, slots=True)
class Places:
    """``units`` by primary key; for each of them the unit of the first level above it.

    ``above`` holds each unit with everything over it, itself first.
    """

    units: Mapping[int, OrgUnit]
    top: Mapping[int, int]
    above: Mapping[int, tuple[int, ...]]

    def depth(self, unit: int) -> int:
        return len(self.above[unit]) - 1


def places_now() -> Places:
    """One query. The first level are the children of the roots; a root stands for itself."""
    units = {unit.pk: unit for unit in OrgUnit.objects.select_related("site")}
    above = {pk: _above(pk, units) for pk in units}
    top = {pk: chain[-2] if len(chain) > 1 else chain[0] for pk, chain in above.items()}
    return Places(units=units, top=top, above=above)


def _above(pk: int, units: Mapping[int, OrgUnit]) -> tuple[int, ...]:
    chain: list[int] = []
    at: int | None = pk
    while at is not None and at not in chain:
        chain.append(at)
        at = units[at].parent_id
    return tuple(chain)
