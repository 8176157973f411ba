"""Doorbells: each takes ids, makes one call, and may be rung twice."""

from datetime import date, time
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from core.jobs import claimed
from core.schedule import periodic


@shared_task(name="measurement.import_cases", acks_late=True, reject_on_worker_lost=True)
def import_cases(job_id: str, import_id: int) -> None:
    """Safe to run twice: a merged import is left alone, an unfinished one never happened."""
    with claimed(UUID(job_id)) as claim:
        if claim is None:
            return
        from measurement.operations import imports

        imports.import_cases(import_id=import_id, claim=claim)
    imports.forget_file(import_id=import_id)


@shared_task(name="measurement.import_people_rows", acks_late=True, reject_on_worker_lost=True)
def import_people_rows(job_id: str, import_id: int) -> None:
    """Safe to run twice, as ``import_cases``."""
    with claimed(UUID(job_id)) as claim:
        if claim is None:
            return
        from measurement.models import UseImport
        from measurement.operations import imports, use_imports

        use_imports.import_people_rows(import_id=import_id, claim=claim)
    imports.forget_file(import_id=import_id, kind=UseImport)


@shared_task(name="measurement.measure_redesign", acks_late=True, reject_on_worker_lost=True)
def measure_redesign(job_id: str, redesign_id: int, *, with_data_as_it_is: bool = False) -> None:
    """Safe to run twice: the reading is keyed by redesign, kind, design, input and code."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from measurement.operations import readings

        readings.measure_redesign(
            redesign_id=redesign_id, at=timezone.now(), with_data_as_it_is=with_data_as_it_is
        )


@shared_task(name="measurement.recompute_reading", acks_late=True, reject_on_worker_lost=True)
def recompute_reading(job_id: str, reading_id: int) -> None:
    """Run twice it says the same twice."""
    with claimed(UUID(job_id)) as claim:
        if claim is None:
            return
        from measurement.operations import readings

        readings.recompute_reading(
            reading_id=reading_id, actor=claim.job.requested_by, at=timezone.now()
        )


@shared_task(name="measurement.measure_workflow", acks_late=True, reject_on_worker_lost=True)
def measure_workflow(job_id: str, workflow_id: int) -> None:
    """After an import: count the cases again, then ask for what can be read."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from measurement.operations import readings, summaries

        summaries.refresh_summary(workflow_id=workflow_id, at=timezone.now())
        readings.enqueue_due(workflow_id=workflow_id)


@shared_task(name="measurement.measure_all_due", acks_late=True, reject_on_worker_lost=True)
def measure_all_due(job_id: str) -> None:
    """Nightly: cut what is due into ranges, each with a job, and look after the quarters."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from measurement.operations import portfolios, readings

        at = timezone.now()
        readings.start_run(at=at)
        portfolios.ask_for_open_portfolios(at=at)


@shared_task(name="measurement.measure_range", acks_late=True, reject_on_worker_lost=True)
def measure_range(job_id: str, run_id: int, first: int, last: int) -> None:
    """Not atomic: pieces commit by themselves; run twice it finds nothing left to read."""
    with claimed(UUID(job_id), atomic=False) as claim:
        if claim is None:
            return
        from measurement.operations import readings

        readings.measure_range(run_id=run_id, first=first, last=last, claim=claim)


@shared_task(name="measurement.read_portfolio", acks_late=True, reject_on_worker_lost=True)
def read_portfolio(job_id: str, quarter: str) -> None:
    """Run twice it stores once: what has not changed makes no new row."""
    with claimed(UUID(job_id)) as job:
        if job is None:
            return
        from measurement.operations import portfolios

        portfolios.read_portfolio(quarter=date.fromisoformat(quarter), at=timezone.now())


@shared_task(name="measurement.sweep_files", acks_late=True, reject_on_worker_lost=True)
def sweep_files(job_id: str) -> None:
    """Nightly. Not atomic: each file goes when its row no longer names it."""
    with claimed(UUID(job_id), atomic=False) as job:
        if job is None:
            return
        from measurement.operations import imports

        imports.sweep_files(at=timezone.now())


periodic("measurement.measure_all_due", at=time(2, 30))
periodic("measurement.sweep_files", at=time(3, 40))
