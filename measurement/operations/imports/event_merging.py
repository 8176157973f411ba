"""From staged events to stored ones, and from these to cases; all of it in the database."""

from typing import Any
from uuid import UUID

from django.db import connection

from core.deliveries.staged import in_sets
from measurement.choices import SourceLayout
from measurement.models import CaseImport, CaseSource
from measurement.operations.imports import staging
from measurement.operations.imports.one_delivery import Merged

# The events that each delivered case is to have, of those cases where that changes anything.
# What is stored of a case gives way where the delivery tells the case from its beginning and is
# not older than what is stored; otherwise the delivered events join the stored ones. Of the same
# event told twice there is one, with what was said last.
WANT = """
WITH told AS (
    SELECT case_id, activity, happened_at, began_at, lifecycle, kind, fields, line::bigint AS place
    FROM measurement_eventstage
    WHERE import_id = %(import)s AND run = %(run)s AND position IS NULL
), delivered AS MATERIALIZED (
    SELECT case_id, min(least(began_at, happened_at)) AS first FROM told GROUP BY case_id
), stored AS MATERIALIZED (
    SELECT e.case_id, e.position, e.activity, e.happened_at, e.began_at, e.lifecycle, e.kind,
        e.fields
    FROM measurement_caseevent e JOIN delivered d ON d.case_id = e.case_id
    WHERE e.workflow_id = %(workflow)s
), kept AS (
    SELECT s.case_id FROM stored s JOIN delivered d ON d.case_id = s.case_id
    GROUP BY s.case_id, d.first
    HAVING min(least(s.began_at, s.happened_at)) < d.first
        OR max(s.happened_at) > (SELECT max(happened_at) FROM told)
), together AS (
    SELECT s.case_id, s.activity, s.happened_at, s.began_at, s.lifecycle, s.kind, s.fields,
        s.position::bigint - 4294967296 AS place
    FROM stored s JOIN kept k ON k.case_id = s.case_id
    UNION ALL
    SELECT * FROM told
), grouped AS (
    SELECT case_id, activity, happened_at, began_at, lifecycle, max(place) AS place,
        (array_agg(kind ORDER BY place DESC) FILTER (WHERE kind <> ''))[1] AS kind,
        array_agg(fields ORDER BY place) FILTER (WHERE fields IS NOT NULL) AS objects
    FROM together
    GROUP BY case_id, activity, happened_at, began_at, lifecycle
), single AS (
    SELECT case_id, activity, happened_at, began_at, lifecycle, place, coalesce(kind, '') AS kind,
        CASE WHEN cardinality(objects) > 1 THEN (
            SELECT jsonb_object_agg(name, value ORDER BY turn)
            FROM unnest(objects) WITH ORDINALITY AS o(fields, turn),
                jsonb_each(o.fields) AS f(name, value)
        ) ELSE objects[1] END AS fields
    FROM grouped
), wanted AS (
    SELECT case_id, activity, happened_at, began_at, lifecycle, row_number() OVER w AS position,
        CASE WHEN lead(kind) OVER w = kind THEN '' ELSE kind END AS kind,
        CASE WHEN lead(fields) OVER w = fields THEN NULL ELSE fields END AS fields
    FROM single
    WINDOW w AS (PARTITION BY case_id ORDER BY happened_at, place)
), changed AS (
    SELECT DISTINCT coalesce(w.case_id, s.case_id) AS case_id
    FROM wanted w FULL JOIN stored s ON s.case_id = w.case_id AND s.position = w.position
    WHERE (w.activity, w.happened_at, w.began_at, w.lifecycle, w.kind, w.fields)
        IS DISTINCT FROM (s.activity, s.happened_at, s.began_at, s.lifecycle, s.kind, s.fields)
)
INSERT INTO measurement_eventstage (
    import_id, run, line, case_id, activity, happened_at, began_at, lifecycle, kind, fields,
    position
)
SELECT %(import)s, %(run)s, 0, w.case_id, w.activity, w.happened_at, w.began_at, w.lifecycle,
    w.kind, w.fields, w.position
FROM wanted w JOIN changed c ON c.case_id = w.case_id
"""
FORGET = """
DELETE FROM measurement_caseevent e USING measurement_eventstage s
WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.position = 1
    AND e.workflow_id = %(workflow)s AND e.case_id = s.case_id
"""
STORE = """
INSERT INTO measurement_caseevent (
    workflow_id, case_id, position, activity, happened_at, began_at, lifecycle, kind, fields
)
SELECT %(workflow)s, case_id, position, activity, happened_at, began_at, lifecycle, kind, fields
FROM measurement_eventstage
WHERE import_id = %(import)s AND run = %(run)s AND position IS NOT NULL
ORDER BY case_id, position
"""
# The delivered cases; all of them where another choice of activities makes other cases of them.
TOUCHED = """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT case_id FROM measurement_eventstage
    WHERE import_id = %(import)s AND run = %(run)s
    UNION
    SELECT case_id FROM measurement_caseevent
    WHERE %(all)s AND workflow_id = %(workflow)s AND position = 1
)
"""
# As measurement.parsing.cases_of_events, which says what begins and ends a case.
DERIVE = f"""
{TOUCHED}, events AS MATERIALIZED (
    SELECT e.case_id, e.position, e.activity, e.happened_at, e.began_at, e.lifecycle, e.kind,
        e.fields
    FROM measurement_caseevent e JOIN touched t ON t.case_id = e.case_id
    WHERE e.workflow_id = %(workflow)s
), begun AS MATERIALIZED (
    SELECT case_id,
        min(least(began_at, happened_at)) FILTER (
            WHERE cardinality(%(starts)s::text[]) = 0 OR activity = ANY(%(starts)s::text[])
        ) AS started_at,
        max(happened_at) AS last_event_at,
        (array_agg(kind ORDER BY position DESC) FILTER (WHERE kind <> ''))[1] AS kind
    FROM events GROUP BY case_id
), valued AS (
    SELECT case_id, jsonb_object_agg(name, value ORDER BY position) AS fields
    FROM events, jsonb_each(events.fields) AS f(name, value)
    GROUP BY case_id
), ended AS (
    SELECT e.case_id,
        min(e.happened_at) FILTER (WHERE e.activity = ANY(%(ends)s::text[])) AS done,
        min(e.happened_at) FILTER (WHERE e.activity = ANY(%(cancels)s::text[])) AS cancelled
    FROM events e JOIN begun b ON b.case_id = e.case_id
    WHERE e.lifecycle IN ('', 'complete') AND e.happened_at >= b.started_at
    GROUP BY e.case_id
)
INSERT INTO measurement_casestage (
    import_id, run, line, case_id, started_at, completed_at, status, kind, last_event_at, fields
)
SELECT %(import)s, %(run)s, 0, b.case_id, b.started_at, least(e.done, e.cancelled),
    CASE
        WHEN e.done <= coalesce(e.cancelled, e.done) THEN 'completed'
        WHEN e.cancelled IS NOT NULL THEN 'cancelled'
        ELSE 'open'
    END,
    coalesce(b.kind, ''), b.last_event_at, v.fields
FROM begun b LEFT JOIN ended e ON e.case_id = b.case_id LEFT JOIN valued v ON v.case_id = b.case_id
WHERE b.started_at IS NOT NULL
"""
# What has not begun is no case, though it was one by the events or the activities of before.
LEAVE = f"""
{TOUCHED}, gone AS (
    DELETE FROM measurement_case c USING touched t
    WHERE c.workflow_id = %(workflow)s AND c.case_id COLLATE "C" = t.case_id AND NOT EXISTS (
        SELECT FROM measurement_casestage s
        WHERE s.import_id = %(import)s AND s.run = %(run)s AND s.case_id = t.case_id
    )
    RETURNING c.case_id
)
SELECT count(*) FROM gone
"""
COUNT = """
SELECT coalesce(sum(events), 0)::bigint, count(*) FROM (
    SELECT count(*) AS events FROM measurement_eventstage
    WHERE import_id = %(import)s AND run = %(run)s AND position IS NULL
    GROUP BY case_id, activity, happened_at, began_at, lifecycle
) single
"""


def merge_events(case_import: CaseImport, *, run: UUID) -> Merged:
    """Store the events, then write the cases they make. The source is locked and fresh.

    Which activities begin and end cases is the source's word of now, not of when the file came:
    all cases of a workflow are made by one rule. The import's options say which.
    """
    source = case_import.source
    all_again = _apply_activities(case_import, source)
    terms: dict[str, Any] = {
        "import": case_import.pk,
        "run": run,
        "workflow": source.workflow_id,
        "all": all_again,
        **{name: case_import.options[name] for name in ("starts", "ends", "cancels")},
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(COUNT, terms)
        staged, distinct = cursor.fetchone()
        for statement in (WANT, FORGET, STORE, DERIVE):
            in_sets(cursor, statement, terms)
        cases = staging.merge(case_import, run=run)
        [(left,)] = in_sets(cursor, LEAVE, terms) or [(0,)]
    return Merged(staged, distinct, cases.created, cases.updated + left, cases.distinct + left)


def _apply_activities(case_import: CaseImport, source: CaseSource) -> bool:
    """Whether stored events make other cases than they made for the last delivery."""
    options = case_import.options
    if source.layout == SourceLayout.EVENTS:
        options["starts"] = source.start_activities
        options["ends"] = source.end_activities
        options["cancels"] = source.cancel_activities
    before = (
        CaseImport.objects.filter(
            source=source, merged_at__isnull=False, options__layout=SourceLayout.EVENTS
        )
        .order_by("-merged_at", "-pk")
        .values_list("options", flat=True)
        .first()
    )
    return before is not None and any(
        set(before[name]) != set(options[name]) for name in ("starts", "ends", "cancels")
    )
