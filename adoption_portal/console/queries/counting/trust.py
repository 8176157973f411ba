"""The trust index of each released wave, from what was published of it and nothing else."""

from django.utils import timezone

from adoption_portal.console.models import TrustRow
from adoption_portal.console.queries.counting.places import Places
from surveys.choices import CellScope, InstrumentKind, Subset
from surveys.models import ReleasedCell

INDEX = "index"


def trust_rows(places: Places) -> list[TrustRow]:
    """One query: the index of the workflow's own unit with all below it, of waves after go-live."""
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
