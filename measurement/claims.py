"""A stored reading in words: the claim, why, the gates, what remains possible.

Everything is built from figures at the moment it is shown, so that it speaks the reader's language.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import words
from measurement.choices import ReadingKind, ReadingVerdict
from measurement.models import Reading
from measurement.statistics import FINISHED_AFTER, FINISHED_BEFORE
from workflows.choices import RedesignState
from workflows.models import GoLive, Redesign

Text = str | Promise

GATE_TITLES: dict[str, Text] = {
    "G1": gettext_lazy("Enough finished cases"),
    "G2": gettext_lazy("Enough weeks"),
    "G3": gettext_lazy("Enough cases have come to an end"),
    "G4": gettext_lazy("Cases were followed long enough"),
    "G5": gettext_lazy("Clocks make sense"),
    "G6": gettext_lazy("As many cases are cancelled as before"),
    "G7": gettext_lazy("Completions are stamped as before"),
    "G8": gettext_lazy("Volume is comparable"),
    "G9": gettext_lazy("No case is delivered twice"),
    "G10": gettext_lazy("Not picked for a bad spell"),
}
FAILED_TITLES: dict[str, Text] = {
    "G1": gettext_lazy("Too few finished cases"),
    "G2": gettext_lazy("Too few weeks"),
    "G3": gettext_lazy("Too few cases have come to an end"),
    "G4": gettext_lazy("Cases were not followed long enough"),
    "G5": gettext_lazy("Some clocks make no sense"),
    "G6": gettext_lazy("The share of cancelled cases has changed"),
    "G7": gettext_lazy("Completions are stamped in another way than before"),
    "G8": gettext_lazy("%(ratio)s times as many cases a week as before"),
    "G9": gettext_lazy("Cases are delivered twice"),
    "G10": gettext_lazy("Picked for a bad spell"),
}
REFUSING = ("G5", "G8", "G9")
INSUFFICIENT = ("G1", "G2", "G3", "G4")


@dataclass(frozen=True, slots=True)
class GateLine:
    """One row of the checklist; ``passed`` None = cannot be judged from these data."""

    name: str
    title: Text
    passed: bool | None
    text: str
    consequence: str


@dataclass(frozen=True, slots=True)
class GuardLine:
    name: str
    before: str
    after: str
    difference: str
    margin: str
    state: str
    tone: str
    word: str


def figure(reading: Reading, name: str) -> float | None:
    value = reading.result.get(name)
    return None if value is None else float(value)


def length(reading: Reading, name: str) -> str:
    """A time of the result in words; on a work calendar in working hours, never in days of 24."""
    return words.length(figure(reading, name), working=reading.calendar_version_id is not None)


def stopped(redesign: Redesign, go_live: GoLive) -> str:
    """What a stop means for the readings; empty while work is done this way."""
    since = redesign.stopped_at
    if since is None:
        return ""
    if redesign.state == RedesignState.SUSPENDED:
        return _("Suspended since %(day)s. Nothing is read until it is resumed.") % {
            "day": words.day(since)
        }
    if since < go_live.reading_at:
        return _("Not in use since %(day)s, before its date of %(due)s. It is not read.") % {
            "day": words.day(since),
            "due": words.day(go_live.reading_at),
        }
    return _("Not in use since %(day)s. Nothing dated later is read.") % {"day": words.day(since)}


def pauses(spans: list[tuple[datetime, datetime]]) -> list[str]:
    """Suspensions that are over: their days are not left out."""
    return [
        _("Suspended from %(start)s to %(end)s. These days count in the reading.")
        % {"start": words.day(start), "end": words.day(end)}
        for start, end in spans
    ]


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
                "names": ", ".join(guard["name"] for guard in _broken(reading)),
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


def data_from(reading: Reading) -> str:
    """Since when the data are complete, and who said so; empty for readings without a limit."""
    seconds = reading.design["data_from"]
    if seconds is None:
        return ""
    told = words.moment(datetime.fromtimestamp(seconds, tz=UTC))
    if reading.design.get("data_from_first_case"):
        return _("%(moment)s (taken from the first case: no “Complete from” was given)") % {
            "moment": told
        }
    return told


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


def comparison_dropped(reading: Reading) -> str:
    seconds = reading.design.get("comparison_dropped_for")
    if seconds is None:
        return ""
    return _(
        "The comparison workflow was redesigned itself on %(day)s, so it is not used and the grade "
        "is C."
    ) % {"day": words.day(datetime.fromtimestamp(seconds, tz=UTC))}


STORED: dict[str, Text] = {
    "result": gettext_lazy("the figures"),
    "design": gettext_lazy("the call"),
    "input": gettext_lazy("the data"),
    "verdict": gettext_lazy("the verdict"),
    "grade": gettext_lazy("the grade"),
    "ratio": gettext_lazy("the change"),
    "low": gettext_lazy("the lower end"),
    "high": gettext_lazy("the upper end"),
    "p": gettext_lazy("the p-value"),
    "negligible": gettext_lazy("whether it is within 5%"),
}


def differing(names: list[str]) -> list[Text]:
    """What a recomputation found stored otherwise, in words."""
    return [STORED[name] for name in names]


CHANGED: dict[str, Text] = {
    "data_from": gettext_lazy("“Complete from” was changed after it was registered."),
    "completed_only": gettext_lazy(
        "“Delivers completed cases only” was changed after it was registered."
    ),
    "horizon_days": gettext_lazy("The horizon was changed after it was registered."),
    "picked_because_slow": gettext_lazy("“Picked because it was slow” was changed after go-live."),
    "comparison_data_from": gettext_lazy(
        "“Complete from” of the comparison workflow was changed after it was registered."
    ),
}


def post_hoc(reading: Reading) -> list[str]:
    """What was not fixed beforehand; empty when everything was."""
    if not reading.post_hoc:
        return []
    changed = [str(CHANGED[name]) for name in reading.design.get("changed_since_go_live", ())]
    if not changed or reading.go_live.post_hoc:
        changed.insert(0, _("The go-live was entered afterwards."))
    return changed


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
            return " ".join(_worsened(reading))
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


def why_not_better(reading: Reading) -> list[str]:
    """What keeps the grade from A, in the reader's words (measurement-method.md section 8)."""
    result = reading.result
    if reading.grade == "A":
        return []
    told = []
    dropped = comparison_dropped(reading)
    if dropped:
        told.append(dropped)
    elif not result["compared"]:
        told.append(_("There is no comparison workflow."))
    if reading.grade == "C":
        told += [
            _("A check failed: %(title)s.") % {"title": line.title}
            for line in gates(reading)
            if line.passed is False
        ]
        told += post_hoc(reading)
        weeks = int(result["weeks_before"])
        if weeks < 26:
            told.append(
                ngettext(
                    "Only %(count)s week before go-live counts; 26 are needed.",
                    "Only %(count)s weeks before go-live count; 26 are needed.",
                    weeks,
                )
                % {"count": weeks}
            )
        if not result["compared"]:
            told += _guards_told(reading)
        if result["completed_only"]:
            told.append(_("The source delivers completed cases only."))
    return told


def gates(reading: Reading) -> list[GateLine]:
    """The checklist of all ten, with their numbers."""
    stored = reading.result["gates"]
    return [
        GateLine(
            name=name,
            title=_failed_title(name, stored[name]) if stored[name]["passed"] is False else title,
            passed=stored[name]["passed"],
            text=_gate_text(name, stored[name], reading.result),
            consequence=_consequence(name, early=reading.kind == ReadingKind.EARLY),
        )
        for name, title in GATE_TITLES.items()
        if name in stored
    ]


def guardrails(reading: Reading) -> list[GuardLine]:
    registered = {guard["name"]: guard for guard in reading.design["guards"]}
    return [_guard_line(guard, registered[guard["name"]]) for guard in reading.result["guardrails"]]


def _broken(reading: Reading) -> list[dict[str, Any]]:
    return [guard for guard in reading.result["guardrails"] if guard["state"] == "broken"]


def _worsened(reading: Reading) -> list[str]:
    """A sentence for each broken guardrail: by how much, and how much was allowed."""
    registered = {guard["name"]: guard for guard in reading.design["guards"]}
    told = []
    for measured in _broken(reading):
        guard = registered[measured["name"]]
        is_share = guard["kind"] == "share"
        scale, places = (100, 1) if is_share else (1, 2)
        change = scale * (measured["after"] - measured["before"])
        if is_share and change < 0:
            text = _("%(name)s fell by %(change)s points; %(margin)s were allowed.")
        elif is_share:
            text = _("%(name)s rose by %(change)s points; %(margin)s were allowed.")
        elif change < 0:
            text = _("%(name)s fell by %(change)s; %(margin)s was allowed.")
        else:
            text = _("%(name)s rose by %(change)s; %(margin)s was allowed.")
        told.append(
            text
            % {
                "name": measured["name"],
                "change": words.number(abs(change), places),
                "margin": words.number(scale * guard["margin"], places),
            }
        )
    return told


def _guard_line(measured: dict[str, Any], registered: dict[str, Any]) -> GuardLine:
    is_share = registered["kind"] == "share"
    scale, places = (100, 1) if is_share else (1, 2)

    def shown(value: float | None) -> str:
        if value is None:
            return words.NONE
        return words.percent(value * scale, places) if is_share else words.number(value, places)

    def signed(value: float | None) -> str:
        if value is None:
            return words.NONE
        text = words.number(value * scale, places)
        return text if value < 0 else f"+{text}"

    difference = (
        words.NONE
        if measured["before"] is None or measured["after"] is None
        else signed(measured["after"] - measured["before"])
    )
    if measured["low"] is not None:
        difference = _("%(difference)s (%(low)s to %(high)s)") % {
            "difference": difference,
            "low": signed(measured["low"]),
            "high": signed(measured["high"]),
        }
    margin = words.number(registered["margin"] * scale, places)
    unit = _("%(number)s points") % {"number": margin} if is_share else margin
    tone, word = {
        "held": ("good", _("Within margin")),
        "broken": ("bad", _("Outside the margin")),
        "not_shown": ("", _("Not shown")),
    }[measured["state"]]
    return GuardLine(
        name=measured["name"],
        before=shown(measured["before"]),
        after=shown(measured["after"]),
        difference=difference,
        margin=_("not above +%(margin)s") % {"margin": unit}
        if registered["worse"] == "higher"
        else _("not below −%(margin)s") % {"margin": unit},
        state=measured["state"],
        tone=tone,
        word=word,
    )


def _gate_text(name: str, gate: dict[str, Any], result: dict[str, Any]) -> str:
    value = gate["value"]
    if gate["passed"] is None or value is None:
        return _("Cannot be judged from these data.")
    share = words.percent(100 * value, 1)
    match name:
        case "G1":
            return _(
                "%(before)s finished before go-live (%(needed_before)s needed), "
                "%(after)s after (%(needed_after)s needed)."
            ) % {
                "before": words.number(result["done_before"]),
                "needed_before": FINISHED_BEFORE,
                "after": words.number(result["done_after"]),
                "needed_after": FINISHED_AFTER,
            }
        case "G2":
            return _("%(before)s weeks before (12 needed), %(after)s after (6 needed).") % {
                "before": words.number(result["weeks_before"]),
                "after": words.number(result["weeks_after"]),
            }
        case "G3":
            return _("%(share)s of the cases have come to an end in the window; 60%% needed.") % {
                "share": share
            }
        case "G4":
            return _(
                "%(share)s of the cases after go-live were followed for at least the median time "
                "of before; 75%% needed."
            ) % {"share": share}
        case "G5":
            return _(
                "%(share)s of the cases end before they start or lack a start; at most 2%%."
            ) % {"share": share}
        case "G6":
            return _("The share of cancelled cases changed by %(points)s points; at most 5.") % {
                "points": words.number(100 * value, 1)
            }
        case "G7":
            return _(
                "The share of cases completed in the same minute as another changed by "
                "%(points)s points; at most 5."
            ) % {"points": words.number(100 * value, 1)}
        case "G8":
            return _(
                "%(ratio)s times as many cases start a week as before; 0.5 to 2 is comparable. "
                "Else it looks like a truncated export or a roll-out to other units."
            ) % {"ratio": words.number(value, 2)}
        case "G9":
            return _("%(share)s of the delivered rows repeat a case; at most 1%%.") % {
                "share": share
            }
    return _("%(weeks)s weeks before go-live; 52 or a comparison as slow are needed.") % {
        "weeks": words.number(value)
    }


def _failed_title(name: str, gate: dict[str, Any]) -> str:
    return str(FAILED_TITLES[name]) % {"ratio": words.number(gate["value"], 1)}


def _consequence(name: str, *, early: bool) -> str:
    """What a failed check means; a final reading never changes, an early one can be outdone."""
    if name in REFUSING:
        if early:
            return _("No verdict until it is put right.")
        return _(
            "This reading stays without a verdict. Put the data right for the later readings; a "
            "verdict of its own needs a new redesign."
        )
    if name in INSUFFICIENT:
        if early:
            return _("Insufficient evidence until it holds.")
        return _("So this reading stays insufficient evidence; later ones see more data.")
    if name == "G7":
        return _("Grade C, and never called improved.")
    return _("Grade C.")


def _guards_told(reading: Reading) -> list[str]:
    registered = reading.design["design"]
    kappa = figure(reading, "kappa")
    told = []
    if not registered["placebo"]:
        told.append(_("The look for jumps between earlier quarters was switched off."))
    elif kappa is None:
        told.append(_("The quarters before go-live could not be compared with each other."))
    elif kappa > 1.5:
        told.append(_("The workflow moved a lot by itself before go-live."))
    if reading.result["drift_used"]:
        told.append(_("There was a drift before go-live."))
    elif not registered["drift_key"]:
        told.append(_("The look for a trend before go-live was switched off."))
    elif reading.result["drift"] is None:
        told.append(_("A trend before go-live could not be judged."))
    return told


def _more_weeks(reading: Reading) -> str:
    weeks = reading.result.get("more_weeks")
    if not weeks:
        return ""
    return " " + ngettext(
        "At the present volume about %(count)s more week would tell them apart.",
        "At the present volume about %(count)s more weeks would tell them apart.",
        weeks,
    ) % {"count": words.number(weeks)}


def _spread(rms: float | None) -> float | None:
    import math

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
    if raw is not None and reading.ratio is not None and abs(raw - reading.ratio) > 0.005:
        rows.append((_("Unadjusted"), words.ratio_words(raw)))
    detectable = figure(reading, "detectable_ratio")
    if detectable is not None:
        rows.append((_("Detectable at this volume"), words.ratio_words(detectable)))
    return rows
