"""Figures of people in words and bars. What is hidden is None here, and said as hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption_portal.console.models import ScopeFigures, Snapshot
from core import charts
from core.charts import words
from core.charts.table import Table

MOST_UNITS, MOST_SITES = 10, 7
MOST_NAMED = 3
Rung = dict[str, Any] | None
LOOKS = {"access": "1", "active": "2", "habitual": "3", "in_changed_work": "4"}


@dataclass(frozen=True, slots=True)
class LadderRow:
    """``value`` of ``total`` draws the bar; ``text`` says it, empty where it is hidden."""

    label: str
    note: str
    value: int | None
    total: int
    text: str
    look: str
    earlier: str = ""

    @property
    def is_hidden(self) -> bool:
        return not self.text


def ladder_of(now: ScopeFigures | None, earlier: ScopeFigures | None = None) -> list[LadderRow]:
    """Four rungs, all of them drawn against the people of the group."""
    if now is None:
        return []
    return [
        LadderRow(
            label=label,
            note=note,
            value=count_of(now.ladder.get(rung)),
            total=now.people or (now.ladder.get("access") or {}).get("of") or 0,
            text=rung_words(now.ladder.get(rung)),
            look=LOOKS[rung],
            earlier=rung_words(earlier.ladder.get(rung)) if earlier is not None else "",
        )
        for rung, label, note in _rungs()
    ]


def _rungs() -> tuple[tuple[str, str, str], ...]:
    return (
        ("access", _("Have access"), _("licensed or enabled")),
        ("active", _("Active"), _("any use in 28 days")),
        ("habitual", _("Habitual"), _("in 3 of 4 worked weeks")),
        ("in_changed_work", _("In changed work"), _("their workflow has evidence")),
    )


def ladder_table(rows: list[LadderRow]) -> Table:
    return Table(
        caption=_("Access is not adoption"),
        headers=(_("Step"), _("People"), _("Meaning"), _("Before")),
        rows=tuple(
            (row.label, row.text or _("hidden"), row.note, row.earlier or words.NONE)
            for row in rows
        ),
    )


def count_of(rung: dict[str, Any] | None) -> int | None:
    return None if rung is None else rung["count"]


def percent_of(rung: dict[str, Any] | None) -> float | None:
    if rung is None or rung["count"] is None or not rung["of"]:
        return None
    return float(100 * rung["count"] / rung["of"])


def rung_words(rung: dict[str, Any] | None) -> str:
    """7,240 of 12,480; nearly all of 12; empty where it is hidden."""
    if rung is None:
        return ""
    if rung["count"] is None:
        nearly = {
            "nearly_all": _("nearly all of %(of)s"),
            "nearly_none": _("hardly any of %(of)s"),
        }
        return nearly[rung["word"]] % {"of": words.number(rung["of"])}
    return _("%(count)s of %(of)s") % {
        "count": words.number(rung["count"]),
        "of": words.number(rung["of"]),
    }


def is_few(rung: Rung) -> bool:
    """Fewer than half; never of a group that is hidden."""
    if rung is None:
        return False
    if rung["count"] is None:
        return bool(rung["word"] == "nearly_none")
    return bool(2 * rung["count"] < rung["of"])


def answer_of(now: ScopeFigures | None, units: Sequence[tuple[str, Rung]]) -> str:
    """Where few of those with access use AI, and how many do not; empty where all is hidden.

    ``units``: name and the rung ``active`` of those side by side, as they may be shown.
    """
    told = []
    shown = [(name, rung) for name, rung in units if rung is not None and rung["of"]]
    few = sorted((percent_of(rung) or 0.0, name) for name, rung in shown if is_few(rung))
    if few:
        named = _named([name for _share, name in few])
        told.append(
            _("In %(units)s fewer than half of those with access use AI.") % {"units": named}
        )
    elif shown:
        told.append(_("In no unit shown here do fewer than half of those with access use AI."))
    told.append(_unused(now.ladder.get("active") if now is not None else None))
    return " ".join(sentence for sentence in told if sentence)


def _named(names: Sequence[str]) -> str:
    """Commercial; Commercial and Finance; Commercial, Finance, Legal and 2 more units."""
    first, more = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    if more > 0:
        last = ngettext("%(count)s more unit", "%(count)s more units", more) % {"count": more}
    elif len(first) > 1:
        last = first.pop()
    else:
        return "".join(first)
    return _("%(names)s and %(last)s") % {"names": ", ".join(first), "last": last}


def _unused(active: Rung) -> str:
    """The other side of the rung, in the same words."""
    if active is None or not active["of"]:
        return ""
    of = words.number(active["of"])
    if active["count"] is None:
        return {
            "nearly_all": _("Nearly all of %(of)s people with access used AI in 28 days."),
            "nearly_none": _("Hardly any of %(of)s people with access used AI in 28 days."),
        }[active["word"]] % {"of": of}
    return _("%(count)s of %(of)s people with access have not used AI in 28 days.") % {
        "count": words.number(active["of"] - active["count"]),
        "of": of,
    }


def few_in_work(breadths: Sequence[Rung]) -> str:
    """How many live workflows few of their people use AI in, of those that may be shown."""
    shown = [rung for rung in breadths if rung is not None and rung["of"]]
    few = sum(is_few(rung) for rung in shown)
    if not few:
        return ""
    return ngettext(
        "In %(few)s of %(of)s live workflow shown here, fewer than half of those assigned use AI.",
        "In %(few)s of %(of)s live workflows shown here, fewer than half of those assigned use AI.",
        len(shown),
    ) % {"few": words.number(few), "of": words.number(len(shown))}


def sharing_of(now: ScopeFigures | None) -> tuple[charts.Lorenz, str, str] | None:
    """The curve, its Gini coefficient and the caption; None where it is hidden."""
    found = now.concentration if now is not None else None
    if found is None or not found["lorenz"] or found["gini"] is None:
        return None
    top = None if found["top"] is None else 100 * found["top"]
    chart = charts.Lorenz(
        points=tuple((100 * people, 100 * use) for people, use in found["lorenz"]),
        top_share=top,
        title=_("How evenly use is spread over those with access"),
    )
    gini = _("Gini %(gini)s (%(low)s to %(high)s)") % {
        "gini": words.number(found["gini"], 2),
        "low": words.number(found["low"], 2),
        "high": words.number(found["high"], 2),
    }
    return chart, gini, _below(found)


def _below(found: dict[str, Any]) -> str:
    told = [_("Share of AI use (%) against share of people, least active first.")]
    below = percent_of(found["below"])
    if below is not None:
        told.append(_("%(share)s used it less than once a week.") % {"share": words.percent(below)})
    told.append(_("No person can be picked out here."))
    return " ".join(told)


def heat_of(snapshot: Snapshot) -> charts.HeatMap | None:
    """People in changed work of those with access, by unit and site; None without any place.

    The largest groups first. What is hidden was hidden when it was counted.
    """
    cells = snapshot.heat.get("cells", {})
    units = _largest(snapshot.heat.get("units", []), cells, 0)[:MOST_UNITS]
    sites = _largest(snapshot.heat.get("sites", []), cells, 1)[:MOST_SITES]
    if not units or not sites:
        return None
    return charts.HeatMap(
        columns=tuple(name for _pk, name in sites),
        rows=tuple(
            (name, tuple(_cell(cells, f"{unit}:{site}") for site, _name in sites))
            for unit, name in units
        ),
        title=_("People in changed work, of those with access, by unit and site"),
    )


def _largest(places: list[list[Any]], cells: dict[str, Any], side: int) -> list[tuple[int, str]]:
    size: dict[int, int] = {}
    for pair, rung in cells.items():
        place = int(pair.split(":")[side])
        size[place] = size.get(place, 0) + (rung["of"] if rung else 1)
    known = [(pk, name) for pk, _key, name in places if pk in size]
    return sorted(known, key=lambda place: (-size[place[0]], place[1]))


def _cell(cells: dict[str, Any], pair: str) -> charts.HeatCell:
    if pair not in cells:
        return charts.HeatCell(None)
    rung = cells[pair]
    if rung is None:
        return charts.HeatCell(None, hidden=True)
    if rung["count"] is None:
        return charts.HeatCell(None, word=_("most") if rung["word"] == "nearly_all" else _("few"))
    return charts.HeatCell(percent_of(rung))


def sign_off_median(now: ScopeFigures | None) -> tuple[str, str]:
    """The median of all roles, and what it counts; a dash where it is hidden or not reached."""
    found = (now.latency if now is not None else {}).get("")
    if found is None:
        return words.NONE, _("no request yet, or hidden")
    if found["median"] is None:
        return words.NONE, _("half have not decided yet")
    return words.duration(found["median"] * words.DAY), _("counting open ones")


def new_words(now: ScopeFigures | None) -> str:
    """Those left out of the share of habitual use, and those on long leave."""
    if now is None:
        return ""
    told = []
    fresh, leave = now.ladder.get("new"), now.ladder.get("on_leave")
    if fresh:
        told.append(
            ngettext(
                "%(count)s person is new, with access for under 12 weeks.",
                "%(count)s people are new, with access for under 12 weeks.",
                fresh,
            )
            % {"count": words.number(fresh)}
        )
    if leave:
        told.append(
            ngettext(
                "%(count)s person is on long leave and not counted.",
                "%(count)s people are on long leave and not counted.",
                leave,
            )
            % {"count": words.number(leave)}
        )
    return " ".join(told)
