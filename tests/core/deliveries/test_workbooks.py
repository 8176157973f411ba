"""Workbooks are read cell by cell as they are shown, whoever wrote them."""

import io
from datetime import datetime

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from core.deliveries import Limits, Unreadable
from core.deliveries.sheets import sheet_blocks
from core.deliveries.workbooks import Workbook, is_date_format
from tests.factories.workbooks import workbook_of, workbook_with

NOON = datetime(2026, 3, 4, 12, 30, 15)  # noqa: DTZ001 - a workbook knows no zone


def rows_of(file, sheet="", limits=None, **terms):
    limits = limits or Limits()
    blocks = sheet_blocks(Workbook(io.BytesIO(file), limits), sheet, 3, limits, **terms)
    return [(line, row) for lines, rows in blocks for line, row in zip(lines, rows, strict=True)]


def sheet_with(cells, more=""):
    return f'<worksheet><sheetData><row r="1">{cells}</row>{more}</sheetData></worksheet>'


def test_cells_are_texts_of_what_they_hold():
    file = workbook_of(
        [["id", "at", "n", "ok", "note"], ["A-1", NOON, 12.5, True, "x_x0041_y"], ["A-2"]]
    )

    assert rows_of(file) == [
        (1, ["id", "at", "n", "ok", "note"]),
        (2, ["A-1", "2026-03-04T12:30:15", "12.5", "1", "x_x0041_y"]),
        (3, ["A-2", "", "", "", ""]),
    ]


def test_numbers_are_written_with_the_decimal_sign_of_the_source():
    file = workbook_of([["n", "at"], [12.5, NOON.replace(microsecond=250_000)]])

    assert rows_of(file, decimal=",")[1] == (2, ["12,5", "2026-03-04T12:30:15.250"])


def test_empty_rows_and_leading_empty_sheets_are_passed_over():
    file = workbook_of([], [[], [None, "b"], [], ["1", "2"]])

    assert rows_of(file) == [(2, ["", "b"]), (4, ["1", "2"])]


def test_sheet_is_chosen_by_its_name():
    file = workbook_of([["first"]], [["second"]])

    assert rows_of(file, "Sheet2") == [(1, ["second"])]
    with pytest.raises(Unreadable) as refused:
        rows_of(file, "Sheet3")
    assert refused.value.facts == {"sheet": "Sheet3", "found": "Sheet1, Sheet2"}


def test_days_count_from_1904_where_the_workbook_says_so():
    day = '<c r="A1" s="1"><v>{}</v></c>'
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    old = workbook_with(sheet_with(day.format("44623.5")), styles=styles)
    assert rows_of(old) == [(1, ["2022-03-03T12:00:00"])]

    said = (
        '<workbook><workbookPr date1904="1"/><sheets><sheet name="A" id="r1"/></sheets></workbook>'
    )
    new = workbook_with(sheet_with(day.format("44623.5")), styles=styles, workbook=said)
    assert rows_of(new) == [(1, ["2026-03-04T12:00:00"])]


def test_what_is_no_day_stays_a_number():
    styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    cells = '<c r="A1" s="0"><v>0.5</v></c><c r="B1" s="0"><v>60</v></c>'

    assert rows_of(workbook_with(sheet_with(cells), styles=styles)) == [(1, ["0.5", "60"])]


def test_texts_of_runs_are_joined_and_how_they_are_spoken_is_left_out():
    strings = (
        "<sst><si><r><t>one </t></r><r><t>two</t></r><rPh><t>wan</t></rPh></si>"
        "<si><t>tab_x0009_</t></si></sst>"
    )
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="D1" t="e"><v>#N/A</v></c><c r="E1" t="str"><f>A1&amp;"x"</f><v>formula</v></c>'
    )

    read = rows_of(workbook_with(sheet_with(cells), sharedStrings=strings))

    assert read == [(1, ["one two", "tab\t", "inline", "", "formula"])]


def test_prefixes_and_missing_references_are_read_too():
    sheet = (
        '<x:worksheet xmlns:x="http://x"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>'
        '<x:c t="b"><x:v>0</x:v></x:c></x:row><x:row r="7"><x:c r="B7"><x:v>1E3</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )

    assert rows_of(workbook_with(sheet)) == [(1, ["1", "0"]), (7, ["", "1000"])]


@pytest.mark.parametrize(
    "code, shows_a_day",
    [
        ("dd.mm.yyyy", True), ("yyyy\\-mm\\-dd hh:mm", True), ("[$-407]d. mmmm", True),
        ("mmm yy", True), ("General", False), ("0.00", False), ("[h]:mm:ss", False),
        ("hh:mm", False), ('0 "days"', False), ("[Red]0", False), ("#,##0_d", False),
    ],
)  # fmt: skip
def test_format_shows_a_day(code, shows_a_day):
    assert is_date_format(code) is shows_a_day


TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), max_size=8)
CELLS = st.one_of(
    st.none(),
    TEXTS.filter(lambda text: text.strip() and text[0] not in "={" and "_x" not in text),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 6)),
    st.booleans(),
    st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_another_parser_finds_the_same_cells(rows):
    file = workbook_of([["a", "b", "c"], *rows], options={"strings_to_urls": False})

    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file))
    cells = theirs.get_sheet_by_index(0).to_python(skip_empty_area=False)
    expected = [row + [""] * (3 - len(row)) for row in [list(map(told, row)) for row in cells]]

    assert [row for _line, row in rows_of(file)] == [row for row in expected if any(row)]


def told(cell):
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if hasattr(cell, "hour"):
        return cell.isoformat(timespec="milliseconds" if cell.microsecond else "seconds")
    return f"{cell.isoformat()}T00:00:00" if hasattr(cell, "year") else str(cell)
