"""The pictures of one reading: computed when it is taken, stored with it, drawn when shown."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from core import charts
from measurement.choices import SourceLayout
from measurement.evaluating import Arrays, Call, canonical
from measurement.models import CaseSource, Reading
from measurement.queries.activities import where_time_went
from measurement.queries.calls import Prepared
from measurement.rules import median_shown
from measurement.sensitivity import sensitivity_of
from measurement.statistics import Design, control_chart, quantile_plot
from measurement.statistics.periods import windows_of

WEEKS_SHOWN_BEFORE = 52


def pictures_of(taken_in: Prepared) -> dict[str, Any]:
    """Control chart, quantiles and other ways to read the reading's own data, as plain JSON.

    ``guards`` counts the values each guardrail was read on, before and after.
    """
    call, arrays = taken_in.call, taken_in.arrays
    shared: dict[str, Any] = {
        "go_live": call.go_live,
        "cutoff": call.cutoff,
        "cancelled": arrays["cancelled"],
        "data_from": call.data_from,
        "calendar": taken_in.calendar,
        "design": Design(**call.design),
    }
    start, end = arrays["start"], arrays["end"]
    weekly = control_chart(start, end, **shared)
    quantiles = quantile_plot(start, end, kind=arrays.get("kind"), **shared)
    return {
        "weekly": canonical(weekly),
        "quantiles": canonical(quantiles),
        "sensitivity": canonical(sensitivity_of(call, arrays, taken_in.calendar)),
        "guards": guard_counts(call, arrays),
    }


def activities_of(
    workflow_id: int, source: CaseSource | None, taken_in: Prepared
) -> dict[str, Any]:
    """``activities``: where the time went, of event logs. Two queries, none for other sources.

    Not for early readings: a night would read every event of every workflow again.
    """
    if source is None or source.layout != SourceLayout.EVENTS or taken_in.call.design["early"]:
        return {}
    return {"activities": where_time_went(workflow_id, taken_in)}


def guard_counts(call: Call, arrays: Arrays) -> list[list[int]]:
    """For each guardrail of the call: how many completed cases have a value, before and after."""
    windows = windows_of(
        Design(**call.design), go_live=call.go_live, cutoff=call.cutoff, data_from=call.data_from
    )
    start, end = arrays["start"], arrays["end"]
    sides = (
        (windows.before_from, windows.before_to, windows.before_to),
        (windows.after_from, windows.after_to, windows.cutoff),
    )
    counts = []
    longest = np.inf if windows.horizon is None else windows.horizon
    for index in range(len(call.guards)):
        known = np.isfinite(arrays[f"guard{index}"]) & ~arrays["cancelled"] & (end >= start)
        known &= end - start <= longest
        counts.append(
            [
                int(np.count_nonzero(known & (start >= since) & (start < until) & (end <= told)))
                for since, until, told in sides
            ]
        )
    return counts


def control_chart_shown(reading: Reading) -> charts.ControlChart | None:
    stored = (reading.chart or {}).get("weekly")
    if not stored or not stored["weeks"]:
        return None
    weeks = [week for week in stored["weeks"] if week["begins_at"] is not None]
    before = [week for week in weeks if week["period"] == "before"][-WEEKS_SHOWN_BEFORE:]
    later = [week for week in weeks if week["period"] != "before"]
    return charts.ControlChart(
        weeks=tuple(_week(week) for week in (*before, *later)),
        go_live=_day(stored["go_live"]),
        washout_until=_day(stored["washout_ends_at"]),
        reading_date=_day(stored["reading_at"]),
        limits=None
        if stored["centre"] is None
        else charts.Limits(stored["centre"], stored["lower"], stored["upper"]),
        working=reading.calendar_version_id is not None,
    )


def _week(stored: dict[str, Any]) -> charts.Week:
    # Readings of before this rule did not store what was finished.
    finished = stored.get("done", stored["cases"])
    median = median_shown(stored["median"], finished=finished)
    note = ""
    if stored["cases"] and finished < settings.MINIMUM_GROUP:
        note = _("fewer than %(count)s finished, so no point") % {"count": settings.MINIMUM_GROUP}
    elif stored["cases"] and median is None:
        note = _("too few finished for a median")
    return charts.Week(
        start=_day(stored["begins_at"]),
        median=median,
        cases=stored["cases"],
        ripe=not stored["grey"],
        note=note,
    )


def weekly_json(reading: Reading) -> list[dict[str, Any]]:
    """The weeks as the picture and its table show them, gaps included."""
    chart = control_chart_shown(reading)
    return [
        {
            "week_of": week.start.isoformat(),
            "median_seconds": week.median,
            "cases": week.cases,
            "complete": week.ripe,
        }
        for week in (chart.weeks if chart else ())
    ]


def quantile_plot_shown(reading: Reading) -> charts.QuantilePlot | None:
    """None without one, and under the minimum group on either side."""
    stored = (reading.chart or {}).get("quantiles")
    if not stored or not stored["probabilities"]:
        return None
    fewest = min(reading.result["done_before"], reading.result["done_after"])
    if fewest < settings.MINIMUM_GROUP:
        return None
    shares = [round(100 * share, 1) for share in stored["probabilities"]]
    return charts.QuantilePlot(
        before=tuple(zip(shares, stored["before"], strict=True)),
        after=tuple(zip(shares, stored["after"], strict=True)),
        working=reading.calendar_version_id is not None,
    )


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, tz=UTC).date()


def time_spent_shown(reading: Reading) -> charts.TimeSpent | None:
    """None where the source gives no activities, and under the minimum group on either side."""
    stored = (reading.chart or {}).get("activities")
    if not stored or not stored["activities"]:
        return None
    fewest = min(stored["cases_before"], stored["cases_after"])
    if fewest < settings.MINIMUM_GROUP:
        return None
    return charts.TimeSpent(
        rows=tuple(
            charts.SpentRow(
                activity["name"] or _("other activities"),
                _spent(activity["before"]),
                _spent(activity["after"]),
            )
            for activity in stored["activities"]
        ),
        touch_known=stored["touch_known"],
        working=reading.calendar_version_id is not None,
    )


def _spent(side: dict[str, Any] | None) -> charts.Spent | None:
    if side is None:
        return None
    share = side["share"]
    return charts.Spent(None if share is None else 100 * share, side["wait"], side["touch"])


def sensitivity_told(reading: Reading) -> list[dict[str, Any]]:
    """The stored lines, none where the effect itself is not told."""
    stored = (reading.chart or {}).get("sensitivity") or []
    return [] if reading.ratio is None else stored
