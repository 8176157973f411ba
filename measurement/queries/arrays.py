"""Cases as arrays: one COPY with a row for each workflow, no case ever made in Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Floats = npt.NDArray[np.float64]
# Moments as PostgreSQL sends them: microseconds since 2000; the largest stands for no moment.
_MICROS_TO_2000 = 946_684_800_000_000
_NEVER = np.iinfo(np.int64).max
NOTHING = "''::bytea"


@dataclass(frozen=True, slots=True, eq=False)
class CaseArrays:
    """Cases in order of their id, n of them.

    ``start`` and ``end``: (n,) UTC epoch seconds, ``end`` NaN where there is none. ``kind``: (n,)
    numbers standing for the case types, None when the workflow has fewer than two. ``cancelled``:
    (n,) bool. ``values``: one (n,) array for each of ``fields``, NaN = not recorded.
    """

    start: Floats
    end: Floats
    kind: npt.NDArray[np.int32] | None
    cancelled: npt.NDArray[np.bool_]
    fields: tuple[str, ...]
    values: tuple[Floats, ...]

    def only(self, fields: tuple[str, ...]) -> "CaseArrays":
        """The same cases with the values of these fields, in this order."""
        by_name = dict(zip(self.fields, self.values, strict=True))
        return replace(self, fields=fields, values=tuple(by_name[name] for name in fields))


def case_arrays(workflow_id: int, fields: tuple[str, ...] = ()) -> CaseArrays:
    """Everything the workflow has; queries as ``many_case_arrays``."""
    return many_case_arrays({workflow_id: fields})[workflow_id]


def many_case_arrays(wanted: Mapping[int, tuple[str, ...]]) -> dict[int, CaseArrays]:
    """Everything these workflows have, each with its own fields; about 40 bytes a case.

    One query, and one more where some of them have several case types.
    """
    copied = dict(_copied(wanted))
    marks = {workflow: np.frombuffer(row[2], ">i8") for workflow, row in copied.items()}
    several = [workflow for workflow, mark in marks.items() if mark.min() != mark.max()]
    ranks = _ranks(several) if several else {}
    return {
        workflow: _of_one(copied.get(workflow), fields, marks.get(workflow), ranks.get(workflow))
        for workflow, fields in wanted.items()
    }


def _of_one(
    row: Sequence[bytes] | None,
    fields: tuple[str, ...],
    marks: npt.NDArray[Any] | None,
    ranks: Mapping[int, int] | None,
) -> CaseArrays:
    if row is None:
        row = [b""] * (4 + len(fields))
    start, end, _marks, cancelled, *values = row
    kind = None
    if marks is not None and ranks is not None:
        known, places = np.unique(marks, return_inverse=True)
        kind = np.array([ranks[mark] for mark in known.tolist()], dtype=np.int32)[places]
    return CaseArrays(
        start=_seconds(start),
        end=_seconds(end),
        kind=kind,
        cancelled=np.frombuffer(cancelled, np.bool_),
        fields=fields,
        values=tuple(
            np.frombuffer(value, ">f8").astype(np.float64)
            for value, _field in zip(values, fields, strict=False)
        ),
    )


def _seconds(sent: bytes) -> Floats:
    """As ``extract(epoch ...)::float8`` says it, to the last bit: microseconds fit a float."""
    micros = np.frombuffer(sent, ">i8").astype(np.int64)
    never = micros == _NEVER
    seconds: Floats = (np.where(never, 0, micros) + _MICROS_TO_2000) / 1e6
    seconds[never] = np.nan
    return seconds


def _copied(wanted: Mapping[int, tuple[str, ...]]) -> list[tuple[int, Sequence[bytes]]]:
    """(Workflow, its columns one after another in the wire's format); none of those without cases.

    Columns: starts, ends, marks of the case types, cancelled, values in order of the fields.
    """
    most = max((len(fields) for fields in wanted.values()), default=0)
    names = [[*fields, *[None] * (most - len(fields))] for fields in wanted.values()]
    columns = [list(column) for column in zip(*names, strict=True)] if most else []
    numbers = range(most)
    sent = (
        ("timestamptz_send", "started_at"),
        ("timestamptz_send", "coalesce(completed_at, 'infinity')"),
        ("int8send", "hashtextextended(kind, 0)"),
        ("boolsend", "status = 'cancelled'"),
        *(("float8send", f"value{n}") for n in numbers),
    )
    chosen = (f", coalesce((fields ->> field{n})::float8, 'NaN') AS value{n}" for n in numbers)
    query = (
        "COPY (SELECT workflow_id"
        f"{''.join(f', string_agg({send}({value}), {NOTHING})' for send, value in sent)}"
        f" FROM (SELECT workflow_id, started_at, completed_at, kind, status{''.join(chosen)}"
        f" FROM unnest(%s::bigint[]{', %s::text[]' * most})"
        f" AS wanted(workflow{''.join(f', field{n}' for n in numbers)})"
        " JOIN measurement_case ON workflow_id = workflow"
        ' ORDER BY workflow_id, case_id COLLATE "C") AS one'
        " GROUP BY workflow_id) TO STDOUT (FORMAT binary)"
    )
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(query, (list(wanted), *columns)) as copy,
    ):
        copy.set_types(["int8", *["bytea"] * len(sent)])
        return [(workflow, values) for workflow, *values in copy.rows()]


def _ranks(workflows: list[int]) -> Mapping[int, Mapping[int, int]]:
    """For each mark of a case type the place of the type among those of its workflow, from 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT workflow_id, hashtextextended(kind, 0),"
            " dense_rank() OVER (PARTITION BY workflow_id ORDER BY kind)"
            " FROM (SELECT DISTINCT workflow_id, kind FROM measurement_case"
            " WHERE workflow_id = ANY(%s)) AS one",
            [workflows],
        )
        found: dict[int, dict[int, int]] = {}
        for workflow, mark, rank in cursor.fetchall():
            if found.setdefault(workflow, {}).setdefault(mark, rank) != rank:
                raise RuntimeError(f"two case types of workflow {workflow} look the same")
    return found
