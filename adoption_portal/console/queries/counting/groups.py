"""Figures of people for each group a page can be asked for; whoever is hidden stays hidden.

``measurement.queries.use`` decides what a group may show; here its answers are only written down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.models import ScopeFigures
from adoption_portal.console.queries.counting.places import Places
from measurement.queries.use import (
    Concentration,
    Coverage,
    Hidden,
    Ladder,
    Rung,
    Scope,
    Use,
    concentration,
    coverage,
    heat_map,
    people_ladder,
)
from people.models import Site
from workflows.models import AiTool, Workflow

RUNGS = ("access", "active", "habitual", "in_changed_work")


@dataclass(frozen=True, slots=True)
class Group:
    kind: ScopeKind
    key: str
    reference: int | None
    name: str
    depth: int
    parent: int | None
    scope: Scope


def scopes_now(places: Places) -> list[Group]:
    """The organisation, every open unit, site and function, and the tools that work runs with."""
    groups = [Group(ScopeKind.ORGANISATION, "", None, "", 0, None, Scope())]
    groups += [
        Group(
            ScopeKind.UNIT,
            str(unit.public_id),
            unit.pk,
            unit.name,
            places.depth(unit.pk),
            unit.parent_id,
            Scope(unit=unit.pk),
        )
        for unit in sorted(places.units.values(), key=lambda u: (places.depth(u.pk), u.name, u.pk))
        if unit.closed_date is None
    ]
    groups += [
        Group(ScopeKind.SITE, str(site.public_id), site.pk, site.name, 0, None, Scope(site=site.pk))
        for site in Site.objects.order_by("name", "pk")
    ]
    functions = {unit.function for unit in places.units.values()}
    functions |= set(Workflow.objects.values_list("function", flat=True).distinct())
    groups += [
        Group(ScopeKind.FUNCTION, name, None, name, 0, None, Scope(function=name))
        for name in sorted(functions - {""})
    ]
    groups += [
        Group(ScopeKind.TOOL, str(tool.public_id), tool.pk, str(tool), 0, None, Scope(tool=tool.pk))
        for tool in AiTool.objects.filter(approved=True, retired_at__isnull=True).order_by(
            "name", "version", "pk"
        )
    ]
    return groups


def figures_of(group: Group, *, at: datetime, use: Use) -> tuple[ScopeFigures, Ladder]:
    """The row without its snapshot, and the ladder it was made of."""
    ladder = people_ladder(group.scope, at, use=use)
    row = ScopeFigures(
        kind=group.kind,
        key=group.key,
        reference=group.reference,
        name=group.name[:250],
        depth=group.depth,
        parent=group.parent,
        people=_number(ladder.people),
        gap=_number(ladder.translation_gap),
        ladder={
            **{name: _rung(getattr(ladder, name)) for name in RUNGS},
            "new": _number(ladder.new),
            "on_leave": _number(ladder.on_leave),
            "first_use": None
            if isinstance(ladder.first_use, Hidden)
            else [ladder.first_use.days, ladder.first_use.of],
            "partial": ladder.partial,
        },
        concentration=_concentration(concentration(group.scope, at, use=use)),
        coverage=_coverage(coverage(group.scope, at, use=use)),
    )
    return row, ladder


def heat_now(*, at: datetime, use: Use) -> dict[str, Any]:
    """Units of the first level by site: people in changed work, null where hidden."""
    found = heat_map(at, rung="in_changed_work", use=use)
    return {
        "units": [[unit.pk, unit.public_id, unit.name] for unit in found.units],
        "sites": [[site.pk, site.public_id, site.name] for site in found.sites],
        "cells": {
            f"{unit}:{site}": _rung(rung) for (unit, site), rung in sorted(found.cells.items())
        },
    }


def _number(value: Any) -> Any:
    return None if isinstance(value, Hidden) else value


def _rung(rung: Rung) -> dict[str, Any] | None:
    if isinstance(rung, Hidden):
        return None
    return {"of": rung.of, "count": rung.count, "word": rung.word}


def _concentration(found: Concentration | Hidden) -> dict[str, Any] | None:
    if isinstance(found, Hidden):
        return None
    return {
        "of": found.of,
        "weeks": found.weeks,
        "gini": found.gini,
        "low": found.gini_low,
        "high": found.gini_high,
        "top": found.top_tenth_share,
        "below": _rung(found.below_weekly),
        "lorenz": [[round(p, 4), round(share, 6)] for p, share in found.lorenz],
    }


def _coverage(found: Coverage) -> dict[str, Any]:
    return {
        "managers": _rung(found.managers),
        "ready": _rung(found.ready),
        "trainings": [[one.name, one.required_of, _rung(one.done)] for one in found.trainings],
    }
