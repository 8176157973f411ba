"""The worker's part: rows about people to the stage, checked in sets, merged in one transaction."""

from uuid import UUID

from core.deliveries import Unreadable
from core.deliveries.limits import REFUSALS_KEPT
from core.jobs import Claim
from measurement.choices import UseKind
from measurement.errors import FileRefusedError
from measurement.models import UseImport, UseRejection
from measurement.operations.imports import files
from measurement.operations.imports.one_delivery import Count, Merged, Steps, brought_in
from measurement.operations.use_imports import staging
from measurement.operations.use_imports.merging import merge, without_access
from measurement.operations.use_imports.receiving import lock_kind, terms_of
from measurement.parsing import read_people


def import_people_rows(*, import_id: int, claim: Claim | None = None) -> UseImport:
    """As ``measurement.operations.imports.import_cases``: all or, with refused rows, a question."""
    delivery = UseImport.objects.select_related("created_by").get(pk=import_id)
    return brought_in(delivery, PeopleRows(), claim=claim)


class PeopleRows(Steps[UseImport]):
    def stage(self, delivery: UseImport, run: UUID, claim: Claim | None) -> Count:
        UseRejection.objects.filter(use_import=delivery).delete()
        lock_kind(delivery.kind)  # what is checked here must still hold when it is merged
        count = Count()
        by = "source_id"
        try:
            with files.open_stored(delivery.stored_name) as stream:
                for block in read_people(stream, terms_of(delivery.kind, delivery.options)):
                    room = max(REFUSALS_KEPT - count.rejected, 0)
                    staging.stage(block, import_id=delivery.pk, run=run, refusals=room)
                    count.read += block.read
                    count.rejected += len(block.rejections)
                    by = block.recognised.layout.by
                    if claim is not None:
                        percent = stream.tell() * 100 // max(delivery.size, 1)
                        claim.progress(min(percent, 99), 100)
        except Unreadable as refused:
            raise FileRefusedError(refused.code, **refused.facts) from refused
        staging.resolve(delivery, run=run, by=by)
        room = max(REFUSALS_KEPT - count.rejected, 0)
        count.rejected += staging.refuse_unresolved(delivery, run=run, room=room)
        return count

    def repeated(self, delivery: UseImport, run: UUID) -> int:
        return staging.repeated(delivery, run=run)

    def merge(self, delivery: UseImport, run: UUID) -> Merged:
        return merge(delivery, run=run)

    def lock(self, delivery: UseImport) -> None:
        UseImport.objects.select_for_update(no_key=True, of=("self",)).get(pk=delivery.pk)

    def fill(self, delivery: UseImport, count: Count) -> None:  # noqa: ARG002 - nothing is dropped
        if delivery.kind == UseKind.USAGE:
            delivery.without_access = without_access(import_id=delivery.pk)

    def clear(self, delivery: UseImport) -> None:
        staging.clear_stage(import_id=delivery.pk)
