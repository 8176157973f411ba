"""Workflows that carry the mark Changed and have not relapsed."""

from datetime import datetime

from measurement.choices import LastingState, ReadingKind, ReadingVerdict
from measurement.models import Lasting, Reading
from measurement.queries.portfolios import survivors_of_quarters
from workflows.choices import RedesignState

AT_WORK = (RedesignState.LIVE, RedesignState.MEASURED)


def changed_workflows(at: datetime) -> list[int]:
    """Primary keys. A relapse is a later reading whose interval rules out the primary effect."""
    improved = dict(
        Reading.objects.filter(
            redesign__state__in=AT_WORK,
            cutoff__lte=at,
            kind=ReadingKind.PRIMARY,
            verdict=ReadingVerdict.IMPROVED,
        ).values_list("redesign", "redesign__workflow")
    )
    relapsed = Lasting.objects.filter(state=LastingState.RELAPSE, reading__cutoff__lte=at)
    survivors = survivors_of_quarters(set(improved))
    gone = set(relapsed.values_list("reading__redesign", flat=True))
    return sorted({improved[redesign] for redesign in survivors - gone})
