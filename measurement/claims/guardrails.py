"""The guardrails as lines of a table, and in sentences where one broke."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.charts import words
from measurement.models import Reading
from measurement.queries.readers import guardrails_told


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
    note: str


FEWEST_VALUES = 30  # per period, below which the method shows nothing (section 8)


def guardrails(reading: Reading) -> list[GuardLine]:
    """Values of fewer cases than the minimum group are left out, whatever is stored."""
    registered = {guard["name"]: guard for guard in reading.design["guards"]}
    return [
        _guard_line(measured, registered[measured["name"]], _why_not(measured, known))
        for measured, known in guardrails_told(reading)
    ]


def _why_not(measured: dict[str, Any], known: list[int] | None) -> str:
    """Why a guardrail is neither held nor broken; empty where it is one of both."""
    if measured["state"] != "not_shown":
        return ""
    if known is None:
        return _("Too few cases tell it, or its interval is too wide.")
    if min(known) < FEWEST_VALUES:
        return _(
            "%(before)s cases before and %(after)s after tell it; %(needed)s are needed each time."
        ) % {
            "before": words.number(known[0]),
            "after": words.number(known[1]),
            "needed": FEWEST_VALUES,
        }
    return _("The interval reaches beyond the margin: it may have held, or not.")


def broken(reading: Reading) -> list[dict[str, Any]]:
    return [guard for guard in reading.result["guardrails"] if guard["state"] == "broken"]


def worsened(reading: Reading) -> list[str]:
    """A sentence for each broken guardrail: by how much, and how much was allowed."""
    registered = {guard["name"]: guard for guard in reading.design["guards"]}
    told = []
    for measured in broken(reading):
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


def _guard_line(measured: dict[str, Any], registered: dict[str, Any], note: str) -> GuardLine:
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
        note=note,
    )
