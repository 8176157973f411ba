"""The stage of rows about people: COPY in, persons and things found in sets, the rest refused."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from core.deliveries.staged import in_sets
from measurement.choices import UseKind
from measurement.models import UseImport
from measurement.parsing import PeopleBlock
from measurement.parsing.people_rows import PeopleRow

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
STAGE = (
    "COPY measurement_usestage"
    " (import_id, run, line, person, thing, since, until, days, cases, worked) FROM STDIN"
)
REJECT = 'COPY measurement_userejection (use_import_id, line, "column", code, value) FROM STDIN'
# One after the other, each by an index or a hash: an OR would compare every row with every person.
PERSON_BY = {
    "source_id": ("p.source_id = s.person",),
    "email": ("p.email = lower(s.person)",),
    # Training systems name people by either.
    "employee_number": ("p.source_id = s.person", "p.employee_number = s.person"),
}
PERSONS = """
UPDATE measurement_usestage s SET person_id = p.id FROM people_person p
WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.person_id IS NULL AND
"""
TOOLS = """
UPDATE measurement_usestage s SET thing_id = found.id FROM (
    SELECT public_id::text AS name, id FROM workflows_aitool
    UNION SELECT name || ' ' || version, id FROM workflows_aitool
    UNION SELECT name, min(id) FROM workflows_aitool WHERE retired_at IS NULL
        GROUP BY name HAVING count(*) = 1
) found WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.thing = found.name
"""
# An xAPI object is an address: its last part is the code, where the whole is none.
TRAINING_BY = ("s.thing", "regexp_replace(s.thing, '^.*[/#]', '')")
TRAININGS = """
UPDATE measurement_usestage s SET thing_id = t.id FROM people_training t
WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.thing_id IS NULL AND t.code =
"""
UNRESOLVED = """
WITH bad AS (
    SELECT line,
        CASE WHEN person_id IS NULL THEN 'person' ELSE %(column)s END AS "column",
        CASE WHEN person_id IS NULL THEN 'unknown_person'
            WHEN %(column)s = 'tool' AND EXISTS (
                SELECT FROM workflows_aitool a WHERE a.name = s.thing
            ) THEN 'which_version'
            ELSE %(code)s END AS code,
        CASE WHEN person_id IS NULL THEN '' ELSE left(thing, 100) END AS value
    FROM measurement_usestage s
    WHERE import_id = %(import)s AND run = %(run)s AND (person_id IS NULL OR thing_id IS NULL)
), kept AS (
    INSERT INTO measurement_userejection (use_import_id, line, "column", code, value)
    SELECT %(import)s, line, "column", code, value FROM bad ORDER BY line LIMIT %(room)s
), gone AS (
    DELETE FROM measurement_usestage
    WHERE import_id = %(import)s AND run = %(run)s AND (person_id IS NULL OR thing_id IS NULL)
)
SELECT count(*) FROM bad
"""
# What a row would become beside the others: the last of each key in the file, and what is stored
# and not replaced by one. Two that overlap cannot both be: the later goes, its repetitions too.
OVERLAPPING = """
WITH latest AS (
    SELECT DISTINCT ON (person_id, thing_id, since) person_id, thing_id, since, line,
        daterange(since, until, '[]') AS valid
    FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY person_id, thing_id, since, line DESC
), bad AS (
    SELECT l.person_id, l.thing_id, l.since
    FROM latest l
    JOIN measurement_entitlement e ON e.person_id = l.person_id AND e.tool_id = l.thing_id
    LEFT JOIN latest o ON o.person_id = e.person_id AND o.thing_id = e.tool_id
        AND o.since = lower(e.valid)
    WHERE e.valid && l.valid AND lower(e.valid) IS DISTINCT FROM l.since AND o.line IS NULL
    UNION
    SELECT l.person_id, l.thing_id, l.since
    FROM latest l JOIN latest o ON o.person_id = l.person_id AND o.thing_id = l.thing_id
    WHERE o.line < l.line AND o.valid && l.valid
), gone AS (
    DELETE FROM measurement_usestage s USING bad
    WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.person_id = bad.person_id
        AND s.thing_id = bad.thing_id AND s.since = bad.since
    RETURNING s.line
), kept AS (
    INSERT INTO measurement_userejection (use_import_id, line, "column", code, value)
    SELECT %(import)s, line, '', 'overlaps', '' FROM gone ORDER BY line LIMIT %(room)s
)
SELECT count(*) FROM gone
"""


def stage(block: PeopleBlock, *, import_id: int, run: UUID, refusals: int) -> None:
    """Write the block's good rows and its refused ones, of these at most ``refusals``."""
    with connection.cursor() as cursor:
        if block.rows:
            with cursor.cursor.copy(STAGE) as copy:
                copy.write(_staged_text(block.rows, f"{import_id}\t{run}"))
        if refusals and block.rejections:
            with cursor.cursor.copy(REJECT) as copy:
                for row in block.rejections[:refusals]:
                    told = (row.column[:40], row.code, row.row.get("value", ""))
                    cells = [text.translate(_ESCAPES) for text in told]
                    copy.write("\t".join((str(import_id), str(row.line), *cells)) + "\n")


def _staged_text(rows: Iterable[PeopleRow], head: str) -> str:
    return "".join(
        f"{head}\t{row.line}\t{row.person.translate(_ESCAPES)}\t{row.thing.translate(_ESCAPES)}"
        f"\t{row.since}\t{row.until or _NULL}\t{_number(row.days)}\t{_number(row.cases)}"
        f"\t{_number(row.worked)}\n"
        for row in rows
    )


def _number(value: int | None) -> str:
    return _NULL if value is None else str(value)


def resolve(delivery: UseImport, *, run: UUID, by: str) -> None:
    """Find the person and the tool or training of every row."""
    terms: dict[str, Any] = {"import": delivery.pk, "run": run}
    with connection.cursor() as cursor:
        for fits in PERSON_BY[by]:
            in_sets(cursor, PERSONS + fits, terms)
        if delivery.kind == UseKind.COMPLETIONS:
            for code in TRAINING_BY:
                in_sets(cursor, TRAININGS + code, terms)
        else:
            in_sets(cursor, TOOLS, terms)


def refuse_unresolved(delivery: UseImport, *, run: UUID, room: int) -> int:
    """Take rows out of the stage that name nobody or nothing we know, or overlap; how many."""
    is_training = delivery.kind == UseKind.COMPLETIONS
    terms: dict[str, Any] = {
        "import": delivery.pk,
        "run": run,
        "room": room,
        "column": "training" if is_training else "tool",
        "code": "unknown_training" if is_training else "unknown_tool",
    }
    with connection.cursor() as cursor:
        cursor.execute(UNRESOLVED, terms)
        refused = int(cursor.fetchone()[0])
        if delivery.kind == UseKind.ENTITLEMENTS:
            # What goes may have been to replace a stored one, which then stands in another's way.
            overlapping = 1
            while overlapping:
                terms["room"] = max(room - refused, 0)
                [(overlapping,)] = in_sets(cursor, OVERLAPPING, terms) or [(0,)]
                refused += int(overlapping)
    return refused


def repeated(delivery: UseImport, *, run: UUID) -> int:
    """Good rows that repeat a person, a tool or training and, but for trainings, a day."""
    key = "person_id, thing_id" + ("" if delivery.kind == UseKind.COMPLETIONS else ", since")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) - count(DISTINCT ({key})) FROM measurement_usestage"
            " WHERE import_id = %s AND run = %s",
            [delivery.pk, run],
        )
        return int(cursor.fetchone()[0])


def clear_stage(*, import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM measurement_usestage WHERE import_id = %s", [import_id])
