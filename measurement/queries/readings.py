"""Readings as pages and lists need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery

from core.choices import ENDED, JobState
from core.jobs import newest_job
from core.models import Job
from measurement.choices import CONCLUSIVE, ReadingKind, ReadingVerdict
from measurement.models import CaseSummary, Reading, Recomputation
from measurement.rules import median_shown
from measurement.statistics import portfolio
from people.models import Person
from workflows.models import GoLive, Redesign, Workflow
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.workflows import workflows_visible_to

WEEKS_SHOWN = 24


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
        .annotate(reading_pk=Subquery(newest_reading().values("pk")[:1]))
        .select_related("workflow__unit", "workflow__owner", "current_revision__tool", "go_live")
    )


def verdicts_among(redesigns: QuerySet[Redesign], *, early: bool = False) -> Mapping[str, int]:
    """How many of them have each verdict at their date, or, ``early``, so far; one query."""
    shown = newest_reading() if early else newest_reading().filter(kind=ReadingKind.PRIMARY)
    counted = (
        redesigns.order_by()
        .annotate(verdict_shown=Subquery(shown.values("verdict")[:1]))
        .filter(verdict_shown__isnull=False)
        .values_list("verdict_shown")
        .annotate(Count("pk"))
    )
    return dict(counted.values_list("verdict_shown", "pk__count"))


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


def reading_shown(redesign: Redesign) -> Reading | None:
    """The reading a page opens with: the verdict when there is one, else the newest early one."""
    return readings_of(redesign).order_by(Reading.kind_order(), "-cutoff", "-pk").first()


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
    """The measured part of each redesign's stage, in three queries whatever the rows."""
    ids = [redesign.pk for redesign in redesigns]
    readings = list(
        Reading.objects.filter(redesign__in=ids)
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


@dataclass(frozen=True, slots=True)
class Entry:
    """What the portfolio needs of a stored reading."""

    p: float
    verdict: str
    grade: str
    negligible: bool


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month - 1) // 3 + 1


def survivors_of_quarters(redesign_ids: set[int]) -> set[int]:
    """Of these, who passes the false-discovery control of the quarter its reading fell in.

    The control runs over every primary reading due in that quarter, none left out, whoever looks.
    Guardrails are part of it: "faster but worse" never survives.
    """
    if not redesign_ids:
        return set()
    span = GoLive.objects.filter(redesign__in=redesign_ids).aggregate(
        Min("reading_at"), Max("reading_at")
    )
    first, last = _quarter_bounds(span["reading_at__min"], span["reading_at__max"])
    rows = Reading.objects.filter(
        kind=ReadingKind.PRIMARY, go_live__reading_at__gte=first, go_live__reading_at__lt=last
    ).values_list("redesign_id", "go_live__reading_at", "p", "verdict", "grade", "negligible")
    quarters: dict[tuple[int, int], list[tuple[int, Entry]]] = {}
    for redesign, reading_at, p, verdict, grade, negligible in rows:
        entry = Entry(1.0 if p is None else p, verdict, grade, negligible)
        quarters.setdefault(quarter_of(reading_at.date()), []).append((redesign, entry))
    passed: set[int] = set()
    for entries in quarters.values():
        control = portfolio([entry for _redesign, entry in entries])
        passed |= {
            redesign
            for (redesign, _entry), survived in zip(entries, control.survivors, strict=True)
            if survived
        }
    return passed & redesign_ids


def weekly_of(workflows: list[Workflow]) -> Mapping[int, Mapping[str, list[float | None]]]:
    """Weekly medians around the newest go-live, up to twelve weeks on each side; one query.

    Of work that never went live the last 24 weeks, all of them before. None for a week without a
    point, as in the control chart.
    """
    newest = GoLive.objects.filter(redesign__workflow=OuterRef("workflow")).order_by("-at")
    rows = CaseSummary.objects.filter(workflow__in=workflows).values_list(
        "workflow_id", "weekly", Subquery(newest.values("at")[:1])
    )
    told: dict[int, Mapping[str, list[float | None]]] = {}
    for workflow_id, weekly, live in rows:
        split = live.date().isoformat() if live else "9999"
        weeks = [
            (day, median_shown(median, finished=done[0] if done else cases))
            for day, median, cases, *done in weekly
        ]
        before = [median for day, median in weeks if day < split]
        after = [median for day, median in weeks if day >= split]
        most = WEEKS_SHOWN // 2 if after else WEEKS_SHOWN
        told[workflow_id] = {"before": before[-most:], "after": after[:most]}
    return told


def _quarter_bounds(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    year, quarter = quarter_of(first.date())
    begin = first.replace(
        year=year, month=3 * quarter - 2, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    year, quarter = quarter_of(last.date())
    year, month = divmod(12 * year + 3 * quarter, 12)
    month += 1
    end = last.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, end
