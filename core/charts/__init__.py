"""Charts drawn on the server: frozen data in, one SVG out; no script, no inline style.

Each data class has ``table()``, the numbers behind "Show as table". ``draw`` finds the function.
"""

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

from core.charts.bars import BarRow, Bars, Funnel, FunnelRow, bars, funnel
from core.charts.canvas import HALF, PHONE, SIDE, WIDE
from core.charts.control import ControlChart, Limits, Week, control_chart
from core.charts.diverging import Diverging, DivergingRow, diverging
from core.charts.effects import Effect, ForestPlot, IntervalPlot, forest_plot, interval_plot
from core.charts.panes import (
    HeatCell,
    HeatMap,
    Lorenz,
    Trend,
    TrendPoint,
    heat_map,
    lorenz,
    trend,
    trust_axis,
)
from core.charts.precision import PrecisionPlot, PrecisionPoint, precision_plot
from core.charts.quantiles import QuantilePlot, quantile_plot
from core.charts.ranges import RangePlot, range_plot
from core.charts.sparkline import Sparkline, sparkline
from core.charts.table import Table
from core.charts.time_spent import Spent, SpentRow, TimeSpent, time_spent
from core.charts.waiting import WaitingCurve, WaitingPlot, waiting_plot
from core.charts.weeks import StripDay, WeekStrip, WeekStrips, open_hours, week_strips

__all__ = [
    "HALF",
    "PHONE",
    "SIDE",
    "WIDE",
    "BarRow",
    "Bars",
    "ControlChart",
    "Diverging",
    "DivergingRow",
    "Effect",
    "ForestPlot",
    "Funnel",
    "FunnelRow",
    "HeatCell",
    "HeatMap",
    "IntervalPlot",
    "Limits",
    "Lorenz",
    "PrecisionPlot",
    "PrecisionPoint",
    "QuantilePlot",
    "RangePlot",
    "Sparkline",
    "Spent",
    "SpentRow",
    "StripDay",
    "Table",
    "TimeSpent",
    "Trend",
    "TrendPoint",
    "WaitingCurve",
    "WaitingPlot",
    "Week",
    "WeekStrip",
    "WeekStrips",
    "bars",
    "control_chart",
    "diverging",
    "draw",
    "forest_plot",
    "funnel",
    "heat_map",
    "interval_plot",
    "lorenz",
    "open_hours",
    "precision_plot",
    "quantile_plot",
    "range_plot",
    "sparkline",
    "time_spent",
    "trend",
    "trust_axis",
    "waiting_plot",
    "week_strips",
]

DRAWINGS: dict[type, Callable[..., SafeString]] = {
    Bars: bars,
    ControlChart: control_chart,
    Diverging: diverging,
    ForestPlot: forest_plot,
    Funnel: funnel,
    HeatMap: heat_map,
    IntervalPlot: interval_plot,
    Lorenz: lorenz,
    PrecisionPlot: precision_plot,
    QuantilePlot: quantile_plot,
    RangePlot: range_plot,
    Sparkline: sparkline,
    TimeSpent: time_spent,
    Trend: trend,
    WaitingPlot: waiting_plot,
    WeekStrips: week_strips,
}


def draw(data: Any, *, width: int, palette: str | None = None) -> SafeString:
    """The picture of any chart's data. KeyError for something that is no chart."""
    return DRAWINGS[type(data)](data, width=width, palette=palette)
