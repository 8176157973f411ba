"""Counting a workflow's cases once after each import, so that no list has to."""

from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import Count, Max, Min, Q

from measurement.choices import CaseStatus
from measurement.models import Case, CaseImport, CaseSummary
from measurement.queries.arrays import CaseArrays, case_arrays
from measurement.statistics import kaplan_meier
from workflows.models import Workflow

WEEK = 604_800.0
WEEKS_KEPT = 104
FEWEST_CASES = 5  # a week with fewer has no median (measurement-method.md section 13)


@transaction.atomic
def refresh_summary(*, workflow_id: int, at: datetime) -> CaseSummary:
    """Count again from the rows themselves; the workflow's row is locked first."""
    Workflow.objects.select_for_update(no_key=True).get(pk=workflow_id)
    counts = Case.objects.filter(workflow_id=workflow_id).aggregate(
        cases=Count("case_id"),
        completed=Count("case_id", filter=Q(status=CaseStatus.COMPLETED)),
        open=Count("case_id", filter=Q(status=CaseStatus.OPEN)),
        first_start=Min("started_at"),
        newest=Max("started_at"),
        newest_end=Max("completed_at"),
        newest_event=Max("last_event_at"),
    )
    newest = [counts.pop(name) for name in ("newest", "newest_end", "newest_event")]
    told = CaseImport.objects.filter(
        source__workflow_id=workflow_id, merged_at__isnull=False
    ).aggregate(Max("covers_to"))["covers_to__max"]
    known = [moment for moment in (told, *newest) if moment is not None]
    covers_to = max(known, default=None)
    summary, _made = CaseSummary.objects.update_or_create(
        workflow_id=workflow_id,
        defaults=counts
        | {
            "covers_to": covers_to,
            "weekly": weekly_medians(case_arrays(workflow_id), covers_to) if covers_to else [],
            "refreshed_at": at,
        },
    )
    return summary


def weekly_medians(cases: CaseArrays, until: datetime) -> list[list[str | float | int | None]]:
    """The last two years by week of start, oldest first, as ``CaseSummary.weekly`` holds them.

    Weeks are counted back from ``until``, where open cases are censored; cancelled ones are out.
    """
    end_of_data = until.timestamp()
    used = ~cases.cancelled & (cases.start < end_of_data)
    start, end = cases.start[used], cases.end[used]
    done = end <= end_of_data
    spent = np.where(done, end, end_of_data) - start
    back = ((end_of_data - start) // WEEK).astype(np.int64)
    rows: list[list[str | float | int | None]] = []
    for week in range(min(int(back.max(initial=-1)), WEEKS_KEPT - 1), -1, -1):
        mine = back == week
        count = int(np.count_nonzero(mine))
        median = float("nan")
        if count >= FEWEST_CASES:
            median = kaplan_meier(spent[mine], done[mine]).quantile(0.5)
        first_day = datetime.fromtimestamp(end_of_data, tz=UTC) - timedelta(weeks=week + 1)
        rows.append(
            [
                first_day.date().isoformat(),
                None if np.isnan(median) else median,
                count,
                int(np.count_nonzero(done[mine])),
            ]
        )
    return rows
