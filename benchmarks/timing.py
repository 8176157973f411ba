"""Wall-clock times and how they are told. Ratios are what counts: machines differ and are noisy."""

import statistics
import time
from typing import NamedTuple


class Times(NamedTuple):
    """Seconds of repeated runs."""

    runs: list[float]

    @property
    def median(self):
        return statistics.median(self.runs)

    @property
    def spread(self):
        """How far the runs lie apart: a figure with a wide spread says little."""
        if len(self.runs) == 1:
            return "timed once"
        low, high = figure(min(self.runs)), figure(max(self.runs))
        return f"median of {len(self.runs)}, {low} to {high}"

    def each(self, parts):
        return Times([run / parts for run in self.runs])


def figure(seconds):
    if seconds < 0.1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:,.0f} s"


def seconds_of(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turn(*works, repeats):
    """Times of each work, run in turn so that a busy moment of the machine meets all of them."""
    runs = [[seconds_of(work) for work in works] for _ in range(repeats)]
    return [Times(list(column)) for column in zip(*runs, strict=True)]


def compare(subject, ours, name, theirs, note=""):
    """One line with both sides; the ratio is how many times longer the other way takes."""
    print(
        f"{subject}: {figure(ours.median)} ({ours.spread}); {name} {figure(theirs.median)} "
        f"({theirs.spread}{note}); {theirs.median / ours.median:.1f}x",
        flush=True,
    )
