"""Readings as pages and lists need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.choices import ENDED, JobState
from core.jobs import newest_job
from core.models import Job
from measurement.choices import CONCLUSIVE, LastingState, ReadingKind, ReadingVerdict
from measurement.models import Lasting, Reading, Recomputation
from measurement.queries.portfolios import survivors_of_quarters
from people.models import Person
from workflows.models import GoLive, Redesign
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.workflows import workflows_visible_to


def newest_reading() -> QuerySet[Reading]:
    """For a subquery on ``redesign``: a final reading before an early one, then the newest."""
    return Reading.objects.filter(redesign=OuterRef("pk")).order_by(
        Reading.kind_order(), "-cutoff", "-pk"
    )


def redesigns_with_readings(person: Person) -> QuerySet[Redesign]:
    """Redesigns in reach that went live, with the id of the reading to show."""
    return (
        redesigns_visible_to(person)
        .filter(go_live__isnull=False)
        .annotate(
            reading_pk=Subquery(newest_reading().values("pk")[:1]),
            relapsed=Exists(
                Lasting.objects.filter(reading__redesign=OuterRef("pk"), state=LastingState.RELAPSE)
            ),
        )
        .select_related("workflow__unit", "workflow__owner", "current_revision__tool", "go_live")
    )


def verdicts_among(redesigns: QuerySet[Redesign], *, early: bool = False) -> Mapping[str, int]:
    """How many of them have each verdict at their date; one query.

    ``early`` adds how many have been read early only, under "early": no verdict of theirs counts.
    """
    at_its_date = newest_reading().filter(kind=ReadingKind.PRIMARY)
    counted: Subquery[Any] | Coalesce = Subquery(at_its_date.values("verdict")[:1])
    if early:
        only_early = newest_reading().filter(kind=ReadingKind.EARLY).values("kind")[:1]
        counted = Coalesce(counted, Subquery(only_early))
    rows = (
        redesigns.order_by()
        .annotate(counted_as=counted)
        .filter(counted_as__isnull=False)
        .values_list("counted_as")
        .annotate(Count("pk"))
    )
    return dict(rows.values_list("counted_as", "pk__count"))


def runs_beyond_reach(person: Person) -> bool:
    """Whether work ``person`` may see went live by a redesign the person may not read."""
    live = GoLive.objects.filter(redesign__workflow__in=workflows_visible_to(person))
    return live.exclude(redesign__in=redesigns_visible_to(person)).exists()


def readings_of(redesign: Redesign) -> QuerySet[Reading]:
    return (
        Reading.objects.filter(redesign=redesign)
        .select_related("go_live__revision__hypothesis", "calendar_version__calendar")
        .order_by("-measured_at", "-pk")
    )


@dataclass(frozen=True, slots=True)
class RecomputationPage:
    """``outcome``: the newest; ``job``: a newer one under way, or the last one when it failed."""

    outcome: Recomputation | None
    job: Job | None

    @property
    def is_open(self) -> bool:
        return self.job is not None and self.job.state not in ENDED


def recomputation_page(reading: Reading) -> RecomputationPage:
    job = newest_job("measurement.recompute_reading", reading)
    return RecomputationPage(
        outcome=Recomputation.objects.filter(reading=reading)
        .select_related("reading")
        .order_by("-pk")
        .first(),
        job=None if job is None or job.state == JobState.DONE else job,
    )


def stages_of(redesigns: list[Redesign]) -> Mapping[int, Mapping[str, Any]]:
    """The measured part of each redesign's stage, in two queries whatever the rows."""
    ids = [redesign.pk for redesign in redesigns]
    readings = list(
        Reading.objects.filter(redesign__in=ids)
        .annotate(came_to=F("lasting__state"))
        .order_by("redesign", "cutoff", "pk")
        .defer("result", "chart", "design")
    )
    survivors = survivors_of_quarters(
        {reading.redesign_id for reading in readings if reading.kind == ReadingKind.PRIMARY}
    )
    told: dict[int, dict[str, Any]] = {}
    for reading in readings:
        fact = told.setdefault(reading.redesign_id, {"sustained_days": 0, "changed": False})
        if reading.kind in {ReadingKind.DAY_90, ReadingKind.DAY_180}:
            # Only an unbroken run counts: 180 days need the 90 days before.
            reached = 90 if reading.kind == ReadingKind.DAY_90 else 180
            held = reading.verdict == ReadingVerdict.IMPROVED
            if held and fact["sustained_days"] == reached - 90 and fact["changed"]:
                fact["sustained_days"] = reached
            if reading.came_to == LastingState.RELAPSE:
                fact["relapsed_at"] = reading.cutoff
            continue
        fact |= {
            "verdict": reading.verdict,
            "grade": reading.grade,
            "ratio": reading.ratio,
            "low": reading.low,
            "high": reading.high,
            "measured_at": reading.cutoff,
            "early": reading.kind == ReadingKind.EARLY,
            "conclusive": reading.kind == ReadingKind.PRIMARY and reading.verdict in CONCLUSIVE,
            "changed": reading.redesign_id in survivors
            and reading.verdict == ReadingVerdict.IMPROVED,
            "simulated": reading.is_simulated,
            "reading": str(reading.public_id),
        }
    return told


def news_among(
    redesigns: QuerySet[Redesign], *, since: datetime, most: int
) -> Mapping[Redesign, Mapping[str, Any]]:
    """The newest primary readings after ``since``, newest first, with the workflow; one query."""
    newest = (
        Reading.objects.filter(
            redesign__in=redesigns.order_by(), kind=ReadingKind.PRIMARY, cutoff__gt=since
        )
        .select_related("redesign__workflow")
        .order_by("-cutoff", "-pk")
        .defer("result", "chart", "design")[:most]
    )
    told: dict[Redesign, Mapping[str, Any]] = {}
    for reading in newest:
        told.setdefault(
            reading.redesign,
            {
                "verdict": reading.verdict,
                "ratio": reading.ratio,
                "low": reading.low,
                "high": reading.high,
                "measured_at": reading.cutoff,
            },
        )
    return told
