"""The trust index of each released wave, from what was published of it and nothing else."""

from collections.abc import Mapping

from django.utils import timezone

from adoption_portal.console.models import TrustRow
from adoption_portal.console.queries.counting.places import Places
from surveys.choices import CellScope, InstrumentKind, Subset
from surveys.models import Instrument, ReleasedCell

INDEX = "index"


def trust_rows(places: Places) -> list[TrustRow]:
    """Index of the workflow's own unit with all below it, of waves after go-live; two queries."""
    cells = (
        ReleasedCell.objects.filter(
            metric=INDEX,
            scope=CellScope.ROLL_UP,
            subset=Subset.ALL,
            mean__isnull=False,
            wave__instrument__kind=InstrumentKind.AFTER,
        )
        .select_related(
            "wave__workflow", "wave__redesign__go_live", "wave__redesign__current_revision"
        )
        .order_by("wave_id", "-n", "unit_id")
    )
    lines = _lines()
    rows: dict[int, TrustRow] = {}
    for cell in cells:
        wave, workflow = cell.wave, cell.wave.workflow
        # The widest cell of a wave, which holds the others.
        if wave.pk in rows:
            continue
        unit = places.units[workflow.unit_id]
        live = getattr(wave.redesign, "go_live", None)
        revision = wave.redesign.current_revision
        rows[wave.pk] = TrustRow(
            wave=wave,
            instrument_id=lines[wave.instrument_id],
            name=workflow.name,
            unit=unit,
            top_unit_id=places.top[unit.pk],
            site_id=unit.site_id,
            function=workflow.function,
            tool_id=revision.tool_id if revision else None,
            is_simulated=wave.is_simulated,
            closed_date=wave.closed_date or wave.closes_date,
            days_after=(wave.opens_date - timezone.localdate(live.at)).days if live else None,
            n=cell.n,
            mean=cell.mean,
            low=cell.low,
            high=cell.high,
            sd=cell.sd,
            favourable=cell.favourable,
        )
    return list(rows.values())


def _lines() -> dict[int, int]:
    """Of each version the one it is comparable with in the end; itself where nobody said so."""
    marks = dict(Instrument.objects.values_list("pk", "comparable_with"))
    return {version: _line(version, marks) for version in marks}


def _line(version: int, marks: Mapping[int, int | None]) -> int:
    """Where the marks lead; the oldest of a circle, which nothing keeps two versions from."""
    path = [version]
    while (other := marks[path[-1]]) is not None and other not in path:
        path.append(other)
    return path[-1] if other is None else min(path[path.index(other) :])
