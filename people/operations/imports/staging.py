"""The stage: rows by COPY, what needs no look marked in sets, and the rest in slices of people."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from core.copying import copy_rows
from core.deliveries.limits import REFUSALS_KEPT
from core.deliveries.staged import in_sets
from people.inbound import Block, Refused, Row, digest_of
from people.operations.inbound import Outcome
from people.queries import last_administrator

SLICE_PEOPLE = 1_000
INTO = "people_importstage (import_id, number, line, source_id, digest, version, facts, said)"
# HR's last row about the person said the same, and nothing else changed the person since.
UNCHANGED = """
WITH once AS MATERIALIZED (
    SELECT source_id FROM people_importstage WHERE import_id = %(import)s
    GROUP BY source_id HAVING count(*) = 1
)
UPDATE people_importstage s SET said = 'unchanged'
FROM once, people_person p, people_hrrecord r
WHERE s.import_id = %(import)s AND s.said = '' AND s.source_id = once.source_id
    AND p.source_id = s.source_id AND r.person_id = p.id
    AND r.digest = s.digest AND s.version >= r.version IS NOT FALSE
"""
# Who leaves comes first, since an address may become free; then managers, before their people.
TURNS = """
WITH managers AS MATERIALIZED (
    SELECT DISTINCT facts -> 'given' ->> 'manager' AS source_id
    FROM people_importstage WHERE import_id = %(import)s AND facts -> 'given' ? 'manager'
), people AS (
    SELECT s.source_id, min(s.number) AS first, bool_or(s.facts -> 'active' = 'false') AS leaves,
        bool_or(m.source_id IS NOT NULL) AS manages
    FROM people_importstage s LEFT JOIN managers m ON m.source_id = s.source_id
    WHERE s.import_id = %(import)s AND s.said = ''
    GROUP BY s.source_id
), turns AS (
    SELECT source_id, row_number() OVER (ORDER BY leaves DESC, manages DESC, first) AS turn
    FROM people
)
UPDATE people_importstage s SET turn = t.turn FROM turns t
WHERE s.import_id = %(import)s AND s.said = '' AND s.source_id = t.source_id
"""
NEXT = """
SELECT number, line, source_id, digest, version, facts, turn FROM people_importstage
WHERE import_id = %s AND said = '' AND turn >= %s AND turn < %s
ORDER BY turn, facts ->> 'from' NULLS LAST, version NULLS FIRST, number
"""
MISSING = """
SELECT p.id FROM people_person p
WHERE p.is_active AND p.source_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM people_importstage s WHERE s.import_id = %(import)s AND s.source_id = p.source_id
) AND NOT EXISTS (  -- somebody HR has told of since the file was delivered
    SELECT FROM people_hrrecord r JOIN people_peopleimport i ON i.id = %(import)s
    WHERE r.person_id = p.id AND r.seen_at > i.created_at
) AND NOT p.id = ANY (%(last)s::bigint[]) ORDER BY p.id
"""


def clear(import_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_importstage WHERE import_id = %s", [import_id])


def stage(block: Block, *, import_id: int, first: int, room: int) -> None:
    """Good rows, and of refused ones whom they are about, so that nobody ends by a bad row.

    ``first`` numbers the rows of the file; of refusals at most ``room`` are kept to be shown.
    """
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            INTO,
            (
                (
                    import_id,
                    number,
                    line,
                    row.source_id,
                    digest_of(row),
                    row.version,
                    _facts(row),
                    "",
                )
                for number, (line, row) in enumerate(block.rows, first)
            ),
        )
        copy_rows(
            cursor,
            INTO,
            (
                (import_id, number, one.line, one.source_id, b"", None, "{}", "rejected")
                for number, one in enumerate(block.refused, first + len(block.rows))
            ),
        )
        keep_refusals(cursor, block.refused[: max(room, 0)], import_id)


def keep_refusals(cursor: Any, refused: Iterable[Refused | Outcome], import_id: int) -> None:
    copy_rows(
        cursor,
        'people_peoplerejection (people_import_id, line, source_id, "column", code, value)',
        (
            (import_id, one.line, one.source_id, one.column, one.code, one.value[:100])
            for one in refused
        ),
    )


def show_refusals(refused: Sequence[Outcome], import_id: int) -> None:
    """What a look would refuse, in place of what the look before did; the real run says it anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM people_peoplerejection WHERE people_import_id = %(import)s"
            " AND (line, source_id) IN (SELECT line, source_id FROM people_importstage"
            " WHERE import_id = %(import)s AND said = '')",
            {"import": import_id},
        )
        keep_refusals(cursor, refused[:REFUSALS_KEPT], import_id)


def mark(import_id: int) -> None:
    """Rows that say nothing new, and the order of the others."""
    with connection.cursor() as cursor:
        in_sets(cursor, UNCHANGED, {"import": import_id})
        in_sets(cursor, TURNS, {"import": import_id})


def next_slice(import_id: int, *, after: int | None = None) -> tuple[list[Any], int]:
    """Stored rows of the next people, whole, and the last turn; empty at the end.

    ``after`` None: the first that nothing was said of yet.
    """
    with connection.cursor() as cursor:
        if after is None:
            cursor.execute(
                "SELECT min(turn) FROM people_importstage WHERE import_id = %s AND said = ''",
                [import_id],
            )
            first = cursor.fetchone()[0] or 0
        else:
            first = after + 1
        cursor.execute(NEXT, [import_id, first, first + SLICE_PEOPLE])
        rows = cursor.fetchall()
    return rows, first + SLICE_PEOPLE - 1


def rows_of(stored: Sequence[Any]) -> list[tuple[int, Row, bytes | None]]:
    return [
        (line, _row(source_id, version, facts), bytes(digest))
        for _number, line, source_id, digest, version, facts, _turn in stored
    ]


def say(import_id: int, stored: Sequence[Any], outcomes: Sequence[Outcome]) -> None:
    """What became of the slice's rows; in its transaction, so that none is done twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_importstage s SET said = n.said"
            " FROM unnest(%s::integer[], %s::text[]) AS n(number, said)"
            " WHERE s.import_id = %s AND s.number = n.number",
            [[row[0] for row in stored], [one.said for one in outcomes], import_id],
        )
        cursor.execute(
            "SELECT count(*) FROM people_peoplerejection WHERE people_import_id = %s", [import_id]
        )
        room = REFUSALS_KEPT - cursor.fetchone()[0]
        refused = [one for one in outcomes if one.said == "rejected"]
        keep_refusals(cursor, refused[: max(room, 0)], import_id)


def said(import_id: int) -> dict[str, int]:
    """Rows by what became of them; "" is nothing yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT said, count(*) FROM people_importstage WHERE import_id = %s GROUP BY said",
            [import_id],
        )
        return dict(cursor.fetchall())


def missing_ids(import_id: int) -> list[int]:
    """HR's active people of whom neither the file has a row, not even a bad one, nor HR since.

    Without the last administrator, whom no row ends either.
    """
    with connection.cursor() as cursor:
        rows = in_sets(cursor, MISSING, {"import": import_id, "last": last_administrator()}) or []
    return [pk for (pk,) in rows]


def leavers(import_id: int) -> int:
    """People of whom a row that is still to be looked at says that they leave."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT source_id) FROM people_importstage"
            " WHERE import_id = %s AND said = '' AND facts -> 'active' = 'false'",
            [import_id],
        )
        return int(cursor.fetchone()[0])


def _facts(row: Row) -> str:
    return json.dumps(
        {
            "given": row.given,
            "active": row.active,
            "from": row.effective_from and row.effective_from.isoformat(),
            "primary": row.primary,
        }
    )


def _row(source_id: str, version: int | None, facts: Any) -> Row:
    told = json.loads(facts) if isinstance(facts, str) else facts
    return Row(
        source_id=source_id,
        given=told["given"],
        active=told["active"],
        effective_from=date.fromisoformat(told["from"]) if told["from"] else None,
        primary=told["primary"],
        version=version,
    )
