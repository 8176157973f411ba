"""Workflows that carry the mark Changed and have not relapsed."""

from collections.abc import Iterable
from datetime import datetime

from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models import Reading
from measurement.queries.readings import survivors_of_quarters
from workflows.choices import RedesignState

AT_WORK = (RedesignState.LIVE, RedesignState.MEASURED)
NO_ANSWER = frozenset(
    {
        ReadingVerdict.IMPROVED,
        ReadingVerdict.INSUFFICIENT_EVIDENCE,
        ReadingVerdict.REFUSED,
    }
)


def changed_workflows(at: datetime) -> list[int]:
    """Primary keys. A relapse is a later reading whose interval rules out the primary effect."""
    readings = (
        Reading.objects.filter(redesign__state__in=AT_WORK, cutoff__lte=at)
        .exclude(kind=ReadingKind.EARLY)
        .values_list("redesign_id", "redesign__workflow_id", "kind", "verdict", "ratio", "low")
    )
    primary: dict[int, tuple[int, float]] = {}
    later: list[tuple[int, str, float | None]] = []
    for redesign, workflow, kind, verdict, ratio, low in readings:
        if kind != ReadingKind.PRIMARY:
            later.append((redesign, verdict, low))
        elif verdict == ReadingVerdict.IMPROVED and ratio is not None:
            primary[redesign] = (workflow, ratio)
    relapsed = set(_relapsed(primary, later))
    survivors = survivors_of_quarters(set(primary))
    return sorted({primary[redesign][0] for redesign in survivors - relapsed})


def _relapsed(
    primary: dict[int, tuple[int, float]], later: list[tuple[int, str, float | None]]
) -> Iterable[int]:
    for redesign, verdict, low in later:
        if redesign not in primary or verdict in NO_ANSWER or low is None:
            continue
        if low > primary[redesign][1]:
            yield redesign
