"""Why this verdict and no better one."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from measurement.choices import ReadingVerdict
from measurement.claims.gates import INSUFFICIENT, REFUSING, gates
from measurement.claims.guardrails import worsened
from measurement.models import Reading


def reason(reading: Reading) -> str:
    """Why this verdict and no better one."""
    failing = {line.name: line for line in gates(reading) if line.passed is False}
    for name in (*REFUSING, *INSUFFICIENT):
        if name in failing and reading.verdict in {
            ReadingVerdict.REFUSED,
            ReadingVerdict.INSUFFICIENT_EVIDENCE,
        }:
            return f"{failing[name].title}: {failing[name].text}"
    promised = words.ratio_words(reading.design["design"]["target_ratio"])
    match reading.verdict:
        case ReadingVerdict.INSUFFICIENT_EVIDENCE:
            if reading.ratio is None:
                return _("There are too few finished cases or weeks to compute a change.")
            if "G7" in failing:
                return f"{failing['G7'].title}: {failing['G7'].text}"
            return _("The promise (%(promised)s) and no change at all both fit the data.") % {
                "promised": promised
            } + _more_weeks(reading)
        case ReadingVerdict.NO_MEASURABLE_CHANGE:
            return _("What remains possible: from %(low)s to %(high)s.") % {
                "low": words.percent_change(reading.low),
                "high": words.percent_change(reading.high),
            }
        case ReadingVerdict.FASTER_BUT_WORSE:
            return " ".join(worsened(reading))
    return target(reading)


def target(reading: Reading) -> str:
    match reading.result.get("target"):
        case "proven":
            return _("The promise is met even at the cautious end of the interval.")
        case "met":
            return _("The promise is met by the best estimate, not yet by the whole interval.")
        case "below":
            return _("Less than promised.")
    return ""


def _more_weeks(reading: Reading) -> str:
    weeks = reading.result.get("more_weeks")
    if not weeks:
        return ""
    return " " + ngettext(
        "At the present volume about %(count)s more week would tell them apart.",
        "At the present volume about %(count)s more weeks would tell them apart.",
        weeks,
    ) % {"count": words.number(weeks)}
