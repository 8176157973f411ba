"""Every reading of the reference answers, to the last digit they print."""

import math

import pytest

from tests.measurement.reference_answers import REFERENCE, reading_of

PRINTED = 1e-5  # the answers carry six digits

pytestmark = pytest.mark.skipif(
    not REFERENCE,
    reason="REFERENCE ANSWERS NOT CHECKED: ../shared/data is not beside the repository",
)


def plain(value):
    """The answers print NaN and "not judged" alike, as null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def approximately(value, tolerance=PRINTED):
    is_number = isinstance(value, float) and not isinstance(value, bool)
    return pytest.approx(value, rel=tolerance, abs=1e-12) if is_number else value


@pytest.mark.parametrize("name", REFERENCE)
def test_reading_matches_reference(name):
    expected = dict(REFERENCE[name]["reading"])

    reading = reading_of(REFERENCE[name]["parameters"])

    gates, guardrails = expected.pop("gates"), expected.pop("guardrails")
    drift, grid = expected.pop("drift"), expected.pop("P")
    for field, value in expected.items():
        assert plain(getattr(reading, field)) == approximately(value), field
    for gate, facts in gates.items():
        for field, value in facts.items():
            assert plain(getattr(reading.gates[gate], field)) == approximately(value), (gate, field)
    assert len(reading.guardrails) == len(guardrails)
    for guardrail, facts in zip(reading.guardrails, guardrails, strict=True):
        for field, value in facts.items():
            assert getattr(guardrail, field) == approximately(value), (guardrail.name, field)
    assert [reading.grid[0], reading.grid[-1]] == pytest.approx(grid)
    if drift is None:
        assert reading.drift is None
    else:
        found = {**reading.drift._asdict(), "used": reading.drift_used}
        assert found == pytest.approx(drift, rel=PRINTED)


@pytest.mark.parametrize("name", REFERENCE)
def test_effect_before_the_guards_matches_reference(name):
    answer = REFERENCE[name]

    reading = reading_of(answer["parameters"], placebo=False, drift_key=False, early=False)

    assert reading.ratio == pytest.approx(answer["effect_ratio"], rel=1e-4, abs=5e-5)
    assert [reading.low, reading.high] == pytest.approx(answer["ci95"], rel=1e-4, abs=5e-5)
    assert reading.se == pytest.approx(answer["se_log"], abs=5.1e-5)
    assert reading.df == pytest.approx(answer["df"], abs=0.051)
    assert reading.autocorrelation == pytest.approx(answer["rho"], abs=5.1e-4)


@pytest.mark.parametrize("name", REFERENCE)
def test_texts_are_fit_for_a_person(name):
    reading = reading_of(REFERENCE[name]["parameters"])

    for text in (reading.reason, *(gate.text for gate in reading.gates.values())):
        assert "nan" not in text.lower()
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
