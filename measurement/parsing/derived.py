"""The cases that events make: the reference of what the database derives from stored events."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json import loads

from measurement.parsing.blocks import EventBlock, LogTerms


@dataclass(frozen=True, slots=True)
class DerivedCase:
    """``fields`` holds numbers; ``started_at`` and the others are aware UTC."""

    case_id: str
    started_at: datetime
    completed_at: datetime | None
    status: str
    kind: str
    last_event_at: datetime
    fields: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Event:
    at: datetime
    line: int
    began: datetime
    activity: str
    finishes: bool
    kind: str
    fields: Mapping[str, float]


def cases_of_events(blocks: Iterable[EventBlock], log: LogTerms) -> list[DerivedCase]:
    """The cases of these events, by case id.

    An event counts from when it began (``began``, else ``at``) and ends ``at``. It *finishes* its
    activity unless its lifecycle is "start" or "other".

    A case starts when the earliest event of one of ``log.starts`` (of any activity, without them)
    begins, whatever its lifecycle; events of a case that has none make no case. It ends with the
    earliest event that finishes one of ``log.ends`` or ``log.cancels`` and is not before the start:
    "completed" or, by the latter, "cancelled"; at the same moment it is completed. Otherwise it is
    open. ``last_event_at`` is its latest ``at``. ``kind``, and each of the fields for itself, is
    the last given one by (``at``, line).
    """
    by_case: defaultdict[str, list[_Event]] = defaultdict(list)
    for block in blocks:
        for case_id, event in _events(block):
            by_case[case_id].append(event)
    cases = [_case(case_id, by_case[case_id], log) for case_id in sorted(by_case)]
    return [case for case in cases if case is not None]


def _events(block: EventBlock) -> Iterable[tuple[str, _Event]]:
    columns = (block.lines, block.case_ids, block.activities, block.ats, block.begans)
    more = (block.lifecycles, block.kinds, block.fields)
    for line, case_id, activity, at, began, lifecycle, kind, fields in zip(
        *columns, *more, strict=True
    ):
        ended = datetime.fromisoformat(at).astimezone(UTC)
        yield (
            case_id,
            _Event(
                ended,
                line,
                datetime.fromisoformat(began).astimezone(UTC) if began else ended,
                activity,
                lifecycle in ("", "complete"),
                kind,
                loads(fields) if fields else {},
            ),
        )


def _case(case_id: str, events: Sequence[_Event], log: LogTerms) -> DerivedCase | None:
    begun = [event.began for event in events if not log.starts or event.activity in log.starts]
    if not begun:
        return None
    started = min(begun)
    ends = [
        (event.at, event.activity not in log.ends)
        for event in events
        if event.finishes
        and event.at >= started
        and (event.activity in log.ends or event.activity in log.cancels)
    ]
    ended, was_cancelled = min(ends, default=(None, False))
    kind, fields = "", dict[str, float]()
    for event in sorted(events, key=lambda event: (event.at, event.line)):
        kind = event.kind or kind
        fields |= event.fields
    status = "open" if ended is None else "cancelled" if was_cancelled else "completed"
    last = max(event.at for event in events)
    return DerivedCase(case_id, started, ended, status, kind, last, fields)
