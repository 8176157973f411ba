"""What section 10 asks of each figure, and the reasons of misses that are understood."""

from typing import NamedTuple

from benchmarks.method.running import Share

WITHIN = 0.05  # power may lie so far below what the text measured

FEW_STARTS = (
    "with 59 starts after go-live chance alone moves a 5 % share of cancelled cases by more than "
    "5 points in one of eight"
)
REASONS = {
    ("good, 0.7/day, no effect", "G6"): FEW_STARTS,
    ("good, 0.7/day, 20 % shorter", "G6"): FEW_STARTS,
}


class Judged(NamedTuple):
    """One figure against what is asked of it; ``asked`` in words, "" where nothing is."""

    cell: str
    figure: str
    share: Share
    asked: str = ""
    met: bool = True

    @property
    def told(self):
        if not self.asked:
            return ""
        if self.met:
            return "met"
        return f"missed: {REASONS.get((self.cell, self.figure), 'not understood')}"


def at_least(cell, figure, share, limit):
    if limit is None:
        return Judged(cell, figure, share)
    met = share.clears(limit, at_least=True)
    return Judged(cell, figure, share, f">= {limit:g}", met)


def at_most(cell, figure, share, limit):
    if limit is None:
        return Judged(cell, figure, share)
    met = share.clears(limit, at_least=False)
    return Judged(cell, figure, share, f"<= {limit:g}", met)


def between(cell, figure, share, low, high):
    if low is None:
        return Judged(cell, figure, share)
    met = share.clears(low, at_least=True) and share.clears(high, at_least=False)
    return Judged(cell, figure, share, f"{low:g} to {high:g}", met)
