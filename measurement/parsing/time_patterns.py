"""The ways in which times are written; a file's way is chosen, never guessed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

# By name, with an example; "" is ISO 8601. A date alone is its midnight.
TIME_EXAMPLES = {
    "": "2026-03-04 09:30:00",
    "dd.mm.yyyy": "04.03.2026 09:30:00",
    "dd/mm/yyyy": "04/03/2026 09:30:00",
    "mm/dd/yyyy": "03/04/2026 9:30 AM",
    "dd-mm-yyyy": "04-03-2026 09:30:00",
    "yyyy/mm/dd": "2026/03/04 09:30:00",
    "yyyymmdd": "20260304093000",
    "dd-mon-yyyy": "04-Mar-2026 09:30:00",
    "excel": "46085.395833",
    "epoch_seconds": "1772616600",
    "epoch_milliseconds": "1772616600000",
}
TIME_PATTERNS = tuple(TIME_EXAMPLES)
# Four-digit year first, and a dash: nothing is guessed from 03/04/2026 or 20260304.
ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
    r"(?:Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_CLOCK = (
    r"(?:(?:, ?|[ T] ?)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY, _MONTH, _YEAR = r"(?P<day>[0-9]{1,2})", r"(?P<month>[0-9]{1,2})", r"(?P<year>[0-9]{4})"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_WRITTEN = {
    "dd.mm.yyyy": rf"{_DAY}\.{_MONTH}\.{_YEAR}{_CLOCK}",
    "dd/mm/yyyy": rf"{_DAY}/{_MONTH}/{_YEAR}{_CLOCK}",
    "mm/dd/yyyy": rf"{_MONTH}/{_DAY}/{_YEAR}{_CLOCK}",
    "dd-mm-yyyy": rf"{_DAY}-{_MONTH}-{_YEAR}{_CLOCK}",
    "yyyy/mm/dd": rf"{_YEAR}/{_MONTH}/{_DAY}{_CLOCK}",
    "dd-mon-yyyy": rf"{_DAY}[- ](?P<month>[A-Za-z]{{3}})[- ]{_YEAR}{_CLOCK}",
    "yyyymmdd": r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T ]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?"
    r"(?P<part>)(?P<half>)(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?",
}
_PATTERNS = {name: re.compile(written) for name, written in _WRITTEN.items()}
# Lengths keep apart what would pass for both: seconds reach to 2286, milliseconds begin in 1973.
_SECONDS = re.compile(r"-?[0-9]{9,10}(?:[.,][0-9]{1,9})?")
_MILLISECONDS = re.compile(r"[0-9]{12,13}")
_SERIAL = re.compile(r"[0-9]{2,7}(?:[.,][0-9]{1,15})?")
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_466  # 1 March 1900, after Excel's 29 February, to 9999
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's times have no zone


def moment(text: str, pattern: str) -> datetime:
    """As it is written: aware only where an offset stands there or the pattern is UTC by itself.

    Raises ValueError or OverflowError for anything else than this pattern.
    """
    return _READERS.get(pattern, _written)(text, pattern)


def _iso(text: str, _pattern: str) -> datetime:
    if not ISO.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.replace(",", "."))


def _written(text: str, pattern: str) -> datetime:
    found = _PATTERNS[pattern].fullmatch(text)
    if found is None:
        raise ValueError(text)
    part = found["part"] or ""
    day = datetime(  # noqa: DTZ001 - the zone is the caller's
        int(found["year"]),
        _month(found["month"]),
        int(found["day"]),
        _hour(found["hour"], found["half"]),
        int(found["minute"] or 0),
        int(found["second"] or 0),
        int(part[:6].ljust(6, "0")) if part else 0,
    )
    return day.replace(tzinfo=_offset(found["offset"])) if found["offset"] else day


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.index(text.lower()) + 1


def _hour(text: str | None, half: str | None) -> int:
    hour = int(text or 0)
    if not half:
        return hour
    if not 1 <= hour <= 12:  # noqa: PLR2004 - 12 AM is midnight
        raise ValueError(text)
    return hour % 12 + (12 if half in "Pp" else 0)


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _excel(text: str, _pattern: str) -> datetime:
    """Days since 30 December 1899, to the millisecond: a day's fraction is not exact."""
    if not _SERIAL.fullmatch(text):
        raise ValueError(text)
    serial = float(text.replace(",", "."))
    if not FIRST_SERIAL <= serial < LAST_SERIAL:
        raise ValueError(text)
    days, part = divmod(serial, 1)
    return _DAY_0 + timedelta(days=days, milliseconds=round(part * 86_400_000))


def _epoch_seconds(text: str, _pattern: str) -> datetime:
    if not _SECONDS.fullmatch(text):
        raise ValueError(text)
    whole, _sign, part = text.replace(",", ".").partition(".")
    micros = int(part[:6].ljust(6, "0")) if part else 0
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return start + timedelta(
        seconds=int(whole), microseconds=-micros if whole[0] == "-" else micros
    )


def _epoch_milliseconds(text: str, _pattern: str) -> datetime:
    if not _MILLISECONDS.fullmatch(text):
        raise ValueError(text)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))


_READERS: dict[str, Callable[[str, str], datetime]] = {
    "": _iso,
    "excel": _excel,
    "epoch_seconds": _epoch_seconds,
    "epoch_milliseconds": _epoch_milliseconds,
}
