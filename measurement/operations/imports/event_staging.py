"""The stage of event logs: checked events by COPY."""

from uuid import UUID

from django.db import connection

from measurement.operations.imports.staging import NULL, escaped
from measurement.parsing import EventBlock

STAGE = (
    "COPY measurement_eventstage (import_id, run, line, case_id, activity, happened_at, began_at,"
    " lifecycle, kind, fields) FROM STDIN"
)
REPEATED = """
SELECT coalesce(sum(events - 1), 0)::bigint FROM (
    SELECT count(*) AS events FROM measurement_eventstage WHERE import_id = %s AND run = %s
    GROUP BY case_id, activity, happened_at, began_at, lifecycle
) single
"""


def staged_text(block: EventBlock, *, import_id: int, run: UUID) -> str:
    """COPY's text form, as that of cases."""
    head = f"{import_id}\t{run}"
    return "".join(
        f"{head}\t{line}\t{case_id}\t{activity}\t{at}\t{began or NULL}\t{lifecycle}\t{kind}"
        f"\t{fields or NULL}\n"
        for line, case_id, activity, at, began, lifecycle, kind, fields in zip(
            block.lines,
            escaped(block.case_ids),
            escaped(block.activities),
            block.ats,
            block.begans,
            block.lifecycles,
            escaped(block.kinds),
            escaped(block.fields),
            strict=True,
        )
    )


def repeated_events(*, import_id: int, run: UUID) -> int:
    """Events of the file that repeat another one of it."""
    with connection.cursor() as cursor:
        cursor.execute(REPEATED, [import_id, run])
        return int(cursor.fetchone()[0])


def clear_events(*, import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measurement_eventstage WHERE import_id = %s", [import_id])
