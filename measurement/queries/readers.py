"""Readings as machines read them: whole, but for what too few cases say."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from measurement.models import Reading
from people.models import Person
from workflows.queries.readers import redesigns_read_by

SIDES = ("before", "after")
# Of two sides: who knows one, and the ratio, knows the other.
OF_BOTH = ("ratio", "low", "high", "raw_ratio", "unguarded_ratio")


def readings_read_by(person: Person | None) -> QuerySet[Reading]:
    """With redesign and workflow, without the chart and what a list does not show."""
    return Reading.objects.filter(redesign__in=redesigns_read_by(person)).select_related(
        "redesign__workflow", "go_live", "calendar_version"
    )


def too_few_on(result: Mapping[str, Any]) -> tuple[str, ...]:
    """The sides of a result with fewer finished cases than the minimum group (decision 0022)."""
    return tuple(
        side for side in SIDES if (result.get(f"done_{side}") or 0) < settings.MINIMUM_GROUP
    )


def result_told(result: Mapping[str, Any]) -> dict[str, Any]:
    """The stored result; times, ratios and guardrails of too few cases are null in it."""
    few = too_few_on(result)
    if not few:
        return dict(result)
    hidden = {f"{name}_{side}" for side in few for name in ("median", "p85")} | set(OF_BOTH)
    told = {name: None if name in hidden else value for name, value in result.items()}
    told["guardrails"] = [untold(guard) for guard in result.get("guardrails", ())]
    return told


def whole_told(reading: Reading) -> dict[str, Any]:
    """``result_told`` of a reading, its guardrails judged each by the cases that tell it."""
    told = result_told(reading.result)
    if told.get("guardrails"):
        told["guardrails"] = [guard for guard, _known in guardrails_told(reading)]
    return told


def untold(guard: Mapping[str, Any]) -> dict[str, Any]:
    """A guardrail without the values of its cases."""
    return {**guard, **dict.fromkeys(("before", "after", "low", "high"))}


def guardrails_told(reading: Reading) -> list[tuple[dict[str, Any], list[int] | None]]:
    """Each guardrail as it may be shown, with how many cases told it, before and after.

    Without the counts, which older readings lack, a value without an interval is of few cases.
    """
    order = [guard["name"] for guard in reading.design.get("guards", ())]
    counts = (reading.chart or {}).get("guards")
    few = bool(too_few_on(reading.result))
    told = []
    for guard in reading.result.get("guardrails", ()):
        known = counts[order.index(guard["name"])] if counts else None
        hidden = min(known) < settings.MINIMUM_GROUP if known else guard["low"] is None
        told.append((untold(guard) if few or hidden else dict(guard), known))
    return told
