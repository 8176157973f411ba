"""What follows from published sums, by linear algebra: nothing here knows the rules tested."""

import numpy as np

ONE = 1 - 1e-7


def few_who_leak(sums, people, k):
    """Groups of fewer than ``k`` people about whom alone some combination of the sums speaks.

    ``sums`` (r, c): of every published sum the weight of each unknown. ``people``: for each of the
    c unknowns the kind of people it belongs to and how many they are; those of one kind cannot be
    told apart. Returns sets of kinds.
    """
    if not (len(sums) and people):
        return []
    _, values, rows = np.linalg.svd(np.array(sums, dtype=float), full_matrices=False)
    basis = rows[values > 1e-9 * max(values[0], 1)]
    columns = {kind: [] for kind, _ in people}
    for place, (kind, _) in enumerate(people):
        columns[kind].append(place)
    # By kind a square part that has the same singular values as its columns, for speed.
    parts = {kind: _reduced(basis[:, places]) for kind, places in columns.items()}
    lengths = {kind: np.linalg.norm(part, 2) ** 2 for kind, part in parts.items()}
    # A combination of unit length speaks of some people alone when its part there has length 1.
    return [
        some
        for some in _largest_sets(sorted(dict(people).items()), k - 1)
        if sum(lengths[kind] for kind in some) > ONE
        and np.linalg.norm(np.hstack([parts[kind] for kind in some]), 2) > ONE
    ]


def _reduced(part):
    """The same columns' span with as few columns as it has dimensions."""
    left, values, _ = np.linalg.svd(part, full_matrices=False)
    kept = values > 1e-12
    return left[:, kept] * values[kept]


def _largest_sets(kinds, room):
    """All sets of kinds of ``room`` people at most to which no further kind can be added."""
    smallest = min((size for _, size in kinds), default=0)
    if room < smallest or not kinds:
        return
    waiting = [((), 0, room)]
    while waiting:
        some, start, left = waiting.pop()
        if some and not any(size <= left for kind, size in kinds if kind not in some):
            yield some
        waiting += [
            ((*some, kind), place + 1, left - size)
            for place, (kind, size) in enumerate(kinds[start:], start)
            if size <= left
        ]
