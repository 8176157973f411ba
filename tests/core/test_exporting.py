"""No cell comes alive in a spreadsheet, however its language cuts lines."""

import pytest

from core.exporting import calm


@pytest.mark.parametrize("sign", "=+-@＝")
def test_leading_sign_is_calmed(sign):
    assert calm(f" {sign}1+1") == f"' {sign}1+1"


@pytest.mark.parametrize("cut", [";", "\t", "|", "\n", "\r"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", " =", '"='])
def test_sign_behind_a_cut_is_calmed(cut, sign):
    assert calm(f"A{cut}{sign}HYPERLINK(1)") == f"A{cut}'{sign}HYPERLINK(1)"


def test_each_cut_is_calmed_once():
    assert calm("=1;=2;;+3") == "'=1;'=2;;'+3"


@pytest.mark.parametrize(
    "text", ["-1.5", "+2", "A-1", "a=b", "one; two", "x|y", "mail@example.org"]
)
def test_harmless_text_stays(text):
    assert calm(text) == text
