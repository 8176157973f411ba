"""Requests in parts that at least the minimum group of people signs.

A figure is given of unions of whole parts only. Whatever is subtracted from whatever, then, is
again of whole parts: a role from all roles, a unit from what lies above it, a function from all.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count, pairwise

from adoption_portal.console.queries.counting.places import Places

Signers = frozenset[int]
Part = tuple[set[int], Signers]  # units, and who signs there


def parts_of(
    places: Places, asked: Iterable[tuple[str, int, Signers]], minimum: int
) -> dict[tuple[str, int], int]:
    """The part by role and unit; ``asked`` is the role, unit and signers of each request.

    Roles that fewer people hold are one with each other and, where these are still too few, with
    the role of fewest people. Within a role the parts are subtrees; what is left of one joins its
    smallest part. Where fewer than ``minimum`` sign anything at all there is one part, of them.
    """
    by_role: dict[str, dict[int, Signers]] = defaultdict(dict)
    for role, unit, signers in asked:
        by_role[role][unit] = by_role[role].get(unit, frozenset()) | signers
    numbers = count()
    found: dict[tuple[str, int], int] = {}
    for roles in _roles_apart(by_role, minimum):
        alone: dict[int, Signers] = {}
        for role in roles:
            for unit, signers in by_role[role].items():
                alone[unit] = alone.get(unit, frozenset()) | signers
        for units, _signers in _subtrees(places, alone, minimum):
            number = next(numbers)
            found.update(
                {(role, unit): number for role in roles for unit in units & set(by_role[role])}
            )
    return found


def _roles_apart(
    by_role: Mapping[str, Mapping[int, Signers]], minimum: int
) -> list[tuple[str, ...]]:
    held = {role: frozenset[int]().union(*of.values()) for role, of in by_role.items()}
    order = sorted(held, key=lambda role: (len(held[role]), role))
    few = [role for role in order if len(held[role]) < minimum]
    apart = order[len(few) :]
    while few and apart and len(frozenset[int]().union(*(held[role] for role in few))) < minimum:
        few.append(apart.pop(0))
    return [*([tuple(few)] if few else []), *((role,) for role in apart)]


def _subtrees(places: Places, alone: Mapping[int, Signers], minimum: int) -> list[Part]:
    """From below: the units of each part and its signers. The place above all tops is None."""
    over: dict[int | None, int | None] = {}
    depth: dict[int | None, int] = {None: 0}
    for unit in alone:
        chain = [*places.above[unit], None]
        over.update(pairwise(chain))
        depth |= {at: len(chain) - 1 - place for place, at in enumerate(chain)}
    left: dict[int | None, Part] = {unit: ({unit}, signers) for unit, signers in alone.items()}
    settled: dict[int | None, list[Part]] = defaultdict(list)
    for at in sorted(depth, key=lambda unit: -depth[unit]):
        units, signers = left.pop(at, (set(), frozenset()))
        done = settled.pop(at, [])
        if units and done and len(signers) < minimum:
            done.sort(key=lambda part: -len(part[1]))
            more, others = done.pop()
            units, signers = units | more, signers | others
        if units and (len(signers) >= minimum or at is None):
            done.append((units, signers))
            units = set()
        if at is None:
            return done
        above = over[at]
        settled[above] += done
        if units:
            known = left.get(above, (set(), frozenset()))
            left[above] = (known[0] | units, known[1] | signers)
    raise AssertionError  # the last place is above all
