"""When a reading is due, if work changes at a given moment (measurement-method.md section 1)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.panels import facts_about
from workflows.models import Hypothesis, Redesign

FACTS = "measurement.go_live"
LONGEST_FOLLOW_UP = 28
AFTER_DAYS = 84
EARLIEST = timedelta(days=20 * 366)  # history exists
LATEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    follow_up_days: int
    reading_at: datetime
    planned_information: float | None
    detectable_ratio: float | None
    source: dict[str, Any]  # data_from, completed_only, horizon_days; empty while no case is in
    too_many_cases: bool = False  # to be read while somebody waits


def reading_plan(redesign: Redesign, hypothesis: Hypothesis, instant: datetime) -> ReadingPlan:
    """Follow-up comes from the cases before ``instant``; 28 days where nothing is known of them.

    An open end is read to the data's end; its date is that of the usual twelve weeks. A day is
    86,400 seconds, also where clocks change in between.
    """
    redesign.go_live_at = instant  # type: ignore[attr-defined]  # what the facts are asked about
    known = _facts(redesign)
    follow_up = min(known.get("follow_up_days") or 0, LONGEST_FOLLOW_UP)
    if known.get("follow_up_days") is None:
        follow_up = LONGEST_FOLLOW_UP
    days = hypothesis.washout_days + (hypothesis.after_days or AFTER_DAYS) + follow_up
    return ReadingPlan(
        follow_up_days=follow_up,
        reading_at=instant.astimezone(UTC) + timedelta(days=days),
        planned_information=known.get("planned_information"),
        detectable_ratio=known.get("detectable_ratio"),
        source=known.get("source") or {},
        too_many_cases=bool(known.get("too_many_cases")),
    )


def _facts(redesign: Redesign) -> dict[str, Any]:
    try:
        return dict(facts_about(FACTS, [redesign]).get(redesign.pk) or {})
    except KeyError:  # the measurement app is not installed
        return {}
