"""What each gate found, with its numbers; where it failed, also what somebody can do about it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from measurement.statistics import FINISHED_AFTER, FINISHED_BEFORE

WEEKS_BEFORE, WEEKS_AFTER = 12, 6
ELSEWHERE = "In the comparison workflow:"
# The day is stored only in the sentence of the statistics, whose form a test holds.
NEXT_DATE = re.compile(r"come back after (\d{1,2} [A-Z][a-z]+ \d{4})")

Stored = Mapping[str, Any]


def gate_text(name: str, gate: Stored, result: Stored) -> str:
    """The numbers of ``result`` are the workflow's own; a failure of the comparison is said so."""
    if gate["passed"] is None or gate["value"] is None:
        return _("Cannot be judged from these data.")
    failed = gate["passed"] is False
    stored = str(gate.get("text") or "")
    elsewhere = failed and stored.startswith(ELSEWHERE)
    if elsewhere and name in OF_COUNTS:
        told = _("It has %(share)s of what is needed.") % {"share": _share(min(gate["value"], 1))}
    else:
        told = TEXTS[name](gate, result)
    sentences = [_("In the comparison workflow:")] if elsewhere else []
    sentences.append(told)
    if failed:
        sentences += filter(
            None, [_counts(name, result) if not elsewhere else "", _act(name, stored)]
        )
    return " ".join(sentences)


OF_COUNTS = ("G1", "G2")


def _share(value: float) -> str:
    return words.percent(100 * value, 1)


def _points(gate: Stored) -> str:
    return words.number(100 * gate["value"], 1)


def _events(_gate: Stored, result: Stored) -> str:
    return _(
        "%(before)s finished before go-live (%(needed_before)s needed), "
        "%(after)s after (%(needed_after)s needed)."
    ) % {
        "before": words.number(result["done_before"]),
        "needed_before": FINISHED_BEFORE,
        "after": words.number(result["done_after"]),
        "needed_after": FINISHED_AFTER,
    }


def _weeks(_gate: Stored, result: Stored) -> str:
    return _("%(before)s weeks before (12 needed), %(after)s after (6 needed).") % {
        "before": words.number(result["weeks_before"]),
        "after": words.number(result["weeks_after"]),
    }


def _reach(gate: Stored, _result: Stored) -> str:
    return _("%(share)s of the cases have come to an end in the window; 60%% needed.") % {
        "share": _share(gate["value"])
    }


def _follow_up(gate: Stored, _result: Stored) -> str:
    return _(
        "%(share)s of the cases after go-live were followed for at least the median time "
        "of before; 75%% needed."
    ) % {"share": _share(gate["value"])}


def _clocks(gate: Stored, _result: Stored) -> str:
    return _("%(share)s of the cases end before they start or lack a start; at most 2%%.") % {
        "share": _share(gate["value"])
    }


def _cancelled(gate: Stored, _result: Stored) -> str:
    return _("The share of cancelled cases changed by %(points)s points; at most 5.") % {
        "points": _points(gate)
    }


def _stamps(gate: Stored, _result: Stored) -> str:
    return _(
        "The share of cases completed in the same minute as another changed by "
        "%(points)s points; at most 5."
    ) % {"points": _points(gate)}


def _volume(gate: Stored, _result: Stored) -> str:
    return _(
        "%(ratio)s times as many cases start a week as before; 0.5 to 2 is comparable. "
        "Else it looks like a truncated export or a roll-out to other units."
    ) % {"ratio": words.number(gate["value"], 2)}


def _duplicates(gate: Stored, _result: Stored) -> str:
    return _("%(share)s of the delivered rows repeat a case; at most 1%%.") % {
        "share": _share(gate["value"])
    }


def _selection(gate: Stored, _result: Stored) -> str:
    return _("%(weeks)s weeks before go-live; 52 or a comparison as slow are needed.") % {
        "weeks": words.number(gate["value"])
    }


TEXTS: dict[str, Callable[[Stored, Stored], str]] = {
    "G1": _events,
    "G2": _weeks,
    "G3": _reach,
    "G4": _follow_up,
    "G5": _clocks,
    "G6": _cancelled,
    "G7": _stamps,
    "G8": _volume,
    "G9": _duplicates,
    "G10": _selection,
}


def _counts(name: str, result: Stored) -> str:
    """How many cases stand behind a share, where that tells somebody how far it is."""
    if name not in {"G1", "G3", "G4"}:
        return ""
    waiting = result["n_after"] - result["done_after"]
    if waiting <= 0:
        return ""
    return ngettext(
        "%(open)s of %(all)s case after go-live is still open.",
        "%(open)s of %(all)s cases after go-live are still open.",
        result["n_after"],
    ) % {"open": words.number(waiting), "all": words.number(result["n_after"])}


def _act(name: str, stored: str) -> str:
    """What can be done about a failed gate."""
    if name == "G4" and (found := NEXT_DATE.search(stored)):
        day = datetime.strptime(found[1], "%d %B %Y").date()  # noqa: DTZ007 - a day of the text
        return _("Enough of them will have been followed after %(day)s.") % {"day": words.day(day)}
    if name == "G4" and "extend the work calendar" in stored:
        return _("The work calendar ends before: publish a version that reaches further.")
    acts = {
        "G1": _("Bring an older export for more before go-live; wait for more after it."),
        "G2": _("Bring an older export for more before go-live; wait for more after it."),
        "G3": _("Wait until more of them are finished."),
        "G4": _("Wait until more of them are finished."),
        "G5": _("Have the times put right in the source, and deliver them again."),
        "G6": _("Find out what is cancelled now, and why."),
        "G7": _("Find out who closes cases now, and how: in one go, or one by one."),
        "G8": _("Ask the source for all cases of the same units, before and after."),
        "G9": _("Have each case delivered once, with its newest state."),
        "G10": _("Name a comparison workflow that was as slow, or bring an older export."),
    }
    return acts[name]
