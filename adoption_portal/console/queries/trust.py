"""The trust index over time, pooled from published cells alone."""

import itertools
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncQuarter
from django.utils.translation import gettext as _

from adoption_portal.console.models import Annotation, TrustRow
from adoption_portal.console.queries.chosen import Chosen, quarter_name
from core import charts

# Waves are meant to open 30 and 90 days after go-live and then at least 90 days apart: a wave is of
# the 90th day from half-way to the one before it until half-way to the next, of the 180th.
NINETY_DAY_WAVES = (60, 134)
NORMAL = 1.959964
LOWEST, HIGHEST = 1.0, 5.0


def trust_rows(chosen: Chosen) -> QuerySet[TrustRow]:
    since = Q() if chosen.since is None else Q(closed_date__gte=chosen.since.date())
    return TrustRow.objects.filter(chosen.rows(), since)


def ninety_day_rows(chosen: Chosen) -> QuerySet[TrustRow]:
    """Those that may be pooled, on the line of the newest version of the instrument among them.

    Source: trust-survey-method, sections 1.2 (never two versions on one line unless marked as
    comparable) and 1.6 (90-day waves only).
    """
    rows = trust_rows(chosen).filter(sd__isnull=False, days_after__range=NINETY_DAY_WAVES)
    newest = rows.order_by("-wave__instrument_id").values("instrument")[:1]
    return rows.filter(instrument=newest)


def trust_by_quarter(chosen: Chosen) -> list[dict[str, Any]]:
    """Answers of the 90-day waves, weighted mean and its interval by quarter; one query.

    The variance of the mean is that of a mean of independent groups: sum(n sd^2) / N^2.
    """
    rows = (
        ninety_day_rows(chosen)
        .annotate(quarter=TruncQuarter("closed_date"))
        .values("quarter")
        .annotate(
            total=Sum("n"),
            waves=Count("pk"),
            scored=Sum(F("n") * F("mean")),
            squares=Sum(F("n") * F("sd") * F("sd")),
        )
        .order_by("quarter")
    )
    told = []
    for row in rows:
        mean = row["scored"] / row["total"]
        half = NORMAL * math.sqrt(row["squares"]) / row["total"]
        told.append(
            {
                "quarter": row["quarter"],
                "n": row["total"],
                "waves": row["waves"],
                "mean": mean,
                "low": max(LOWEST, mean - half),
                "high": min(HIGHEST, mean + half),
            }
        )
    return told


def trust_chart(
    quarters: Sequence[dict[str, Any]], annotations: Sequence[Annotation] = ()
) -> charts.Trend | None:
    if not quarters:
        return None
    days = [row["quarter"] for row in quarters]
    points = tuple(
        charts.TrendPoint(quarter_name(row["quarter"]), row["mean"], row["low"], row["high"])
        for row in quarters
    )
    floor, ceiling = charts.trust_axis(points)
    return charts.Trend(
        points=points,
        floor=floor,
        ceiling=ceiling,
        title=_("Trust index in the 90-day waves, by quarter"),
        notes=notes_on(days, annotations),
    )


def notes_on(
    days: Sequence[date], annotations: Sequence[Annotation]
) -> tuple[tuple[float, str], ...]:
    """Each annotation's place between the points of ``days``, rising; outside ones are left out."""
    told = []
    for note in annotations:
        for index, (one, other) in enumerate(itertools.pairwise(days)):
            if one <= note.date < other:
                told.append((index + (note.date - one).days / (other - one).days, note.text))
        if days and note.date >= days[-1]:
            told.append((float(len(days) - 1), note.text))
    return tuple(told)
