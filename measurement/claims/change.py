"""The claim: one sentence, its interval, what it rests on, what else could explain it."""

import math

from django.utils.translation import gettext as _

from core.charts import words
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.claims.adjusted import SAME, against_last_year
from measurement.claims.figures import figure, length
from measurement.claims.grade import comparison_dropped, post_hoc
from measurement.claims.guardrails import broken
from measurement.models import Reading


def claim(reading: Reading) -> str:
    """The one sentence. Never a percentage that the verdict does not carry."""
    change = words.ratio_words(reading.ratio)
    medians = {
        "before": length(reading, "median_before"),
        "after": length(reading, "median_after"),
    }
    match reading.verdict:
        case ReadingVerdict.IMPROVED:
            if reading.negligible:
                return _("Cases now take slightly less time: the change is real, but within 5%.")
            return _("Cases now take %(change)s, from a median of %(before)s to %(after)s.") % {
                "change": change,
                **medians,
            }
        case ReadingVerdict.FASTER_BUT_WORSE:
            return _("Cases now take %(change)s, but this got worse: %(names)s.") % {
                "change": change,
                "names": ", ".join(guard["name"] for guard in broken(reading)),
            }
        case ReadingVerdict.WORSE:
            return _("Cases now take %(change)s, from a median of %(before)s to %(after)s.") % {
                "change": change,
                **medians,
            }
        case ReadingVerdict.NO_MEASURABLE_CHANGE:
            if reading.negligible:
                return _("Cases take as long as before, within 5%.")
            return _("Cases take about as long as before; the promised change is ruled out.")
        case ReadingVerdict.REFUSED:
            return _("These data cannot carry a verdict.")
    return _("It cannot be told yet whether cases take less time.")


def probable_range(reading: Reading) -> str:
    """The interval in words; without one, or where it does not count, that."""
    if reading.low is None or reading.high is None or reading.ratio is None:
        return _("There are too few cases for an interval.")
    if reading.verdict == ReadingVerdict.REFUSED:
        return _("Not counted: %(change)s (%(interval)s).") % {
            "change": words.percent_change(reading.ratio),
            "interval": words.interval_words(reading.low, reading.high),
        }
    low, high = (round((end - 1) * 100) for end in (reading.low, reading.high))
    if high <= 0:
        text, low, high = (
            _(
                "The true change is probably between %(low)s and %(high)s less time "
                "(95%% interval)."
            ),
            -high,
            -low,
        )
    elif low >= 0:
        text = _(
            "The true change is probably between %(low)s and %(high)s more time (95%% interval)."
        )
    else:
        text, low = (
            _(
                "The true change is probably between %(low)s less and %(high)s more time "
                "(95%% interval)."
            ),
            -low,
        )
    return text % {"low": words.percent(low), "high": words.percent(high)}


def basis(reading: Reading) -> str:
    """How many cases, and what was done to compare like with like."""
    result = reading.result
    told = [
        _("%(before)s cases before, %(after)s after.")
        % {"before": words.number(result["n_before"]), "after": words.number(result["n_after"])}
    ]
    if result["standardised"]:
        told.append(_("The mix of case types is held as it was before."))
    if result["compared"]:
        told.append(_("The comparison workflow's own change is taken out."))
    if against_last_year(reading):
        told.append(_("The season is taken out by the same weeks of last year."))
    if result["drift_used"]:
        told.append(_("A drift that was there before go-live is partly taken out."))
    if result["completed_only"]:
        told.append(_("The source delivers completed cases only."))
    return " ".join(told)


def caution(reading: Reading) -> str:
    """What else could explain the change."""
    result = reading.result
    if reading.kind == ReadingKind.EARLY:
        return _("Early reading: it may be looked at every night without fooling anybody.")
    if reading.post_hoc:
        return _("Post-hoc: %(why)s The grade is C at most.") % {"why": " ".join(post_hoc(reading))}
    dropped = comparison_dropped(reading)
    if dropped:
        return dropped
    kappa = figure(reading, "kappa")
    if kappa is not None and kappa > 1.5:
        return _(
            "This workflow moved by about ±%(share)s between quarters before anything was "
            "changed; the interval is widened accordingly."
        ) % {"share": words.percent(_spread(figure(reading, "placebo_rms")))}
    if not result["compared"]:
        return _("No comparison workflow: a slow drift could explain part of this.")
    return ""


def _spread(rms: float | None) -> float | None:
    return None if rms is None else 100 * math.expm1(rms)


def promised_and_measured(reading: Reading) -> list[tuple[str, str]]:
    """The two figures side by side, and what the raw data alone would have said."""
    promised = words.ratio_words(reading.design["design"]["target_ratio"])
    measured = words.ratio_words(reading.ratio) if reading.ratio else words.NONE
    if reading.verdict == ReadingVerdict.REFUSED:
        measured = words.NONE
    rows = [
        (_("Promised"), _("at least %(change)s") % {"change": promised}),
        (_("Measured"), measured),
    ]
    if reading.verdict == ReadingVerdict.REFUSED:
        return rows
    raw = figure(reading, "raw_ratio")
    if raw is not None and reading.ratio is not None and abs(raw - reading.ratio) > SAME:
        rows.append((_("Unadjusted"), words.ratio_words(raw)))
    detectable = figure(reading, "detectable_ratio")
    if detectable is not None:
        rows.append((_("Detectable at this volume"), words.ratio_words(detectable)))
    return rows
