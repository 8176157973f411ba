"""Are managers and teams ready for the redesign they are to work in?"""

import numpy.typing as npt

from measurement.indicators.arrays import flags
from measurement.indicators.counts import Count


def manager_enablement(trained: npt.ArrayLike, talked: npt.ArrayLike) -> Count:
    """Managers of workflows past Redesigned who did both, of all such managers.

    (n,) bool each: finished all required trainings; recorded the team talk of every such workflow.
    """
    done = flags("trained", trained)
    both = done & flags("talked", talked, done.shape)
    return Count(int(both.sum()), len(done))


def team_readiness(trained_before_go_live: npt.ArrayLike) -> Count:
    """Trained before go-live, of all assigned; one entry for each person and workflow."""
    ready = flags("trained_before_go_live", trained_before_go_live)
    return Count(int(ready.sum()), len(ready))
