"""Is somebody still at work on a job? A session lock says so, and dies with its process.

The lock belongs to the connection the work runs on: a killed worker, a killed connection and a
restarted server all give it back at once, long before a lease ends. It needs a real session, so
no transaction pooler may stand between a worker and PostgreSQL.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection

# The upper half of the 64 bits marks the lock as one of ours; the lower half tells jobs apart.
SPACE = 0x4A4F42  # "JOB"
# All bit operators of PostgreSQL bind alike, from the left: the brackets are needed.
KEY = f"({SPACE}::bigint << 32) | (hashtext(%s)::bigint & 4294967295)"
# A job at work whose lock nobody holds, for a query on core_job.
NOBODY_WORKS = f"""
NOT EXISTS (
    SELECT FROM pg_locks held
    WHERE held.locktype = 'advisory' AND held.objsubid = 1 AND held.granted
      AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND held.classid::bigint = {SPACE}
      AND held.objid::bigint = hashtext(core_job.public_id::text)::bigint & 4294967295
)
"""


@contextmanager
def held_by_me(job_id: UUID | str) -> Iterator[bool]:
    """Hold the job's lock meanwhile; False when another process has it.

    Two jobs whose ids hash alike get in each other's way: the second is sent again later.
    """
    name = str(UUID(str(job_id)))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({KEY})", [name])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            # A connection that was lost has given the lock back already.
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock({KEY})", [name])
