"""A calendar as people type it: shifts by weekday and closed periods, no JSON and no script."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.calendars import CalendarFacts, countries, overlap_in, regions_of
from people.forms.calendars.fields import LocalTimeField, WeekdayRow, day_field
from people.models import WorkCalendar
from people.operations.calendars import LONGEST_DAYS, MOST_PERIODS, official_days

SHIFTS = 3
DAYS = range(7)
SPARE_PERIODS = 3


class CalendarForm(forms.Form):
    """``calendar`` None makes a new one, which then needs a name."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("What people call it, such as “Basel office hours”."),
    )
    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        help_text=gettext_lazy("Type the city, such as Europe/Zurich. It knows summer time."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    country = forms.CharField(
        label=gettext_lazy("Public holidays of"),
        required=False,
        max_length=2,
        help_text=gettext_lazy("Two letters of the country, such as CH. Empty: no public holiday."),
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "off"}),
    )
    subdivision = forms.CharField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=16,
        help_text=gettext_lazy("Its code, such as BS. Empty: the holidays of the whole country."),
        widget=forms.TextInput(attrs={"list": "regions", "autocomplete": "off"}),
    )
    first_day = day_field(gettext_lazy("First day"), required=True)
    last_day = day_field(gettext_lazy("Last day"), required=True)
    reason = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("It is kept with the version."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        calendar: WorkCalendar | None,
        facts: CalendarFacts | None = None,
        initial: Mapping[str, Any] | None = None,
        rows: int = SPARE_PERIODS,
    ) -> None:
        super().__init__(data, initial={**(typed(facts) if facts else {}), **(initial or {})})
        self.use_required_attribute = False
        stored = map(len, facts.hours.values()) if facts else ()
        self.shift_count = max([SHIFTS, *stored])
        if calendar is not None:
            del self.fields["name"]
        for day in DAYS:
            for shift in range(self.shift_count):
                for end, word in (("from", gettext_lazy("from")), ("to", gettext_lazy("to"))):
                    label = f"{WEEKDAYS[day]} {shift + 1}, {word}"
                    self.fields[f"d{day}s{shift}{end}"] = LocalTimeField(label=label)
        self.period_rows = min(MOST_PERIODS, rows)
        for row in range(self.period_rows):
            for part, named in (("first", _("first day")), ("last", _("last day"))):
                label = _("Closed period %(number)s, %(end)s") % {"number": row + 1, "end": named}
                self.fields[f"c{row}{part}"] = day_field(label)

    # --- for the page ---------------------------------------------------------------------------
    @property
    def week(self) -> list[WeekdayRow]:
        return [
            WeekdayRow(
                str(WEEKDAYS[day]),
                [
                    (self[f"d{day}s{shift}from"], self[f"d{day}s{shift}to"])
                    for shift in range(self.shift_count)
                ],
            )
            for day in DAYS
        ]

    @property
    def periods(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[f"c{row}first"], self[f"c{row}last"]) for row in range(self.period_rows)]

    @property
    def zones(self) -> list[str]:
        return sorted(zone for zone in available_timezones() if "/" in zone and zone[:4] != "Etc/")

    @property
    def country_codes(self) -> list[str]:
        return list(countries())

    @property
    def regions(self) -> list[str]:
        """Of the country that stands in the form now."""
        return regions_of(str(self["country"].value() or "").strip().upper())

    # --- what was typed -------------------------------------------------------------------------
    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if WorkCalendar.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a calendar of this name already. Change that one."))
        return name

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"].strip().replace(" ", "_")
        known = {one.lower(): one for one in available_timezones()}
        if zone.lower() not in known:
            raise ValidationError(_("There is no time zone called %(zone)s.") % {"zone": zone})
        return known[zone.lower()]

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"].strip().upper()
        if code and code not in countries():
            raise ValidationError(
                _("The public holidays of %(place)s are not known.") % {"place": code}
            )
        return code

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        self._clean_region(values)
        self._clean_span(values)
        self._clean_week(values)
        self._clean_periods(values)
        return values

    def _clean_region(self, values: dict[str, Any]) -> None:
        region = values["subdivision"] = (values.get("subdivision") or "").strip()
        if not region or "country" not in values:
            return
        known = {one.lower(): one for one in regions_of(values["country"])}
        if region.lower() in known:
            values["subdivision"] = known[region.lower()]
        elif known:
            self.add_error(
                "subdivision",
                _("Not known. The regions are: %(regions)s.")
                % {"regions": ", ".join(known.values())},
            )
        else:
            self.add_error("subdivision", _("No region is known there. Leave this empty."))

    def _clean_span(self, values: dict[str, Any]) -> None:
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        elif first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last_day", _("A calendar knows thirty years at most."))

    def _clean_week(self, values: dict[str, Any]) -> None:
        hours: dict[str, list[tuple[str, str]]] = {}
        names: dict[str, list[str]] = {}
        sound = True
        for day in DAYS:
            for shift in range(self.shift_count):
                start, end = f"d{day}s{shift}from", f"d{day}s{shift}to"
                if start not in values or end not in values:
                    sound = False
                    continue
                opens, closes = values[start], values[end]
                if opens == "24:00":
                    self.add_error(start, _("Write 00:00 on the next day."))
                    sound = False
                elif bool(opens) != bool(closes):
                    self.add_error(end if opens else start, _("A shift needs both times."))
                    sound = False
                elif opens:
                    hours.setdefault(str(day), []).append((opens, closes))
                    names.setdefault(str(day), []).append(start)
        if not sound:
            return
        if not hours:
            self.add_error("d0s0from", _("A calendar needs opening hours on at least one day."))
        elif overlap := overlap_in(hours):
            self.add_error(
                names[str(overlap.day)][overlap.shift],
                _("This overlaps the shift of %(day)s that begins at %(time)s.")
                % {
                    "day": WEEKDAYS[overlap.other_day],
                    "time": hours[str(overlap.other_day)][overlap.other_shift][0],
                },
            )
        else:
            values["hours"] = {day: sorted(shifts) for day, shifts in hours.items()}

    def _clean_periods(self, values: dict[str, Any]) -> None:
        values["closed"] = periods = []
        for row in range(self.period_rows):
            first, last = values.get(f"c{row}first"), values.get(f"c{row}last")
            if first is None and last is None:
                continue
            if first is None:
                if f"c{row}first" not in self.errors:
                    self.add_error(f"c{row}first", _("Give the first day, too."))
                continue
            last = last or first  # one day alone needs no second date
            if last < first:
                self.add_error(f"c{row}last", _("The last day is before the first."))
            elif _outside(first, last, values):
                self.add_error(f"c{row}first", _("The calendar does not know these days."))
            else:
                periods.append((first, last))
        values["closed"] = sorted(set(periods))

    def facts(self) -> CalendarFacts:
        """What the valid form says, public holidays resolved. Raises BadCalendar."""
        data = self.cleaned_data
        span = (data["first_day"], data["last_day"])
        return CalendarFacts(
            zone=data["zone"],
            hours=data["hours"],
            country=data["country"],
            subdivision=data["subdivision"],
            holidays=frozenset(official_days(data["country"], data["subdivision"], *span)),
            closed=tuple(data["closed"]),
            first_day=data["first_day"],
            last_day=data["last_day"],
        )


def _outside(first: date, last: date, values: Mapping[str, Any]) -> bool:
    known, until = values.get("first_day"), values.get("last_day")
    return bool(known and until and (first < known or last > until))


def typed(facts: CalendarFacts) -> dict[str, Any]:
    """A version as the form's initial values."""
    values: dict[str, Any] = {
        name: getattr(facts, name)
        for name in ("zone", "country", "subdivision", "first_day", "last_day")
    }
    for day, shifts in facts.hours.items():
        for index, (opens, closes) in enumerate(shifts):
            values |= {f"d{day}s{index}from": opens, f"d{day}s{index}to": closes}
    for row, (first, last) in enumerate(facts.closed):
        values |= {f"c{row}first": first, f"c{row}last": last}
    return values
