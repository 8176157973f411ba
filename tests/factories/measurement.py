"""Case sources, imports and cases."""

import hashlib
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import factory
from django.db import transaction
from django.utils import timezone

from measurement import models
from measurement.choices import CaseStatus, ImportChannel
from measurement.operations.lasting import look_back
from tests.factories.cases import NOW
from tests.factories.workflows import WorkflowFactory

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
HEADER = "case_id,started_at,completed_at,status,kind,last_event_at"


class CaseSourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CaseSource

    workflow = factory.SubFactory(WorkflowFactory)
    name = "Case system"


class LogSourceFactory(CaseSourceFactory):
    """An event log whose cases run from their first event to "Close"."""

    layout = "events"
    end_activities = factory.LazyFunction(lambda: ["Close"])
    cancel_activities = factory.LazyFunction(lambda: ["Withdraw"])


class CaseImportFactory(factory.django.DjangoModelFactory):
    """Merged, from nowhere: no stored file and no job."""

    class Meta:
        model = models.CaseImport

    source = factory.SubFactory(CaseSourceFactory)
    channel = ImportChannel.PAGE
    original_name = factory.Sequence(lambda n: f"cases-{n}.csv")
    sha256 = factory.Sequence(lambda n: hashlib.sha256(str(n).encode()).hexdigest())
    merged_at = factory.LazyFunction(timezone.now)


class CaseFactory(factory.django.DjangoModelFactory):
    """Completed after two days; ``workflow=`` puts it under another workflow than its import's."""

    class Meta:
        model = models.Case

    first_import = factory.SubFactory(CaseImportFactory)
    last_import = factory.SelfAttribute("first_import")
    workflow = factory.SelfAttribute("first_import.source.workflow")
    case_id = factory.Sequence(lambda n: f"C-{n:06d}")
    started_at = factory.Sequence(lambda n: START + timedelta(hours=n))
    completed_at = factory.LazyAttribute(lambda case: case.started_at + timedelta(days=2))
    status = CaseStatus.COMPLETED


LOG_HEADER = "case_id,activity,at"


def log_of(*rows, header=LOG_HEADER):
    """A log: ``log_of("A Open 5T08:00", ...)`` of days of January 2026, UTC; "-" is empty."""
    lines = []
    for row in rows:
        case, activity, moment, *more = ["" if cell == "-" else cell for cell in row.split()]
        day, time = moment.split("T")
        lines.append(",".join([case, activity, f"2026-01-{int(day):02}T{time}:00Z", *more]))
    return csv_of(*lines, header=header)


def csv_of(*rows, header=HEADER):
    """A file: ``csv_of("A,2026-01-05T08:00:00Z,,,,")``."""
    return io.BytesIO("\n".join([header, *rows, ""]).encode())


def good_rows(count, *, start=START):
    return [
        f"C-{n},{(start + timedelta(hours=n)).isoformat()},"
        f"{(start + timedelta(hours=n + 30)).isoformat()},completed,standard,"
        for n in range(count)
    ]


def reading_of(redesign, **facts):
    """A plain verdict, and what follows from it; what it says of its cases does not matter here."""
    content, _made = models.ReadingInput.objects.get_or_create(
        sha256="0" * 64, defaults={"cases": 0, "arrays": b""}
    )
    given = {
        "kind": "primary",
        "cutoff": NOW,
        "design": {"design": {"target_ratio": 0.8}},
        "design_sha256": uuid4().hex * 2,
        "input": content,
        "code_version": "test",
        "result": {},
        "result_sha256": "0" * 64,
        "verdict": "improved",
        "grade": "C" if redesign.go_live.post_hoc else "B",
        "ratio": 0.7,
        "low": 0.6,
        "high": 0.8,
        "p": 0.001,
        "post_hoc": redesign.go_live.post_hoc,
        "calendar_version": redesign.go_live.calendar_version,
        "is_simulated": redesign.workflow.is_simulated,
        "measured_at": NOW,
    }
    reading = models.Reading.objects.create(
        **({"redesign": redesign, "go_live": redesign.go_live} | given | facts)
    )
    with transaction.atomic():
        look_back(readings=[reading], at=reading.measured_at)
    return reading
