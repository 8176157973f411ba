"""Times as a file writes them to moments: one cell, or a whole column at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from measurement.parsing.time_patterns import moment
from measurement.parsing.values import BadValueError

KEPT = 90_000  # days, and times of day, that are remembered
MICROS, CLOCK_MARKS = 6, 2
_MARKS = {"yyyymmdd": 8, "excel": 0, "epoch_seconds": 0, "epoch_milliseconds": 0}


@dataclass(frozen=True, slots=True)
class TimeReader:
    """``pattern``: of TIME_PATTERNS. ``typed``: the file itself marks times, so ISO is read too."""

    pattern: str = ""
    zone: ZoneInfo | None = None
    typed: bool = False
    _days: dict[str, tuple[str, str]] = field(default_factory=dict)
    _clocks: dict[str, str] = field(default_factory=dict)

    def read(self, text: str) -> datetime:
        """An aware UTC time. A time without an offset is read in ``zone``.

        A date alone is its midnight. Local times that a clock change leaves out or repeats raise
        BadValueError (``time_in_gap``, ``time_twice``): which moment was meant is not in the file.
        """
        try:
            return self._located(self._moment(text)).astimezone(UTC)
        except BadValueError:
            raise
        except (ValueError, OverflowError):
            code = "not_as_chosen" if self.pattern else "not_a_time"
            raise BadValueError(code) from None

    def column(self, cells: Sequence[str]) -> list[str]:
        """The same moments as ISO 8601 with offsets; "" stays. Raises BadValueError.

        A day and a time of day are read once and remembered: a cell is then two look-ups.
        """
        cut = _MARKS.get(self.pattern)
        if cut == 0:
            return [self.read(text).isoformat() if text else "" for text in cells]
        days, clocks = self._days, self._clocks
        isos: list[str] = []
        for text in cells:
            if not text:
                isos.append("")
                continue
            if cut:
                day, clock = text[:cut], text[cut:]
            elif len(text) > 10 and text[10] in " T":  # noqa: PLR2004 - a day of ten signs
                day, clock = text[:10], text[11:]
            else:
                day, _blank, clock = text.partition(" ")
            known, told = days.get(day), clocks.get(clock)
            if known is None or told is None:
                isos.append(self._learned(text, day, clock))
            else:
                isos.append(f"{known[0]}T{told}{known[1]}")
        return isos

    def _moment(self, text: str) -> datetime:
        if self.typed and self.pattern:
            try:
                return moment(text, "")
            except ValueError:
                pass
        return moment(text, self.pattern)

    def _located(self, time: datetime) -> datetime:
        if time.tzinfo is not None:
            return time
        if self.zone is None:
            raise BadValueError("no_zone")
        local = time.replace(tzinfo=self.zone)
        if local.utcoffset() != local.replace(fold=1).utcoffset():
            exists = local.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) == time
            raise BadValueError("time_twice" if exists else "time_in_gap")
        return local

    def _learned(self, text: str, day: str, clock: str) -> str:
        """The cell by itself, and what it teaches of others on that day and at that time."""
        whole, point, part = clock.partition(".")
        if point and part.isdecimal() and len(part) <= MICROS and clock.count(":") == CLOCK_MARKS:
            known, told = self._days.get(day), self._clocks.get(whole)
            if known is not None and told is not None:
                return f"{known[0]}T{told}.{part}{known[1]}"
            text_of_it = text[: len(text) - len(part) - 1]
            self._learn(text_of_it, day, whole)
        else:
            self._learn(text, day, clock)
        return self.read(text).isoformat()

    def _learn(self, text: str, day: str, clock: str) -> None:
        if self.zone is None or len(self._clocks) >= KEPT or len(self._days) >= KEPT:
            return
        try:
            midnight, written = self._moment(day), self._moment(text)
        except (ValueError, OverflowError):
            return
        if (written.tzinfo, midnight.tzinfo) != (None, None) or written.date() != midnight.date():
            return
        self._clocks[clock] = written.time().isoformat()
        if day not in self._days:
            self._learn_day(day, midnight.replace(tzinfo=self.zone))

    def _learn_day(self, day: str, start: datetime) -> None:
        """A day of one offset from beginning to end, and an hour around it."""
        try:
            offsets = {(start + timedelta(hours=hours)).utcoffset() for hours in range(-1, 26)}
        except (ValueError, OverflowError):
            return
        offset = start.utcoffset()
        # PostgreSQL is told no offsets with seconds here.
        if len(offsets) == 1 and offset is not None and not offset.seconds % 60:
            self._days[day] = start.date().isoformat(), start.isoformat()[-6:]


@lru_cache(maxsize=4)
def time_reader(pattern: str, zone: ZoneInfo | None, *, typed: bool = False) -> TimeReader:
    return TimeReader(pattern, zone, typed)
