"""Sheets as files: one CSV, or a workbook of text cells that no program takes for formulas."""

import io
from collections.abc import Iterator, Sequence

from adoption_portal.console.queries.pages import Sheet
from core.exporting import csv_lines

LONGEST_NAME = 31  # of a sheet, says the format
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Lines = Sequence[tuple[str, str]]


def as_csv(about: Lines, sheets: Sequence[Sheet]) -> Iterator[str]:
    """With a byte order mark, because spreadsheets guess the encoding without one."""
    yield "\ufeff"
    yield from csv_lines(about)
    for sheet in sheets:
        yield from csv_lines([(), (sheet.title,), (sheet.definition,), sheet.table.headers])
        yield from csv_lines(sheet.table.rows)


def as_workbook(about: Lines, sheets: Sequence[Sheet], *, about_name: str) -> bytes:
    """A first sheet says what it is; each chart has its own. Every cell is text."""
    import xlsxwriter  # type: ignore[import-untyped]

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    bold, wide = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    used: set[str] = set()
    page = book.add_worksheet(_sheet_name(about_name, used))
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 90)
    for row, (name, value) in enumerate(about):
        page.write_string(row, 0, name, bold)
        page.write_string(row, 1, value)
    for sheet in sheets:
        page = book.add_worksheet(_sheet_name(sheet.title, used))
        page.set_column(0, 0, 44)
        page.set_column(1, max(1, len(sheet.table.headers)), 20)
        page.write_string(0, 0, sheet.title, bold)
        page.write_string(1, 0, sheet.definition, wide)
        for column, head in enumerate(sheet.table.headers):
            page.write_string(3, column, head, bold)
        for row, cells in enumerate(sheet.table.rows, 4):
            for column, cell in enumerate(cells):
                page.write_string(row, column, cell)
    book.close()
    return out.getvalue()


def _sheet_name(title: str, used: set[str]) -> str:
    """Unique whatever the case, as spreadsheets want it."""
    name = title.translate(FORBIDDEN).strip()[:LONGEST_NAME] or "Sheet"
    number = 2
    while name.casefold() in used:
        tail = f" {number}"
        name = name[: LONGEST_NAME - len(tail)] + tail
        number += 1
    used.add(name.casefold())
    return name
