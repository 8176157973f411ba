"""Pasted lines: how their columns were read, said and changed, and the rows they become."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Self

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflows import paste
from workflows.forms.steps import Row, is_blank
from workflows.rules import MAX_STEPS

BOX = "paste"  # new lines
READ = "read"  # the lines read last, with the choice for each of their columns
PASTED = "1"
LONGEST_SAMPLE = 40

COLUMN_NAMES = {
    paste.Column.TITLE: _("Activity"),
    paste.Column.ROLE: _("Who does it"),
    paste.Column.SYSTEM: _("System"),
    paste.Column.KIND: _("Kind"),
    paste.Column.TOUCH: _("Work"),
    paste.Column.WAIT: _("Waiting"),
    paste.Column.SHARE: _("Cases, %"),
    paste.Column.IGNORE: _("Leave out"),
}


class PasteForm(forms.Form):
    """The box for lines; ``at`` is the row a script found the cursor in."""

    lines = forms.CharField(
        label=_("Lines from a spreadsheet or a list"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("One step a line. Columns are recognised and shown."),
    )
    at = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class ColumnsForm(forms.Form):
    """The lines read last, whether their first one is a header, and a choice for each column."""

    lines = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    has_header = forms.BooleanField(label=_("The first line names the columns"), required=False)

    def __init__(self, *, samples: Sequence[str], initial: Mapping[str, Any]) -> None:
        super().__init__(prefix=READ, initial=dict(initial))
        for at, sample in enumerate(samples):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=_("Column %(number)s") % {"number": at + 1},
                help_text=sample,
                choices=[(column.value, name) for column, name in COLUMN_NAMES.items()],
                widget=forms.Select({"class": "form-select form-select-sm"}),
            )

    @classmethod
    def of(cls, text: str, read: paste.Pasted) -> Self:
        initial: dict[str, Any] = {"lines": text, "has_header": read.has_header}
        initial |= {f"column-{at}": column.value for at, column in enumerate(read.columns)}
        return cls(samples=_samples(text), initial=initial)

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("column-")]


def _samples(text: str) -> list[str]:
    """The first words of each column, so that a person knows which one is meant."""
    columns = zip(*paste.lines(text), strict=True)
    firsts = [next((cell for cell in column if cell), "") for column in columns]
    return [
        cell if len(cell) <= LONGEST_SAMPLE else f"{cell[: LONGEST_SAMPLE - 1]}…" for cell in firsts
    ]


def read_as_chosen(data: Mapping[str, Any]) -> tuple[str, paste.Pasted] | None:
    """The lines read last with the columns chosen for them; None where none were read."""
    text = str(data.get(f"{READ}-lines", ""))
    columns = _sent_columns(data)
    if not text or not columns:
        return None
    try:
        return text, paste.read(text, columns, has_header=bool(data.get(f"{READ}-has_header")))
    except paste.TooMuch:  # no page of ours holds as much
        return None


def _sent_columns(data: Mapping[str, Any]) -> list[paste.Column]:
    columns: list[paste.Column] = []
    while (value := data.get(f"{READ}-column-{len(columns)}")) is not None:
        known = value in set(paste.Column)
        columns.append(paste.Column(value) if known else paste.Column.IGNORE)
        if len(columns) >= paste.MAX_COLUMNS:
            break
    return columns


def kept_lines(data: Mapping[str, Any]) -> str:
    """What the box held, to be shown again; nothing where nobody could look through it."""
    text = str(data.get(f"{BOX}-lines", ""))
    return text if len(text) <= paste.MAX_TEXT else ""


def too_much_told(much: paste.TooMuch) -> str:
    if much.lines <= MAX_STEPS:
        told = gettext("This is too much text: at most %(most)s characters are read at once.")
        return told % {"most": paste.MAX_TEXT}
    told = gettext("That makes %(count)s steps; a workflow has at most %(most)s.")
    return told % {"count": much.lines, "most": MAX_STEPS}


def with_pasted(
    rows: Sequence[Row], steps: Iterable[paste.Step], at: int | None = None
) -> list[Row]:
    """The filled rows, with the pasted ones after row ``at`` or at the end.

    Raises paste.TooMuch when these are more steps than a workflow has.
    """
    place = len(rows) if at is None else at + 1
    return _joined(rows[:place], steps, rows[place:])


def read_again(rows: Sequence[Row], steps: Iterable[paste.Step]) -> list[Row]:
    """The rows of the last paste give way to ``steps``, where the first of them stands."""
    places = [at for at, row in enumerate(rows) if row.get("pasted")]
    place = places[0] if places else len(rows)
    kept = [[row for row in part if not row.get("pasted")] for part in (rows[:place], rows[place:])]
    return _joined(kept[0], steps, kept[1])


def _joined(before: Sequence[Row], steps: Iterable[paste.Step], after: Sequence[Row]) -> list[Row]:
    old = [[{**row, "pasted": ""} for row in part if not is_blank(row)] for part in (before, after)]
    joined = [*old[0], *map(row_of, steps), *old[1]]
    if len(joined) > MAX_STEPS:
        raise paste.TooMuch(len(joined))
    return joined


def row_of(step: paste.Step) -> Row:
    row = asdict(step)
    row["share_of_cases"] = row.pop("share_percent")
    return {**row, "step_key": "", "pasted": PASTED}
