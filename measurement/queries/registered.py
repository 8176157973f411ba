"""Whether what a reading uses is still what was registered (decision 0031)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Min, QuerySet

from core.audit import plain, subject_of
from core.models import AuditEvent
from measurement.models import CaseSource
from workflows.models import GoLive, Redesign, Workflow

DESIGN_FACTS = ("data_from", "completed_only", "horizon_days")
# What makes cases of events: a later choice changes starts and ends, of before and after alike.
LOG_FACTS = ("layout", "start_activities", "end_activities", "cancel_activities")
CHANGED = "cases.source_changed"
DELIVERED = "cases.imported"
WENT_LIVE = "redesign.went_live"


@dataclass(frozen=True, slots=True)
class History:
    """Audit events by the public id of their redesign or workflow.

    ``since``: first go-live or first delivery. ``changes``: (event, facts before it) of each change
    of a source, newest first.
    """

    since: Mapping[str, int]
    changes: Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]]


def history_of(
    go_lives: Iterable[GoLive], comparisons: Iterable[int], logs: Collection[int]
) -> History:
    """For go-lives and the workflows they are compared with. At most three queries.

    A go-live that locked what its source said needs no history of its own, but for ``logs``, the
    workflows that read events: their activities are not among what is locked.
    """
    comparisons = set(comparisons)
    asked = [
        go_live
        for go_live in go_lives
        if go_live.completed_only is None
        or go_live.revision.hypothesis.comparison_id in comparisons
        or go_live.redesign.workflow_id in logs
    ]
    workflows = [
        *(go_live.redesign.workflow for go_live in asked),
        *Workflow.objects.filter(pk__in=comparisons),
    ]
    if not workflows:
        return History({}, {})
    changes: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    changed = _events(workflows, CHANGED).order_by("-pk")
    for name, event, before in changed.values_list("subject_id", "pk", "before"):
        changes.setdefault(name, []).append((event, before or {}))
    firsts = _events([one.redesign for one in asked], WENT_LIVE) | _events(workflows, DELIVERED)
    since: Any = firsts.order_by().values_list("subject_id").annotate(Min("pk"))
    return History(dict(since), changes)


def changed_since(
    go_live: GoLive,
    source: CaseSource | None,
    other: CaseSource | None = None,
    *,
    history: History,
) -> tuple[str, ...]:
    """Names of what differs from its registered value; ``other`` is the comparison's source."""
    workflow = go_live.redesign.workflow
    told = []
    if source is not None:
        now = _facts(source)
        then = _as_locked(go_live) or _as_delivered(go_live, source.workflow, now, history)
        told += [name for name in DESIGN_FACTS if now[name] != then[name]]
        if _read_otherwise(go_live, source, history):
            told.append("steps")
    if go_live.picked_because_slow not in {None, workflow.picked_because_slow}:
        told.append("picked_because_slow")
    if other is not None:
        now = _facts(other)
        then = _as_delivered(go_live, other.workflow, now, history)
        if now["data_from"] != then["data_from"]:
            told.append("comparison_data_from")
        if _read_otherwise(go_live, other, history):
            told.append("comparison_steps")
    return tuple(told)


def _read_otherwise(go_live: GoLive, source: CaseSource, history: History) -> bool:
    """Whether other events begin and end its cases than when they were first read."""
    now = plain({name: getattr(source, name) for name in LOG_FACTS}) or {}
    return _as_delivered(go_live, source.workflow, now, history) != now


def _facts(row: CaseSource | GoLive) -> dict[str, Any]:
    return plain({name: getattr(row, name) for name in DESIGN_FACTS}) or {}


def _as_locked(go_live: GoLive) -> dict[str, Any] | None:
    return None if go_live.completed_only is None else _facts(go_live)


def _as_delivered(
    go_live: GoLive, workflow: Workflow, now: dict[str, Any], history: History
) -> dict[str, Any]:
    """As at go-live or at the first delivery, whichever was later: later changes are undone."""
    names = (str(go_live.redesign.public_id), str(workflow.public_id))
    since = max(history.since.get(name, 0) for name in names)
    then = dict(now)
    for event, before in history.changes.get(names[1], ()):
        if event > since:
            then |= {name: value for name, value in before.items() if name in then}
    return then


def _events(subjects: Sequence[Workflow] | Sequence[Redesign], verb: str) -> QuerySet[AuditEvent]:
    kinds = {subject_of(subject)[0] for subject in subjects}
    names = {subject_of(subject)[1] for subject in subjects}
    return AuditEvent.objects.filter(subject_type__in=kinds, subject_id__in=names, verb=verb)
