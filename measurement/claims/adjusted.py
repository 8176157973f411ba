"""From what the raw data say to the effect that counts, step by step, and why they differ."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.charts import words
from measurement.claims.figures import figure
from measurement.models import Reading

SAME = 0.005  # ratios nearer than this are told as the same


@dataclass(frozen=True, slots=True)
class AdjustedStep:
    """``change`` in words; ``why`` says what was done to get here from the step before."""

    title: str
    change: str
    why: str


def against_last_year(reading: Reading) -> bool:
    return bool(reading.design.get("season"))


def adjusted(reading: Reading) -> list[AdjustedStep]:
    """Empty where no effect is told: too few cases, or none that could be computed."""
    raw, before_drift = figure(reading, "raw_ratio"), figure(reading, "unguarded_ratio")
    if reading.ratio is None or raw is None:
        return []
    whys = []
    alike, last = _alike(reading), _last(reading)
    if alike:
        # Where something follows, the effect of before it is told, too.
        ratio = before_drift if last else reading.ratio
        title = _("Like with like") if last else _("Adjusted")
        whys.append((title, ratio, " ".join(alike)))
    if last:
        whys.append((_("Adjusted"), reading.ratio, last))
    if not whys:
        whys.append((_("Adjusted"), reading.ratio, _("Nothing had to be adjusted.")))
    told = _("The cases as they were delivered: typical times after against before.")
    return [
        AdjustedStep(_("Raw"), words.ratio_words(raw), told),
        *(AdjustedStep(title, words.ratio_words(ratio), why) for title, ratio, why in whys),
    ]


def _alike(reading: Reading) -> list[str]:
    told = []
    if reading.result["standardised"]:
        told.append(_("Each type of case counts as often as before, so that a new mix is no gain."))
    if reading.result["compared"]:
        told.append(_("What changed in the comparison workflow, too, is taken out."))
    return told


def _last(reading: Reading) -> str:
    if against_last_year(reading):
        return _("The change between the same weeks of last year is taken out: it is the season.")
    if reading.result["drift_used"]:
        return _("Cases were getting quicker or slower before go-live; part of that is taken out.")
    return ""
