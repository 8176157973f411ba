"""What passes between the steps of reading: terms, raw blocks, checked blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.deliveries import Limits
from measurement.parsing.columns import Columns
from measurement.parsing.errors import Rejection

CLOCK_TOLERANCE = timedelta(seconds=60)  # the source's clock may be a little ahead of ours


@dataclass(frozen=True, slots=True)
class LogTerms:
    """Activities that begin, end and cancel a case; without ``starts`` it begins by any event."""

    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileTerms:
    """How to read. ``at`` is the moment of the import: later times are clock errors.

    ``mapping`` gives the source's column for our field; ``zone`` reads times without an offset.
    ``delimiter`` "" is found in the header; ``times`` is a name of TIME_PATTERNS, "" is ISO 8601;
    ``decimal`` the sign before decimals; ``sheet`` "" is the first one with rows. ``log``: the file
    holds events. JSON and XES say themselves how numbers are written, XES also how times are.
    """

    at: datetime
    mapping: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    encoding: str = ""
    limits: Limits = field(default_factory=Limits)
    delimiter: str = ""
    times: str = ""
    decimal: str = "."
    sheet: str = ""
    log: LogTerms | None = None


@dataclass(slots=True)
class Block:
    """Checked rows as equally long columns of text; an empty text is "not given".

    Times are ISO 8601 with offset, ``fields`` a JSON object of numbers. ``read`` counts all rows of
    the block, refused ones too. ``columns`` is shared by all blocks and complete after the last.
    """

    columns: Columns
    read: int
    lines: Sequence[int] = ()
    case_ids: Sequence[str] = ()
    started: Sequence[str] = ()
    completed: Sequence[str] = ()
    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    last_events: Sequence[str] = ()
    fields: Sequence[str] = ()
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(slots=True)
class EventBlock:
    """Checked events, as in ``Block``; what a case has is repeated on each of its events.

    ``ats`` are never empty; ``begans`` is when the activity began, where the row says so, and never
    later. ``lifecycles``: "", "start", "complete" or "other".
    """

    columns: Columns
    read: int
    lines: Sequence[int] = ()
    case_ids: Sequence[str] = ()
    activities: Sequence[str] = ()
    ats: Sequence[str] = ()
    begans: Sequence[str] = ()
    lifecycles: Sequence[str] = ()
    kinds: Sequence[str] = ()
    fields: Sequence[str] = ()
    rejections: list[Rejection] = field(default_factory=list)


@dataclass(slots=True)
class RawBlock:
    """A block as it stands in the file: ``cells`` by column name, all as long as ``lines``.

    ``typed``: the file itself marks times, which then stand here as ISO 8601.
    """

    lines: Sequence[int]
    cells: dict[str, Sequence[str]]
    uneven: list[tuple[int, list[str]]] = field(default_factory=list)
    typed: bool = False


def status_of(given: str, *, ended: bool) -> str:
    """Derived when not given; "" where status and end contradict each other."""
    if given in ("", "completed" if ended else "open"):
        return "completed" if ended else "open"
    return "cancelled" if given == "cancelled" else ""
