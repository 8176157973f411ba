"""Tables out as CSV that no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

# Signs a spreadsheet reads as the start of a formula, their full-width forms among them.
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Spreadsheets of other languages cut lines at these signs, and a sign behind one begins a cell.
BEGINS_INSIDE = re.compile('(?<=[;\t|\r\n])(?=[ "]*[=+\\-@＝＋－＠])')
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def calm(text: str) -> str:
    """The text, with an apostrophe before each part that could come alive; numbers stay numbers."""
    calmed = BEGINS_INSIDE.sub("'", text)
    if text.lstrip(" ").startswith(LIVE) and not NUMBER.fullmatch(text):
        return f"'{calmed}"
    return calmed


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """One line at a time, so that a long table needs no memory."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([calm(str(cell)) for cell in row])
        yield line.getvalue()
