"""What a person answers: one page, nothing required, nothing kept anywhere but in the form."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from surveys.queries import Questionnaire

LONGEST_COMMENT = 1000  # Unicode code points
CANNOT_SAY = "0"  # stored as missing, never as the midpoint
_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement as the page draws it."""

    id: str
    name: str
    text: str
    choices: tuple[Choice, ...]
    cannot_say: Choice
    error: str


@dataclass(frozen=True, slots=True)
class ShownPart:
    number: int
    statements: tuple[Shown, ...]


class AnswerForm(forms.Form):
    """The statements in an order of this load.

    ``order``: they are shuffled inside a part, and stay as they were when the page comes back.
    ``gaps``: the one warning about statements left out has been shown.
    """

    order = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    gaps = forms.CharField(required=False, max_length=3, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, questionnaire: Questionnaire) -> None:
        super().__init__(data)
        self.questionnaire = questionnaire
        self.statements = sorted(questionnaire.statements, key=lambda one: one.position)
        for statement in self.statements:
            self.fields[name_of(statement.position)] = forms.ChoiceField(
                label=statement.text,
                required=False,
                choices=_choices(questionnaire.answers),
                error_messages={"invalid_choice": _("Choose one of the answers shown.")},
            )
        if questionnaire.comment_question:
            self.fields["comment"] = CommentField(label=questionnaire.comment_question)
        self.permutation = self._told_order() or self._new_order()

    @property
    def parts(self) -> list[ShownPart]:
        """In the order of this load."""
        place = {position: at for at, position in enumerate(self.permutation)}
        return [
            ShownPart(
                number=part.number,
                statements=tuple(
                    self._shown(statement.position)
                    for statement in sorted(part.items, key=lambda item: place[item.position])
                ),
            )
            for part in self.questionnaire.parts
        ]

    @property
    def left_out(self) -> list[Shown]:
        """Statements without any answer; "cannot say" is one."""
        return [
            shown
            for part in self.parts
            for shown in part.statements
            if not self[shown.name].value()
        ]

    @property
    def order_told(self) -> str:
        return "-".join(map(str, self.permutation))

    @property
    def answers(self) -> list[int | None]:
        """1 to 5 by the statements' positions; None for "cannot say" and for no answer."""
        values = [self.cleaned_data[name_of(one.position)] for one in self.statements]
        return [int(value) if value and value != CANNOT_SAY else None for value in values]

    @property
    def comment(self) -> str:
        text: str = self.cleaned_data.get("comment", "")
        return text

    def _shown(self, position: int) -> Shown:
        field = self[name_of(position)]
        chosen = str(field.value() or "")
        *five, cannot_say = [
            Choice(value=value, label=label, checked=value == chosen)
            for value, label in _choices(self.questionnaire.answers)
        ]
        return Shown(
            id=f"statement-{position}",
            name=field.html_name,
            text=str(field.label),
            choices=tuple(five),
            cannot_say=cannot_say,
            error=" ".join(map(str, field.errors)) if self.is_bound else "",
        )

    def _told_order(self) -> list[int]:
        """The order that came back with the form; nothing when it is not one of ours."""
        if not self.is_bound:
            return []
        told = str(self.data.get("order", ""))[:400].split("-")
        known = {str(one.position): one.position for one in self.statements}
        if sorted(told) != sorted(known):
            return []
        return [known[position] for position in told]

    def _new_order(self) -> list[int]:
        order: list[int] = []
        for part in self.questionnaire.parts:
            positions = [statement.position for statement in part.items]
            _random.shuffle(positions)
            order += positions
        return order


class CommentField(forms.CharField):
    """Free text: line breaks alone of all control characters, and never cut to fit."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 5})
        super().__init__(required=False, strip=True, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")

    def validate(self, value: str) -> None:
        super().validate(value)
        over = len(value) - LONGEST_COMMENT
        if over > 0:
            raise forms.ValidationError(
                ngettext_lazy(
                    "%(over)s character too many. At most 1,000 fit.",
                    "%(over)s characters too many. At most 1,000 fit.",
                    "over",
                ),
                params={"over": over},
            )
        if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign != "\n" for sign in value):
            raise forms.ValidationError(
                _("It contains characters that cannot be seen. Type it anew.")
            )


def name_of(position: int) -> str:
    return f"answer_{position}"


def _choices(answers: Sequence[str]) -> list[tuple[str, str]]:
    *five, cannot_say = answers
    numbered = [(str(number), label) for number, label in enumerate(five, 1)]
    return [*numbered, (CANNOT_SAY, cannot_say)]
