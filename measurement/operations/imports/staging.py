"""The stage: checked rows by COPY, and the one statement that merges them."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from measurement.models import CaseImport
from measurement.operations.imports.one_delivery import Merged
from measurement.parsing import Block, Rejection

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

STAGE = (
    "COPY measurement_casestage (import_id, run, line, case_id, started_at, completed_at, status,"
    " kind, last_event_at, fields) FROM STDIN"
)
REJECT = 'COPY measurement_importrejection (case_import_id, line, "column", code, "row") FROM STDIN'
# One row per case id: the last of the file. A case that did not change is not written.
MERGE = """
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (case_id)
        case_id, started_at, completed_at, status, kind, last_event_at, fields
    FROM measurement_casestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY case_id, line DESC
), merged AS (
    INSERT INTO measurement_case AS old (
        workflow_id, case_id, started_at, completed_at, status, kind, last_event_at, fields,
        first_import_id, last_import_id
    )
    SELECT %(workflow)s, case_id, started_at, completed_at, status, kind, last_event_at, fields,
        %(import)s, %(import)s
    FROM latest
    ON CONFLICT (workflow_id, case_id) DO UPDATE SET
        started_at = EXCLUDED.started_at,
        completed_at = EXCLUDED.completed_at,
        status = EXCLUDED.status,
        kind = EXCLUDED.kind,
        last_event_at = EXCLUDED.last_event_at,
        fields = EXCLUDED.fields,
        last_import_id = EXCLUDED.last_import_id
    WHERE (
        old.started_at, old.completed_at, old.status, old.kind, old.last_event_at, old.fields
    ) IS DISTINCT FROM (
        EXCLUDED.started_at, EXCLUDED.completed_at, EXCLUDED.status, EXCLUDED.kind,
        EXCLUDED.last_event_at, EXCLUDED.fields
    )
    RETURNING first_import_id = %(import)s AS created
)
SELECT
    (
        SELECT count(*) FROM measurement_casestage
        WHERE import_id = %(import)s AND run = %(run)s
    ),
    (SELECT count(*) FROM latest),
    count(*) FILTER (WHERE created),
    count(*) FILTER (WHERE NOT created)
FROM merged
"""


def stage(block: Block, *, import_id: int, run: UUID) -> None:
    """Write the block's good rows."""
    if block.lines:
        with connection.cursor() as cursor, cursor.cursor.copy(STAGE) as copy:
            copy.write(_staged_text(block, f"{import_id}\t{run}"))


def keep_refusals(rejections: Sequence[Rejection], *, import_id: int) -> None:
    if rejections:
        with connection.cursor() as cursor, cursor.cursor.copy(REJECT) as copy:
            copy.write(_rejected_text(rejections, import_id))


def _staged_text(block: Block, head: str) -> str:
    """COPY's text form. Only ids, kinds and field names can hold a sign that it escapes."""
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
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            MERGE,
            {
                "import": case_import.pk,
                "run": run,
                "workflow": case_import.source.workflow_id,
            },
        )
        return Merged(*cursor.fetchone())


def repeated(*, import_id: int, run: UUID) -> int:
    """Good rows that repeat a case id of the same file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) - count(DISTINCT case_id) FROM measurement_casestage"
            " WHERE import_id = %s AND run = %s",
            [import_id, run],
        )
        return int(cursor.fetchone()[0])


def clear_stage(*, import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measurement_casestage WHERE import_id = %s", [import_id])
