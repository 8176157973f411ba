"""Writing readings and what follows from them, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection
from django.db.models.functions import Now

from core.audit import record_many, subject_of
from core.copying import copy_rows
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.evaluating import canonical, code_version, content_hash, packed, sha256_of
from measurement.models import Reading, ReadingInput
from measurement.queries.calls import Prepared
from measurement.queries.gathering import Due
from measurement.queries.known import moment
from measurement.queries.readers import too_few_on
from measurement.statistics import Reading as Result
from workflows.choices import TRANSITIONS, Action
from workflows.models import Redesign


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of one due reading; ``pictures`` are drawn from the same data."""

    due: Due
    prepared: Prepared
    result: Result
    pictures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """``is_new``: not there already under the same input, design and code."""

    reading: Reading
    is_new: bool


def stored(outcomes: Sequence[Outcome], *, at: datetime) -> list[Stored]:
    """Store each as a reading, in their order. The caller holds the redesigns' rows.

    A fixed number of statements. The audit gets one event for each new reading.
    """
    rows = [_row(outcome, at=at) for outcome in outcomes]
    _keep_inputs({row.input_id: outcome for row, outcome in zip(rows, outcomes, strict=True)})
    there = {
        _key(reading): reading
        for reading in Reading.objects.filter(
            redesign__in={row.redesign_id for row in rows}, code_version=code_version()
        ).defer("result", "chart", "design")
    }
    told = [Stored(there.get(_key(row), row), _key(row) not in there) for row in rows]
    new = [one.reading for one in told if one.is_new]
    _insert(new)
    record_many(
        (("reading.taken", subject_of(reading.redesign), _facts(reading)) for reading in new),
        actor=None,
    )
    return told


def columns_of(result: Result) -> dict[str, Any]:
    """The copies beside the result, for lists and figures: no change of too few cases."""
    computable = result.low == result.low and not too_few_on(
        {"done_before": result.done_before, "done_after": result.done_after}
    )
    return {
        "verdict": ReadingVerdict(result.verdict),
        "grade": result.grade,
        "ratio": result.ratio if computable else None,
        "low": result.low if computable else None,
        "high": result.high if computable else None,
        "p": canonical(result.p),
        "negligible": result.negligible,
    }


def mark_measured(redesigns: Iterable[Redesign]) -> None:
    """Those that are live now have a conclusive primary reading; others keep their state."""
    moves = TRANSITIONS[Action.MEASURED]
    for before, after in moves.items():
        moved = [redesign for redesign in redesigns if redesign.state == before]
        if not moved:
            continue
        Redesign.objects.filter(pk__in=[one.pk for one in moved]).update(
            state=after, updated_at=Now()
        )
        for redesign in moved:
            redesign.state = after
        record_many(
            (("redesign.measured", subject_of(one), {"state": after}) for one in moved),
            actor=None,
            before={"state": before},
        )


def _row(outcome: Outcome, *, at: datetime) -> Reading:
    go_live, call, result = outcome.due.go_live, outcome.prepared.call, canonical(outcome.result)
    design = canonical(call.as_json())
    return Reading(
        redesign=go_live.redesign,
        go_live=go_live,
        kind=outcome.due.kind,
        cutoff=moment(call.cutoff),
        calendar_version=go_live.calendar_version,
        design=design,
        design_sha256=sha256_of(design),
        input_id=content_hash(outcome.prepared.arrays),
        code_version=code_version(),
        result=result,
        result_sha256=sha256_of(result),
        chart=outcome.pictures,
        **columns_of(outcome.result),
        post_hoc=call.design["post_hoc"],
        is_simulated=go_live.redesign.workflow.is_simulated,
        measured_at=at,
    )


def _insert(readings: Sequence[Reading]) -> None:
    """By COPY, ten times as fast as INSERT for documents of this size; sets the primary keys."""
    fields = [field for field in Reading._meta.concrete_fields if not field.primary_key]  # noqa: SLF001 Django's public name
    columns = ", ".join(str(field.column) for field in fields)
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            f"measurement_reading ({columns})",
            (
                tuple(
                    field.get_db_prep_save(getattr(one, field.attname), connection)
                    for field in fields
                )
                for one in readings
            ),
        )
    made = Reading.objects.filter(public_id__in=[one.public_id for one in readings])
    keys = dict(made.values_list("public_id", "pk"))
    for one in readings:
        one.pk = keys[one.public_id]


def _keep_inputs(outcomes: Mapping[str, Outcome]) -> None:
    """By hash, in its order: two jobs that store the same arrays wait for each other in turn."""
    kept = ReadingInput.objects.filter(pk__in=outcomes.keys()).values_list("pk", flat=True)
    missing = sorted(outcomes.keys() - set(kept))
    contents = [outcomes[name].prepared.arrays for name in missing]
    # Bound in binary: as literals the arrays would be escaped sign by sign.
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            "INSERT INTO measurement_readinginput (sha256, cases, arrays)"
            " SELECT * FROM unnest(%s::text[], %s::int[], %b::bytea[]) ON CONFLICT DO NOTHING",
            [
                missing,
                [len(arrays["start"]) for arrays in contents],
                [packed(arrays) for arrays in contents],
            ],
        )


def _key(reading: Reading) -> tuple[int, str, str, str]:
    return reading.redesign_id, reading.kind, reading.design_sha256, reading.input_id


def _facts(reading: Reading) -> dict[str, str]:
    return {
        "reading": str(reading.public_id),
        "kind": ReadingKind(reading.kind).value,
        "verdict": reading.verdict,
        "grade": reading.grade,
    }
