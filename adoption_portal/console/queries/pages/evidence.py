"""Did each redesign work? Every reading with the same room, and what is missing among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from adoption_portal.console.models import ReadingRow
from adoption_portal.console.queries import work
from adoption_portal.console.queries.chosen import Chosen
from adoption_portal.console.queries.pages.overview import effects_definition
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from core import charts
from core.charts import words
from core.charts.marks import word
from core.charts.table import Table
from measurement.choices import ReadingVerdict
from measurement.indicators import expected_by_chance, wilson

NOT_READ = "none"
MOST_POINTS = 50
FEWEST, MOST = 2, 4
ORDERS = {
    "": (F("ratio").asc(nulls_last=True), "name", "pk"),
    "precision": (F("log_se").asc(nulls_last=True), "name", "pk"),
    "age": (F("read_at").desc(nulls_last=True), "name", "pk"),
}


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """``rows`` are those of the page shown; the pooled effect and the funnel are of all."""

    claim: str
    rate: str
    readings: work.Readings
    forest: charts.ForestPlot
    precision: charts.PrecisionPlot
    precision_words: str
    held: list[tuple[int, int, int]]

    def sheets(self) -> tuple[Sheet, ...]:
        verdicts = Table(
            caption=_("Verdicts of the period"),
            headers=(_("Verdict"), _("Readings")),
            rows=tuple(
                (word(code), words.number(count)) for code, count in self.readings.verdicts.items()
            ),
        )
        return those_there(
            sheet("effects", _("Did each redesign work?"), effects_definition(), self.forest),
            sheet("verdicts", _("Verdicts of the period"), effects_definition(), verdicts),
            sheet("precision", charts_title(), self.precision_words, self.precision),
        )


def charts_title() -> str:
    return _("Effect against precision")


def evidence_rows(chosen: Chosen, *, order: str, verdict: str) -> QuerySet[ReadingRow]:
    """Final readings of the period, or, for "none", what runs without one."""
    if verdict == NOT_READ:
        rows = ReadingRow.objects.filter(chosen.rows(), is_final=False).select_related("redesign")
    else:
        rows = work.final_readings(chosen)
        if verdict in ReadingVerdict.values:
            rows = rows.filter(verdict=verdict)
    return rows.order_by(*ORDERS.get(order, ORDERS[""]))


def evidence_page(
    chosen: Chosen, shown: Sequence[ReadingRow], readings: work.Readings
) -> EvidencePage:
    """One query more than its readings: the points of the funnel plot."""
    points = list(
        ReadingRow.objects.filter(chosen.rows(), chosen.in_period("read_at"), log_se__isnull=False)
        .order_by("-read_at", "pk")
        .values_list("name", "ratio", "log_se", "verdict")[:MOST_POINTS]
    )
    found = readings.pooled
    return EvidencePage(
        claim=claim_of(readings),
        rate=rate_of(readings),
        readings=readings,
        forest=work.forest_of(shown, found),
        precision=charts.PrecisionPlot(
            points=tuple(charts.PrecisionPoint(*point) for point in points),
            pooled=found.ratio if found else None,
            title=charts_title(),
        ),
        precision_words=precision_words(len(points), len(readings.effects)),
        held=[(days, *readings.held[days]) for days in (90, 180)],
    )


def claim_of(readings: work.Readings) -> str:
    if not readings.total:
        return _("No redesign has reached its reading in this period.")
    told = _(
        "%(improved)s of %(total)s readings say improved; %(changed)s of them hold at 5%% false"
        " discovery."
    ) % {
        "improved": words.number(readings.verdicts[ReadingVerdict.IMPROVED]),
        "total": words.number(readings.total),
        "changed": words.number(readings.changed),
    }
    found = readings.pooled
    if found is not None:
        told += " " + _("Over all of them work takes %(change)s (95%% interval %(interval)s).") % {
            "change": words.ratio_words(found.ratio),
            "interval": words.interval_words(found.low, found.high),
        }
    return told


def rate_of(readings: work.Readings) -> str:
    """The share that holds with Wilson's interval, and how much of it is luck; empty for none."""
    if not readings.changed:
        return ""
    low, high = wilson(readings.changed, readings.total)
    return _(
        "Of redesigns like these %(low)s to %(high)s change the work (95%% interval of %(changed)s"
        " of %(total)s). At 5%% false discovery about %(chance)s of them may be chance."
    ) % {
        "changed": words.number(readings.changed),
        "total": words.number(readings.total),
        "low": words.percent(100 * low),
        "high": words.percent(100 * high),
        "chance": words.number(expected_by_chance(readings.changed)),
    }


def precision_words(shown: int, total: int) -> str:
    told = _(
        "If only successes were read, the points would lean to one side of the dashed lines, the"
        " more so the lower they stand."
    )
    if shown < total:
        told += " " + _("The newest %(shown)s of %(total)s readings are drawn.") % {
            "shown": words.number(shown),
            "total": words.number(total),
        }
    return told


def orders(order: str, given: QueryDict) -> list[tuple[str, str, bool]]:
    """The three orders as links that keep the filters."""
    names = (("", _("By effect")), ("precision", _("By precision")), ("age", _("Newest first")))
    current = order if order in ORDERS else ""
    return [(name, changed(given, "sort", key), key == current) for key, name in names]


def verdict_links(
    readings: work.Readings, verdict: str, given: QueryDict
) -> list[tuple[str, str, str, int, bool]]:
    """(code, word, address, how many, whether it is on), and last what runs without a reading."""
    told = [
        (code, word(code), changed(given, "verdict", "" if on else code), count, on)
        for code, count in readings.verdicts.items()
        for on in [verdict == code]
        if count or on
    ]
    if readings.unread:
        on = verdict == NOT_READ
        told.append(
            ("", _("No final reading yet"), changed(given, "verdict", "" if on else NOT_READ),
             readings.unread, on)
        )  # fmt: skip
    return told


def changed(given: QueryDict, key: str, value: str) -> str:
    kept = given.copy()
    kept.pop("page", None)
    kept.pop(key, None)
    if value:
        kept[key] = value
    return f"?{kept.urlencode()}"


def compared(keys: Sequence[str]) -> list[ReadingRow]:
    """The first four known ones of the address, in its order; fewer than two are nothing."""
    wanted = []
    for key in keys[: 2 * MOST]:
        try:
            wanted.append(UUID(key))
        except ValueError:
            continue
    found = {
        row.redesign.public_id: row
        for row in ReadingRow.objects.filter(
            redesign__public_id__in=wanted, reading__isnull=False
        ).select_related("redesign", "unit", "tool", "site")
    }
    rows = [found[key] for key in dict.fromkeys(wanted) if key in found][:MOST]
    return rows if len(rows) >= FEWEST else []
