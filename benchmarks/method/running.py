"""Repetitions of many cells over processes; a cell is the same alone, first or last."""

import math
import multiprocessing
import zlib

import numpy as np

CHUNK = 25


def generator(seed, name, repetition):
    """The random numbers of one repetition depend on nothing but these three."""
    entropy = (seed, zlib.crc32(name.encode()), repetition)
    return np.random.default_rng(np.random.SeedSequence(entropy))


def chunk(task):
    seed, name, first, last = task
    from benchmarks.method.cells import CELLS

    rows = [CELLS[name].read(generator(seed, name, number)) for number in range(first, last)]
    return name, first, np.array(rows, dtype=float).reshape(last - first, -1)


def run(cells, *, repeats, seed, jobs):
    """(repetitions, figures) of each cell by name, in the order of the repetitions."""
    tasks = [
        (seed, name, first, min(first + CHUNK, size))
        for name, cell in cells.items()
        for size in [max(1, round(repeats * cell.share))]
        for first in range(0, size, CHUNK)
    ]
    parts = {name: {} for name in cells}
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for name, first, rows in pool.imap_unordered(chunk, tasks):
            parts[name][first] = rows
    return {name: np.concatenate([part[n] for n in sorted(part)]) for name, part in parts.items()}


class Share:
    """A share of ``size`` repetitions with its simulation error."""

    def __init__(self, hits):
        hits = np.asarray(hits, dtype=float)
        self.size = len(hits)
        self.value = float(hits.mean()) if self.size else math.nan

    @property
    def error(self):
        return error_of(self.value, self.size)

    def __str__(self):
        return f"{self.value:.3f}±{self.error:.3f}"

    def clears(self, limit, *, at_least):
        """Within two simulation errors of the limit, taken where the limit is true."""
        slack = 2 * error_of(limit, self.size)
        return self.value >= limit - slack if at_least else self.value <= limit + slack


def error_of(share, size):
    return math.sqrt(max(share * (1 - share), 0.0) / size) if size else math.nan
