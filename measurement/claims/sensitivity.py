"""Would another choice have told another story? The stored lines in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import charts
from core.charts.scale import known
from measurement.choices import ReadingKind
from measurement.claims.adjusted import against_last_year
from measurement.models import Reading

LINES: dict[str, str | Promise] = {
    "wall_clock": gettext_lazy("By the clock on the wall, nights included"),
    "not_standardised": gettext_lazy("With the mix of cases as it came"),
    "no_guards": gettext_lazy("Without looking at earlier drifts and jumps"),
    "no_comparison": gettext_lazy("Without the comparison workflow"),
    "last_year": gettext_lazy("Against the same weeks of last year"),
    "this_year": gettext_lazy("This year alone, season included"),
}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """``plot`` None: there is no other way to read these data, and ``sentence`` says why."""

    plot: charts.RangePlot | None
    sentence: str


def sensitivity(reading: Reading, *, season: bool) -> Sensitivity:
    """``season``: a yearly season was registered."""
    stored = (reading.chart or {}).get("sensitivity")
    if reading.ratio is None:
        return Sensitivity(None, _("There is no change to read in another way."))
    if reading.kind == ReadingKind.EARLY:
        return Sensitivity(
            None, _("Other ways to read the change are worked out with the reading at its date.")
        )
    if stored is None:
        return Sensitivity(None, _("This reading was taken before other ways were kept."))
    others = tuple(
        charts.Effect(str(LINES[line["name"]]), line["ratio"], line["low"], line["high"], "")
        for line in stored
        if line["name"] in LINES
    )
    if not others:
        return Sensitivity(None, _("These data allow no other way to read the change."))
    counted = charts.Effect(
        _("As registered"), reading.ratio, reading.low, reading.high, reading.verdict
    )
    return Sensitivity(charts.RangePlot(counted, others), _sentence(reading, stored, season=season))


def _sentence(reading: Reading, stored: list[dict[str, float]], *, season: bool) -> str:
    """Whether they agree on more or less time, the one thing a reader asks first."""
    lows, highs = known(line["low"] for line in stored), known(line["high"] for line in stored)
    lows, highs = [*lows, *known([reading.low])], [*highs, *known([reading.high])]
    if max(highs) < 1:
        told = _("Every way to read it shows less time.")
    elif min(lows) > 1:
        told = _("Every way to read it shows more time.")
    elif min(highs) < 1 < max(lows):
        told = _("The ways to read it contradict each other: be careful with this result.")
    elif min(highs) < 1 or max(lows) > 1:
        told = _("Not every way to read it shows a change.")
    else:
        told = _("No way to read it shows a change.")
    if season and not against_last_year(reading) and not reading.result["compared"]:
        told += " " + _(
            "A yearly season was registered, but the data do not reach back two years before "
            "go-live, so it could not be taken out."
        )
    return told
