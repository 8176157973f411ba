"""What became of effects after their verdict."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext as _

from core.charts import words
from measurement.choices import LastingState, ReadingKind, ReadingVerdict
from measurement.models import Lasting, Reading
from measurement.queries.known import LATER_DAYS
from measurement.statistics import Gate, lasting
from people.choices import Role
from people.models import Person
from people.rules import open_grants
from workflows.models import Redesign

CALL = ("comparison", "season", "calendar", "data_from")
MOVES = frozenset({"washout_days", "early", "planned_information", "post_hoc"})
JUDGED = ("G1", "G2", "G3", "G4", "G5", "G8")


@dataclass(frozen=True, slots=True)
class Told:
    """A stored reading as the statistics know one; what was no number is none again."""

    verdict: str
    ratio: float
    low: float
    gates: dict[str, Gate]


def state_after(primary: Reading, later: Reading) -> LastingState:
    """What ``later``, a reading at 90 or 180 days, says of the effect of ``primary``.

    Only the same call may speak of the same effect. Against last year's weeks a reading without a
    verdict may have an interval that those weeks cannot carry, so it does not speak either.
    """
    unsure = later.design.get("season") and later.verdict == ReadingVerdict.INSUFFICIENT_EVIDENCE
    if unsure or _call_of(primary) != _call_of(later):
        return LastingState.NOT_KNOWN
    return LastingState(lasting(_told(primary), _told(later)))


def _call_of(reading: Reading) -> tuple[Any, ...]:
    """What two readings of one effect have in common: all but the dates, and what follows them."""
    design = reading.design.get("design", {})
    kept = {name: value for name, value in design.items() if name not in MOVES}
    return (kept, *(reading.design.get(name) for name in CALL))


def _told(reading: Reading) -> Told:
    result: dict[str, Any] = reading.result
    gates = result.get("gates", {})
    return Told(
        verdict=reading.verdict,
        ratio=_number(result.get("ratio", reading.ratio)),
        low=_number(result.get("low", reading.low)),
        gates={
            name: Gate(passed=gates.get(name, {}).get("passed"), value=0.0, limit=0.0, text="")
            for name in JUDGED
        },
    )


def _number(stored: float | None) -> float:
    return math.nan if stored is None else stored


@dataclass(frozen=True, slots=True)
class LaterReading:
    """A later reading as the pages tell it."""

    row: Lasting
    told: str

    @property
    def is_alarm(self) -> bool:
        return self.row.state == LastingState.RELAPSE


def lasting_of(redesign: Redesign) -> list[LaterReading]:
    """What the later readings of an improved redesign said, oldest first. One query."""
    rows = (
        Lasting.objects.filter(reading__redesign=redesign, primary__verdict="improved")
        .select_related("reading", "primary", "answer__answered_by")
        .defer("reading__result", "reading__chart", "primary__result", "primary__chart")
        .order_by("reading__cutoff", "pk")
    )
    return [LaterReading(row, _told_of(row)) for row in rows]


def _told_of(row: Lasting) -> str:
    days = LATER_DAYS[ReadingKind(row.reading.kind)]
    texts = {
        LastingState.SUSTAINED: _("The effect still held after %(days)s days, on %(day)s."),
        LastingState.RELAPSE: _(
            "The effect has gone: the reading after %(days)s days, of %(day)s, rules out what was"
            " measured at first."
        ),
        LastingState.NOT_SHOWN: _(
            "After %(days)s days, on %(day)s, the effect is not shown any more. It may be there"
            " still, only smaller or harder to see."
        ),
        LastingState.NOT_KNOWN: _(
            "Whether the effect held after %(days)s days is not known: the data of %(day)s do not"
            " carry an answer."
        ),
    }
    return texts[LastingState(row.state)] % {"days": days, "day": words.day(row.reading.cutoff)}


def open_relapses(redesigns: QuerySet[Redesign]) -> QuerySet[Lasting]:
    """Alarms of these that nobody has answered, newest first."""
    return (
        Lasting.objects.filter(
            state=LastingState.RELAPSE,
            answer__isnull=True,
            reading__redesign__in=redesigns.order_by(),
        )
        .select_related("reading__redesign__workflow", "primary")
        .defer("reading__result", "reading__chart", "primary__result", "primary__chart")
        .order_by("-found_at", "-pk")
    )


def relapses_among(
    redesigns: QuerySet[Redesign], *, person: Person, most: int
) -> Mapping[Redesign, Mapping[str, Any]]:
    """Those ``person`` is asked about: the owner of the work, and the program office."""
    office = Exists(open_grants(person, [Role.PROGRAM_OFFICE]))
    rows = open_relapses(redesigns).filter(Q(reading__redesign__workflow__owner=person) | Q(office))
    told: dict[Redesign, Mapping[str, Any]] = {}
    for row in rows[:most]:
        told.setdefault(
            row.reading.redesign,
            {"found_at": row.found_at, "measured_at": row.primary.cutoff},
        )
    return told
