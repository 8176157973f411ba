"""One cell at a time: times, numbers, yes and no."""

import math
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

# Four-digit year first, and a dash: nothing is guessed from 03/04/2026 or 20260304.
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
    r"(?:Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Someone meant a number: such a column is refused row by row, never silently dropped.
NEARLY_NUMBER = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
YES_NO = {
    "true": "1", "yes": "1", "ja": "1", "oui": "1", "wahr": "1", "vrai": "1",
    "false": "0", "no": "0", "nein": "0", "non": "0", "falsch": "0", "faux": "0",
}  # fmt: skip


class BadValueError(ValueError):
    """``code`` names what is wrong with the cell."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_time(text: str, zone: ZoneInfo | None) -> datetime:
    """An aware UTC time. A time without an offset is read in ``zone``.

    A date alone is its midnight in ``zone``. Local times that a clock change leaves out or repeats
    are refused (``time_in_gap``, ``time_twice``): which moment was meant is not in the file.
    """
    if not TIME.fullmatch(text):
        raise BadValueError("not_a_time")
    try:
        time = datetime.fromisoformat(text.replace(",", "."))
        return (_located(time, zone) if time.tzinfo is None else time).astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise wrong if isinstance(wrong, BadValueError) else BadValueError("not_a_time") from None


def _located(time: datetime, zone: ZoneInfo | None) -> datetime:
    if zone is None:
        raise BadValueError("no_zone")
    local = time.replace(tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == time
        raise BadValueError("time_twice" if exists else "time_in_gap")
    return local


def read_number(text: str) -> str:
    """The number as JSON text; yes and no in three languages are 1 and 0."""
    answer = YES_NO.get(text.lower())
    if answer:
        return answer
    if NUMBER.fullmatch(text):
        value = float(text)
        if math.isfinite(value):
            return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact in a float
        raise BadValueError("number_too_large")
    raise BadValueError("not_a_number")


def is_numberlike(text: str) -> bool:
    return bool(NUMBER.fullmatch(text) or text.lower() in YES_NO or NEARLY_NUMBER.fullmatch(text))
