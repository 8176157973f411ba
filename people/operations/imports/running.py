"""The worker's part of a file of people. Killed at any moment, it goes on from the last slice."""

import time
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from core.audit import record
from core.deliveries import FileRefusedError, Limits, Unreadable
from core.deliveries.limits import REFUSALS_KEPT
from core.jobs import Claim
from people.choices import ImportMode, ImportPhase, InboundChannel
from people.inbound import loops_in, read_people
from people.models import PeopleImport, PeopleRejection, Person
from people.operations.imports import brake, staging
from people.operations.imports.lately import ended_lately
from people.operations.imports.receiving import SHELF
from people.operations.inbound import Inbound, apply_rows, end_people, hold_inbound

TURN_SECONDS = 40.0  # of a job's turn; what is left waits for the next one
END_AT_ONCE = 500
LOOPS_KEPT = 20
MANAGERS = """
SELECT p.id, a.manager_id FROM people_person p
JOIN people_assignment a ON a.person_id = p.id AND a.valid @> %s::date WHERE p.is_active
"""


def import_people(*, import_id: int, claim: Claim, at: datetime) -> None:
    """One turn of the work: read, compare, apply and end, each slice in its own transaction.

    Ends in ``needs_review`` when a person must decide first. Raises FileRefusedError for a file
    that cannot be read as a whole; then nothing was applied.
    """
    turn = _Turn(PeopleImport.objects.get(pk=import_id), claim, at)
    if turn.people_import.phase == ImportPhase.READ:
        turn.read()
    if turn.people_import.phase == ImportPhase.PLAN and not turn.compare():
        return
    if turn.people_import.phase == ImportPhase.APPLY and not turn.apply():
        claim.go_on_later()
        return
    if turn.people_import.phase == ImportPhase.END and not turn.end():
        claim.go_on_later()
        return
    turn.tell()


class _Turn:
    def __init__(self, people_import: PeopleImport, claim: Claim, at: datetime) -> None:
        self.people_import = people_import
        self.claim = claim
        self.inbound = Inbound(
            InboundChannel(people_import.channel),
            people_import.approved_by or people_import.created_by,
            at,
        )
        self._until = time.monotonic() + TURN_SECONDS

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._until

    # --- read ------------------------------------------------------------------------------------
    @transaction.atomic
    def read(self) -> None:
        """The whole file on the stage, or nothing of it."""
        one = self.people_import
        if not one.stored_name:
            raise FileRefusedError("gone")
        staging.clear(one.pk)
        PeopleRejection.objects.filter(people_import=one).delete()
        one.rows_read = one.rows_rejected = one.unnamed_rows = 0
        dropped: set[str] = set()
        try:
            with SHELF.open_stored(one.stored_name) as stream:
                for block in read_people(stream, encoding=one.encoding, limits=Limits()):
                    room = REFUSALS_KEPT - one.rows_rejected
                    staging.stage(block, import_id=one.pk, first=one.rows_read, room=room)
                    one.rows_read += block.read
                    one.rows_rejected += len(block.refused)
                    one.unnamed_rows += sum(not refused.source_id for refused in block.refused)
                    dropped |= block.dropped
                    self.claim.progress(min(stream.tell() * 20 // max(one.size, 1), 19), 100)
        except Unreadable as refused:
            raise FileRefusedError(refused.code, **refused.facts) from refused
        staging.mark(one.pk)
        one.dropped_columns = sorted(dropped)[:100]
        one.phase = ImportPhase.PLAN if self._must_compare() else ImportPhase.APPLY
        self._hold()
        one.save()

    def _must_compare(self) -> bool:
        """A delta is worked off as it comes, unless it may end more than goes without a look.

        What HR ended lately counts with it, so that slices are no way around the brake.
        """
        one = self.people_import
        if one.dry_run or one.preview or one.mode == ImportMode.FULL:
            return True
        leavers = staging.leavers(one.pk)
        if not leavers:
            return False
        hold_inbound()
        return leavers + len(ended_lately(one, at=self.inbound.at)) > brake.FEWEST_ENDS

    # --- compare ---------------------------------------------------------------------------------
    @transaction.atomic
    def compare(self) -> bool:
        """Whether it may be applied; else the job waits for a person, or was a dry run."""
        one = self.people_import
        plan = brake.plan_of(one, self.inbound)
        hold_inbound()  # not before: to look at a large file takes a while
        self._hold()
        plan.ended = len(ended_lately(one, at=self.inbound.at) - plan.ending)
        brakes = brake.brakes_of(plan, one)
        approved = one.approved_by_id is not None and not brake.is_worse(plan, brakes, one)
        one.plan, one.brakes = plan.as_json(), brakes
        will_apply = not one.dry_run and (approved or not (one.brakes or one.preview))
        staging.show_refusals([] if will_apply else plan.refused, one.pk)
        if one.dry_run:
            self._count(plan.counts, ended=plan.missing)
            one.phase = ImportPhase.DONE
        elif will_apply:
            one.phase = ImportPhase.APPLY
            one.rows_ended = 0
        else:
            one.approved_by = one.approved_at = None
            self._count(plan.counts, ended=plan.missing)
            self.claim.needs_review()
        one.save()
        if one.dry_run:
            self.tell()
        return one.phase == ImportPhase.APPLY

    # --- apply -----------------------------------------------------------------------------------
    def apply(self) -> bool:
        """Slice by slice; False when the turn is over before the rows are."""
        one = self.people_import
        while self._slice():
            if self.is_over:
                return False
        one.phase = ImportPhase.END if one.mode == ImportMode.FULL else ImportPhase.DONE
        if one.phase == ImportPhase.DONE:
            self._finish()
        else:
            one.save(update_fields=["phase"])
        return True

    @transaction.atomic
    def _slice(self) -> bool:
        hold_inbound()
        self._hold()
        stored, last = staging.next_slice(self.people_import.pk)
        if not stored:
            return False
        applied = apply_rows(staging.rows_of(stored), inbound=self.inbound)
        staging.say(self.people_import.pk, stored, applied.outcomes)
        share = 20 + min(last * 75 // max(self.people_import.rows_read, 1), 75)
        self.claim.progress(share, 100)
        return True

    def _hold(self) -> None:
        """The import's row, so that nobody gives the file up between a look and its save.

        Whoever did so before is not overwritten: the file is gone.
        """
        found = PeopleImport.objects.select_for_update(no_key=True).get(pk=self.people_import.pk)
        if found.applied_at is not None or not found.stored_name:
            raise FileRefusedError("gone")

    # --- end -------------------------------------------------------------------------------------
    def end(self) -> bool:
        """People whom a full file no longer has; False when the turn is over before they are."""
        while self._end_some():
            if self.is_over:
                return False
        self._finish()
        return True

    @transaction.atomic
    def _end_some(self) -> bool:
        hold_inbound()
        self._hold()
        if self.people_import.rows_read and not staging.said(self.people_import.pk):
            raise FileRefusedError("gone")  # without its rows, the file would miss everybody
        missing = staging.missing_ids(self.people_import.pk)[:END_AT_ONCE]
        if not missing:
            return False
        ended = end_people(missing, inbound=self.inbound)
        self.people_import.rows_ended += ended
        self.people_import.save(update_fields=["rows_ended"])
        self.claim.progress(97, 100)
        return ended > 0

    @transaction.atomic
    def _finish(self) -> None:
        one = self.people_import
        self._hold()
        self._count(staging.said(one.pk), ended=one.rows_ended)
        one.loops = self._loops()
        one.phase = ImportPhase.DONE
        one.applied_at = timezone.now()
        one.save()
        staging.clear(one.pk)
        after = {
            name: getattr(one, f"rows_{name}")
            for name in (
                *("read", "created", "updated", "unchanged", "stale", "rejected", "ended"),
            )
        }
        record(
            "people.imported",
            subject=one,
            actor=one.approved_by or one.created_by,
            after=after | {"sha256": one.sha256, "mode": one.mode},
        )

    def _loops(self) -> list[list[str]]:
        """Circles of managers of today, by public ids: taken as they are, and told."""
        with connection.cursor() as cursor:
            cursor.execute(MANAGERS, [self.inbound.today])
            circles = loops_in(dict(cursor.fetchall()))[:LOOPS_KEPT]
        ids = {person for circle in circles for person in circle}
        names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "public_id"))
        return [[str(names[person]) for person in circle] for circle in circles]

    # --- counts ----------------------------------------------------------------------------------
    def _count(self, said: dict[str, int], *, ended: int) -> None:
        one = self.people_import
        for name in ("created", "updated", "unchanged", "stale", "rejected"):
            setattr(one, f"rows_{name}", said.get(name, 0))
        one.rows_ended = ended

    def tell(self) -> None:
        """The job's counts; stale rows changed nothing and count as unchanged there."""
        one = self.people_import
        self.claim.counts(
            read=one.rows_read,
            created=one.rows_created,
            updated=one.rows_updated,
            unchanged=one.rows_unchanged + one.rows_stale,
            rejected=one.rows_rejected,
        )
