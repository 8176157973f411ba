"""The rows of a workbook's sheet as cells of text, piece by piece, never the sheet whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers.expat import XMLParserType

from core.deliveries.errors import Unreadable
from core.deliveries.limits import Limits
from core.deliveries.tables import BLOCK_CHARACTERS
from core.deliveries.workbooks import Sheet, Workbook, unescaped
from core.deliveries.xml import fed, local, parser_of_elements

DIGITS = "0123456789"
FIRST_SERIAL, LAST_SERIAL = 61.0, 2_958_466.0  # 1 March 1900, after Excel's 29 February, to 9999
DAYS_OF_1904 = 1_462
DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no zone
EMPTY_SHEETS = 20  # that are read to find one with rows
BYTES_OF_ROW = 16  # of XML for each character that a row may have
Rows = list[tuple[int, list[str]]]


def sheet_blocks(
    workbook: Workbook, sheet: str, size: int, limits: Limits, *, decimal: str = "."
) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
    """Rows with the numbers Excel gives them, at most ``size`` at a time; the header comes first.

    Without a name: the first sheet with rows, hidden ones last. Numbers are written with
    ``decimal``, dates as ISO 8601 without an offset, yes and no as 1 and 0; an error is empty.
    Short rows are filled up; what stands right of the header makes a row longer.
    """
    blocks = _cut(_rows(workbook, _chosen(workbook, sheet), decimal), size, limits)
    header = next(blocks, None)
    if header is None:
        raise Unreadable("empty")
    lines, rows = header
    while rows[0][-1] == "":
        rows[0].pop()
    width = len(rows[0])
    yield lines, rows
    for lines, rows in blocks:
        for row in rows:
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            while len(row) > width and not row[-1]:
                row.pop()
        yield lines, rows


def _chosen(workbook: Workbook, name: str) -> Sheet:
    if name:
        return workbook.sheet(name)
    for sheet in sorted(workbook.sheets, key=lambda sheet: sheet.hidden)[:EMPTY_SHEETS]:
        if any(_rows(workbook, sheet, ".")):
            return sheet
    raise Unreadable("empty")


def _cut(
    parts: Iterator[Rows], size: int, limits: Limits
) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
    """The first row alone, then blocks that end at ``size`` rows or when they get long."""
    lines: list[int] = []
    rows: list[list[str]] = []
    characters = count = 0
    wanted = 1
    for part in parts:
        for line, row in part:
            length = sum(map(len, row))
            if length > limits.line:
                raise Unreadable("line_too_long", line=line, limit=limits.line)
            characters += length
            lines.append(line)
            rows.append(row)
            if len(rows) == wanted or characters > BLOCK_CHARACTERS:
                count += len(rows)
                if count > limits.rows + 1:
                    raise Unreadable("too_many_rows", limit=limits.rows)
                yield lines, rows
                lines, rows, characters, wanted = [], [], 0, size
    if rows:
        yield lines, rows


def _rows(workbook: Workbook, sheet: Sheet, decimal: str) -> Iterator[Rows]:
    """Rows with something in them, a few at a time; what follows the rows is not read."""
    limits = workbook.limits
    parser = parser_of_elements()
    state = _State([], [])
    _set_handlers(parser, state, workbook, decimal)
    at_row = 0
    pieces = workbook.archive.part(sheet.part, limits.unpacked)
    for given in fed(parser, pieces, limits, part=sheet.part):
        if state.done:
            at_row = given
            yield state.done.copy()
            state.done.clear()
        if state.over:
            return
        # Elements that never close, and cells that never end, are held by nobody for long.
        long = given - at_row > BYTES_OF_ROW * limits.line
        if long or sum(map(len, state.texts)) > limits.line:
            raise Unreadable("line_too_long", line=state.line + 1, limit=limits.line)
    raise Unreadable("broken_sheet", line=state.line)


@dataclass(slots=True)
class _State:
    """``texts``: what the parser read since an element that holds some began."""

    done: Rows
    texts: list[str]
    line: int = 0
    over: bool = False


def _set_handlers(  # noqa: C901, PLR0915 - one machine
    parser: XMLParserType, state: _State, workbook: Workbook, decimal: str
) -> None:
    """Closures, because they are called four times a cell and read their variables fastest."""
    texts, done, limits = state.texts, state.done, workbook.limits
    strings = workbook.strings
    known = strings.known
    dates = {str(at) for at, is_date in enumerate(workbook.dates) if is_date}
    places: dict[str, int] = {}
    names = _names("")
    cell, value_, text_, row_ = names
    row: list[str] = []
    runs: list[str] = []
    at = 0
    kind: str | None = None
    style: str | None = None
    spoken = False

    def begin(name: str, _attributes: dict[str, str]) -> None:
        """The root: its prefix is that of all others."""
        nonlocal cell, value_, text_, row_
        cell, value_, text_, row_ = _names(name[: name.rfind(":") + 1])
        parser.StartElementHandler = start

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal at, kind, style, row, spoken
        if name == cell:
            reference = attributes.get("r")
            before = at
            if reference is None:
                at += 1
            else:
                letters = reference.rstrip(DIGITS)
                at = places.get(letters) or places.setdefault(letters, _place(letters, state.line))
            if at <= before:
                raise Unreadable("broken_sheet", line=state.line)
            kind = attributes.get("t")
            style = attributes.get("s")
        elif name in (value_, text_):
            texts.clear()
        elif name == row_:
            before = state.line
            state.line = int(attributes.get("r", before + 1))
            if state.line <= before:
                raise Unreadable("broken_sheet", line=before)
            at = 0
            row = []
        elif local(name) == "rPh":
            spoken = True

    def end(name: str) -> None:
        nonlocal spoken
        if name == value_:
            if texts:
                put(texts[0] if len(texts) == 1 else "".join(texts))
        elif name == text_:
            if not spoken:
                runs.extend(texts)
        elif name == row_:
            if row:
                done.append((state.line, row))
        elif name != cell:
            close(local(name))

    def close(name: str) -> None:
        nonlocal spoken
        if name == "is":
            put("".join(runs))
            runs.clear()
        elif name == "rPh":
            spoken = False
        elif name == "sheetData":
            state.over = True
            parser.StartElementHandler = parser.EndElementHandler = None
            parser.CharacterDataHandler = None

    def put(text: str) -> None:
        if kind == "s":
            number = int(text)
            text = known[number] if 0 <= number < len(known) else strings.read_to(number)
        elif kind is None or kind == "n":
            if style in dates:
                text = _date(text, from_1904=workbook.from_1904)
            else:
                if not text.isdigit():
                    text = _number(text)
                if decimal != ".":
                    text = text.replace(".", decimal)
        else:
            text = _other(text, kind)
        if not text:
            return
        if at > limits.columns:
            raise Unreadable("too_many_columns", limit=limits.columns, found=at)
        if at - 1 > len(row):
            row.extend([""] * (at - 1 - len(row)))
        if at <= len(row):  # a second value of one cell would move all later ones
            raise Unreadable("broken_sheet", line=state.line)
        row.append(text)

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append


def _names(prefix: str) -> tuple[str, str, str, str]:
    return prefix + "c", prefix + "v", prefix + "t", prefix + "row"


def _place(letters: str, line: int) -> int:
    """A is 1."""
    if not (letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) < 4):  # noqa: PLR2004
        raise Unreadable("broken_sheet", line=line)
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place


def _number(text: str) -> str:
    value = float(text)
    return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact in a float


def _date(text: str, *, from_1904: bool) -> str:
    """To the millisecond: a day's fraction is not exact. Numbers that are no day stay numbers."""
    serial = float(text) + (DAYS_OF_1904 if from_1904 else 0)
    if not FIRST_SERIAL <= serial < LAST_SERIAL:
        return _number(text)
    days, part = divmod(serial, 1)
    moment = DAY_0 + timedelta(days=days, milliseconds=round(part * 86_400_000))
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def _other(text: str, kind: str) -> str:
    """Yes and no stand as 1 and 0 already."""
    if kind == "e":
        return ""
    return text if kind in ("b", "d") else unescaped(text)
