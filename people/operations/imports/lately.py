"""Whom HR ended in the last hours, however small the pieces in which it was told."""

from datetime import datetime, timedelta

from django.db import connection

from core.deliveries.staged import in_sets
from people.choices import ImportMode
from people.models import PeopleImport
from people.operations.imports import staging

WITHIN = timedelta(hours=24)
# By any way in; what the clock does on the day was told before. Whoever came in by the same rows,
# as somebody hired up to a day, was nobody's to lose.
ENDED = """
SELECT DISTINCT c.person_id FROM people_changelog c JOIN people_person p ON p.id = c.person_id
WHERE c.attribute = 'active' AND c.value = 'false' AND c.source <> 'clock'
    AND c.recorded_at > %(since)s
    AND (p.created_at < %(since)s OR EXISTS (
        SELECT FROM people_changelog b
        WHERE b.person_id = c.person_id AND b.recorded_at < c.recorded_at
    ))
"""
# Files that were let through and are not through yet; one that failed may be told to go on.
OTHERS = """
SELECT i.id, i.mode FROM people_peopleimport i JOIN core_job j ON j.id = i.job_id
WHERE i.id <> %s AND i.phase IN ('apply', 'end') AND i.stored_name <> ''
    AND j.state IN ('queued', 'running', 'failed')
"""
LEAVING = """
SELECT p.id FROM people_importstage s JOIN people_person p ON p.source_id = s.source_id
WHERE s.import_id = %s AND s.said = '' AND s.facts -> 'active' = 'false' AND p.is_active
"""


def ended_lately(people_import: PeopleImport, *, at: datetime) -> set[int]:
    """Ids of whom HR ended by file or by call, and of whom another file is about to end.

    After ``hold_inbound``: the sum then stands until the transaction ends in which this file is
    let through, so that no two files pass on what the other one has not ended yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(ENDED, {"since": at - WITHIN})
        found = {person for (person,) in cursor.fetchall()}
        cursor.execute(OTHERS, [people_import.pk])
        for other, mode in cursor.fetchall():
            found |= {person for (person,) in in_sets(cursor, LEAVING, [other]) or []}
            if mode == ImportMode.FULL:
                found |= set(staging.missing_ids(other))
    return found
