"""What a worker does with any delivery: stage, check, and merge or ask; in one transaction."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from core.audit import record
from core.jobs import Claim
from measurement.errors import FileRefusedError
from measurement.models import CaseImport, UseImport
from measurement.operations.imports import files

D = TypeVar("D", bound=CaseImport | UseImport)


class StageChangedError(RuntimeError):
    """The server was restarted and emptied the unlogged stage: the job is to run again."""


class _MergedMeanwhileError(Exception):
    """Another run of the same import was faster: this one is undone."""


@dataclass(slots=True)
class Count:
    read: int = 0
    rejected: int = 0
    clock_errors: int = 0
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> int:
        return self.read - self.rejected


@dataclass(frozen=True, slots=True)
class Merged:
    """``staged`` rows, of which ``distinct`` repeat no other.

    ``things``: what was created, updated or left alone, where that is not the rows themselves.
    """

    staged: int
    distinct: int
    created: int
    updated: int
    things: int | None = None

    @property
    def unchanged(self) -> int:
        things = self.distinct if self.things is None else self.things
        return things - self.created - self.updated


class Steps(Generic[D]):
    """What is particular to one kind of delivery."""

    def stage(self, delivery: D, run: UUID, claim: Claim | None) -> Count:
        """Read the file into the stage, and all refusals, those found in sets too."""
        raise NotImplementedError

    def repeated(self, delivery: D, run: UUID) -> int:
        """Good rows that repeat a key of the same file."""
        raise NotImplementedError

    def lock(self, delivery: D) -> None:
        """What owns the rows, before they are written."""
        raise NotImplementedError

    def merge(self, delivery: D, run: UUID) -> Merged:
        raise NotImplementedError

    def fill(self, delivery: D, count: Count) -> None:
        """Further facts of what was read."""

    def merged(self, delivery: D) -> None:
        """Further facts of what was saved, and what is to follow."""

    def clear(self, delivery: D) -> None:
        raise NotImplementedError


@transaction.atomic
def brought_in(delivery: D, steps: Steps[D], *, claim: Claim | None) -> D:
    """Killed anywhere, nothing of it happened; a merged one is left alone.

    With refused rows and no leave to skip them the job ends in ``needs_review`` and nothing is
    saved. Raises FileRefusedError when the file as a whole cannot be read.
    """
    if delivery.merged_at is None:
        if not delivery.stored_name:
            raise FileRefusedError("gone")
        person = delivery.created_by
        with translation.override((person and person.language) or settings.LANGUAGE_CODE):
            try:
                with transaction.atomic():
                    _read(delivery, steps, claim)
            except (_MergedMeanwhileError, FileRefusedError):
                delivery.refresh_from_db()
                if delivery.merged_at is None:  # else the other run took its file away
                    raise
    if claim is not None:
        claim.counts(
            read=delivery.rows_read,
            created=delivery.rows_created,
            updated=delivery.rows_updated,
            unchanged=delivery.rows_unchanged,
            rejected=delivery.rows_rejected,
        )
    return delivery


def _read(delivery: D, steps: Steps[D], claim: Claim | None) -> None:
    run = uuid4()
    count = steps.stage(delivery, run, claim)
    if count.rejected and not delivery.skip_bad_rows:
        _fill(delivery, steps, count)
        delivery.duplicate_rows = steps.repeated(delivery, run)
        delivery.save()
        if claim is not None:
            claim.needs_review()
    else:
        _merge(delivery, steps, count, run)
    steps.clear(delivery)


def _merge(delivery: D, steps: Steps[D], count: Count, run: UUID) -> None:
    steps.lock(delivery)
    if type(delivery).objects.get(pk=delivery.pk).merged_at is not None:
        raise _MergedMeanwhileError
    merged = steps.merge(delivery, run)
    if merged.staged != count.good:
        raise StageChangedError(str(delivery.public_id))
    _fill(delivery, steps, count)
    delivery.rows_created = merged.created
    delivery.rows_updated = merged.updated
    delivery.rows_unchanged = merged.unchanged
    delivery.duplicate_rows = count.good - merged.distinct
    delivery.merged_at = timezone.now()
    stored_name, delivery.stored_name = delivery.stored_name, ""
    record(
        f"{delivery.area}.imported",
        subject=delivery.subject,
        actor=delivery.confirmed_by or delivery.created_by,
        after={
            "import": delivery.public_id,
            "sha256": delivery.sha256,
            "created": merged.created,
            "updated": merged.updated,
            "unchanged": delivery.rows_unchanged,
            "rejected": count.rejected,
        },
    )
    steps.merged(delivery)
    delivery.save()
    transaction.on_commit(lambda: files.discard(stored_name))


def _fill(delivery: D, steps: Steps[D], count: Count) -> None:
    delivery.rows_read = count.read
    delivery.rows_rejected = count.rejected
    steps.fill(delivery, count)
