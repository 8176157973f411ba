"""How well the statements hang together, in words, whichever way the figures fall."""

import pytest

from surveys.models import Instrument, ReleasedCell, Scale
from surveys.queries import Questionnaire, ResultPage, UnitResult
from surveys.queries.trust import ItemFacts
from surveys.views.coherence_words import Coefficient, coherence_of
from tests.surveys.scoring.instruments import AWT, SCALES

ITEMS = {item.key: ItemFacts(item.scale, item.is_reversed) for item in AWT}
RESTS = {item.key: 0.5 for item in AWT if item.in_index}
PAIRS = dict.fromkeys(SCALES, 0.7)
OMEGA = {"omega": 0.86, "omega_95": [0.81, 0.9], "seed": 1, "item_rest": RESTS, "pairs": PAIRS}
ALPHA = {
    "alpha": 0.84,
    "alpha_95": [0.8, 0.88],
    "why_alpha": "no_factor",
    "item_rest": RESTS,
    "pairs": PAIRS,
}


def told(detail, scales=SCALES, items=ITEMS):
    figures = {}
    if detail is not None:
        figures["coherence"] = ReleasedCell(metric="coherence", n=140, detail=detail)
    whole = UnitResult(1, "Batch release", 0, 200, 0.8, figures, {}, {}, {})
    page = ResultPage(
        wave=None,
        questionnaire=Questionnaire("", "", (), (), "", "en"),
        scales=tuple(Scale(key=key, name={"en": key.title()}) for key in scales),
        units=(whole,),
        comments=(),
        attributes=(),
        earlier=None,
        sees_all=False,
        is_office=False,
    )
    return coherence_of(page, items)


@pytest.mark.parametrize(
    "omega, low, words",
    [
        (0.8, 0.75, "The statements hang together well"),
        (0.79, 0.76, "The statements do not hang together well enough"),
        (0.85, 0.74, "The statements do not hang together well enough"),
        (0.0, 0.0, "The statements do not hang together well enough"),
    ],
)
def test_the_sentence_follows_the_marks_of_the_method(omega, low, words):
    found = told(OMEGA | {"omega": omega, "omega_95": [low, 0.95]})

    assert found.sentence.startswith(words)
    assert found.number == (
        f"Omega is {omega:.2f} (95% interval {low:.2f} to 0.95), of 140 people who answered every "
        "statement."
    )
    assert "Wanted: 0.80, and 0.75 at the lower end" in found.meaning


def test_without_limits_nothing_is_well():
    found = told({key: value for key, value in OMEGA.items() if key != "omega_95"})

    assert found.sentence.startswith("The statements do not hang together well enough")
    assert found.number == "Omega is 0.86, of 140 people who answered every statement."


def test_alpha_is_told_with_the_reason():
    found = told(ALPHA)

    assert (
        found.sentence
        == "Whether the statements measure one thing is open. Read the index with care."
    )
    assert found.number.startswith("Alpha is 0.84 (95% interval 0.80 to 0.88)")
    assert "no common factor was found" in found.meaning


def test_every_figure_is_shown_with_whether_it_is_as_wanted():
    rests, pairs = RESTS | {"REL1": 0.3, "REL2": -0.07}, PAIRS | {"REL": 0.6, "UND": 0.0}

    rows = {row.label: row for row in told(OMEGA | {"item_rest": rests, "pairs": pairs}).rows}

    assert list(rows) == [key.title() for key in SCALES]
    assert rows["Rel"].together == Coefficient("0.60", reached=True)
    assert rows["Rel"].first == Coefficient("0.30", reached=True)
    assert rows["Rel"].second == Coefficient("−0.07", reached=False)
    assert rows["Und"].together == Coefficient("0.00", reached=False)
    checking = rows["Cal"]  # is no part of the index
    assert (checking.together.text, checking.first, checking.second) == ("0.70", None, None)


def test_a_scale_of_one_statement_has_no_pair():
    items = {key: item for key, item in ITEMS.items() if key != "REL2"}
    detail = OMEGA | {"pairs": {key: value for key, value in PAIRS.items() if key != "REL"}}

    row = told(detail, items=items).rows[0]

    assert (row.together, row.first.text, row.second) == (None, "0.50", None)


def test_hidden_is_hidden():
    assert told(None) is None


@pytest.mark.django_db
def test_the_scales_here_are_those_of_the_questionnaire():
    instrument = Instrument.objects.get(code="AWT-16", version="1.0")

    assert [scale.key for scale in instrument.scales.order_by("position")] == list(SCALES)
