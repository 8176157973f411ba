"""How well the statements hang together, whichever way the figures fall.

The marks are those at which the method lets a questionnaire stop being a pilot, section 1.7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.charts import words
from surveys.queries import ResultPage
from surveys.queries.trust import ItemFacts
from surveys.views.result_charts import scale_name
from surveys.views.result_words import people_words

INDEX_FROM, LOW_FROM = 0.80, 0.75
PAIR_FROM, ITEM_FROM = 0.60, 0.30


@dataclass(frozen=True, slots=True)
class Coefficient:
    text: str
    reached: bool


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """``together``: its two statements; ``first`` and ``second``: each with the rest of the index.

    None where there is none: a scale of one statement, and all that is no part of the index.
    """

    label: str
    together: Coefficient | None
    first: Coefficient | None
    second: Coefficient | None


@dataclass(frozen=True, slots=True)
class Coherence:
    """``number`` is the sentence with the figure of the index, ``meaning`` what it is."""

    sentence: str
    number: str
    meaning: str
    marks: str
    rows: tuple[ScaleRow, ...]


def coherence_of(page: ResultPage, items: Mapping[str, ItemFacts]) -> Coherence | None:
    """Of the whole survey, whatever unit is looked at; None where it is hidden."""
    cell = page.whole.figures.get("coherence")
    if cell is None:
        return None
    detail = cell.detail or {}
    return Coherence(
        sentence=_sentence(detail),
        number=_number(detail, people_words(cell.n)),
        meaning=_meaning(detail),
        marks=_(
            "Wanted: %(pair)s for two statements together (Spearman-Brown) and %(item)s for a "
            "statement with the others of the index (correlation). Checking is not part of the "
            "index."
        )
        % {"pair": words.number(PAIR_FROM, 2), "item": words.number(ITEM_FROM, 2)},
        rows=_rows(page, items, detail),
    )


def _sentence(detail: Mapping[str, Any]) -> str:
    if "omega" not in detail:
        return _("Whether the statements measure one thing is open. Read the index with care.")
    low = detail.get("omega_95", [0.0])[0]
    if detail["omega"] >= INDEX_FROM and low >= LOW_FROM:
        return _("The statements hang together well: the index can be read as one thing.")
    return _("The statements do not hang together well enough: read the index with care.")


def _number(detail: Mapping[str, Any], people: str) -> str:
    name = "omega" if "omega" in detail else "alpha"
    facts = {
        "name": _("Omega") if name == "omega" else _("Alpha"),
        "value": words.number(detail[name], 2),
        "people": people,
    }
    limits = detail.get(f"{name}_95")
    if not limits:
        return _("%(name)s is %(value)s, of %(people)s who answered every statement.") % facts
    facts |= {"low": words.number(limits[0], 2), "high": words.number(limits[1], 2)}
    return (
        _(
            "%(name)s is %(value)s (95%% interval %(low)s to %(high)s), of %(people)s who answered "
            "every statement."
        )
        % facts
    )


def _meaning(detail: Mapping[str, Any]) -> str:
    if "omega" not in detail:
        return _(
            "It stands in place of omega: no common factor was found behind the statements, or one "
            "statement is nothing but that factor."
        )
    return _(
        "So much of the differences between people's indexes comes from what all statements have "
        "in common; 1 would be all of it. Wanted: %(least)s, and %(low)s at the lower end of the "
        "interval."
    ) % {"least": words.number(INDEX_FROM, 2), "low": words.number(LOW_FROM, 2)}


def _rows(
    page: ResultPage, items: Mapping[str, ItemFacts], detail: Mapping[str, Any]
) -> tuple[ScaleRow, ...]:
    rows = []
    for scale in page.scales:
        keys = [key for key, item in items.items() if item.scale == scale.key]
        first, second, *_more = [
            *(_coefficient(detail["item_rest"].get(key), ITEM_FROM) for key in keys),
            None,
            None,
        ]
        label = scale_name(scale.name, page.questionnaire.language)
        together = _coefficient(detail["pairs"].get(scale.key), PAIR_FROM)
        rows.append(ScaleRow(label, together, first, second))
    return tuple(rows)


def _coefficient(value: float | None, least: float) -> Coefficient | None:
    if value is None:
        return None
    return Coefficient(words.number(value, 2), value >= least)
