"""Reading all redesigns of a quarter together: the one writer of portfolio readings."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from core.audit import record
from core.jobs import enqueue
from measurement.evaluating import code_version
from measurement.models import PortfolioMember, PortfolioReading, Reading
from measurement.queries.portfolios import QuarterNow, due_in_quarters, open_quarters, quarter_now

BATCH = 1000
LOCK = 0x706F7274  # "port"; the application's role may not lock a table


def ask_for_portfolios(*, readings: Iterable[Reading]) -> None:
    """After primary readings: queue one portfolio reading for each of their quarters."""
    redesigns = {reading.redesign_id for reading in readings}
    if not redesigns:
        return
    quarters = due_in_quarters().filter(redesign__in=redesigns).order_by("quarter")
    for quarter in quarters.values_list("quarter", flat=True).distinct():
        _ask(quarter.date())


def ask_for_open_portfolios(*, at: datetime) -> int:
    """Nightly: a quarter may have ended, or one of its redesigns; how many were asked for."""
    quarters = open_quarters(at=at)
    for quarter in quarters:
        _ask(quarter)
    return len(quarters)


def _ask(quarter: date) -> None:
    name = quarter.isoformat()
    enqueue("measurement.read_portfolio", dedupe_key=f"quarter:{name}", quarter=name)


@transaction.atomic
def read_portfolio(*, quarter: date, at: datetime) -> PortfolioReading | None:
    """Store what the quarter says at ``at``, when that differs from what was last stored.

    One at a time: two at once would not see each other's row. A final one is taken once:
    when the quarter is over and nothing of it is outstanding, or a quarter later with what was read
    (decision 0077). None where nobody was due.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    newest = PortfolioReading.objects.filter(quarter=quarter).order_by("-pk").first()
    if newest is not None and newest.is_final:
        return newest
    now = quarter_now(quarter, at=at)
    if not now.members:
        return None
    sha256 = now.sha256()
    if newest is not None and newest.result_sha256 == sha256:
        return newest
    return _stored(now, sha256, at=at)


def _stored(now: QuarterNow, sha256: str, *, at: datetime) -> PortfolioReading:
    sums, found, control = now.sums(), now.read.pooled, now.read.control
    stored = PortfolioReading.objects.create(
        quarter=now.begins,
        is_final=now.is_final,
        due=control.due,
        outstanding=now.outstanding,
        improved=control.improved,
        expected_false=control.expected_false,
        pooled_ratio=found.ratio if found else None,
        pooled_low=found.low if found else None,
        pooled_high=found.high if found else None,
        pooled_of=found.of if found else 0,
        result=sums,
        result_sha256=sha256,
        code_version=code_version(),
        is_simulated=any(member.is_simulated for member in now.members),
        measured_at=at,
    )
    PortfolioMember.objects.bulk_create(
        [
            PortfolioMember(
                portfolio=stored,
                redesign_id=member.redesign_id,
                reading_id=member.reading_id,
                verdict=member.entry.verdict,
                p=member.entry.p,
                adjusted_p=adjusted,
                survived=survived,
                counted=counted,
            )
            for member, adjusted, survived, counted in zip(
                now.members, control.adjusted_p, control.survivors, control.counted, strict=True
            )
        ],
        batch_size=BATCH,
    )
    record(
        "portfolio.read",
        subject=stored,
        actor=None,
        after={
            "quarter": now.begins.isoformat(),
            "final": now.is_final,
            "due": control.due,
            "improved": control.improved,
            "sha256": sha256,
        },
    )
    return stored
