"""The numbers of the promise, field by field: what is taken and what is refused."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from workflows.forms.redesign_rows import GuardrailForm
from workflows.forms.redesigns import RedesignForm

NO_NUMBERS = [
    "NaN", "-nan", "sNaN", "Infinity", "-inf", "1e309", "1e999999999", "9" * 5000, "\x00", "x",
]  # fmt: skip
DECIMALS = {
    "promise": ["", "0", "100", "-20", "20.55"],
    "margin": ["", "-1", "100", "5.55"],
}
DAYS = {
    "before_days": ["", "83", "3661", "-364", "364.5"],
    "washout_days": ["", "-1", "366", "1.5"],
    "after_days": ["0", "41", "3661", "-84"],
}


@pytest.mark.parametrize(
    "name, value",
    [
        (name, value)
        for name, refused in (DECIMALS | DAYS).items()
        for value in [*refused, *NO_NUMBERS]
    ],
)
def test_a_number_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValidationError):
        RedesignForm.base_fields[name].clean(value)


@pytest.mark.parametrize(
    "name, value, taken",
    [
        ("promise", "0.1", Decimal("0.1")),
        ("promise", "99.9", Decimal("99.9")),
        ("margin", "0", Decimal(0)),
        ("before_days", "84", 84),
        ("before_days", "2555", 2555),
        ("washout_days", "0", 0),
        ("after_days", "42", 42),
        ("after_days", "", None),
    ],
)
def test_the_edges_are_taken(name, value, taken):
    assert RedesignForm.base_fields[name].clean(value) == taken


@pytest.mark.parametrize("value", ["-1", "10000000", *NO_NUMBERS])
def test_the_margin_of_a_guardrail_is_a_number_from_nought(value):
    with pytest.raises(ValidationError):
        GuardrailForm.base_fields["margin"].clean(value)
