"""Text to rows of cells, each with its line: CSV, JSON and NDJSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any

from core.deliveries.cells import NESTED, delimiter_of, storable
from core.deliveries.errors import Unreadable
from core.deliveries.limits import Limits

LINES_PER_ROW = 4  # blank lines, and lines within quoted cells
BLOCK_CHARACTERS = 1 << 24  # a block ends behind them, however few rows it has
LINES_AT_ONCE = 500
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")


def lines_of(pieces: Iterator[str], limits: Limits) -> Iterator[str]:
    """Lines with their ends. Raises Unreadable for one beyond the limit before holding it."""
    return chain.from_iterable(_lines_of_pieces(pieces, limits))


def _lines_of_pieces(pieces: Iterator[str], limits: Limits) -> Iterator[list[str]]:
    number = 0
    tail = ""
    lone_returns: bool | None = None
    for piece in pieces:
        text = tail + piece
        if lone_returns is None:  # files of old machines end lines with CR alone
            lone_returns = "\r" in text and "\n" not in text
        if lone_returns:
            text = text.replace("\r", "\n")
        cut = text.rfind("\n") + 1
        tail = text[cut:]
        if cut:
            lines = io.StringIO(text[:cut], newline="\n").readlines()
            if max(map(len, lines)) > limits.line:
                over = next(i for i, line in enumerate(lines, 1) if len(line) > limits.line)
                raise Unreadable("line_too_long", line=number + over, limit=limits.line)
            number += len(lines)
            if number > limits.rows * LINES_PER_ROW:
                raise Unreadable("too_many_rows", limit=limits.rows)
            yield lines
        if len(tail) > limits.line:
            raise Unreadable("line_too_long", line=number + 1, limit=limits.line)
    if tail:
        yield [tail]


def csv_blocks(
    lines: Iterator[str], size: int, limits: Limits, *, delimiter: str = ""
) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
    """Rows with their line numbers, at most ``size`` at a time; the header comes first and alone.

    Blank lines are skipped, but counted as lines. Of a row longer than the header only one cell
    more than the header has is kept; a block of long rows ends before it fills the memory.
    """
    line = 1
    for first in lines:
        if first.strip():
            break
        line += 1
    else:
        raise Unreadable("empty")
    cut = _Cutter(chain((first,), lines), limits, line, delimiter or delimiter_of(first))
    numbers, rows = cut.row_by_row(1, limits.line)
    width = len(rows[0])
    yield numbers, rows
    kept: list[int] = []
    block: list[list[str]] = []
    began = cut.read
    while True:
        numbers, rows = cut.at_once(size, width) or cut.row_by_row(size, width)
        kept += numbers
        block += rows
        while len(block) >= size or (block and (cut.read - began > BLOCK_CHARACTERS or cut.over)):
            yield kept[:size], block[:size]
            del kept[:size], block[:size]
            began = cut.read
        if cut.over:
            return


class _Cutter:
    """Cuts lines into rows and counts both; ``read`` characters so far, ``over`` at the end."""

    def __init__(self, lines: Iterator[str], limits: Limits, line: int, delimiter: str) -> None:
        self._lines = lines
        self._limits = limits
        self._line = line
        self._delimiter = delimiter
        self.read = 0
        self.over = False

    def at_once(self, most: int, width: int) -> tuple[list[int], list[list[str]]] | None:
        """At most so many lines, each a row; None, and nothing taken, when one is not."""
        lines = list(islice(self._lines, min(most, LINES_AT_ONCE)))
        characters = sum(map(len, lines))
        rows: list[list[str]] = []
        if characters <= BLOCK_CHARACTERS:
            try:
                rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
            except csv.Error:
                rows = []
        if len(rows) != len(lines):
            self._lines = chain(lines, self._lines)
            return None
        self.over = not lines
        self.read += characters
        numbers = list(range(self._line, self._line + len(lines)))
        self._line += len(lines)
        if not all(rows):
            numbers = [number for number, row in zip(numbers, rows, strict=True) if row]
            rows = list(filter(None, rows))
        if rows and max(map(len, rows)) > width:
            for row in rows:
                if len(row) > width:
                    row[width:] = [""]
        return numbers, rows

    def row_by_row(self, wanted: int, width: int) -> tuple[list[int], list[list[str]]]:
        """So many rows, which may stand on several lines; Unreadable for one that never ends."""
        counted = _CountedLines(self._lines, self._limits.line)
        reader = csv.reader(counted, delimiter=self._delimiter, strict=True)
        rows: list[list[str]] = []
        try:
            _read_rows(reader, counted, rows, wanted, width)
        except (csv.Error, _LongRowError) as broken:  # the rows before it have been kept
            *_, line = _line_numbers(rows, self._line)
            code = "broken_csv" if isinstance(broken, csv.Error) else "line_too_long"
            raise Unreadable(code, line=line, limit=self._limits.line) from broken
        self.over = not rows
        self.read += counted.read
        *numbers, self._line = _line_numbers(rows, self._line)
        if not all(rows):
            numbers = [number for number, row in zip(numbers, rows, strict=True) if row]
            rows = list(filter(None, rows))
        return numbers, rows


def _read_rows(
    reader: Iterator[list[str]],
    counted: "_CountedLines",
    rows: list[list[str]],
    wanted: int,
    width: int,
) -> None:
    for row in reader:
        counted.row_began = counted.read
        if len(row) > width:  # what is cut off still counts as lines
            row[width:] = ["\n" * sum(cell.count("\n") for cell in row[width:])]
        rows.append(row)
        if len(rows) == wanted or counted.read > BLOCK_CHARACTERS:
            return


class _LongRowError(Exception):
    pass


class _CountedLines:
    """Lines, and how many characters were read of them: too many of one row are refused."""

    def __init__(self, lines: Iterator[str], limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self.read = self.row_began = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.read += len(line)
            if self.read - self.row_began > self._limit:
                raise _LongRowError
            yield line


def _line_numbers(rows: Iterable[list[str]], first: int) -> Iterator[int]:
    """Where each row begins, and at last where the next one would: quoted cells may hold lines."""
    heights = (1 + sum(cell.count("\n") for cell in row) for row in rows)
    return accumulate(heights, initial=first)


class RawNumber(str):
    """A number of a JSON file, digits kept as they were written."""

    __slots__ = ()


_DECODER = json.JSONDecoder(
    parse_float=RawNumber, parse_int=RawNumber, parse_constant=RawNumber, strict=True
)


def json_blocks(
    pieces: Iterator[str], size: int, limits: Limits, *, flat: bool = False
) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """Lines and rows, at most ``size`` at a time; fewer where they are long.

    ``flat``: objects inside of a row become keys with dots, ``{"actor": {"name": ...}}`` is
    "actor.name".
    """
    block: list[tuple[int, dict[str, str]]] = []
    characters = 0
    for line, row, length in _json_rows(pieces, limits, flat=flat):
        block.append((line, row))
        characters += length
        if len(block) == size or characters > BLOCK_CHARACTERS:
            yield block
            block, characters = [], 0
    if block:
        yield block


def _json_rows(  # noqa: C901 - one machine of three states
    pieces: Iterator[str], limits: Limits, *, flat: bool
) -> Iterator[tuple[int, dict[str, str], int]]:
    """One object, a list of objects, or objects line by line; cells as text, null as "".

    With each its line and its length.
    """
    text = ""
    at = counted = last = 0
    line = 1
    awaits = "start"  # then: value, comma (in a list), end
    in_list = may_close = False
    more = True
    while True:
        if more and len(text) - at <= limits.line:
            line += text.count("\n", counted, at)
            text, at, counted = text[at:], 0, 0
            while more and len(text) <= limits.line:
                piece = next(pieces, None)
                more = piece is not None
                text += piece or ""
        at = _BLANK.match(text, at).end()  # type: ignore[union-attr]
        line += text.count("\n", counted, at)
        counted = at
        sign = text[at : at + 1]
        if not sign:
            if more:
                continue
            break
        if awaits == "start":
            in_list = may_close = sign == "["
            awaits = "value"
            at += in_list
        elif in_list and sign == "]" and (awaits == "comma" or may_close):
            awaits, at = "end", at + 1
        elif awaits == "comma" and sign == ",":
            awaits, at, may_close = "value", at + 1, False
        elif awaits == "value":
            found, end = _decoded(text, at, line, limits, flat=flat)
            last = max(line, last + 1)  # rows keep their order, also those of one line
            yield last, found, end - at
            at = end
            awaits, may_close = ("comma" if in_list else "value"), False
        else:
            raise Unreadable("broken_json", line=line)
    if awaits == "start":
        raise Unreadable("empty")
    if in_list and awaits != "end":
        raise Unreadable("broken_json", line=line)


def _decoded(
    text: str, at: int, line: int, limits: Limits, *, flat: bool
) -> tuple[dict[str, str], int]:
    try:
        found, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError) as broken:
        code = "line_too_long" if len(text) - at > limits.line else "broken_json"
        raise Unreadable(code, line=line, limit=limits.line) from broken
    if not isinstance(found, dict):
        raise Unreadable("not_an_object", line=line)
    if end - at > limits.line:
        raise Unreadable("line_too_long", line=line, limit=limits.line)
    if flat:
        found = dict(_flattened(found, ""))
    if len(found) > limits.columns:
        raise Unreadable("too_many_columns", limit=limits.columns, found=len(found))
    if text.find("\\u", at, end) >= 0:  # by which alone a name gets signs nobody can store
        found = {storable(key): value for key, value in found.items()}
    return {key: _cell(value) for key, value in found.items()}, end


def _flattened(found: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    """The decoder limits how deep objects may lie in one another."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return NESTED
