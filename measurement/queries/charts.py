"""The pictures of one reading: computed when it is taken, stored with it, drawn when shown."""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core import charts
from measurement.evaluating import canonical
from measurement.models import Reading
from measurement.queries.calls import Prepared
from measurement.rules import median_shown
from measurement.statistics import Design, control_chart, quantile_plot

WEEKS_SHOWN_BEFORE = 52


def pictures_of(taken_in: Prepared) -> dict[str, Any]:
    """Control chart and quantiles of the reading's own data, as plain JSON."""
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
    return {"weekly": canonical(weekly), "quantiles": canonical(quantiles)}


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
