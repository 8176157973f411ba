"""The stage: checked rows by COPY, and the statements that merge them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from core.deliveries.staged import written_in_sets
from measurement.models import CaseImport
from measurement.operations.imports.one_delivery import Merged
from measurement.parsing import Block, Rejection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

STAGE = (
    "COPY measurement_casestage (import_id, run, line, case_id, started_at, completed_at, status,"
    " kind, last_event_at, fields) FROM STDIN"
)
REJECT = 'COPY measurement_importrejection (case_import_id, line, "column", code, "row") FROM STDIN'
# A case that did not change is not written, and not even locked: that would write all of them.
UPDATE = """
WITH latest AS (
    SELECT DISTINCT ON (case_id)
        case_id, started_at, completed_at, status, kind, last_event_at, fields
    FROM measurement_casestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY case_id, line DESC
)
UPDATE measurement_case AS old SET
    started_at = new.started_at,
    completed_at = new.completed_at,
    status = new.status,
    kind = new.kind,
    last_event_at = new.last_event_at,
    fields = new.fields,
    last_import_id = %(import)s
FROM latest AS new
WHERE old.workflow_id = %(workflow)s AND old.case_id = new.case_id AND (
    old.started_at, old.completed_at, old.status, old.kind, old.last_event_at, old.fields
) IS DISTINCT FROM (
    new.started_at, new.completed_at, new.status, new.kind, new.last_event_at, new.fields
)
"""
# In the order of the index, which takes half the time of any other.
INSERT = """
INSERT INTO measurement_case (
    workflow_id, case_id, started_at, completed_at, status, kind, last_event_at, fields,
    first_import_id, last_import_id
)
SELECT DISTINCT ON (case_id)
    %(workflow)s, case_id, started_at, completed_at, status, kind, last_event_at, fields,
    %(import)s, %(import)s
FROM measurement_casestage new
WHERE import_id = %(import)s AND run = %(run)s AND NOT EXISTS (
    SELECT FROM measurement_case old
    WHERE old.workflow_id = %(workflow)s AND old.case_id = new.case_id
)
ORDER BY case_id, line DESC
"""
COUNT = """
SELECT count(*), count(DISTINCT case_id) FROM measurement_casestage
WHERE import_id = %(import)s AND run = %(run)s
"""


def keep_refusals(rejections: Sequence[Rejection], *, import_id: int) -> None:
    if rejections:
        with connection.cursor() as cursor, cursor.cursor.copy(REJECT) as copy:
            copy.write(_rejected_text(rejections, import_id))


def staged_text(block: Block, *, import_id: int, run: UUID) -> str:
    """The block's good rows in COPY's text form.

    Only ids, kinds and field names can hold a sign that it escapes.
    """
    head = f"{import_id}\t{run}"
    return "".join(
        f"{head}\t{line}\t{case_id}\t{started}\t{completed or NULL}\t{status}\t{kind}"
        f"\t{last or NULL}\t{fields or NULL}\n"
        for line, case_id, started, completed, status, kind, last, fields in zip(
            block.lines,
            escaped(block.case_ids),
            block.started,
            block.completed,
            block.statuses,
            escaped(block.kinds),
            block.last_events,
            escaped(block.fields),
            strict=True,
        )
    )


NULL = "\\N"


def escaped(column: Sequence[str]) -> Sequence[str]:
    whole = "".join(column)
    if not any(sign in whole for sign in "\\\t\n\r"):
        return column
    return [text.translate(_ESCAPES) for text in column]


def _rejected_text(rejections: Iterable[Rejection], import_id: int) -> str:
    return "".join(
        "\t".join(
            (
                str(import_id),
                str(row.line),
                row.column.translate(_ESCAPES),
                row.code,
                json.dumps(row.row).translate(_ESCAPES),
            )
        )
        + "\n"
        for row in rejections
    )


def merge(case_import: CaseImport, *, run: UUID) -> Merged:
    """One row per case id: the last of the file. The source is locked: nobody else writes cases."""
    terms = {"import": case_import.pk, "run": run, "workflow": case_import.source.workflow_id}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        staged, distinct = counted(cursor, terms)
        updated = written_in_sets(cursor, UPDATE, terms)
        created = written_in_sets(cursor, INSERT, terms)
    return Merged(staged, distinct, created, updated)


def counted(cursor: Any, terms: dict[str, Any]) -> tuple[int, int]:
    """Good rows of the stage, and how many case ids they have."""
    cursor.execute(COUNT, terms)
    staged, distinct = cursor.fetchone()
    return staged, distinct


def repeated(*, import_id: int, run: UUID) -> int:
    """Good rows that repeat a case id of the same file."""
    with connection.cursor() as cursor:
        staged, distinct = counted(cursor, {"import": import_id, "run": run})
    return staged - distinct


def clear_stage(*, import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measurement_casestage WHERE import_id = %s", [import_id])
