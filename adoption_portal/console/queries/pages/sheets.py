"""What a file of the console holds: the charts that were seen, with their definitions."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from adoption_portal.console.models import Snapshot
from adoption_portal.console.queries.chosen import Chosen
from core.charts import words
from core.charts.table import Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """``key`` names it in an address, ``definition`` says how its numbers are made."""

    key: str
    title: str
    definition: str
    table: Table


def sheet(key: str, title: str, definition: str, chart: Any) -> Sheet | None:
    """Of a chart or a table; nothing of nothing."""
    if chart is None:
        return None
    table = chart if isinstance(chart, Table) else chart.table()
    return Sheet(key, title, definition, table)


def those_there(*sheets: Sheet | None) -> tuple[Sheet, ...]:
    return tuple(one for one in sheets if one is not None)


def about(
    title: str, snapshot: Snapshot, chosen: Chosen, filters: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The first lines of every file: what it is, of when, and what its marks mean."""
    simulated = (
        [(_("Simulated"), _("Some or all of these numbers are simulated."))]
        if snapshot.is_simulated
        else []
    )
    return [
        (_("Adoption Portal"), title),
        *filters,
        (
            _("Period begins"),
            words.day(chosen.since) if chosen.since is not None else _("From the beginning"),
        ),
        (_("Counted"), words.moment(snapshot.taken_at)),
        (_("Data to"), words.moment(snapshot.data_to)),
        (
            _("hidden"),
            _(
                "Fewer than %(count)s people, or protected so that a smaller group cannot be worked"
                " out."
            )
            % {"count": snapshot.minimum_group},
        ),
        *simulated,
    ]
