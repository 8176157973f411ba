"""The item tables of the two instruments, as the trust survey method prints them."""

from surveys.scoring import ItemKey

REVERSED = {"REL2", "CTL2", "FAI2", "CAL2"}
SCALES = ("REL", "UND", "CTL", "FAI", "MGR", "TRN", "WIL", "CAL")
AWT = [
    ItemKey(f"{scale}{number}", scale, scale != "CAL", f"{scale}{number}" in REVERSED)
    for scale in SCALES
    for number in (1, 2)
]
AWB = [
    ItemKey(key, scale=None, in_index=False, is_reversed=key == "WOR")
    for key in ("NOW", "HLP", "WOR", "PRE", "ASK")
]


def answered(score, items=AWT):
    """What somebody answers whose every score is ``score``."""
    return tuple(6 - score if item.is_reversed else score for item in items)
