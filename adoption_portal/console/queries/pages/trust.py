"""Do people trust it, are managers ready?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from adoption_portal.console.models import Annotation, ReadingRow, Snapshot, TrustRow
from adoption_portal.console.queries import people, trust
from adoption_portal.console.queries.chosen import Chosen, figures_shown
from adoption_portal.console.queries.pages.overview import trust_definition, trust_words
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from core import charts
from core.charts import words
from core.charts.table import Table


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """``text`` empty is hidden; ``value`` None draws no bar."""

    label: str
    value: int | None
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class TrustPage:
    claim: str
    trend: charts.Trend | None
    trend_words: str
    waves: list[TrustRow]
    coverage: list[CoverageRow]

    def sheets(self) -> tuple[Sheet, ...]:
        waves = Table(
            caption=_("Released waves"),
            headers=(
                *(_("Workflow"), _("Closed"), _("Days after go-live")),
                *(_("Trust"), _("95% interval"), _("Answers")),
            ),
            rows=tuple(
                (
                    row.name,
                    words.day(row.closed_date),
                    words.number(row.days_after),
                    words.number(row.mean, 1),
                    interval_of(row),
                    words.number(row.n),
                )
                for row in self.waves
            ),
        )
        coverage = Table(
            caption=_("Enablement"),
            headers=(_("What"), _("People")),
            rows=tuple((row.label, row.text or _("hidden")) for row in self.coverage),
        )
        return those_there(
            sheet("trust", _("Trust"), trust_definition(), self.trend),
            sheet("waves", _("Released waves"), trust_definition(), waves),
            sheet("coverage", _("Enablement"), coverage_definition(), coverage),
        )


def trust_page(
    snapshot: Snapshot, chosen: Chosen, annotations: Sequence[Annotation], shown: list[TrustRow]
) -> TrustPage:
    """Two queries; ``shown`` are the waves of the page."""
    quarters = trust.trust_by_quarter(chosen)
    now, _earlier = figures_shown(snapshot, chosen)
    return TrustPage(
        claim=claim_of(quarters),
        trend=trust.trust_chart(quarters, annotations),
        trend_words=trust_words(quarters),
        waves=shown,
        coverage=coverage_of(now.coverage if now is not None else {}),
    )


def claim_of(quarters: Sequence[dict[str, float]]) -> str:
    if not quarters:
        return _("No wave about 90 days after a go-live has been released in this period.")
    newest = quarters[-1]
    return _("Trust stands at %(mean)s of 5 (95%% interval %(low)s to %(high)s).") % {
        "mean": words.number(newest["mean"], 1),
        "low": words.number(newest["low"], 1),
        "high": words.number(newest["high"], 1),
    }


def coverage_of(coverage: dict[str, object]) -> list[CoverageRow]:
    rows: list[tuple[str, object]] = [
        (_("Managers trained, and the talk held"), coverage.get("managers")),
        (_("People trained before go-live"), coverage.get("ready")),
    ]
    trainings = coverage.get("trainings")
    if isinstance(trainings, list):
        rows += [(name, rung) for name, _required_of, rung in trainings]
    told = []
    for label, rung in rows:
        known = rung if isinstance(rung, dict) else None
        told.append(
            CoverageRow(
                label=label,
                value=people.count_of(known),
                total=known["of"] if known else 0,
                text=people.rung_words(known),
            )
        )
    return told


def interval_of(row: TrustRow) -> str:
    return _("%(low)s to %(high)s") % {
        "low": words.number(row.low, 1),
        "high": words.number(row.high, 1),
    }


def waves(chosen: Chosen) -> QuerySet[TrustRow]:
    """The newest first, each with the effect of its redesign's reading beside it."""
    reading = ReadingRow.objects.filter(redesign=OuterRef("wave__redesign"), is_final=True)
    return (
        trust.trust_rows(chosen)
        .select_related("wave__workflow", "unit")
        .annotate(
            effect=Subquery(reading.values("ratio")[:1]),
            effect_verdict=Subquery(reading.values("verdict")[:1]),
        )
        .order_by("-closed_date", "pk")
    )


def coverage_definition() -> str:
    return _(
        "Managers of workflows past Redesigned who finished the required trainings and held the"
        " talk with their team; people assigned to live workflows who were trained before go-live."
    )
