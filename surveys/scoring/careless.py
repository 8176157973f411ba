"""Answers given without reading: flagged and counted, never deleted.

All take (n, items) answers in the instrument's order as given, before reversing, NaN for missing.

Source: trust-survey-method, section 1.5.
"""

import numpy as np

from surveys.scoring.scores import Bools, Floats, Ints

LONGEST_RUN = 12
FEWEST_ANSWERS = 10
AGREES_FROM = 4
AGREED_REVERSED = 3
AGREED_OTHERS = 10


def longest_run(answers: Floats) -> Ints:
    """(n,) lengths of the longest run of one answer; a missing answer ends a run."""
    longest = np.zeros(len(answers), dtype=np.int64)
    run = np.zeros_like(longest)
    before = np.full(len(answers), np.nan)
    for column in answers.T:
        run = np.where(np.isnan(column), 0, np.where(column == before, run + 1, 1))
        longest = np.maximum(longest, run)
        before = column
    return longest


def spread(answers: Floats) -> Floats:
    """(n,) sample standard deviations over the answered items; NaN with fewer than 2."""
    answered = (~np.isnan(answers)).sum(axis=1)
    total = np.where(np.isnan(answers), 0.0, answers).sum(axis=1)
    away = answers - (total / np.maximum(answered, 1))[:, np.newaxis]
    squares = np.where(np.isnan(away), 0.0, away**2).sum(axis=1)
    variance = np.full(len(answers), np.nan)
    np.divide(squares, answered - 1, out=variance, where=answered >= 2)
    deviations: Floats = np.sqrt(variance)
    return deviations


def agrees_with_opposites(answers: Floats, is_reversed: Bools) -> Bools:
    """(n,) whether somebody agrees with 3 reversed items and with 10 of the others."""
    agrees = answers >= AGREES_FROM
    both: Bools = (agrees[:, is_reversed].sum(axis=1) >= AGREED_REVERSED) & (
        agrees[:, ~is_reversed].sum(axis=1) >= AGREED_OTHERS
    )
    return both


def careless(answers: Floats, is_reversed: Bools) -> Bools:
    """(n,) flags: a run of 12, or one answer throughout 10 and more, or agreeing with opposites.

    ``is_reversed`` (items,). Too short an instrument flags nobody.
    """
    answered = (~np.isnan(answers)).sum(axis=1)
    constant = (spread(answers) == 0) & (answered >= FEWEST_ANSWERS)
    flags: Bools = (
        (longest_run(answers) >= LONGEST_RUN)
        | constant
        | agrees_with_opposites(answers, is_reversed)
    )
    return flags
