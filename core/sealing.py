"""Close blocks of audit events, and find what was changed in spite of everything."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

BLOCK = 1000
SEALER_LOCK = 0x5345414C
FINAL = 2**63 - 1  # beyond every transaction number
GENESIS = bytes(32)  # what the first seal names as the one before

# Each cluster whose events are in the table, by hopping through the index.
CLUSTERS = """
WITH RECURSIVE hop(cluster) AS (
    SELECT min(cluster) FROM core_auditevent
    UNION ALL
    SELECT (SELECT min(cluster) FROM core_auditevent WHERE cluster > hop.cluster)
    FROM hop WHERE hop.cluster IS NOT NULL
)
SELECT hop.cluster, coalesce(max(s.below_xid), 0)
FROM hop LEFT JOIN core_seal s ON s.cluster = hop.cluster
WHERE hop.cluster IS NOT NULL GROUP BY hop.cluster
"""
HORIZON = """
SELECT system_identifier, pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM pg_control_system()
"""
# The end of a block of about %(size)s events; one transaction's events are never cut in two.
CUT = """
SELECT coalesce(
    (SELECT greatest(cut.xid, first.xid + 1) FROM
        (SELECT xid FROM core_auditevent
         WHERE cluster = %(cluster)s AND xid >= %(start)s AND xid < %(horizon)s
         ORDER BY xid OFFSET %(size)s LIMIT 1) cut,
        (SELECT min(xid) AS xid FROM core_auditevent
         WHERE cluster = %(cluster)s AND xid >= %(start)s) first),
    %(horizon)s)
"""
SEAL = """
INSERT INTO core_seal (number, cluster, from_xid, below_xid, first_id, last_id, event_count,
                       rows_hash, previous_hash)
SELECT coalesce(last.number, 0) + 1, %(cluster)s, %(start)s, %(cut)s, block.first_id,
       block.last_id, block.event_count, block.rows_hash, coalesce(last.seal_hash, %(genesis)s)
FROM (SELECT min(id) AS first_id, max(id) AS last_id, count(*) AS event_count,
             sha256(string_agg(row_hash, ''::bytea ORDER BY id)) AS rows_hash
      FROM core_auditevent
      WHERE cluster = %(cluster)s AND xid >= %(start)s AND xid < %(cut)s) block
LEFT JOIN (SELECT number, seal_hash FROM core_seal ORDER BY number DESC LIMIT 1) last ON true
WHERE block.event_count > 0
RETURNING event_count
"""

CHANGED_ROW = """
SELECT id FROM core_auditevent e WHERE e.row_hash <> core_audit_hash(e) ORDER BY id LIMIT 1
"""
BROKEN_SEAL = """
WITH chain AS (
    SELECT s.*, s.seal_hash = core_seal_hash(s) AS own,
           lag(s.seal_hash, 1, %(genesis)s) OVER (ORDER BY s.number) = s.previous_hash
           AND row_number() OVER (ORDER BY s.number) = s.number
           AND coalesce(lag(s.below_xid) OVER (PARTITION BY s.cluster ORDER BY s.number), 0)
               = s.from_xid AS linked
    FROM core_seal s
)
SELECT number, first_id, last_id, own AND linked, event_count, found.events
FROM chain CROSS JOIN LATERAL (
    SELECT count(*) AS events, sha256(string_agg(row_hash, ''::bytea ORDER BY id)) AS rows_hash
    FROM core_auditevent e
    WHERE e.cluster = chain.cluster AND e.xid >= chain.from_xid AND e.xid < chain.below_xid
) found
WHERE NOT (own AND linked) OR found.events <> event_count
   OR found.rows_hash IS DISTINCT FROM chain.rows_hash
ORDER BY number LIMIT 1
"""
HEAD = "SELECT number, encode(seal_hash, 'hex') FROM core_seal ORDER BY number DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the trail found; ``problem`` is empty when nothing is wrong."""

    problem: str
    events: int
    seals: int
    head: str  # "12:9f3c…": note it elsewhere, and a later check sees newest blocks cut off


def seal_events(*, block: int = BLOCK) -> int:
    """Seal everything that can no longer change; how many events that were.

    Each block commits by itself. A block holds the events of one range of transaction numbers
    below the oldest transaction still running, so nothing can appear in it later. Events that came
    with a restore from another cluster are all final.
    """
    sealed = 0
    while made := _seal_one(block):
        sealed += made
    return sealed


def _seal_one(block: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALER_LOCK])
        cursor.execute(HORIZON)
        here, running = cursor.fetchone()
        cursor.execute(CLUSTERS)
        for cluster, start in cursor.fetchall():
            if start == FINAL:  # an older cluster's events, all sealed
                continue
            horizon = running if cluster == here else FINAL
            where = {"cluster": cluster, "start": start, "horizon": horizon, "size": block}
            cursor.execute(CUT, where)
            cut = cursor.fetchone()[0]
            cursor.execute(SEAL, {**where, "cut": cut, "genesis": GENESIS})
            made = cursor.fetchone()
            if made:
                return int(made[0])
    return 0


def verify(*, anchor: str = "") -> Verdict:
    """Recompute every row hash and seal; name the first thing that does not fit.

    ``anchor`` is a head noted earlier ("number:hash"): that seal must still be there, unchanged.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditevent")
        events = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM core_seal")
        seals = cursor.fetchone()[0]
        cursor.execute(HEAD)
        head = ":".join(str(part) for part in cursor.fetchone() or ())
        problem = _changed_row(cursor) or _broken_seal(cursor) or _lost_anchor(cursor, anchor)
    return Verdict(problem=problem, events=events, seals=seals, head=head)


def _changed_row(cursor: CursorWrapper) -> str:
    cursor.execute(CHANGED_ROW)
    row = cursor.fetchone()
    return f"event {row[0]} was changed after it was written" if row else ""


def _broken_seal(cursor: CursorWrapper) -> str:
    cursor.execute(BROKEN_SEAL, {"genesis": GENESIS})
    row = cursor.fetchone()
    if row is None:
        return ""
    number, first, last, intact, count, found = row
    if not intact:
        return f"seal {number} was changed or does not follow the one before it"
    what = f"seal {number} (events {first} to {last})"
    if found != count:
        return f"{what} closed over {count} events and finds {found}"
    return f"{what} finds an event changed together with its own hash"


def _lost_anchor(cursor: CursorWrapper, anchor: str) -> str:
    if not anchor:
        return ""
    number, _, digest = anchor.partition(":")
    cursor.execute(
        "SELECT count(*) FROM core_seal WHERE number = %s AND encode(seal_hash, 'hex') = %s",
        [int(number), digest],
    )
    return "" if cursor.fetchone()[0] else f"seal {number} is not the one noted as the anchor"
