"""One call of the statistics, kept in a form that gives the same bytes again at any time."""

import hashlib
import io
import json
import math
import zlib
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from measurement.own_gates import duplicates_gate, judged, selection_gate
from measurement.season import against_last_year
from measurement.statistics import (
    Comparison,
    Design,
    Guard,
    OpeningHours,
    Reading,
    evaluate,
)
from measurement.statistics.arrays import DAY, WEEK, Floats
from measurement.statistics.last_year import YearOnYear, same_weeks_last_year
from measurement.statistics.periods import windows_of

# What a quarter says follows from these as well.
OF_QUARTERS = ("indicators/quarters.py", "indicators/pooling.py")
PLAIN = frozenset({str, int, bool, type(None)})
TUPLES = ("guards", "changed_since_go_live")  # JSON knows lists only


@dataclass(frozen=True, slots=True)
class Call:
    """Everything but the arrays that decides a reading. Moments are UTC epoch seconds.

    ``guards`` are ``{"name", "kind", "margin", "worse"}`` in the order of the arrays. G9 is judged
    from ``duplicate_rows`` of ``delivered_rows``, G10 from ``picked_because_slow`` and
    ``comparison_as_slow`` (None without a comparison). ``data_from_first_case``: nobody said
    since when the data are complete. ``changed_since_go_live`` names what is no longer as it was
    registered; the reading is then post-hoc. ``comparison_dropped_for``: when the registered
    comparison was redesigned itself; it is left out, and the grade is C. ``season``: the verdict is
    read against the same weeks of last year.
    """

    go_live: float
    cutoff: float
    data_from: float | None
    design: dict[str, Any]
    guards: tuple[dict[str, Any], ...] = ()
    comparison: str | None = None
    calendar: str | None = None
    delivered_rows: int = 0
    duplicate_rows: int = 0
    picked_because_slow: bool = False
    comparison_as_slow: bool | None = None
    data_from_first_case: bool = False
    changed_since_go_live: tuple[str, ...] = ()
    comparison_dropped_for: float | None = None
    season: bool = False

    def as_json(self) -> dict[str, Any]:
        """``season`` only where it is on: calls of before it stay what they were, hash included."""
        told = asdict(self) | {name: list(getattr(self, name)) for name in TUPLES}
        return told if self.season else {k: v for k, v in told.items() if k != "season"}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Call":
        return cls(**(stored | {name: tuple(stored.get(name, ())) for name in TUPLES}))


Arrays = dict[str, np.ndarray[Any, Any]]


def raw_bytes(arrays: Arrays) -> bytes:
    """Each array as name, dtype, length and raw little-endian values, in order of the names."""
    out = io.BytesIO()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        head = json.dumps([name, array.dtype.str, len(array)]).encode()
        out.write(len(head).to_bytes(4, "little") + head + array.tobytes())
    return out.getvalue()


def packed(arrays: Arrays) -> bytes:
    """The arrays as compressed bytes. A higher level takes seven times as long to save a 20th."""
    return zlib.compress(raw_bytes(arrays), 1)


def unpacked(stored: bytes) -> Arrays:
    raw = zlib.decompress(stored)
    arrays: Arrays = {}
    at = 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "little")
        name, kind, length = json.loads(raw[at + 4 : at + 4 + size])
        at += 4 + size
        arrays[name] = np.frombuffer(raw, dtype=np.dtype(kind), count=length, offset=at)
        at += arrays[name].nbytes
    return arrays


def content_hash(arrays: Arrays) -> str:
    """Hash of the values, not of their compression, which may differ between zlib releases."""
    return hashlib.sha256(raw_bytes(arrays)).hexdigest()


def evaluated(call: Call, arrays: Arrays, calendar: OpeningHours | None) -> Reading:
    """The reading, with the two gates that only the caller can judge (G9, G10)."""
    guards = tuple(
        Guard(
            name=guard["name"],
            value=arrays[f"guard{index}"],
            kind=guard["kind"],
            margin=guard["margin"],
            worse=guard["worse"],
        )
        for index, guard in enumerate(call.guards)
    )
    comparison = None
    if call.comparison is not None:
        comparison = Comparison(
            arrays["other_start"],
            arrays["other_end"],
            arrays.get("other_kind"),
            arrays["other_cancelled"],
        )
    reading = evaluate(
        arrays["start"],
        arrays["end"],
        go_live=call.go_live,
        cutoff=call.cutoff,
        kind=arrays.get("kind"),
        cancelled=arrays["cancelled"],
        data_from=call.data_from,
        comparison=comparison,
        calendar=calendar,
        guardrails=guards,
        design=Design(**call.design),
    )
    if call.season:
        year = year_on_year(call, arrays, calendar)
        reading = against_last_year(reading, year, Design(**call.design))
    if call.comparison_dropped_for is not None:
        reading = replace(reading, grade="C")
    return judged(
        reading,
        duplicates=duplicates_gate(call.duplicate_rows, call.delivered_rows)
        if call.delivered_rows
        else None,
        selection=selection_gate(
            baseline_weeks(call, arrays["start"]), comparison_as_slow=bool(call.comparison_as_slow)
        )
        if call.picked_because_slow
        else None,
    )


def year_on_year(call: Call, arrays: Arrays, calendar: OpeningHours | None) -> YearOnYear:
    """The effect less the one of 364 days before (section 6 of the method)."""
    return same_weeks_last_year(
        arrays["start"],
        arrays["end"],
        go_live=call.go_live,
        cutoff=call.cutoff,
        kind=arrays.get("kind"),
        cancelled=arrays["cancelled"],
        data_from=call.data_from,
        calendar=calendar,
        design=Design(**call.design),
    )


def baseline_weeks(call: Call, start: Floats) -> int:
    """Weeks of the before-window: one in which no case started is a week of history too.

    But not those before the first case: a source may say it is complete from long before that.
    """
    window = windows_of(
        Design(**call.design), go_live=call.go_live, cutoff=call.cutoff, data_from=call.data_from
    )
    used = start[start >= window.before_from]
    if not len(used):
        return 0
    first = max(window.before_from, float(used.min()) // DAY * DAY)
    return max(0, math.ceil((window.before_to - first) / WEEK - 1e-9))


def canonical(value: Any) -> Any:
    """JSON-ready: dataclasses as objects, tuples as lists, NaN and infinity as null."""
    kind = type(value)
    if kind is float or kind in PLAIN:  # most of what there is, so it comes first
        return None if kind is float and not math.isfinite(value) else value
    if hasattr(value, "__dataclass_fields__"):
        return {name: canonical(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [canonical(item) for item in value]
    if isinstance(value, np.generic):
        return canonical(value.item())
    return value


def canonical_bytes(value: Any) -> bytes:
    return json.dumps(
        canonical(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def sha256_of(value: Any) -> str:
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


@cache
def code_version() -> str:
    """Names the code that measured: hash of the statistics' sources, and the two libraries."""
    import scipy

    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.joinpath("statistics").glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    for name in ("evaluating.py", "own_gates.py", "season.py", *OF_QUARTERS):
        digest.update(Path(__file__).parent.joinpath(name).read_bytes())
    return f"{digest.hexdigest()[:16]} numpy {np.__version__} scipy {scipy.__version__}"
