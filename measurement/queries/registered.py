"""Whether what a reading uses is still what was registered (decision 0031)."""

from typing import Any

from django.db.models import QuerySet

from core.audit import plain, subject_of
from core.models import AuditEvent
from measurement.models import CaseSource
from workflows.models import GoLive, Redesign, Workflow

DESIGN_FACTS = ("data_from", "completed_only", "horizon_days")
CHANGED = "cases.source_changed"
DELIVERED = "cases.imported"


def changed_since(
    go_live: GoLive, source: CaseSource | None, other: CaseSource | None = None
) -> tuple[str, ...]:
    """Names of what differs from its registered value; ``other`` is the comparison's source."""
    workflow = go_live.redesign.workflow
    told = []
    if source is not None:
        now = _facts(source)
        then = _as_locked(go_live) or _as_delivered(go_live, source.workflow, now)
        told += [name for name in DESIGN_FACTS if now[name] != then[name]]
    if go_live.picked_because_slow not in {None, workflow.picked_because_slow}:
        told.append("picked_because_slow")
    if other is not None:
        now = _facts(other)
        if now["data_from"] != _as_delivered(go_live, other.workflow, now)["data_from"]:
            told.append("comparison_data_from")
    return tuple(told)


def _facts(row: CaseSource | GoLive) -> dict[str, Any]:
    return plain({name: getattr(row, name) for name in DESIGN_FACTS}) or {}


def _as_locked(go_live: GoLive) -> dict[str, Any] | None:
    return None if go_live.completed_only is None else _facts(go_live)


def _as_delivered(go_live: GoLive, workflow: Workflow, now: dict[str, Any]) -> dict[str, Any]:
    """As at go-live or at the first delivery, whichever was later: later changes are undone."""
    since = 0
    for subject, verb in ((go_live.redesign, "redesign.went_live"), (workflow, DELIVERED)):
        first = _events(subject, verb).order_by("pk").values_list("pk", flat=True).first()
        since = max(since, first or 0)
    then = dict(now)
    later = _events(workflow, CHANGED).filter(pk__gt=since).order_by("-pk")
    for before in later.values_list("before", flat=True):
        then |= {name: value for name, value in (before or {}).items() if name in then}
    return then


def _events(subject: Workflow | Redesign, verb: str) -> QuerySet[AuditEvent]:
    kind, name = subject_of(subject)
    return AuditEvent.objects.filter(subject_type=kind, subject_id=name, verb=verb)
