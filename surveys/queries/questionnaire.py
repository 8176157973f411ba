"""The questions of a wave in one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings

from surveys.models import Item, Wave

QUOTES = {"en": "“%s”", "de": "„%s“", "fr": "«\u00a0%s\u00a0»"}
PLACE = "{workflow}"


@dataclass(frozen=True, slots=True)
class Statement:
    """``position`` is its place in the answers that ``operations.answer`` takes."""

    key: str
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    number: int
    items: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """``answers``: the labels of 1 to 5 and of "cannot say". ``comment_question``: "" if none."""

    title: str
    lead_in: str
    parts: tuple[Part, ...]
    answers: tuple[str, ...]
    comment_question: str
    language: str

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(statement for part in self.parts for statement in part.items)


def questionnaire(
    wave: Wave, language: str, *, items: Sequence[Item] | None = None
) -> Questionnaire:
    """Everything that is asked, in the instrument's order; one query unless ``items`` are given.

    A language without a translation reads English. The title stands in quotation marks, so that no
    grammar depends on it.
    """
    known = language if language in QUOTES else settings.LANGUAGE_CODE
    title = QUOTES[known] % wave.workflow.name
    instrument = wave.instrument

    def say(texts: dict[str, str]) -> str:
        return texts.get(known, texts.get("en", "")).replace(PLACE, title)

    if items is None:
        items = list(instrument.items.order_by("part", "position"))
    return Questionnaire(
        title=title,
        lead_in=say(instrument.lead_in),
        parts=tuple(
            Part(number, tuple(_statement(item, say(item.text)) for item in rows))
            for number, rows in groupby(items, key=lambda item: item.part)
        ),
        answers=tuple(instrument.answers.get(known, instrument.answers["en"])),
        comment_question=say(instrument.comment_question) if wave.asks_comment else "",
        language=known,
    )


def _statement(item: Item, text: str) -> Statement:
    return Statement(key=item.key, position=item.position, text=text)
