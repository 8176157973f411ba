"""Did the redesign shorten the work? Pure functions of arrays: no database, no clock, no chance.

``evaluate`` takes a reading; the other names plan, draw or combine readings.
The formulas follow the measurement method, whose sections the docstrings name.
"""

from measurement.statistics.baseline import Plan, follow_up_days, plan
from measurement.statistics.baseline_guards import Drift
from measurement.statistics.business_time import OpeningHours, business_seconds
from measurement.statistics.chart import ChartWeek, ControlChart, control_chart
from measurement.statistics.design import Design
from measurement.statistics.evaluation import Comparison, evaluate
from measurement.statistics.false_discovery import Portfolio, portfolio
from measurement.statistics.gates import FINISHED_AFTER, FINISHED_BEFORE, Gate
from measurement.statistics.guardrails import Guard, GuardReading
from measurement.statistics.last_year import YearOnYear, same_weeks_last_year
from measurement.statistics.local_hours import opening_hours
from measurement.statistics.quantiles import QuantilePlot, quantile_plot
from measurement.statistics.reading import Reading
from measurement.statistics.survival import SurvivalCurve, kaplan_meier
from measurement.statistics.sustained import lasting

__all__ = [
    "FINISHED_AFTER",
    "FINISHED_BEFORE",
    "ChartWeek",
    "Comparison",
    "ControlChart",
    "Design",
    "Drift",
    "Gate",
    "Guard",
    "GuardReading",
    "OpeningHours",
    "Plan",
    "Portfolio",
    "QuantilePlot",
    "Reading",
    "SurvivalCurve",
    "YearOnYear",
    "business_seconds",
    "control_chart",
    "evaluate",
    "follow_up_days",
    "kaplan_meier",
    "lasting",
    "opening_hours",
    "plan",
    "portfolio",
    "quantile_plot",
    "same_weeks_last_year",
]
