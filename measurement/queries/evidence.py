"""One redesign's evidence, gathered for the page that shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import charts
from core.audit import subject_of
from core.charts import words
from core.choices import JobState
from core.jobs import newest_job
from core.models import AuditEvent, Job
from measurement import claims
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models import CaseSummary, Reading
from measurement.queries.known import due_at
from measurement.queries.portfolios import survivors_of_quarters
from measurement.queries.readings import readings_of, verdicts_among
from workflows.models import GoLive, Hypothesis, Redesign

NEWEST = 50  # readings that the page lists


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Everything the page says. ``job`` is a measurement under way or the last one that failed."""

    reading: Reading | None
    readings: list[Reading]
    job: Job | None
    go_live: GoLive
    hypothesis: Hypothesis
    summary: CaseSummary | None
    claim: str
    claimed_change: str
    probable_range: str
    basis: str
    caution: str
    reason: str
    data_from: str
    nothing_new: str
    stopped: str
    pauses: list[str]
    promised_and_measured: list[tuple[str, str]]
    why_not_better: list[str]
    gates: list[claims.GateLine]
    guardrails: list[claims.GuardLine]
    passes_discovery: bool
    promise_kept: bool


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    redesign: Redesign
    reading: Reading | None
    interval: charts.IntervalPlot | None


def evidence_reading(redesign: Redesign, *, chosen: str = "") -> Reading | None:
    """The reading that the page shows for the same ``chosen``."""
    return _chosen(list(readings_of(redesign)[:NEWEST]), chosen)


def evidence_page(redesign: Redesign, *, chosen: str = "") -> EvidencePage:
    """``chosen`` is the public id of one of the redesign's readings; else the one to open with."""
    go_live = GoLive.objects.select_related(
        "revision__hypothesis", "calendar_version__calendar"
    ).get(redesign=redesign)
    readings = list(readings_of(redesign)[:NEWEST])
    reading = _chosen(readings, chosen)
    job = newest_job("measurement.measure_redesign", redesign)
    survivors = survivors_of_quarters({redesign.pk}) if reading is not None else set()
    return EvidencePage(
        reading=reading,
        readings=readings,
        job=job,
        go_live=go_live,
        hypothesis=go_live.revision.hypothesis,
        summary=CaseSummary.objects.filter(workflow_id=redesign.workflow_id).first(),
        claim=claims.claim(reading) if reading else "",
        claimed_change=words.ratio_words(reading.ratio) if reading else "",
        probable_range=claims.probable_range(reading) if reading else "",
        basis=claims.basis(reading) if reading else "",
        caution=claims.caution(reading) if reading else "",
        reason=claims.reason(reading) if reading else "",
        data_from=claims.data_from(reading) if reading else "",
        nothing_new=nothing_new(go_live, readings)
        if redesign.stopped_at is None and _gave_nothing(job, readings)
        else "",
        stopped=claims.stopped(redesign, go_live),
        pauses=claims.pauses(pauses_of(redesign)),
        promised_and_measured=claims.promised_and_measured(reading) if reading else [],
        why_not_better=claims.why_not_better(reading) if reading else [],
        gates=claims.gates(reading) if reading else [],
        guardrails=claims.guardrails(reading) if reading else [],
        passes_discovery=reading is not None
        and reading.kind == ReadingKind.PRIMARY
        and redesign.pk in survivors,
        promise_kept=reading is not None and reading.result.get("target") in {"met", "proven"},
    )


def _gave_nothing(job: Job | None, readings: list[Reading]) -> bool:
    """Somebody asked for a reading, and none came of it."""
    if job is None or job.state != JobState.DONE or job.requested_by_id is None:
        return False
    return not any(reading.measured_at >= job.created_at for reading in readings)


def nothing_new(go_live: GoLive, readings: list[Reading]) -> str:
    """Why asking gave no reading, and when the next one is due."""
    taken = {reading.kind: reading for reading in readings}
    primary = taken.get(ReadingKind.PRIMARY)
    if primary is None:
        if ReadingKind.EARLY in taken:
            told = _("No case has changed since the last early reading.")
        else:
            told = _("Nothing can be read before %(day)s.") % {
                "day": early_from(go_live, go_live.revision.hypothesis)
            }
        return f"{told} " + _("The reading is due on %(day)s, once the data reach that day.") % {
            "day": words.day(go_live.reading_at)
        }
    told = _("The reading of %(day)s is final; rows that arrive later never move it.") % {
        "day": words.day(primary.cutoff)
    }
    if go_live.revision.hypothesis.after_days is not None:
        for kind in (ReadingKind.DAY_90, ReadingKind.DAY_180):
            if kind not in taken:
                return f"{told} " + _(
                    "The next one is due on %(day)s, once the data reach that day."
                ) % {"day": words.day(due_at(go_live, kind))}
    return f"{told} " + _("No further reading is due.")


def pauses_of(redesign: Redesign) -> list[tuple[datetime, datetime]]:
    """Each time it was suspended and resumed."""
    kind, name = subject_of(redesign)
    events = AuditEvent.objects.filter(
        subject_type=kind,
        subject_id=name,
        verb__in=["redesign.suspended", "redesign.resumed"],
    ).order_by("pk")
    spans, since = [], None
    for verb, at in events.values_list("verb", "at"):
        if verb == "redesign.suspended":
            since = at
        elif since is not None:
            spans.append((since, at))
    return spans


def evidence_rows(redesigns: list[Redesign]) -> list[EvidenceRow]:
    """One query for all readings of the page's rows."""
    ids = [getattr(redesign, "reading_pk", None) for redesign in redesigns]
    readings = Reading.objects.in_bulk([pk for pk in ids if pk is not None])
    rows = []
    for redesign, pk in zip(redesigns, ids, strict=True):
        reading = readings.get(pk) if pk is not None else None
        interval = None
        if reading is not None and reading.ratio is not None:
            interval = charts.IntervalPlot(
                effect=charts.Effect(
                    label=redesign.workflow.name,
                    ratio=reading.ratio,
                    low=reading.low,
                    high=reading.high,
                    verdict=reading.verdict,
                    promised=reading.design["design"]["target_ratio"],
                )
            )
        rows.append(EvidenceRow(redesign=redesign, reading=reading, interval=interval))
    return rows


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """``verdicts``: (verdict, its word, how many at their date) in a fixed order."""

    verdicts: list[tuple[str, str, int]]
    early: int


def verdict_counts(redesigns: QuerySet[Redesign]) -> VerdictCounts:
    """One query."""
    found = verdicts_among(redesigns, early=True)
    return VerdictCounts(
        verdicts=[
            (value, str(label), found[value])
            for value, label in ReadingVerdict.choices
            if value in found
        ],
        early=found.get(ReadingKind.EARLY, 0),
    )


def early_from(go_live: GoLive, hypothesis: Hypothesis) -> str:
    """The first day an early reading is possible: six weeks after the washout."""
    return words.day(go_live.at + timedelta(days=hypothesis.washout_days + 42))


def _chosen(readings: list[Reading], chosen: str) -> Reading | None:
    try:
        wanted = UUID(chosen)
    except ValueError:
        wanted = None
    for reading in readings:
        if reading.public_id == wanted:
            return reading
    order = {ReadingKind.PRIMARY: 0, ReadingKind.EARLY: 1}
    return min(
        readings,
        key=lambda reading: (order.get(ReadingKind(reading.kind), 2), -reading.cutoff.timestamp()),
        default=None,
    )
