"""How far the data of some go-lives reach, read for all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from measurement.choices import ReadingKind
from measurement.models import CaseSummary
from workflows.models import GoLive, Workflow

LATER_DAYS = {ReadingKind.DAY_90: 90, ReadingKind.DAY_180: 180}


@dataclass(frozen=True, slots=True)
class Known:
    """``covers_to``: where the data of a workflow end. ``redesigned``: its go-lives, oldest first.

    Of the go-lives asked for alone: their workflows, and for ``redesigned`` their comparisons.
    """

    covers_to: Mapping[int, datetime | None]
    redesigned: Mapping[int, Sequence[datetime]]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the data go. ``both``: where those of the comparison go as far, too.

    ``both`` is None while the comparison has no data after go-live; ``comparison`` is the one that
    is used, ``dropped`` says since when a registered one was redesigned itself.
    """

    own: datetime | None
    both: datetime | None
    comparison: Workflow | None
    dropped: datetime | None


def known_of(go_lives: Sequence[GoLive]) -> Known:
    """Two queries, one where none of them has a comparison."""
    others = {
        hypothesis.comparison_id
        for hypothesis in (go_live.revision.hypothesis for go_live in go_lives)
        if hypothesis.comparison_id is not None
    }
    workflows = others | {go_live.redesign.workflow_id for go_live in go_lives}
    summaries = CaseSummary.objects.filter(workflow__in=workflows)
    redesigned: dict[int, list[datetime]] = {}
    if others:
        themselves = GoLive.objects.filter(redesign__workflow__in=others).order_by("at")
        for workflow_id, at in themselves.values_list("redesign__workflow", "at"):
            redesigned.setdefault(workflow_id, []).append(at)
    return Known(dict(summaries.values_list("workflow", "covers_to")), redesigned)


def due_at(go_live: GoLive, kind: ReadingKind) -> datetime:
    """When a reading of this kind is taken; early ones from six weeks after the washout on."""
    if kind == ReadingKind.EARLY:
        return go_live.at + timedelta(days=go_live.revision.hypothesis.washout_days + 42)
    return go_live.reading_at + timedelta(days=LATER_DAYS.get(kind, 0))


def reach_of(go_live: GoLive, kind: ReadingKind, *, at: datetime, known: Known) -> Reach:
    own = known.covers_to.get(go_live.redesign.workflow_id)
    comparison = go_live.revision.hypothesis.comparison
    if comparison is None:
        return Reach(own, own, None, None)
    until = cutoff_of(go_live, kind, at=at, covered=own)
    dropped = _redesigned_at(go_live, known.redesigned.get(comparison.pk, ()), until=until)
    if dropped is not None:
        return Reach(own, own, None, dropped)
    other = known.covers_to.get(comparison.pk)
    if own is None or other is None or other <= go_live.at:
        return Reach(own, None, comparison, None)
    return Reach(own, min(own, other), comparison, None)


def cutoff_of(
    go_live: GoLive, kind: ReadingKind, *, at: datetime, covered: datetime | None
) -> float:
    """In UTC epoch seconds: the reading's date, or where the data or the use end before it."""
    hypothesis = go_live.revision.hypothesis
    limits = [at.timestamp()]
    if covered is not None:
        limits.append(covered.timestamp())
    # Without an end of the after-window the reading goes to the end of the data.
    if kind != ReadingKind.EARLY and hypothesis.after_days is not None:
        limits.append(due_at(go_live, kind).timestamp())
    ended = go_live.redesign.stopped_at
    if ended is not None:  # later cases are not its own
        limits.append(ended.timestamp())
    return min(limits)


def _redesigned_at(go_live: GoLive, itself: Sequence[datetime], *, until: float) -> datetime | None:
    first = go_live.at - timedelta(days=go_live.revision.hypothesis.before_days)
    return next((at for at in itself if first <= at < moment(until)), None)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
