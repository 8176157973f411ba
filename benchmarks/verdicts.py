"""From cases in the database to stored verdicts, by two worker processes.

Beside it, on the same rows in the same run: one COPY of them all and a median for each workflow by
NumPy, which is about the least that any report of them does. WORKFLOWS and ROWS say how many there
are: ``WORKFLOWS=10000 ROWS=10000000 python -m benchmarks verdicts`` is the full size.
"""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from benchmarks.database import scratch_database
from benchmarks.timing import figure

WORKERS = 2
SIZES = {"WORKFLOWS": 1_000, "ROWS": 1_000_000}
LIVE_FOR = timedelta(weeks=23)
GUARDED = (
    "workflows_workflowversion", "workflows_redesign", "workflows_revision", "workflows_golive",
    "workflows_hypothesis", "workflows_route",
)  # fmt: skip
# Starts over two years up to now, five days typical, log-normal, still open where the end lies
# ahead; after go-live a fifth faster in every second workflow.
CASES = """
INSERT INTO measurement_case (workflow_id, case_id, started_at, completed_at, status, kind,
    last_event_at, fields, first_import_id, last_import_id)
SELECT i.workflow, 'C-' || lpad(n::text, 7, '0'), started, CASE WHEN ended <= %(at)s THEN ended END,
    CASE WHEN ended <= %(at)s THEN 'completed' ELSE 'open' END, '', started, NULL, i.import,
    i.import
FROM unnest(%(workflows)s::bigint[], %(imports)s::bigint[]) AS i(workflow, import)
CROSS JOIN generate_series(1, %(each)s) AS n
CROSS JOIN LATERAL (SELECT date_trunc('second', %(at)s::timestamptz
    - (n - random()) * interval '525 days' / %(each)s) AS started) s
CROSS JOIN LATERAL (SELECT date_trunc('second', started + interval '5 days'
    * exp(0.9 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))
    * CASE WHEN i.workflow %% 2 = 0 AND started >= %(live)s THEN 0.7 ELSE 1 END) AS ended) e
"""
SCAN = """
COPY (SELECT workflow_id, extract(epoch FROM started_at)::float8,
    coalesce(extract(epoch FROM completed_at)::float8, 'NaN'::float8) FROM measurement_case)
TO STDOUT (FORMAT binary)
"""
ROW = np.dtype(
    {
        "names": ["workflow", "start", "end"],
        "formats": [">i8", ">f8", ">f8"],
        "offsets": [6, 18, 30],  # after the count of columns, each behind its own size
        "itemsize": 38,
    }
)
HEADER, TRAILER = 19, 2


def main():
    if sys.argv[-1] == "work":
        return work()
    sizes = {name: int(os.environ.get(name, usual)) for name, usual in SIZES.items()}
    with scratch_database():
        measured(sizes["WORKFLOWS"], sizes["ROWS"])
    return 0


def measured(workflows, rows):
    from django.utils import timezone

    from core.models import Job
    from measurement.models import MeasuringRun, Reading
    from measurement.operations.readings import start_run

    at = timezone.now()
    filled = time.perf_counter()
    fill(workflows, rows // workflows, at=at)
    filled = time.perf_counter() - filled
    began = time.perf_counter()
    run = start_run(at=at)
    cut = time.perf_counter() - began
    spent, peaks = by_workers()
    verdicts = Reading.objects.count()
    if verdicts != workflows:
        wrong = Job.objects.exclude(state="done").values_list("name", "state", "error_detail")
        sys.exit(f"only {verdicts} verdicts of {workflows} workflows: {str(wrong[:1])[-600:]}")
    assert MeasuringRun.objects.get() == run
    scanned = scan()
    print(
        f"verdicts: {workflows:,} workflows, {rows:,} cases: {figure(cut + spent)} from database "
        f"to stored verdicts by {WORKERS} workers in {run.ranges} ranges ({figure(cut)} to cut), "
        f"peak memory {', '.join(f'{peak:.0f}' for peak in peaks)} MB; a median for each workflow "
        f"by one process {figure(scanned)}; {(cut + spent) / scanned:.1f}x "
        f"(filled in {figure(filled)})",
        flush=True,
    )


def by_workers():
    """Seconds until nothing waits, and the peak memory of each worker in MB."""
    from django.db import connection

    given = urlsplit(os.environ["DATABASE_URL"])
    scratch = given._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = dict(os.environ) | {"DATABASE_URL": urlunsplit(scratch), "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-m", "benchmarks.verdicts", "work"]
    workers = [
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        for _ in range(WORKERS)
    ]
    for worker in workers:  # started and ready, as a worker of the portal is
        assert worker.stdout.readline().strip() == "ready"
    began = time.perf_counter()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    told = [worker.communicate()[0] for worker in workers]
    spent = time.perf_counter() - began
    assert not any(worker.returncode for worker in workers), told
    return spent, [float(one) for one in told]


def work():
    """One worker: does what waits until nothing does, then tells its peak memory."""
    import django

    django.setup()
    from core.jobs import run_waiting
    from measurement import tasks  # noqa: F401
    from measurement.operations import readings  # noqa: F401

    print("ready", flush=True)
    sys.stdin.readline()
    while run_waiting():
        pass
    # Of the process since it began; the interpreter's own figure would be its parent's at first.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) / 1024)
    return 0


def scan():
    """Seconds to read every case once and take each workflow's median of what is finished."""
    from django.db import connection

    began = time.perf_counter()
    copied = BytesIO()
    with connection.cursor() as cursor, cursor.cursor.copy(SCAN) as copy:
        for block in copy:
            copied.write(block)
    size = len(copied.getbuffer()) - HEADER - TRAILER
    rows = np.frombuffer(copied.getbuffer(), ROW, count=size // ROW.itemsize, offset=HEADER)
    owners, spent = rows["workflow"].astype(np.int64), rows["end"] - rows["start"]
    done = ~np.isnan(spent)
    owners, spent = owners[done], spent[done].astype(np.float64)
    order = np.argsort(owners, kind="stable")
    owners, spent = owners[order], spent[order]
    bounds = np.flatnonzero(np.diff(owners)) + 1
    _medians = [np.median(part) for part in np.split(spent, bounds)]
    return time.perf_counter() - began


def fill(workflows, each, *, at):
    """Workflows with a live redesign each, whose reading is due, and ``each`` cases."""
    from django.db import connection, transaction

    from adoption_portal.demo.scale import without_guards
    from measurement.choices import ImportChannel
    from measurement.models import CaseImport, CaseSource, CaseSummary
    from tests.factories.people import OrgUnitFactory, PersonFactory

    owner, unit = PersonFactory(), OrgUnitFactory()
    live = at - LIVE_FOR
    with transaction.atomic(), without_guards(GUARDED):
        rows = made_workflows(workflows, owner, unit, live=live)
        sources = CaseSource.objects.bulk_create(
            CaseSource(workflow=one, name="Bench", data_from=at - timedelta(days=525))
            for one in rows
        )
        imports = CaseImport.objects.bulk_create(
            CaseImport(
                source=source, channel=ImportChannel.DEMO, sha256="0" * 64, rows_read=each,
                rows_created=each, merged_at=at, covers_to=at,
            )
            for source in sources
        )  # fmt: skip
        CaseSummary.objects.bulk_create(
            CaseSummary(workflow=one, cases=each, covers_to=at, refreshed_at=at) for one in rows
        )
    with connection.cursor() as cursor:
        for place in range(0, workflows, 500):
            some = slice(place, place + 500)
            terms = {
                "workflows": [one.pk for one in rows[some]],
                "imports": [one.pk for one in imports[some]],
            }
            cursor.execute(CASES, terms | {"each": each, "at": at, "live": live})
        cursor.execute("VACUUM ANALYZE")


def made_workflows(count, owner, unit, *, live):
    from workflows.choices import RedesignState, RouteState
    from workflows.models import (
        GoLive,
        Hypothesis,
        PolicyVersion,
        Redesign,
        Revision,
        Route,
        Workflow,
        WorkflowVersion,
    )

    signed = live - timedelta(days=3)
    rows = Workflow.objects.bulk_create(
        Workflow(
            slug=f"bench-{n}",
            name=f"Bench {n}",
            owner=owner,
            unit=unit,
            created_by=owner,
            yearly_volume=500,
        )
        for n in range(count)
    )
    versions = WorkflowVersion.objects.bulk_create(
        WorkflowVersion(workflow=one, number=1, frozen_at=signed, sha256="0" * 64, created_by=owner)
        for one in rows
    )
    redesigns = Redesign.objects.bulk_create(
        Redesign(workflow=one, base_version=version, proposer=owner, state=RedesignState.LIVE)
        for one, version in zip(rows, versions, strict=True)
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            redesign=one, number=1, summary="Bench", content={}, sha256="0" * 64,
            frozen_at=signed, created_by=owner,
        )
        for one in redesigns
    )  # fmt: skip
    for redesign, revision in zip(redesigns, revisions, strict=True):
        redesign.current_revision = revision
    Redesign.objects.bulk_update(redesigns, ["current_revision"], batch_size=1000)
    policy = PolicyVersion.objects.order_by("-pk").first()
    Route.objects.bulk_create(
        Route(
            redesign=one, revision=revision, policy_version=policy, attributes={}, unit=unit,
            state=RouteState.APPROVED, opened_at=signed, closed_at=signed,
        )
        for one, revision in zip(redesigns, revisions, strict=True)
    )  # fmt: skip
    Hypothesis.objects.bulk_create(
        Hypothesis(revision=one, registered_at=signed) for one in revisions
    )
    GoLive.objects.bulk_create(
        GoLive(
            redesign=one, revision=revision, at=live, post_hoc=False, follow_up_days=7,
            reading_at=live + timedelta(days=105), completed_only=False, lock_sha256="0" * 64,
            data_from=live + LIVE_FOR - timedelta(days=525), decided_by=owner, decided_at=signed,
        )
        for one, revision in zip(redesigns, revisions, strict=True)
    )  # fmt: skip
    return rows


if __name__ == "__main__":
    sys.exit(main())
