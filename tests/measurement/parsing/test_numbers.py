"""Numbers with points, commas and signs between thousands, as the source says."""

import pytest

from measurement.parsing.values import BadValueError, is_numberlike, read_number


@pytest.mark.parametrize(
    "text, decimal, read",
    [
        ("1.5", ".", "1.5"), ("1,5", ",", "1.5"), ("-12,0", ",", "-12"), ("5,", ",", "5"),
        ("1.234,56", ",", "1234.56"), ("1.234.567", ",", "1234567"), ("1,234.5", ".", "1234.5"),
        ("1 234,5", ",", "1234.5"), ("1'234.50", ".", "1234.5"), ("1\u202f234", ",", "1234"),
        ("1e3", ",", "1000"), ("ja", ",", "1"), ("faux", ".", "0"),
    ],
)  # fmt: skip
def test_number_is_read_by_its_decimal_sign(text, decimal, read):
    assert read_number(text, decimal) == read
    assert is_numberlike(text, decimal)


@pytest.mark.parametrize(
    "text, decimal",
    [
        ("1.234", ","), ("1,234", "."), ("1,5", "."), ("1.5", ","), ("1.23.456", ","),
        ("1.234,5", "."), ("1,2,3", ","), ("1 23", "."), ("12 3456", ","), ("04.03.2026", ","),
        ("1.2.3", "."), ("", ","), (".", ","), (",", ","),
    ],
)  # fmt: skip
def test_number_that_may_be_two_is_none(text, decimal):
    with pytest.raises(BadValueError):
        read_number(text, decimal)
