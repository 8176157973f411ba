"""Names in comments."""

import pytest

from surveys.masking import MASK, masked, names_in

NAMES = names_in([("Mara", "Lindqvist"), ("Jean-Luc", "O’Neill"), ("Li", "Wu"), ("Will", "Koch")])


@pytest.mark.parametrize(
    "text, shown",
    [
        ("Ask Mara first.", f"Ask {MASK} first."),
        ("Mara Lindqvist and MARA", f"{MASK} {MASK} and {MASK}"),
        ("Jean-Luc, Luc, O’Neill", f"{MASK}, {MASK}, {MASK}"),
        ("Lindqvist’s idea", f"{MASK} idea"),
        ("I will wait", "I will wait"),
        ("Will waits", f"{MASK} waits"),
        ("Maraschino, Kochen", "Maraschino, Kochen"),
        ("Li said", "Li said"),  # two letters are words too often
        ("two\nlines, 3 % déjà vu", "two\nlines, 3 % déjà vu"),
    ],
)
def test_names_of_people_are_masked(text, shown):
    assert masked(text, NAMES) == shown
