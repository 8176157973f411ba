"""The worker's part of an import. Safe to run again after being killed at any moment."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from core.audit import record
from core.jobs import Claim, enqueue
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, CaseSource, ImportRejection
from measurement.operations.imports import files, staging
from measurement.operations.imports.terms import terms_of_import
from measurement.parsing import Unreadable, read_cases
from measurement.parsing.errors import CLOCK_ERROR
from measurement.parsing.limits import REFUSALS_KEPT


class StageChangedError(RuntimeError):
    """The server was restarted and emptied the unlogged stage: the job is to run again."""


class _MergedMeanwhileError(Exception):
    """Another run of the same import was faster: this one is undone."""


@dataclass(slots=True)
class _Count:
    read: int = 0
    rejected: int = 0
    clock_errors: int = 0
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> int:
        return self.read - self.rejected


@transaction.atomic
def import_cases(*, import_id: int, claim: Claim | None = None) -> CaseImport:
    """Read, stage, check and merge in one transaction: killed anywhere, nothing of it happened.

    With refused rows and no leave to skip them the job ends in ``needs_review`` and no case is
    saved. Raises FileRefusedError when the file as a whole cannot be read.
    """
    case_import = CaseImport.objects.select_related("source__workflow", "created_by").get(
        pk=import_id
    )
    if case_import.merged_at is None:
        if not case_import.stored_name:
            raise FileRefusedError("gone")
        person = case_import.created_by
        with translation.override((person and person.language) or settings.LANGUAGE_CODE):
            try:
                with transaction.atomic():
                    _read(case_import, claim)
            except _MergedMeanwhileError:
                case_import.refresh_from_db()
    if claim is not None:
        claim.counts(
            read=case_import.rows_read,
            created=case_import.rows_created,
            updated=case_import.rows_updated,
            unchanged=case_import.rows_unchanged,
            rejected=case_import.rows_rejected,
        )
    return case_import


def _read(case_import: CaseImport, claim: Claim | None) -> None:
    run = uuid4()
    count = _staged(case_import, run, claim)
    if count.rejected and not case_import.skip_bad_rows:
        _fill(case_import, count)
        case_import.duplicate_rows = staging.repeated(import_id=case_import.pk, run=run)
        case_import.save()
        if claim is not None:
            claim.needs_review()
    else:
        _merge(case_import, count, run=run, at=timezone.now())
    staging.clear_stage(import_id=case_import.pk)


def _staged(case_import: CaseImport, run: UUID, claim: Claim | None) -> _Count:
    ImportRejection.objects.filter(case_import=case_import).delete()
    count = _Count()
    try:
        with files.open_stored(case_import.stored_name) as stream:
            for block in read_cases(stream, terms_of_import(case_import)):
                room = max(REFUSALS_KEPT - count.rejected, 0)
                staging.stage(block, import_id=case_import.pk, run=run, refusals=room)
                count.read += block.read
                count.rejected += len(block.rejections)
                count.clock_errors += sum(row.code == CLOCK_ERROR for row in block.rejections)
                count.dropped = block.columns.dropped
                if claim is not None:
                    percent = stream.tell() * 100 // max(case_import.size, 1)
                    claim.progress(min(percent, 99), 100)
    except Unreadable as refused:
        raise FileRefusedError(refused.code, **refused.facts) from refused
    return count


def _merge(case_import: CaseImport, count: _Count, *, run: UUID, at: datetime) -> None:
    CaseSource.objects.select_for_update(no_key=True).get(pk=case_import.source_id)
    if CaseImport.objects.get(pk=case_import.pk).merged_at is not None:
        raise _MergedMeanwhileError
    merged = staging.merge(case_import, run=run)
    if merged.staged != count.good:
        raise StageChangedError(str(case_import.public_id))
    _fill(case_import, count)
    case_import.rows_created = merged.created
    case_import.rows_updated = merged.updated
    case_import.rows_unchanged = merged.distinct - merged.created - merged.updated
    case_import.duplicate_rows = count.good - merged.distinct
    case_import.merged_at = at
    covers_to = case_import.options.get("covers_to")
    case_import.covers_to = datetime.fromisoformat(covers_to) if covers_to else None
    stored_name, case_import.stored_name = case_import.stored_name, ""
    case_import.save()
    transaction.on_commit(lambda: files.discard(stored_name))
    record(
        "cases.imported",
        subject=case_import.source.workflow,
        actor=case_import.confirmed_by or case_import.created_by,
        after={
            "import": case_import.public_id,
            "sha256": case_import.sha256,
            "created": merged.created,
            "updated": merged.updated,
            "unchanged": case_import.rows_unchanged,
            "rejected": count.rejected,
        },
    )
    workflow_id = case_import.source.workflow_id
    enqueue(
        "measurement.measure_workflow",
        actor=case_import.created_by,
        subject=case_import.source.workflow,
        dedupe_key=f"workflow:{workflow_id}",
        workflow_id=workflow_id,
    )


def _fill(case_import: CaseImport, count: _Count) -> None:
    case_import.rows_read = count.read
    case_import.rows_rejected = count.rejected
    case_import.clock_errors = count.clock_errors
    case_import.dropped_columns = [
        {"column": name, "why": why} for name, why in count.dropped.items()
    ]
