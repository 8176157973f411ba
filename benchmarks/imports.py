"""1,000,000 rows from a delivered file to merged cases, against ``bulk_create`` of such rows."""

import csv
import io
import sys
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.database import scratch_database
from benchmarks.timing import Times, compare, figure, seconds_of

ROWS = 1_000_000
BATCHED = 100_000
BATCH = 1_000
FIRST = datetime(2023, 1, 2, 8, tzinfo=UTC)
HEADER = ("case_id", "started_at", "completed_at", "status", "kind", "last_event_at", "rework")


def made_up_file(rows):
    """CSV as a case system would export it, one year or so, a tenth of the cases still open."""
    rng = np.random.default_rng(0)
    start = np.sort(rng.integers(0, 400 * 86_400, rows))
    spent = (5 * 86_400 * rng.lognormal(0, 0.9, rows)).astype(np.int64)
    still_open, kind, rework = rng.random(rows) < 0.1, rng.integers(0, 4, rows), rng.random(rows)
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(HEADER)
    for number, columns in enumerate(
        zip(start.tolist(), spent.tolist(), still_open, kind, rework < 0.08, strict=True)
    ):
        begun = FIRST + timedelta(seconds=columns[0])
        end = "" if columns[2] else (begun + timedelta(seconds=columns[1])).isoformat()
        status = "open" if columns[2] else "completed"
        sheet.writerow(
            (
                *(f"CASE-{number:07d}", begun.isoformat(), end, status),
                *(f"kind {columns[3]}", end or begun.isoformat(), int(columns[4])),
            )
        )
    return text.getvalue().encode()


def by_import(file):
    """The product's way: the file on disk, then the worker's job as Celery would run it."""
    from measurement import tasks
    from measurement.choices import ImportChannel
    from measurement.operations import imports
    from tests.factories.measurement import CaseSourceFactory

    made = imports.receive_file(
        source=CaseSourceFactory(),
        actor=None,
        upload=io.BytesIO(file),
        options={},
        channel=ImportChannel.COMMAND,
    ).case_import
    spent = seconds_of(lambda: tasks.import_cases(str(made.job.public_id), import_id=made.pk))
    made.refresh_from_db()
    if made.rows_created != ROWS:
        sys.exit(f"only {made.rows_created:,} of {ROWS:,} rows came in")
    return spent


def parsed(file):
    from measurement.parsing import FileTerms, read_cases

    return sum(
        block.read for block in read_cases(io.BytesIO(file), FileTerms(at=datetime.now(UTC)))
    )


def by_bulk_create(file, rows):
    """Objects of values that are read already, in batches: nothing is checked, nothing updated."""
    from measurement.models import Case
    from tests.factories.measurement import CaseImportFactory

    delivery = CaseImportFactory()
    workflow = delivery.source.workflow
    sheet = csv.DictReader(io.StringIO(file.decode()))
    values = [
        {
            "case_id": row["case_id"],
            "started_at": datetime.fromisoformat(row["started_at"]),
            "completed_at": datetime.fromisoformat(row["completed_at"])
            if row["completed_at"]
            else None,
            "status": row["status"],
            "kind": row["kind"],
            "last_event_at": datetime.fromisoformat(row["last_event_at"]),
            "fields": {"rework": int(row["rework"])},
        }
        for row, _ in zip(sheet, range(rows), strict=False)
    ]
    shared = {"workflow": workflow, "first_import": delivery, "last_import": delivery}

    def create():
        Case.objects.bulk_create((Case(**row, **shared) for row in values), batch_size=BATCH)

    return seconds_of(create)


def main():
    file = made_up_file(ROWS)
    with scratch_database():
        batched = Times([by_bulk_create(file, BATCHED)])
        worker = Times([by_import(file)])
        reading = Times([seconds_of(lambda: parsed(file))])
    compare(
        f"import of {ROWS:,} rows, stored file to merged cases",
        worker,
        "bulk_create of rows already read",
        batched.each(BATCHED / ROWS),
        note=f", scaled from {BATCHED:,} rows",
    )
    print(f"  of the import, reading and checking the file alone: {figure(reading.median)}")


if __name__ == "__main__":
    main()
