"""What follows from published sums, by linear algebra: nothing here knows the rules tested."""

from itertools import combinations

import numpy as np


def few_who_leak(sums, people, k):
    """Groups of 1 to ``k`` - 1 people about whom alone some combination of the sums speaks.

    ``sums`` (r, c): of every published sum the weight of each unknown. ``people`` (c,): whose
    unknown it is, numbers of kinds of people who cannot be told apart; ``people`` is a list of
    (kind, how many there are of it) by column. Yields sets of kinds.
    """
    if not (len(sums) and people):
        return
    sums = np.array(sums, dtype=float)
    sizes = dict(people)
    rank = np.linalg.matrix_rank(sums)
    kinds = np.array([kind for kind, _ in people])
    for count in range(1, k):
        for some in combinations(sorted(sizes), count):
            if sum(sizes[kind] for kind in some) >= k:
                continue
            others = sums[:, ~np.isin(kinds, some)]
            if (np.linalg.matrix_rank(others) if others.size else 0) < rank:
                yield some
