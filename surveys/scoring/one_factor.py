"""One common factor behind a covariance matrix, by maximum likelihood."""

from dataclasses import dataclass

import numpy as np

from surveys.scoring.scores import Bools, Floats

ROUNDS = 20_000
SETTLED = 1e-9
# A share of an item's variance. EM creeps towards 0 and never arrives: below this it is given up.
SMALLEST_UNIQUENESS = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """``loadings`` and ``uniquenesses`` (b, items) in the items' own units; ``proper`` (b,).

    Not proper: no solution was found, or one with a uniqueness of 0.
    """

    loadings: Floats
    uniquenesses: Floats
    proper: Bools

    @property
    def omega(self) -> Floats:
        """(b,) omega total."""
        common = self.loadings.sum(axis=1) ** 2
        omega: Floats = common / (common + self.uniquenesses.sum(axis=1))
        return omega


def one_factor(covariances: Floats) -> OneFactor:
    """Fit b covariance matrices (b, items, items) at once.

    EM (Rubin & Thayer 1982, doi 10.1007/BF02293851) on the correlations, where the likelihood is
    the same, then back in the items' units. Loadings have the sign that makes their sum positive.

    Raises ValueError for a variance of 0.
    """
    variances = np.einsum("bii->bi", covariances)
    if (variances <= 0).any():
        raise ValueError("an item without variance has no loading")
    sd = np.sqrt(variances)
    correlations = covariances / (sd[:, :, np.newaxis] * sd[:, np.newaxis, :])
    loadings, settled = _em(correlations)
    uniquenesses = 1 - loadings**2
    loadings = loadings * np.where(loadings.sum(axis=1, keepdims=True) < 0, -1, 1)
    return OneFactor(
        loadings=loadings * sd,
        uniquenesses=uniquenesses * variances,
        proper=settled & (uniquenesses.min(axis=1) > SMALLEST_UNIQUENESS),
    )


def _em(correlations: Floats) -> tuple[Floats, Bools]:
    """Loadings (b, items) and which of them came to rest, starting from the first component."""
    values, vectors = np.linalg.eigh(correlations)
    loadings = vectors[:, :, -1] * np.sqrt(np.minimum(values[:, -1:], correlations.shape[1] / 2))
    unique = np.clip(1 - loadings**2, 0.05, 1)
    settled = np.zeros(len(correlations), dtype=np.bool_)
    for _ in range(ROUNDS):
        open_ones = np.flatnonzero(~settled & (unique.min(axis=1) > SMALLEST_UNIQUENESS))
        if not len(open_ones):
            break
        now, noise = loadings[open_ones], unique[open_ones]
        weight = now / noise
        precision = 1 + (now * weight).sum(axis=1, keepdims=True)
        weight = weight / precision
        shared = np.einsum("bij,bj->bi", correlations[open_ones], weight)
        fresh = shared / (1 / precision + (weight * shared).sum(axis=1, keepdims=True))
        loadings[open_ones] = fresh
        unique[open_ones] = np.maximum(1 - fresh * shared, 1e-9)
        settled[open_ones] = np.abs(fresh - now).max(axis=1) < SETTLED
    return loadings, settled
