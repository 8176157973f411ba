"""Hours a year that redesigned work releases: an estimate from stated minutes, or nothing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from measurement.queries.use import WorkflowUse
from workflows.choices import Change
from workflows.models import Activity, RevisionActivity, Workflow

MINUTES_OF_AN_HOUR = 60


def hours_of(
    redesigns: Mapping[int, dict[str, Any]],
    workflows: Mapping[int, Workflow],
    uses: Mapping[int, WorkflowUse],
) -> dict[int, float]:
    """By workflow: yearly volume x minutes saved a case / 60 x share of cases done the new way.

    A workflow without minutes on either side, or without that share, is absent. Negative means
    that it costs hours. Never from cycle time. Source: measurement method, section 12.
    """
    if not redesigns:
        return {}
    before = _minutes(Activity.objects.all(), "version")
    after = _minutes(RevisionActivity.objects.exclude(change=Change.REMOVED), "revision")
    found = {}
    for pk, facts in redesigns.items():
        old = before.get(facts["base_version_id"])
        new = after.get(facts["current_revision_id"])
        depth = uses[pk].depth if pk in uses else None
        if old is None or new is None or depth is None or not depth[1]:
            continue
        share = min(1.0, depth[0] / depth[1])
        found[pk] = workflows[pk].yearly_volume * (old - new) / MINUTES_OF_AN_HOUR * share
    return found


def _minutes(steps: QuerySet[Any], owner: str) -> dict[int, float]:
    """Work a case by version or revision; those with a step without minutes are left out."""
    rows = (
        steps.values(f"{owner}_id")
        .annotate(
            minutes=Sum(F("touch_minutes") * F("share_of_cases")),
            unknown=Count("pk", filter=Q(touch_minutes__isnull=True)),
        )
        .filter(unknown=0)
        .values_list(f"{owner}_id", "minutes")
    )
    return {pk: float(minutes) for pk, minutes in rows if minutes is not None}
