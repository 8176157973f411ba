from dataclasses import dataclass

import pytest

from measurement.statistics import portfolio


@dataclass
class Row:
    p: float
    verdict: str = "improved"
    grade: str = "B"
    negligible: bool = False


def test_benjamini_hochberg_example_of_1995():
    # Benjamini & Hochberg 1995, section 4.1: 15 p-values, four rejected at 5 %.
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    published += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]

    result = portfolio([Row(p) for p in published])

    assert (result.due, result.improved) == (15, 4)
    assert result.survivors == (True,) * 4 + (False,) * 11
    assert result.adjusted_p[3] == pytest.approx(0.0095 * 15 / 4)
    assert result.expected_false == pytest.approx(0.2)


def test_only_solid_improvements_are_counted():
    rows = [Row(0.001), Row(0.001, grade="C"), Row(0.001, negligible=True)]
    rows += [Row(0.001, verdict="faster_but_worse"), Row(0.001, grade="A"), Row(1.0)]

    result = portfolio(rows)

    assert result.survivors == (True,) * 5 + (False,)
    assert result.counted == (True, False, False, False, True, False)
    assert result.improved == 2


def test_an_empty_quarter_is_an_answer():
    result = portfolio([])

    assert (result.due, result.improved, result.adjusted_p) == (0, 0, ())


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_p_outside_its_range_is_refused(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        portfolio([Row(p)])


def test_a_level_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="level"):
        portfolio([], level=1)
