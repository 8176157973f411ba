"""Where a reading comes from: which cases, of which days, by which clock and definition."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from core.charts import words
from measurement.models import Reading
from measurement.statistics import Design
from measurement.statistics.periods import windows_of


def data_from(reading: Reading) -> str:
    """Since when the data are complete, and who said so; empty for readings without a limit."""
    seconds = reading.design["data_from"]
    if seconds is None:
        return ""
    told = words.moment(_moment(seconds))
    if reading.design.get("data_from_first_case"):
        return _("%(moment)s (taken from the first case: no “Complete from” was given)") % {
            "moment": told
        }
    return told


def windows(reading: Reading) -> list[tuple[str, str]]:
    """The two windows of starts as days, with how many cases began in them and how many ended."""
    stored = reading.design
    if "go_live" not in stored:
        return []
    spans = windows_of(
        Design(**stored["design"]),
        go_live=stored["go_live"],
        cutoff=stored["cutoff"],
        data_from=stored["data_from"],
    )
    return [
        (_("Before"), _window(reading, "before", spans.before_from, spans.before_to)),
        (_("After"), _window(reading, "after", spans.after_from, spans.after_to)),
    ]


def _window(reading: Reading, side: str, since: float, until: float) -> str:
    if until <= since:
        return _("not begun")
    return _(
        "starts from %(first)s to %(last)s: %(cases)s cases, %(finished)s of them finished"
    ) % {
        "first": words.moment(_moment(since)),
        "last": words.moment(_moment(until)),
        "cases": words.number(reading.result[f"n_{side}"]),
        "finished": words.number(reading.result[f"done_{side}"]),
    }


def definition(reading: Reading) -> str:
    """What is compared, in one sentence for who wants to know exactly."""
    told = _(
        "The change is the ratio of typical times: the mean of the logarithms of the times within "
        "which 10%, 15%, ... and up to 80% of the cases are finished, after against before. "
        "Open cases count as at least that long."
    )
    if reading.design["design"].get("early"):
        return f"{told} " + _("Its interval holds however often somebody looks.")
    return f"{told} " + _("Its 95% interval comes from leaving out one week after the other.")


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
