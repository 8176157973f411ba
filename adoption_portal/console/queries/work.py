"""Workflows and readings of the newest count, for what the filters chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from adoption_portal.console.choices import Pending
from adoption_portal.console.models import ReadingRow, WorkflowRow
from adoption_portal.console.queries.chosen import Chosen
from core import charts
from core.charts import words
from measurement.choices import ReadingVerdict
from measurement.indicators.pooling import Pooled, pooled
from workflows.choices import Stage

BARS = ("logged", "redesigned", "signed", "live", "measured", "changed", "sustained")
FOREST = 12


@dataclass(frozen=True, slots=True)
class Funnel:
    """Workflows that reached each bar; ``earlier`` the same at the beginning of the period."""

    counts: dict[str, int]
    earlier: dict[str, int]
    pending: dict[str, int]

    @property
    def total_pending(self) -> int:
        return sum(self.pending.values())


@dataclass(frozen=True, slots=True)
class Readings:
    """Final readings of the period by verdict; ``held``: (held, reached the day) by days."""

    verdicts: dict[str, int]
    effects: list[tuple[float, float]]
    changed: int
    unread: int
    held: dict[int, tuple[int, int]]

    @property
    def total(self) -> int:
        return sum(self.verdicts.values())

    @property
    def pooled(self) -> Pooled | None:
        return pooled(self.effects)


def funnel_of(chosen: Chosen) -> Funnel:
    """One query."""
    counts: dict[str, Any] = {bar: Count("pk", filter=_reached(bar)) for bar in BARS}
    if chosen.compares:
        counts |= {
            f"{bar}_earlier": Count("pk", filter=Q(**{f"{bar}_at__lt": chosen.since}))
            for bar in BARS
        }
    counts |= {kind: Count("pk", filter=Q(pending=kind)) for kind in Pending.values}
    found = WorkflowRow.objects.filter(chosen.rows()).aggregate(**counts)
    return Funnel(
        counts={bar: found[bar] for bar in BARS},
        earlier={bar: found[f"{bar}_earlier"] for bar in BARS} if chosen.compares else {},
        pending={kind: found[kind] for kind in Pending.values},
    )


def _reached(bar: str) -> Q:
    return Q(**{f"{bar}_at__isnull": False})


def funnel_chart(found: Funnel, readings: Readings) -> charts.Funnel:
    counts = found.counts
    held, due = readings.held[180]
    notes = {
        "logged": "",
        "redesigned": _("%(share)s of logged") % {"share": share(counts, "redesigned", "logged")},
        "signed": _("%(share)s of redesigned") % {"share": share(counts, "signed", "redesigned")},
        "live": _("%(share)s of signed off") % {"share": share(counts, "live", "signed")},
        "measured": _("%(share)s of live") % {"share": share(counts, "measured", "live")},
        "changed": _("%(share)s of measured") % {"share": share(counts, "changed", "measured")},
        "sustained": _("%(held)s of %(due)s due")
        % {"held": words.number(held), "due": words.number(due)},
    }
    return charts.Funnel(
        rows=tuple(
            charts.FunnelRow(bar_name(bar), counts[bar], notes[bar], found.earlier.get(bar))
            for bar in BARS
        ),
        title=_("From logged to sustained"),
    )


def bar_name(bar: str) -> str:
    names = {
        "logged": Stage.LOGGED.label,
        "redesigned": Stage.REDESIGNED.label,
        "signed": Stage.SIGNED_OFF.label,
        "live": Stage.LIVE.label,
        "measured": Stage.MEASURED.label,
        "changed": pgettext("stage", "Changed"),
        "sustained": Stage.SUSTAINED.label,
    }
    return str(names[bar])


def share(counts: dict[str, int], part: str, whole: str) -> str:
    return words.percent(100 * counts[part] / counts[whole]) if counts[whole] else words.NONE


def pending_words(found: Funnel) -> str:
    """25 live, not measured: 9 wait for their date, 14 lack evidence, 2 refused."""
    if not found.total_pending:
        return _("Every workflow that is live has its verdict.")
    waits, lacks, refused = (found.pending[kind] for kind in Pending.values)
    parts = (
        (waits, ngettext("%(n)s waits for its date", "%(n)s wait for their date", waits)),
        (lacks, ngettext("%(n)s lacks evidence", "%(n)s lack evidence", lacks)),
        (refused, ngettext("%(n)s refused", "%(n)s refused", refused)),
    )
    told = ", ".join(text % {"n": words.number(count)} for count, text in parts if count)
    return _("%(count)s live, not measured: %(parts)s.") % {
        "count": words.number(found.total_pending),
        "parts": told,
    }


def readings_of(chosen: Chosen) -> Readings:
    """One query over the readings that the filters leave; the arithmetic is done here."""
    rows = ReadingRow.objects.filter(chosen.rows()).values_list(
        "verdict",
        "is_final",
        "read_at",
        "log_ratio",
        "log_se",
        "is_changed",
        "held_90",
        "held_180",
    )
    verdicts = dict.fromkeys(ReadingVerdict.values, 0)
    effects, changed, unread = [], 0, 0
    held = {90: [0, 0], 180: [0, 0]}
    for verdict, final, read_at, ratio, error, is_changed, held_90, held_180 in rows:
        unread += not final
        for days, stands in ((90, held_90), (180, held_180)):
            if stands is not None:
                held[days][0] += stands
                held[days][1] += 1
        if not final or read_at is None or (chosen.since is not None and read_at < chosen.since):
            continue
        verdicts[verdict] += 1
        changed += is_changed
        if ratio is not None and error is not None:
            effects.append((ratio, error))
    return Readings(
        verdicts=verdicts,
        effects=effects,
        changed=changed,
        unread=unread,
        held={days: (one[0], one[1]) for days, one in held.items()},
    )


def final_readings(chosen: Chosen) -> QuerySet[ReadingRow]:
    return ReadingRow.objects.filter(
        chosen.rows(), chosen.in_period("read_at"), is_final=True
    ).select_related("redesign")


def newest_effects(chosen: Chosen) -> list[ReadingRow]:
    """The newest readings, whatever they say, the strongest effect first."""
    rows = list(final_readings(chosen).order_by("-read_at", "pk")[:FOREST])
    return sorted(rows, key=lambda row: (row.ratio is None, row.ratio or 0.0, row.name))


def effect_of(row: ReadingRow) -> charts.Effect:
    return charts.Effect(
        label=row.name,
        ratio=row.ratio,
        low=row.low,
        high=row.high,
        verdict=row.verdict,
        promised=row.promised,
        grade=row.grade,
    )


def forest_of(rows: Sequence[ReadingRow], found: Pooled | None) -> charts.ForestPlot:
    everything = None
    if found is not None:
        everything = charts.Effect(
            label=_("All measured (pooled)"),
            ratio=found.ratio,
            low=found.low,
            high=found.high,
            verdict="",
        )
    return charts.ForestPlot(
        rows=tuple(map(effect_of, rows)), pooled=everything, title=_("Did each redesign work?")
    )
