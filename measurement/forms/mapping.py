"""How a delivered file is to be read: what each column says, how times and numbers are written."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from measurement.choices import SourceLayout
from measurement.errors import file_refusal
from measurement.forms.cases import encoding_choices, zone_choices
from measurement.models import CaseSource
from measurement.parsing import EVENT_FIELDS, FIELDS, TIME_PATTERNS, Look
from measurement.parsing.columns import EVENT_REQUIRED, REQUIRED

EARLIEST = date(1970, 1, 1)
LONGEST_HORIZON = 3660
OTHER = "other"
UNDECIDED = "?"
DELIMITERS: list[tuple[str, Any]] = [
    ("", gettext_lazy("Found in the first line")),
    (",", gettext_lazy("Comma")),
    (";", gettext_lazy("Semicolon")),
    ("\t", gettext_lazy("Tab")),
    ("|", gettext_lazy("Vertical bar")),
    (OTHER, gettext_lazy("Another sign")),
]
# The moment is the same in all, so that they can be told apart.
TIME_WORDS: Mapping[str, str | Promise] = {
    "": gettext_lazy("year-month-day: 2026-03-04 15:30"),
    "dd.mm.yyyy": gettext_lazy("day.month.year: 04.03.2026 15:30"),
    "dd/mm/yyyy": gettext_lazy("day/month/year: 04/03/2026 15:30"),
    "mm/dd/yyyy": gettext_lazy("month/day/year: 03/04/2026 3:30 PM"),
    "dd-mm-yyyy": gettext_lazy("day-month-year: 04-03-2026 15:30"),
    "yyyy/mm/dd": gettext_lazy("year/month/day: 2026/03/04 15:30"),
    "yyyymmdd": gettext_lazy("without signs: 20260304 153000"),
    "dd-mon-yyyy": gettext_lazy("month in English letters: 04-Mar-2026 15:30"),
    "excel": gettext_lazy("days since 1900, as spreadsheets count: 46085.6458"),
    "epoch_seconds": gettext_lazy("seconds since 1970: 1772638200"),
    "epoch_milliseconds": gettext_lazy("milliseconds since 1970: 1772638200000"),
}
FIELD_LABELS: Mapping[str, str | Promise] = {
    "case_id": gettext_lazy("Number of the case"),
    "started_at": gettext_lazy("When it started"),
    "completed_at": gettext_lazy("When it ended"),
    "status": gettext_lazy("State: open, completed or cancelled"),
    "kind": gettext_lazy("Type of case"),
    "last_event_at": gettext_lazy("When something last happened"),
    "activity": gettext_lazy("Name of the step"),
    "at": gettext_lazy("When the step was done"),
    "began_at": gettext_lazy("When the step began"),
    "lifecycle": gettext_lazy("Whether it is a start or an end (start, complete)"),
}
TIME_FIELDS = ("started_at", "completed_at", "last_event_at", "at", "began_at")
EXAMPLES = 3
ACTIVITY_LISTS = ("starts", "ends", "cancels")
PLACES = {SourceLayout.CASES: FIELDS, SourceLayout.EVENTS: EVENT_FIELDS}
NEEDED = {SourceLayout.CASES: REQUIRED, SourceLayout.EVENTS: EVENT_REQUIRED}


class ReadingForm(forms.Form):
    """What must be known before the file can be looked at: its signs, and what a row is."""

    layout = forms.ChoiceField(
        label=gettext_lazy("What a row is"),
        choices=SourceLayout.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what a row of the file is.")},
    )
    sheet = forms.CharField(label=gettext_lazy("Sheet"), required=False, max_length=100)
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Sign between the columns"), choices=DELIMITERS, required=False
    )
    other_delimiter = forms.CharField(
        label=gettext_lazy("The other sign"), required=False, max_length=1, strip=False
    )
    encoding = forms.ChoiceField(label=gettext_lazy("Letters of the file"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["encoding"].choices = encoding_choices()  # type: ignore[attr-defined]

    def signs(self) -> dict[str, str]:
        """What is known of the signs, whatever else is wrong with what was typed."""
        said = getattr(self, "cleaned_data", {})
        delimiter = said.get("delimiter", "")
        if delimiter == OTHER:
            delimiter = said.get("other_delimiter", "")
        return {
            "sheet": said.get("sheet", ""),
            "delimiter": delimiter,
            "encoding": said.get("encoding", ""),
        }


class MappingForm(ReadingForm):
    """The whole of it, for the columns and activities that ``look`` found."""

    time_pattern = forms.ChoiceField(label=gettext_lazy("How times are written"), required=False)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone of times without an offset"), required=False
    )
    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimals are written"),
        choices=[
            (".", gettext_lazy("with a point: 1.5")),
            (",", gettext_lazy("with a comma: 1,5")),
        ],
        required=False,
    )
    data_from = forms.DateField(
        label=gettext_lazy("Complete from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "From this day on every case is in the source. Earlier cases are kept but not counted. "
            "Empty: from the day of the first case."
        ),
    )
    covers_to = forms.DateField(
        label=gettext_lazy("Complete up to"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: up to the newest event in the file."),
    )
    completed_only = forms.BooleanField(
        label=gettext_lazy("The source delivers finished cases only"), required=False
    )
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Then: compare cases finished within this many days"),
        required=False,
        min_value=1,
        max_value=LONGEST_HORIZON,
        help_text=gettext_lazy("Readings of such a source get grade C at most."),
    )

    def __init__(
        self, data: Any = None, *, look: Look, layout: str, source: CaseSource | None
    ) -> None:
        super().__init__(data, initial=initial_of(look, layout, source))
        self.look = look
        self.row_layout = SourceLayout(layout)
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]
        self.fields["time_pattern"].choices = self._pattern_choices()  # type: ignore[attr-defined]
        free = [name for name in look.columns if name not in look.persons]
        columns = [("", gettext_lazy("not in the file")), *((name, name) for name in free)]
        needed = NEEDED[self.row_layout]
        for name in PLACES[self.row_layout]:
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=str(FIELD_LABELS[name]),
                choices=columns,
                required=name in needed,
                help_text=self._examples(name),
                error_messages={
                    "required": _("Say which column this is."),
                    "invalid_choice": _("The file has no such column any more."),
                },
            )
        seen = [(one.name, _seen_words(one.name, one.events)) for one in look.activities]
        for name, label, help_text in _activity_fields() if self.is_log else ():
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=_with_typed(seen, self._typed(name)),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=help_text,
            )

    @property
    def seen(self) -> str:
        """What the page asks about; another layout, sheet or sign asks about other columns."""
        names = "\n".join((self.row_layout.value, *self.look.columns))
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    def keep(self, data: QueryDict) -> None:
        """Of what was typed, all that is no column and no step."""
        asked_anew = {*(f"column_{name}" for name in (*FIELDS, *EVENT_FIELDS)), *ACTIVITY_LISTS}
        for name in self.fields.keys() - asked_anew - {"layout", "time_pattern"}:
            if name in data:
                self.initial[name] = data[name]
            elif name == "completed_only":
                self.initial[name] = False

    def as_typed(self) -> "MappingForm":
        """The same as if somebody had sent it as it stands."""
        data = QueryDict(mutable=True)
        for name, field in self.fields.items():
            value = self.get_initial_for_field(field, name)
            if isinstance(value, list):
                data.setlist(name, value)
            elif value not in (None, False):
                data[name] = str(field.prepare_value(value))
        return MappingForm(data, look=self.look, layout=self.row_layout, source=None)

    @property
    def is_log(self) -> bool:
        return self.row_layout == SourceLayout.EVENTS

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column_{name}"] for name in PLACES[self.row_layout]]

    @property
    def activity_lists(self) -> list[forms.BoundField]:
        return [self[name] for name in ACTIVITY_LISTS] if self.is_log else []

    @property
    def has_signs(self) -> bool:
        """Signs between columns and letters are asked of text alone; a log in XML has neither."""
        return self.look.format == "csv"

    @property
    def must_say_layout(self) -> bool:
        return self.look.format != "xes"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("delimiter") == OTHER and not said.get("other_delimiter"):
            self.add_error("other_delimiter", _("Type the sign."))
        horizon_missing = not said.get("horizon_days") and "horizon_days" not in self.errors
        if said.get("completed_only") and horizon_missing:
            self.add_error("horizon_days", _("Say within how many days cases are compared."))
        if self.is_log and not said.get("ends"):
            self.add_error("ends", _("Say with which step a case is finished."))
        self._check_columns(said)
        self._check_days(said)
        return said

    def _check_columns(self, said: Mapping[str, Any]) -> None:
        taken: dict[str, str] = {}
        for name in PLACES[self.row_layout]:
            column = said.get(f"column_{name}", "")
            if column and column in taken:
                label = FIELD_LABELS[taken[column]]
                self.add_error(
                    f"column_{name}", _("This column is “%(field)s” already.") % {"field": label}
                )
            taken.setdefault(column, name)

    def _check_days(self, said: Mapping[str, Any]) -> None:
        first, last = said.get("data_from"), said.get("covers_to")
        if first and first < EARLIEST:
            self.add_error("data_from", _("This day is too long ago."))
        if last and last > timezone.localdate():
            self.add_error("covers_to", file_refusal("complete_to_in_future", {}))
        elif first and last and last < first:
            self.add_error("covers_to", _("This is before “Complete from”."))

    def source_facts(self) -> dict[str, Any]:
        """From now on, for this source."""
        said = self.cleaned_data
        first: date | None = said["data_from"]
        columns = {name: said[f"column_{name}"] for name in PLACES[self.row_layout]}
        return {
            "layout": self.row_layout.value,
            **self.signs(),
            # "" keeps out a column that would be taken for this one; what the file does not have
            # may come with a later one.
            "mapping": {
                name: column
                for name, column in columns.items()
                if column or self.look.mapping.get(name)
            },
            "time_pattern": said["time_pattern"],
            "zone": said["zone"],
            "decimal": said["decimal"] or ".",
            **{
                f"{name.removesuffix('s')}_activities": said.get(name, [])
                for name in ACTIVITY_LISTS
            },
            "completed_only": said["completed_only"],
            "horizon_days": said["horizon_days"] if said["completed_only"] else None,
            "data_from": self._midnight(first) if first else None,
        }

    def options(self) -> dict[str, Any]:
        """For this delivery alone."""
        last: date | None = self.cleaned_data["covers_to"]
        until = self._midnight(last + timedelta(days=1)) if last else None
        return {"covers_to": min(until, timezone.now()) if until else None}

    def _midnight(self, day: date) -> datetime:
        zone = ZoneInfo(self.cleaned_data.get("zone") or settings.TIME_ZONE)
        return datetime.combine(day, time.min, tzinfo=zone)

    def _typed(self, name: str) -> list[str]:
        data = self.data
        bound = data.getlist(name) if isinstance(data, QueryDict) else []
        given = bound if self.is_bound else self.initial.get(name, [])
        return [str(one)[:200] for one in given][:200]

    def _examples(self, name: str) -> str:
        """The first values of the column that is chosen."""
        field = f"column_{name}"
        column = self.data.get(field) if self.is_bound else self.initial.get(field)
        if column not in self.look.columns:
            return ""
        place = self.look.columns.index(column)
        cells = dict.fromkeys(row[place].strip() for row in self.look.rows)
        shown = [cell[:40] for cell in cells if cell][:EXAMPLES]
        # A help text is taken for HTML, and these come out of a file.
        return escape(_("such as %(values)s") % {"values": " · ".join(shown)}) if shown else ""

    def _pattern_choices(self) -> list[tuple[str, Any]]:
        """The ways that read the chosen columns first, each with a sign that it does."""
        named = [(name, TIME_WORDS[name]) for name in TIME_PATTERNS]
        if self.initial.get("time_pattern") == UNDECIDED:
            return [(UNDECIDED, _("Please choose")), *named]
        return named

    def clean_time_pattern(self) -> str:
        chosen: str = self.cleaned_data["time_pattern"]
        if chosen == UNDECIDED:
            raise forms.ValidationError(
                _("Choose it: 03/04/2026 may be the 3rd of April or the 4th of March.")
            )
        return chosen


OF_EITHER_LAYOUT = ("zone", "decimal", "data_from", "completed_only", "horizon_days")


def initial_of(look: Look, layout: str, source: CaseSource | None) -> dict[str, Any]:
    """What was said last time where it fits this file, and what its columns suggest elsewhere."""
    said = {} if source is None else dict(_said_before(source))
    is_as_before = source is not None and source.layout == layout
    if not is_as_before:  # what a row is has changed; which days are complete has not
        said = {name: said[name] for name in OF_EITHER_LAYOUT if name in said}
    kept = {
        name: column
        for name, column in (source.mapping if source is not None and is_as_before else {}).items()
        if column in ("", *look.columns)
    }
    for name in PLACES[SourceLayout(layout)]:
        column = kept.get(name, look.mapping.get(name, ""))
        free = column not in kept.values() or kept.get(name) == column
        said[f"column_{name}"] = column if free and column not in look.persons else ""
    delimiter = source.delimiter if source is not None else ""
    known = delimiter in dict(DELIMITERS)
    return {
        **said,
        "time_pattern": said.get("time_pattern") or fitting_pattern(look, said),
        "layout": layout,
        "delimiter": delimiter if known else OTHER,
        "other_delimiter": "" if known else delimiter,
        "encoding": source.encoding if source is not None else "",
        "sheet": source.sheet if source is not None and source.sheet in look.sheets else "",
    }


def fitting_pattern(look: Look, said: Mapping[str, Any]) -> str:
    """The one way that reads the times of the chosen columns; where several do, nobody guesses."""
    ways: set[str] | None = None
    for name in TIME_FIELDS:
        column = said.get(f"column_{name}", "")
        if column in look.times:
            fits = set(look.times[column])
            ways = fits if ways is None else ways & fits
    if not ways:
        return ""
    return next(iter(ways)) if len(ways) == 1 else UNDECIDED


def _said_before(source: CaseSource) -> Iterator[tuple[str, Any]]:
    zone = ZoneInfo(source.zone or settings.TIME_ZONE)
    yield "zone", source.zone
    yield "decimal", source.decimal
    yield "time_pattern", source.time_pattern
    yield "data_from", source.data_from.astimezone(zone).date() if source.data_from else None
    yield "completed_only", source.completed_only
    yield "horizon_days", source.horizon_days
    for name in ACTIVITY_LISTS:
        yield name, getattr(source, f"{name.removesuffix('s')}_activities")


def _activity_fields() -> list[tuple[str, str, str]]:
    return [
        (
            "starts",
            _("A case starts with"),
            _("Nothing ticked: with its first step, whichever that is."),
        ),
        ("ends", _("It is finished with"), _("The first of these steps ends the case.")),
        ("cancels", _("It is cancelled with"), _("Nothing ticked: no case is cancelled.")),
    ]


def _seen_words(name: str, events: int) -> str:
    count = ngettext("%(count)s time", "%(count)s times", events) % {"count": events}
    return f"{name} ({count})"


def _with_typed(seen: list[tuple[str, str]], typed: list[str]) -> list[tuple[str, str]]:
    """A step that was chosen before and is not among the first rows of this file stays."""
    known = {name for name, _words in seen}
    return [*seen, *((name, name) for name in typed if name not in known)]
