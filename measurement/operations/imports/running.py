"""The worker's part of an import. Safe to run again after being killed at any moment."""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from core.deliveries.limits import REFUSALS_KEPT
from core.deliveries.staged import CopyBehind
from core.jobs import Claim, enqueue
from measurement.choices import SourceLayout
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, CaseSource, ImportRejection
from measurement.operations.imports import event_staging, files, staging
from measurement.operations.imports.event_merging import merge_events
from measurement.operations.imports.one_delivery import Count, Merged, Steps, brought_in
from measurement.parsing import Block, EventBlock, FileTerms, Unreadable, read_cases, read_events
from measurement.parsing.errors import CLOCK_ERROR
from measurement.queries.terms import terms_of_import


def import_cases(*, import_id: int, claim: Claim | None = None) -> CaseImport:
    """Read, stage, check and merge in one transaction: killed anywhere, nothing of it happened.

    With refused rows and no leave to skip them the job ends in ``needs_review`` and no case is
    saved. Raises FileRefusedError when the file as a whole cannot be read.
    """
    case_import = CaseImport.objects.select_related("source__workflow", "created_by").get(
        pk=import_id
    )
    is_log = case_import.options.get("layout") == SourceLayout.EVENTS
    return brought_in(case_import, Events() if is_log else Cases(), claim=claim)


class Cases(Steps[CaseImport]):
    """A row is a case."""

    order = staging.STAGE

    def blocks(
        self, stream: BinaryIO, terms: FileTerms, *, import_id: int, run: UUID
    ) -> Iterator[tuple[Block | EventBlock, str]]:
        """The file's blocks, each with its good rows as the stage takes them."""
        for block in read_cases(stream, terms):
            yield block, staging.staged_text(block, import_id=import_id, run=run)

    def stage(self, delivery: CaseImport, run: UUID, claim: Claim | None) -> Count:
        ImportRejection.objects.filter(case_import=delivery).delete()
        count = Count()
        terms = terms_of_import(delivery)
        try:
            with (
                files.open_stored(delivery.stored_name) as stream,
                CopyBehind(self.order) as stage,
            ):
                for block, rows in self.blocks(stream, terms, import_id=delivery.pk, run=run):
                    stage.settle()
                    room = max(REFUSALS_KEPT - count.rejected, 0)
                    staging.keep_refusals(block.rejections[:room], import_id=delivery.pk)
                    count.read += block.read
                    count.rejected += len(block.rejections)
                    count.clock_errors += sum(row.code == CLOCK_ERROR for row in block.rejections)
                    count.dropped = block.columns.dropped
                    if claim is not None:
                        percent = stream.tell() * 100 // max(delivery.size, 1)
                        claim.progress(min(percent, 99), 100)
                    if rows:
                        stage.write(rows)
        except Unreadable as refused:
            raise FileRefusedError(refused.code, **refused.facts) from refused
        return count

    def repeated(self, delivery: CaseImport, run: UUID) -> int:
        return staging.repeated(import_id=delivery.pk, run=run)

    def lock(self, delivery: CaseImport) -> None:
        delivery.source = (
            CaseSource.objects.select_for_update(no_key=True, of=("self",))
            .select_related("workflow")
            .get(pk=delivery.source_id)
        )

    def merge(self, delivery: CaseImport, run: UUID) -> Merged:
        return staging.merge(delivery, run=run)

    def fill(self, delivery: CaseImport, count: Count) -> None:
        delivery.clock_errors = count.clock_errors
        delivery.dropped_columns = [
            {"column": name, "why": why} for name, why in count.dropped.items()
        ]

    def merged(self, delivery: CaseImport) -> None:
        covers_to = delivery.options.get("covers_to")
        delivery.covers_to = datetime.fromisoformat(covers_to) if covers_to else None
        enqueue(
            "measurement.measure_workflow",
            actor=delivery.created_by,
            subject=delivery.source.workflow,
            dedupe_key=f"workflow:{delivery.source.workflow_id}",
            workflow_id=delivery.source.workflow_id,
        )

    def clear(self, delivery: CaseImport) -> None:
        staging.clear_stage(import_id=delivery.pk)


class Events(Cases):
    """A row is an event; cases are what the events make."""

    order = event_staging.STAGE

    def blocks(
        self, stream: BinaryIO, terms: FileTerms, *, import_id: int, run: UUID
    ) -> Iterator[tuple[Block | EventBlock, str]]:
        for block in read_events(stream, terms):
            yield block, event_staging.staged_text(block, import_id=import_id, run=run)

    def repeated(self, delivery: CaseImport, run: UUID) -> int:
        return event_staging.repeated_events(import_id=delivery.pk, run=run)

    def merge(self, delivery: CaseImport, run: UUID) -> Merged:
        return merge_events(delivery, run=run)

    def clear(self, delivery: CaseImport) -> None:
        super().clear(delivery)
        event_staging.clear_events(import_id=delivery.pk)
