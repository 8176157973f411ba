"""The ten gates as a checklist: what each found, and what a failed one means."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.charts import words
from measurement.choices import ReadingKind
from measurement.claims.gate_texts import gate_text
from measurement.models import Reading

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


def gates(reading: Reading) -> list[GateLine]:
    """The checklist of all ten, with their numbers."""
    stored = reading.result["gates"]
    return [
        GateLine(
            name=name,
            title=_failed_title(name, stored[name]) if stored[name]["passed"] is False else title,
            passed=stored[name]["passed"],
            text=gate_text(name, stored[name], reading.result),
            consequence=_consequence(name, early=reading.kind == ReadingKind.EARLY),
        )
        for name, title in GATE_TITLES.items()
        if name in stored
    ]


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
