"""A column of ISO 8601 times with offsets to moments, all at once.

Cells of one length are the rows of a matrix of signs: a machine writes each time in the same way,
so that one look at the first cell says what must stand where in all others.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Moments = npt.NDArray[np.int64]
Digits = npt.NDArray[np.uint8]

# PostgreSQL, which reads these times itself, knows offsets below 16 hours only.
WRITTEN = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
NEVER = np.iinfo(np.int64).min
SECOND = 1_000_000
CLOCK_AT, PART_AT = 10, 19
LARGEST = {"month": 12, "hour": 23, "minute": 59, "second": 59, "offset": 15}


class OtherwiseWrittenError(ValueError):
    """Some cell is not such a time, or not written as its neighbours are."""


def moments_of(cells: Sequence[str]) -> Moments:
    """Microseconds since 1970 (UTC), (n,); ``NEVER`` for an empty cell.

    Raises OtherwiseWrittenError when a single cell is anything else than a day that exists with a
    time of day and an offset.
    """
    lengths = np.fromiter(map(len, cells), np.int64, len(cells))
    moments = np.full(len(cells), NEVER)
    for length in np.unique(lengths).tolist():
        if not length:
            continue
        at = np.flatnonzero(lengths == length)
        same = cells if len(at) == len(cells) else [cells[place] for place in at.tolist()]
        moments[at] = _alike(same, length)
    return moments


def _alike(cells: Sequence[str], length: int) -> Moments:
    pattern = cells[0]
    whole = "".join(cells)
    if not WRITTEN.fullmatch(pattern) or not whole.isascii():
        raise OtherwiseWrittenError
    signs = np.frombuffer(whole.encode(), np.uint8).reshape(len(cells), length).T
    digits = np.ascontiguousarray(signs) - ord("0")
    offset_at = length - 1 if pattern.endswith("Z") else length - 6
    for place, sign in enumerate(pattern):
        if sign.isdigit():
            fits = digits[place].max() <= 9  # noqa: PLR2004 - other signs wrap around
        elif place == CLOCK_AT:
            fits = np.isin(signs[place], (ord("T"), ord(" "))).all()
        elif place == offset_at and sign != "Z":
            fits = np.isin(signs[place], (ord("+"), ord("-"))).all()
        else:
            fits = (signs[place] == ord(sign)).all()
        if not fits:
            raise OtherwiseWrittenError
    moments = _days(digits) * (86_400 * SECOND) + _clocks(digits) * SECOND
    for power, place in enumerate(range(PART_AT + 1, offset_at)):
        moments += digits[place] * np.int64(SECOND // 10 ** (power + 1))
    if pattern.endswith("Z"):
        return moments
    hours = _number(digits, offset_at + 1, 2, most=LARGEST["offset"])
    minutes = _number(digits, offset_at + 4, 2, most=LARGEST["minute"])
    away = (hours * 60 + minutes) * (60 * SECOND)
    return moments - np.where(signs[offset_at] == ord("-"), -away, away)


def _days(digits: Digits) -> Moments:
    """Days since 1970. The year 1 is left out: with an offset it may lie before all moments."""
    years = _number(digits, 0, 4, least=2)
    months = _number(digits, 5, 2, least=1, most=LARGEST["month"])
    days = _number(digits, 8, 2, least=1)
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    first: Moments = month.astype("datetime64[D]").astype(np.int64)
    if (days > (month + 1).astype("datetime64[D]").astype(np.int64) - first).any():
        raise OtherwiseWrittenError
    return first + days - 1


def _clocks(digits: Digits) -> Moments:
    """Seconds since midnight."""
    hours = _number(digits, 11, 2, most=LARGEST["hour"])
    minutes = _number(digits, 14, 2, most=LARGEST["minute"])
    return hours * 3600 + minutes * 60 + _number(digits, 17, 2, most=LARGEST["second"])


def _number(
    digits: Digits, begin: int, count: int, *, least: int = 0, most: int | None = None
) -> Moments:
    number: Moments = digits[begin].astype(np.int64)
    for place in range(begin + 1, begin + count):
        number = number * 10 + digits[place]
    if number.min() < least or (most is not None and number.max() > most):
        raise OtherwiseWrittenError
    return number
