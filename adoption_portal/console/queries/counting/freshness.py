"""How far the sources reach, and which numbers cannot be relied on."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Sum
from django.utils import timezone

from core.choices import JobState
from measurement.models import CaseImport, CaseSummary
from people.models import Assignment, Employment, OrgUnit
from surveys.models import Wave
from workflows.choices import RedesignState
from workflows.models import Redesign, Workflow
from workflows.queries.stages import RUNNING

CASES_LATE = timedelta(days=8)
USE_LATE = timedelta(days=15)  # a whole week, and one for the delivery
NAMED = 10


def sources_now(*, at: datetime, use_to: date | None) -> list[dict[str, Any]]:
    """Cases of work in use, weeks of use, and surveys; two queries."""
    summaries = CaseSummary.objects.filter(
        workflow__retired_at__isnull=True,
        workflow__redesigns__state__in=RUNNING,
        covers_to__isnull=False,
    )
    late = Q(covers_to__lt=at - CASES_LATE)
    found = summaries.aggregate(
        newest=Max("covers_to"), late=Count("pk", filter=late), total=Count("pk")
    )
    named = (
        summaries.filter(late)
        .order_by("covers_to", "pk")
        .values_list("workflow__name", "workflow__public_id", "covers_to")[:NAMED]
    )
    sources = []
    if found["total"]:
        sources.append(
            {
                "kind": "cases",
                "data_to": _iso(found["newest"]),
                "fresh": found["total"] - found["late"],
                "late": found["late"],
                "named": [[name, str(key), _iso(moment)] for name, key, moment in named],
            }
        )
    if use_to is not None:
        end = timezone.make_aware(datetime.combine(use_to + timedelta(days=1), time()))
        is_late = end < at - USE_LATE
        sources.append(
            {
                "kind": "use",
                "data_to": _iso(end),
                "fresh": int(not is_late),
                "late": int(is_late),
                "named": [],
            }
        )
    return sources


def quality_now(*, minimum: int, at: datetime) -> dict[str, Any]:
    """Readiness, deliveries with rows that were not read, and gaps in the organisation.

    Counts of people under ``minimum`` are null: the page says "fewer than".
    """
    works = Q(
        retired_at__isnull=True,
        redesigns__state__in=[RedesignState.LIVE, RedesignState.MEASURED],
    )
    live = Workflow.objects.filter(works).distinct()
    # In one filter: the reading has to be of the redesign that is live, not of one before it.
    enough = Workflow.objects.filter(
        works, redesigns__readings__result__gates__G1__passed=True
    ).distinct()
    today = timezone.localdate(at)
    current = Assignment.objects.filter(valid__contains=today, person__is_active=True)
    employed = Employment.objects.filter(person=OuterRef("person"), valid__contains=today)
    headless = ~Q(unit__head=F("person"))
    deliveries = CaseImport.objects.filter(created_at__gte=at - timedelta(days=30))
    told = deliveries.aggregate(
        deliveries=Count("pk"),
        rejected=Sum("rows_rejected"),
        waiting=Count("pk", filter=Q(job__state=JobState.NEEDS_REVIEW)),
        failed=Count("pk", filter=Q(job__state=JobState.FAILED)),
        oldest=Min("created_at"),
    )
    without_manager = current.filter(headless, manager__isnull=True).count()
    without_employment = current.filter(~Exists(employed)).count()
    return {
        "live": live.count(),
        "enough": enough.count(),
        "deliveries": told["deliveries"],
        "rejected": told["rejected"] or 0,
        "waiting": told["waiting"],
        "failed": told["failed"],
        "without_manager": _shown(without_manager, minimum),
        "without_employment": _shown(without_employment, minimum),
        "units_without_head": OrgUnit.objects.filter(
            head__isnull=True, closed_date__isnull=True
        ).count(),
        "redesigns_without_tool": Redesign.objects.filter(
            state__in=RUNNING, current_revision__tool__isnull=True
        ).count(),
        "stopped_waves": Wave.objects.filter(state="stopped").count(),
    }


def _shown(count: int, minimum: int) -> int | None:
    return count if count == 0 or count >= minimum else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
