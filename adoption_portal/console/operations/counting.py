"""Counting: the one writer of the console's figures."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from adoption_portal.console.models import (
    ReadingRow,
    ScopeFigures,
    Snapshot,
    TrustRow,
    WorkflowRow,
)
from adoption_portal.console.queries import counting
from measurement.models import Reading
from measurement.queries.use import load_use
from surveys.models import ReleasedCell

BATCH = 1000
DAILY_FOR = timedelta(days=8)  # then one a week


@transaction.atomic
def refresh(*, at: datetime) -> Snapshot:
    """Count everything once and put it in the place of what was counted before.

    The table is locked first, so that two counts follow one another. A page that is being opened
    meanwhile sees the earlier count whole. Older snapshots are thinned to the newest of each day,
    and after eight days to the newest of each week.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE console_snapshot IN SHARE ROW EXCLUSIVE MODE")
    counted = Snapshot.objects.filter(taken_at__gte=at).order_by("-taken_at").first()
    if counted is not None:  # asked for twice
        return counted
    # Before anything is read: what is committed from here on is news for the next count.
    readings_to, cells_to = newest_of(Reading), newest_of(ReleasedCell)
    places = counting.places_now()
    use = load_use(at)
    work = counting.work_now(places, at=at, use=use)
    latencies = counting.latencies_now(places, minimum=settings.MINIMUM_GROUP, at=at)
    figures = []
    use_to: date | None = None
    simulated = any(row.is_simulated for row in work.workflows)
    for group in counting.scopes_now(places):
        row, ladder = counting.figures_of(group, at=at, use=use)
        row.latency = latencies.of(
            group.kind, group.key if group.kind == "function" else group.reference
        )
        figures.append(row)
        if not group.key:
            use_to, simulated = ladder.data_to, simulated or ladder.is_simulated
    sources = counting.sources_now(at=at, use_to=use_to)
    snapshot = Snapshot.objects.create(
        taken_at=at,
        data_to=max(
            (datetime.fromisoformat(one["data_to"]) for one in sources if one["data_to"]),
            default=None,
        ),
        use_to=use_to,
        minimum_group=settings.MINIMUM_GROUP,
        sources=sources,
        heat=counting.heat_now(at=at, use=use),
        quality=counting.quality_now(minimum=settings.MINIMUM_GROUP, at=at),
        readings_to=readings_to,
        cells_to=cells_to,
        is_simulated=simulated,
    )
    for row in figures:
        row.snapshot = snapshot
    ScopeFigures.objects.bulk_create(figures, batch_size=BATCH)
    for model in (WorkflowRow, ReadingRow, TrustRow):
        model.objects.all().delete()
    WorkflowRow.objects.bulk_create(work.workflows, batch_size=BATCH)
    ReadingRow.objects.bulk_create(work.readings, batch_size=BATCH)
    TrustRow.objects.bulk_create(counting.trust_rows(places), batch_size=BATCH)
    thin(at=at)
    return snapshot


def refresh_after_news(*, at: datetime) -> Snapshot | None:
    """Count again where a reading or a released wave is newer than the last count."""
    newest = Snapshot.objects.order_by("-taken_at").first()
    if newest is not None and (newest.readings_to, newest.cells_to) == (
        newest_of(Reading),
        newest_of(ReleasedCell),
    ):
        return None
    return refresh(at=at)


def newest_of(model: type[Reading] | type[ReleasedCell]) -> int:
    return int(model.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def thin(*, at: datetime) -> int:
    """How many snapshots went. The newest always stays, and the newest of each day or week."""
    kept: set[tuple[object, ...]] = set()
    gone = []
    for pk, taken in Snapshot.objects.order_by("-taken_at").values_list("pk", "taken_at"):
        day = timezone.localdate(taken)
        span = (day,) if taken > at - DAILY_FOR else day.isocalendar()[:2]
        if span in kept:
            gone.append(pk)
        kept.add(span)
    ScopeFigures.objects.filter(snapshot__in=gone).delete()
    Snapshot.objects.filter(pk__in=gone).delete()
    return len(gone)
