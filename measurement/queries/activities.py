"""Where the time of a workflow's cases went, by activity: from stored events, read as arrays."""

import math
from dataclasses import asdict
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from measurement.choices import Lifecycle
from measurement.evaluating import Arrays
from measurement.models import CaseEvent
from measurement.queries.calls import Prepared
from measurement.statistics import Design
from measurement.statistics.arrays import DAY
from measurement.statistics.event_pairs import begins_of
from measurement.statistics.periods import Windows, sort_cases, windows_of
from measurement.statistics.survival import median_and_p85
from measurement.statistics.time_spent import (
    OTHER,
    ActivityTime,
    Finished,
    FinishedCases,
    TimeSpent,
    time_spent,
)

_HEADER_BYTES = 19  # of PostgreSQL's binary COPY format
_COLUMNS = (
    ("case", ">i8"),
    ("start", ">f8"),
    ("end", ">f8"),
    ("activity", ">i8"),
    ("begins", ">i4"),
    ("at", ">f8"),
    ("began", ">f8"),
)
_WITH_SIZES = (pair for name, kind in _COLUMNS for pair in ((f"{name}_size", ">i4"), (name, kind)))
_LAYOUT = np.dtype([("columns", ">i2"), *_WITH_SIZES])
# Of finished cases alone, those that started in a window early enough to be followed for the
# horizon; so a side is not short of its slow cases.
EVENTS = """
COPY (
    SELECT dense_rank() OVER (ORDER BY e.case_id), extract(epoch FROM c.started_at)::float8,
        extract(epoch FROM c.completed_at)::float8, n.place,
        (e.lifecycle = %s)::int4, extract(epoch FROM e.happened_at)::float8,
        coalesce(extract(epoch FROM e.began_at)::float8, 'NaN'::float8)
    FROM (
        SELECT case_id, started_at, completed_at, extract(epoch FROM started_at)::float8 AS start
        FROM measurement_case WHERE workflow_id = %s AND status = 'completed'
    ) c
    JOIN measurement_caseevent e ON e.workflow_id = %s AND e.case_id = c.case_id COLLATE "C"
    JOIN unnest(%s::text[]) WITH ORDINALITY AS n(name, place) ON n.name COLLATE "C" = e.activity
    WHERE e.lifecycle <> %s
        AND ((c.start >= %s AND c.start < %s) OR (c.start >= %s AND c.start < %s))
        AND extract(epoch FROM c.completed_at - c.started_at)::float8 <= %s
    ORDER BY e.case_id, e.position
) TO STDOUT (FORMAT binary)
"""


def where_time_went(workflow_id: int, prepared: Prepared) -> dict[str, Any] | None:
    """Share, waiting and work of each activity, before against after; ready to store as JSON.

    ``{"horizon_days", "cases_before", "cases_after", "touch_known", "activities"}``; an activity
    is ``{"name", "before", "after"}``, a side of it ``{"share", "wait", "touch"}`` in seconds per
    case of the clock in use, or None. The name of the pooled ones is "".

    Both sides hold cases alone that could be followed for one horizon and ended within it: the
    before's wall-clock P85, or the source's own horizon. None without events, where so much of the
    before is still open, or with too few such cases on a side. Two queries.
    """
    windows = windows_of(
        Design(**prepared.call.design),
        go_live=prepared.call.go_live,
        cutoff=prepared.call.cutoff,
        data_from=prepared.call.data_from,
    )
    horizon = _horizon(prepared.arrays, windows)
    names = _activities(workflow_id)
    if not names or not math.isfinite(horizon):
        return None
    rows = _copied(workflow_id, names, windows, horizon)
    cases, events = _finished(rows, windows)
    spent = time_spent(cases, events, calendar=prepared.calendar, smallest=settings.MINIMUM_GROUP)
    return None if spent is None else _as_json(spent, names, horizon)


def _horizon(arrays: Arrays, windows: Windows) -> float:
    """Seconds of wall-clock time; NaN when fewer than 85 of 100 are known to end."""
    if windows.horizon is not None:
        return windows.horizon
    before = sort_cases(
        arrays["start"], arrays["end"], arrays["cancelled"], windows, calendar=None
    ).before
    _median, p85 = median_and_p85(before.millis, before.done)
    return p85


def _activities(workflow_id: int) -> list[str]:
    events = CaseEvent.objects.filter(workflow=workflow_id).exclude(lifecycle=Lifecycle.OTHER)
    return list(events.order_by("activity").values_list("activity", flat=True).distinct())


def _copied(
    workflow_id: int, names: list[str], windows: Windows, horizon: float
) -> npt.NDArray[np.void]:
    """Events of the cases that count, in order of the case."""
    parameters = (
        Lifecycle.START,
        workflow_id,
        workflow_id,
        names,
        Lifecycle.OTHER,
        windows.before_from,
        windows.before_to - horizon,
        windows.after_from,
        min(windows.after_to, windows.cutoff - horizon),
        horizon,
    )
    copied = BytesIO()
    with connection.cursor() as cursor, cursor.cursor.copy(EVENTS, parameters) as copy:
        for block in copy:
            copied.write(block)
    whole = copied.getbuffer()
    count = (len(whole) - _HEADER_BYTES) // _LAYOUT.itemsize
    return np.frombuffer(whole, _LAYOUT, count=count, offset=_HEADER_BYTES)


def _finished(rows: npt.NDArray[np.void], windows: Windows) -> tuple[FinishedCases, Finished]:
    case = rows["case"].astype(np.int64) - 1
    activity = rows["activity"].astype(np.int64) - 1
    at = rows["at"].astype(np.float64)
    places, began = begins_of(
        case, activity, at, rows["began"].astype(np.float64), rows["begins"] == 1
    )
    _numbers, first = np.unique(case, return_index=True)
    start = rows["start"][first].astype(np.float64)
    return (
        FinishedCases(start, rows["end"][first].astype(np.float64), start >= windows.after_from),
        Finished(case[places], activity[places], began, at[places]),
    )


def _as_json(spent: TimeSpent, names: list[str], horizon: float) -> dict[str, Any]:
    return {
        "horizon_days": horizon / DAY,
        "cases_before": spent.cases_before,
        "cases_after": spent.cases_after,
        "touch_known": spent.touch_known,
        "activities": [_activity(one, names) for one in spent.activities],
    }


def _activity(one: ActivityTime, names: list[str]) -> dict[str, Any]:
    return {
        "name": "" if one.activity == OTHER else names[one.activity],
        "before": None if one.before is None else asdict(one.before),
        "after": None if one.after is None else asdict(one.after),
    }
