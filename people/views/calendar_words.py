"""Calendars in words and pictures: the coming weeks, what a version says, what a change does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import charts
from core.charts import words
from people.calendars import (
    CalendarChange,
    CalendarFacts,
    Day,
    Shift,
    days_from,
    holiday_names,
    week_minutes,
)
from people.calendars.preview import Why

WEEKS = 6
LISTED = 40  # days of one change that are named one by one


@dataclass(frozen=True, slots=True)
class Holidays:
    """A year's public holidays with their names; ``open`` is the year to look at first."""

    year: int
    days: list[tuple[str, str]]
    open: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """``before`` and ``after`` are empty where only ``text`` tells it."""

    title: str
    before: str = ""
    after: str = ""
    text: str = ""


def coming_weeks(facts: CalendarFacts, today: date) -> charts.WeekStrips:
    """Six weeks from the Monday of this one, or from the one the calendar begins in."""
    start = min(max(today, facts.first_day), facts.last_day)
    monday = start - timedelta(days=start.weekday())
    days = days_from(facts, monday, WEEKS * 7)
    named = holiday_names(
        facts.country,
        facts.subdivision,
        [day.day for day in days if day.why == Why.HOLIDAY],
        language=get_language() or "en",
    )
    strips = [_strip(day, named.get(day.day, "")) for day in days]
    return charts.WeekStrips(
        weeks=tuple(
            charts.WeekStrip(words.day(days[at].day), tuple(strips[at : at + 7]))
            for at in range(0, len(days), 7)
        ),
        heads=tuple(str(WEEKDAYS_ABBR[day]) for day in range(7)),
        title=_("Opening hours of the coming weeks"),
    )


def _strip(day: Day, name: str) -> charts.StripDay:
    notes = {
        Why.OPEN: "",
        Why.NO_SHIFT: _("no shift on this weekday"),
        Why.HOLIDAY: name or _("public holiday"),
        Why.CLOSED: _("closed"),
        Why.UNKNOWN: _("the calendar does not know this day"),
    }
    return charts.StripDay(
        label=f"{WEEKDAYS_ABBR[day.day.weekday()]} {full_day(day.day)}",
        spans=day.spans,
        hours=shifts_told(day.shifts),
        minutes=day.minutes,
        note=notes[day.why],
        shut=day.why in {Why.HOLIDAY, Why.CLOSED, Why.UNKNOWN},
    )


def shifts_told(shifts: Iterable[Shift]) -> str:
    return ", ".join(f"{opens}–{closes}" for opens, closes in shifts) or _("closed")


def full_day(day: date) -> str:
    return date_format(day, "j M Y")


def period_told(first: date, last: date) -> str:
    if first == last:
        return full_day(first)
    return _("%(first)s to %(last)s") % {"first": full_day(first), "last": full_day(last)}


def hours_told(minutes: int) -> str:
    return _("%(hours)s h a week") % {"hours": charts.open_hours(minutes)}


def facts_told(facts: CalendarFacts) -> list[tuple[str, str]]:
    """What a version says, as pairs of word and value."""
    return [
        (_("Time zone"), facts.zone),
        (_("Open"), hours_told(week_minutes(facts.hours))),
        *((str(WEEKDAYS[day]), shifts_told(facts.hours.get(str(day), ()))) for day in range(7)),
        (_("Public holidays of"), f"{facts.country} {facts.subdivision}".strip() or _("nowhere")),
        (_("Knows the days"), period_told(facts.first_day, facts.last_day)),
    ]


def holidays_told(facts: CalendarFacts) -> list[Holidays]:
    days = sorted(facts.holidays)
    named = holiday_names(facts.country, facts.subdivision, days, language=get_language() or "en")
    this_year = timezone.localdate().year
    years = sorted({day.year for day in days})
    shown = this_year if this_year in years else (years[0] if years else 0)
    return [
        Holidays(
            year,
            [
                (f"{WEEKDAYS_ABBR[day.weekday()]} {full_day(day)}", named.get(day, ""))
                for day in of_year
            ],
            year == shown,
        )
        for year, of_year in groupby(days, key=lambda day: day.year)
    ]


def change_told(change: CalendarChange, facts: CalendarFacts) -> list[ChangeLine]:
    """A line for each thing that differs; the open hours a week always."""
    lines = [ChangeLine(_("Open"), *map(hours_told, change.minutes))]
    lines += [
        ChangeLine(str(WEEKDAYS[day.weekday]), shifts_told(day.before), shifts_told(day.after))
        for day in change.weekdays
    ]
    nowhere = _("nowhere")
    pairs = (
        (_("Time zone"), change.zone),
        (_("Public holidays of"), (change.region[0] or nowhere, change.region[1] or nowhere)),
        (_("Knows the days"), (period_told(*change.span[0]), period_told(*change.span[1]))),
    )
    lines += [ChangeLine(title, *pair) for title, pair in pairs if pair[0] != pair[1]]
    added = _named(change.holidays_added, facts)
    for title, text in (
        (_("Public holidays added"), _listed(added)),
        (_("Public holidays removed"), _listed([full_day(d) for d in change.holidays_removed])),
        (_("Closed days added"), _periods(change.closed_added)),
        (_("Closed days removed"), _periods(change.closed_removed)),
    ):
        if text:
            lines.append(ChangeLine(title, text=text))
    if change.lost_days:
        lines.append(
            ChangeLine(
                _("Days no longer known"),
                text=ngettext(
                    "%(count)s day. A reading that needs it cannot be taken by this version.",
                    "%(count)s days. A reading that needs them cannot be taken by this version.",
                    change.lost_days,
                )
                % {"count": words.number(change.lost_days)},
            )
        )
    return lines


def _named(days: Iterable[date], facts: CalendarFacts) -> list[str]:
    chosen = list(days)
    named = holiday_names(facts.country, facts.subdivision, chosen, language=get_language() or "en")
    return [f"{full_day(day)} {named.get(day, '')}".strip() for day in chosen]


def _periods(periods: Iterable[tuple[date, date]]) -> str:
    spans = list(periods)
    days = sum((last - first).days + 1 for first, last in spans)
    if not days:
        return ""
    told = ngettext("%(count)s day", "%(count)s days", days) % {"count": words.number(days)}
    return f"{told}: {_listed([period_told(*span) for span in spans])}"


def _listed(texts: list[str]) -> str:
    """All of them, up to LISTED; then how many more."""
    more = len(texts) - LISTED
    if more <= 0:
        return ", ".join(texts)
    rest = _("and %(count)s more") % {"count": words.number(more)}
    return f"{', '.join(texts[:LISTED])} {rest}"
