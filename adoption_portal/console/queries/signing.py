"""What waits for a signature, and how long it takes, by role and never by person."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption_portal.console.models import ScopeFigures
from adoption_portal.console.queries.chosen import Chosen
from core import charts
from workflows.choices import StepState
from workflows.models import RouteStep

# Whole days since the request: 0-3, 4-7, 8-14, 15 and more.
AGES = (timedelta(days=4), timedelta(days=8), timedelta(days=15))


def open_steps(chosen: Chosen) -> QuerySet[RouteStep]:
    return RouteStep.objects.filter(chosen.steps(), state=StepState.ACTIVE)


def ages_by_role(chosen: Chosen, *, at: datetime) -> list[tuple[str, str, tuple[int, ...]]]:
    """(role, its title, counts by age), the most first; one query."""
    newer = [Q(opened_at__gt=at - age) for age in AGES]
    rows = (
        open_steps(chosen)
        .values("role")
        .annotate(
            shown=Max("title"),
            a=Count("pk", filter=newer[0]),
            b=Count("pk", filter=~newer[0] & newer[1]),
            c=Count("pk", filter=~newer[1] & newer[2]),
            d=Count("pk", filter=~newer[2]),
        )
        .values_list("role", "shown", "a", "b", "c", "d")
    )
    found = [(role, _(title), (a, b, c, d)) for role, title, a, b, c, d in rows]
    return sorted(found, key=lambda row: (-sum(row[2]), row[1]))


def age_names() -> tuple[str, ...]:
    return (_("0 to 3 days"), _("4 to 7"), _("8 to 14"), _("15 or more"))


def ages_chart(rows: list[tuple[str, str, tuple[int, ...]]]) -> charts.Bars:
    return charts.Bars(
        rows=tuple(charts.BarRow(title, counts) for _role, title, counts in rows),
        parts=age_names(),
        title=_("Waiting sign-offs by age"),
    )


def open_words(rows: list[tuple[str, str, tuple[int, ...]]]) -> str:
    total = sum(sum(counts) for _role, _title, counts in rows)
    return ngettext("%(count)s open", "%(count)s open", total) % {"count": total}


def waiting_chart(now: ScopeFigures | None) -> charts.WaitingPlot | None:
    """Kaplan-Meier by role, the most asked first; roles that too few people hold are not shown."""
    told: dict[str, dict[str, Any]] = now.latency if now is not None else {}
    roles = sorted((r for r in told if r), key=lambda role: (-told[role]["of"], role))
    if not roles:
        return None
    return charts.WaitingPlot(
        curves=tuple(
            charts.WaitingCurve(
                label=_(told[role]["title"]),
                steps=tuple((days, share) for days, share in told[role]["curve"]),
                median=told[role]["median"],
                of=told[role]["of"],
            )
            for role in roles[:5]
        ),
        title=_("How long a request waits, by role"),
    )
