"""What stands behind one reading: its definition, its windows, and the files that fed it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from measurement import claims
from measurement.models import CaseImport, Reading
from workflows.models import Redesign

LISTED = 20


@dataclass(frozen=True, slots=True)
class Provenance:
    """``deliveries``: the newest that were merged before the reading, ``more`` of them unlisted."""

    definition: str
    windows: list[tuple[str, str]]
    deliveries: list[CaseImport]
    more: int


def provenance_of(reading: Reading) -> Provenance:
    """Two queries."""
    found = deliveries_behind(reading)
    listed = list(found[:LISTED])
    more = 0 if len(listed) < LISTED else found.count() - LISTED
    return Provenance(
        definition=claims.definition(reading),
        windows=claims.windows(reading),
        deliveries=listed,
        more=more,
    )


def deliveries_behind(reading: Reading) -> QuerySet[CaseImport]:
    """Of the workflow and the comparison that was used; what came in later was not in it.

    Simulated readings are dated by their story, not by the clock: of those all are named.
    """
    own = Redesign.objects.filter(pk=reading.redesign_id).values("workflow")
    workflows = Q(source__workflow__in=own)
    comparison = reading.design.get("comparison")
    if comparison:
        workflows |= Q(source__workflow__public_id=comparison)
    found = CaseImport.objects.filter(workflows, merged_at__isnull=False)
    if not reading.is_simulated:
        found = found.filter(merged_at__lte=reading.measured_at)
    return found.select_related("source__workflow").order_by("-merged_at", "-pk")
