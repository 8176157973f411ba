"""Which readings of a redesign are due (decisions 0004 and 0021)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from measurement.choices import ReadingKind
from measurement.queries.gathering import Due
from measurement.queries.known import Known, due_at, reach_of
from workflows.choices import RedesignState
from workflows.models import GoLive

# Nothing is read while work is suspended; what ended is read up to its end.
MEASURABLE = (
    RedesignState.LIVE,
    RedesignState.MEASURED,
    RedesignState.SUPERSEDED,
    RedesignState.RETIRED,
)
DATA_GRACE = timedelta(days=28)
ENDED_GRACE = DATA_GRACE + timedelta(days=7)  # then the last reading of an ended one is taken
FINAL_KINDS = (ReadingKind.PRIMARY, ReadingKind.DAY_90, ReadingKind.DAY_180)


def due_readings(
    go_live: GoLive,
    taken: Iterable[str],
    *,
    at: datetime,
    known: Known,
    with_data_as_it_is: bool = False,
) -> list[Due]:
    """Every final reading that is due at ``at`` and not ``taken`` yet, else an early one.

    A final reading is due at its date once the data reach that date. Data that never do cannot put
    it off: after four weeks it is taken with what there is, the primary one at once when somebody
    asks for it (``with_data_as_it_is``). A go-live entered for the past waits for its data instead.
    """
    taken = set(taken)
    stopped_at = go_live.redesign.stopped_at
    # Without an end of the after-window the one reading goes to the end of the data already.
    ends = go_live.revision.hypothesis.after_days is not None
    due = [
        Due(go_live, kind, reach_of(go_live, kind, at=at, known=known))
        for kind in (FINAL_KINDS if ends else FINAL_KINDS[:1])
        # What ended is read for the dates at which it was still in use.
        if kind not in taken and (stopped_at is None or due_at(go_live, kind) <= stopped_at)
    ]
    due = [one for one in due if _may_be_taken(one, at=at, as_it_is=with_data_as_it_is)]
    if due or ReadingKind.PRIMARY in taken or stopped_at is not None:
        return due
    kind = ReadingKind.EARLY
    reach = reach_of(go_live, kind, at=at, known=known)
    possible = reach.both is not None and min(at, reach.both) >= due_at(go_live, kind)
    return [Due(go_live, kind, reach)] if possible else []


def _may_be_taken(due: Due, *, at: datetime, as_it_is: bool) -> bool:
    go_live, reach = due.go_live, due.reach
    date = due_at(go_live, due.kind)
    if at < date or reach.own is None or reach.own <= go_live.at:
        return False
    waited = not go_live.post_hoc and at >= date + DATA_GRACE
    # One ask must not spend the readings at 90 and 180 days as well.
    asked = as_it_is and due.kind == ReadingKind.PRIMARY
    return waited or asked or (reach.both is not None and reach.both >= date)
