"""From the stage into the tables; what did not change is not written."""

from typing import Any
from uuid import UUID

from django.db import connection

from measurement.choices import UseKind
from measurement.models import UseImport
from measurement.operations.imports.one_delivery import Merged

_STAGED = (
    "(SELECT count(*) FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s)"
)
_COUNTS = f"""
SELECT {_STAGED}, (SELECT count(*) FROM latest),
    count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created)
FROM merged
"""
# A file that does not say how many cases or worked days takes nothing of it away. ``least``: the
# source knows only "at least one day", which more exact rows stand against.
USAGE = f"""
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (since, person_id, thing_id)
        since, person_id, thing_id, days, cases, worked
    FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY since, person_id, thing_id, line DESC
), merged AS (
    INSERT INTO measurement_usageweek AS old (
        week, person_id, tool_id, active_days, assisted_cases, worked_days
    )
    SELECT since, person_id, thing_id, days, cases, worked FROM latest
    ORDER BY since, person_id, thing_id
    ON CONFLICT (week, person_id, tool_id) DO UPDATE SET
        active_days = CASE WHEN %(least)s THEN greatest(old.active_days, EXCLUDED.active_days)
            ELSE EXCLUDED.active_days END,
        assisted_cases = coalesce(EXCLUDED.assisted_cases, old.assisted_cases),
        worked_days = coalesce(EXCLUDED.worked_days, old.worked_days)
    WHERE (old.active_days, old.assisted_cases, old.worked_days) IS DISTINCT FROM (
        CASE WHEN %(least)s THEN greatest(old.active_days, EXCLUDED.active_days)
            ELSE EXCLUDED.active_days END,
        coalesce(EXCLUDED.assisted_cases, old.assisted_cases),
        coalesce(EXCLUDED.worked_days, old.worked_days)
    )
    RETURNING (xmax = 0) AS created
)
{_COUNTS}
"""
# What ends earlier goes first: the room may be taken by a row that begins there.
ENDINGS = """
WITH latest AS (
    SELECT DISTINCT ON (person_id, thing_id, since) person_id, thing_id, since, until
    FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY person_id, thing_id, since, line DESC
)
UPDATE measurement_entitlement e SET valid = daterange(l.since, l.until, '[]') FROM latest l
WHERE e.person_id = l.person_id AND e.tool_id = l.thing_id AND lower(e.valid) = l.since
    AND e.valid <> daterange(l.since, l.until, '[]')
"""
ENTITLEMENTS = f"""
WITH latest AS MATERIALIZED (
    SELECT DISTINCT ON (person_id, thing_id, since) person_id, thing_id, since, until
    FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s
    ORDER BY person_id, thing_id, since, line DESC
), merged AS (
    INSERT INTO measurement_entitlement (person_id, tool_id, valid)
    SELECT person_id, thing_id, daterange(since, until, '[]') FROM latest l
    WHERE NOT EXISTS (
        SELECT FROM measurement_entitlement e WHERE e.person_id = l.person_id
            AND e.tool_id = l.thing_id AND lower(e.valid) = l.since
    )
    RETURNING true AS created
)
{_COUNTS}
"""
COMPLETIONS = f"""
WITH latest AS MATERIALIZED (
    SELECT person_id, thing_id, min(since) AS since
    FROM measurement_usestage WHERE import_id = %(import)s AND run = %(run)s
    GROUP BY person_id, thing_id ORDER BY person_id, thing_id
), merged AS (
    INSERT INTO people_trainingcompletion AS old (person_id, training_id, completed_date)
    SELECT person_id, thing_id, since FROM latest
    ON CONFLICT (person_id, training_id) DO UPDATE SET completed_date = EXCLUDED.completed_date
    WHERE old.completed_date > EXCLUDED.completed_date
    RETURNING (xmax = 0) AS created
)
{_COUNTS}
"""
WITHOUT_ACCESS = """
SELECT count(DISTINCT (since, person_id, thing_id)) FROM measurement_usestage s
WHERE import_id = %s AND days > 0 AND NOT EXISTS (
    SELECT FROM measurement_entitlement e WHERE e.person_id = s.person_id
        AND e.tool_id = s.thing_id AND e.valid && daterange(s.since, s.since + 7)
)
"""


def merge(delivery: UseImport, *, run: UUID) -> Merged:
    terms: dict[str, Any] = {
        "import": delivery.pk,
        "run": run,
        "least": delivery.options.get("layout") == "copilot",
    }
    ended = 0
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        if delivery.kind == UseKind.USAGE:
            cursor.execute(USAGE, terms)
        elif delivery.kind == UseKind.COMPLETIONS:
            cursor.execute(COMPLETIONS, terms)
        else:
            cursor.execute(ENDINGS, terms)
            ended = cursor.rowcount
            cursor.execute(ENTITLEMENTS, terms)
        staged, distinct, created, updated = cursor.fetchone()
    return Merged(staged, distinct, created, updated + ended)


def without_access(*, import_id: int) -> int:
    """Person-weeks of use by who had no access to the tool in that week; they are kept."""
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_ACCESS, [import_id])
        return int(cursor.fetchone()[0])
