"""Evaluating a stored reading again."""

from datetime import datetime

from django.db import transaction

from core.audit import record
from measurement.evaluating import (
    Arrays,
    Call,
    canonical,
    code_version,
    content_hash,
    evaluated,
    sha256_of,
    unpacked,
)
from measurement.models import Reading, Recomputation
from measurement.operations.readings.storing import columns_of
from measurement.queries.calendars import calendar_of
from measurement.statistics import Reading as Result
from people.models import Person


@transaction.atomic
def recompute_reading(*, reading_id: int, actor: Person | None, at: datetime) -> Recomputation:
    """Evaluate the stored input again and keep whether every byte is the same.

    Compared are the result with its hash, and what pages and lists read: the stored result, the
    columns beside it, the call and the input under their hashes. Nothing is locked: a reading and
    its input never change.
    """
    reading = Reading.objects.select_related("redesign", "input", "calendar_version").get(
        pk=reading_id
    )
    arrays = unpacked(bytes(reading.input.arrays))
    calendar = calendar_of(reading.calendar_version)
    result = evaluated(Call.from_json(reading.design), arrays, calendar)
    again = Recomputation.objects.create(
        reading=reading,
        result_sha256=sha256_of(result),
        differs=_differing(reading, arrays, result),
        code_version=code_version(),
        recomputed_at=at,
    )
    record(
        "reading.recomputed",
        subject=reading.redesign,
        actor=actor,
        after={
            "reading": str(reading.public_id),
            "same": again.is_same,
            "sha256": again.result_sha256,
            "differs": again.differs,
        },
    )
    return again


def _differing(reading: Reading, arrays: Arrays, result: Result) -> list[str]:
    """Names of what is stored otherwise than it came out now."""
    same = {
        "result": reading.result == canonical(result),
        "design": reading.design_sha256 == sha256_of(reading.design),
        "input": reading.input_id == content_hash(arrays),
    } | {name: getattr(reading, name) == value for name, value in columns_of(result).items()}
    return [name for name, holds in same.items() if not holds]
