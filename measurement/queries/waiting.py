"""Redesigns a nightly run has something to do for, and nothing else (decision 0004)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from measurement.choices import CONCLUSIVE, ReadingKind
from measurement.models import Reading
from measurement.queries.due import ENDED_GRACE, MEASURABLE, due_readings
from measurement.queries.known import Known, known_of
from workflows.choices import RedesignState
from workflows.models import GoLive, Redesign

COMPARISON = "go_live__revision__hypothesis__comparison"
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """``cases``: about how many its readings will read, those of a comparison included."""

    redesign_id: int
    workflow_id: int
    name: str
    cases: int


def waiting(
    *, at: datetime, first: int | None = None, last: int | None = None
) -> Iterator[Waiting]:
    """In order of their workflows, of which ``first`` and ``last`` bound the ids, both included.

    Something to do is a final reading that has become due, an early one of cases that came since
    the last, or a measured redesign that was resumed and is to be marked so again.
    """
    rows = measurable(at=at, first=first, last=last)
    found = rows.iterator(chunk_size=AT_ONCE)
    while some := list(islice(found, AT_ONCE)):
        known = known_of([redesign.go_live for redesign in some])
        for redesign in some:
            if _has_something(redesign, at=at, known=known):
                yield _waiting(redesign)


def measurable(*, at: datetime, first: int | None = None, last: int | None = None) -> QuerySet[Any]:
    """Redesigns that went live and are not long over, with what decides and ``cases``."""
    rows = Redesign.objects.filter(
        Q(stopped_at__isnull=True) | Q(stopped_at__gt=at - ENDED_GRACE),
        state__in=MEASURABLE,
        go_live__at__lte=at,
    )
    if first is not None:
        rows = rows.filter(workflow__gte=first)
    if last is not None:
        rows = rows.filter(workflow__lte=last)
    readings = Reading.objects.filter(redesign=OuterRef("pk"))
    found: QuerySet[Any] = _sized(rows).annotate(
        kinds=ArraySubquery(readings.order_by().values("kind").distinct()),
        read_at=Subquery(readings.order_by("-measured_at").values("measured_at")[:1]),
        conclusive=Exists(readings.filter(kind=ReadingKind.PRIMARY, verdict__in=CONCLUSIVE)),
        own_rows_at=F("workflow__case_summary__refreshed_at"),
        other_rows_at=F(f"{COMPARISON}__case_summary__refreshed_at"),
    )
    return found.select_related(
        "workflow", "go_live__revision__hypothesis__comparison", "go_live__redesign"
    ).order_by("workflow", "pk")


def _has_something(redesign: Any, *, at: datetime, known: Known) -> bool:
    go_live: GoLive = redesign.go_live
    if redesign.own_rows_at is None:
        return False
    if redesign.conclusive and redesign.state == RedesignState.LIVE:
        return True
    due = due_readings(go_live, redesign.kinds, at=at, known=known)
    if not due or due[0].kind != ReadingKind.EARLY:
        return bool(due)
    rows_at = max(filter(None, (redesign.own_rows_at, redesign.other_rows_at)))
    return redesign.read_at is None or rows_at > redesign.read_at


def with_cases(redesigns: QuerySet[Redesign]) -> list[Waiting]:
    """All of these, in order of their workflows, whether there is something to do or not."""
    rows = _sized(redesigns).select_related("workflow").order_by("workflow", "pk")
    return [_waiting(redesign) for redesign in rows]


def _sized(rows: QuerySet[Redesign]) -> QuerySet[Any]:
    return rows.annotate(
        cases=Coalesce("workflow__case_summary__cases", 0)
        + Coalesce(f"{COMPARISON}__case_summary__cases", 0)
    )


def _waiting(redesign: Any) -> Waiting:
    return Waiting(redesign.pk, redesign.workflow_id, redesign.workflow.name, redesign.cases)
