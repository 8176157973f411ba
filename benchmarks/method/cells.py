"""Every cell of the bench by name: what one repetition reads, and how many there are of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.method.exports import BAD, GOOD, read_good
from benchmarks.method.lasting import READ_DAY, read_lasting
from benchmarks.method.lasting import WORLDS as LASTING
from benchmarks.method.looking import WORLDS as EARLY
from benchmarks.method.looking import read_early
from benchmarks.method.portfolios import read_portfolio
from benchmarks.method.recording import read_completed_only, read_stamped
from benchmarks.method.traps import TRAPS, read_trap


@dataclass(frozen=True)
class Cell:
    """``read`` takes a generator and gives a row of figures; ``share`` of the repetitions."""

    read: Callable
    share: float = 1.0


def truth(ratio):
    return "no effect" if ratio == 1 else "20 % shorter"


CELLS = {
    f"trap: {trap.name}, {truth(ratio)}": Cell(partial(read_trap, trap, ratio))
    for trap in TRAPS
    for ratio in trap.ratios
}
CELLS |= {f"stamps: {share}": Cell(partial(read_stamped, share)) for share in (0.0, 0.1, 0.3)}
CELLS["completed only"] = Cell(read_completed_only)
CELLS |= {
    f"early: {name}, {truth(ratio)}": Cell(partial(read_early, name, ratio))
    for name in EARLY
    for ratio in (1.0, 0.8)
}
CELLS["portfolio"] = Cell(read_portfolio, share=0.5)
CELLS |= {
    f"lasting: {name}, {said}": Cell(partial(read_lasting, name, until))
    for name in LASTING
    for said, until in (("effect stays", 1e9), ("effect ends", READ_DAY))
}
CELLS |= {f"bad: {name}": Cell(read) for name, read in BAD.items()}
CELLS |= {f"good: {name}": Cell(partial(read_good, name)) for name in GOOD}
