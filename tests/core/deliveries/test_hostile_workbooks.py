"""Workbooks that were made to hurt are refused in words, early and within little memory."""

import io
import struct
import tracemalloc
import zipfile

import pytest

from core.deliveries import Limits, Unreadable, file_refusal, workbooks
from core.deliveries.opening import XLSX, open_delivery
from core.deliveries.sheets import sheet_blocks
from core.deliveries.workbooks import Workbook
from tests.factories.workbooks import (
    EMPTY_SHEET,
    PLAIN_PARTS,
    workbook_of,
    workbook_with,
    zipped,
)

MEMORY = 50_000_000


def refusal(file, limits=None):
    """Its code, after reading it as far as it goes."""
    limits = limits or Limits()
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable) as refused:
            stream = io.BytesIO(file)
            assert open_delivery(stream, encoding="", limits=limits).format == XLSX
            for _block in sheet_blocks(Workbook(stream, limits), "", 100, limits):
                pass
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    assert file_refusal(refused.value.code, refused.value.facts)
    return refused.value.code


def cells(xml):
    return f'<worksheet><sheetData><row r="1">{xml}</row></sheetData></worksheet>'


def test_workbook_that_unpacks_to_too_much_is_refused_by_its_directory():
    blank = b" " * 30_000_000
    assert refusal(workbook_with(blank), Limits(workbook=20_000_000)) == "too_large_unpacked"


def test_sizes_that_lie_are_found_while_reading():
    file = bytearray(workbook_with("<worksheet>" + " " * 3_000_000))
    at = file.rfind(b"PK\x01\x02", 0, file.rfind(b"sheet1.xml"))
    struct.pack_into("<L", file, at + 24, 1_000)  # the directory says 1,000 bytes

    assert refusal(bytes(file)) == "broken_zip"


def test_sheet_is_counted_while_it_is_unpacked():
    rows = "".join(f'<row r="{line}"><c><v>1</v></c></row>' for line in range(1, 20_000))
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"

    assert refusal(workbook_with(sheet), Limits(unpacked=100_000)) == "too_large_unpacked"


def test_archive_in_an_archive_is_no_sheet():
    inner = workbook_with(" " * 1_000_000)
    assert refusal(zipped({"xl/workbook.zip": inner})) == "other_format"
    assert refusal(zipped(PLAIN_PARTS | {"xl/worksheets/sheet1.xml": inner})) == "broken_xml"


def test_65_000_parts_are_refused_before_the_directory_is_read(monkeypatch):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}", "")
    file = bytearray(stream.getvalue())
    struct.pack_into("<HH", file, len(file) - 14, 65_000, 65_000)
    monkeypatch.setattr(zipfile, "ZipFile", None)

    assert refusal(bytes(file)) == "too_many_parts"


def test_long_directory_is_refused_whatever_count_it_tells():
    file = bytearray(zipped({"x" * 2_000: "", "y" * 2_000: ""}))

    assert refusal(bytes(file), Limits(parts=2)) == "too_many_parts"


@pytest.mark.parametrize("cut", [0.3, 0.9, 0.99])
def test_workbook_that_is_cut_off_is_refused(cut):
    file = workbook_of([["a", "b"], ["c", "d"]])

    assert refusal(file[: int(len(file) * cut)]) == "broken_zip"


def test_damaged_part_is_refused():
    file = bytearray(workbook_with(EMPTY_SHEET.replace("<sheetData>", "<sheetData>" + "x" * 999)))
    at = file.rfind(b"sheet1.xml", 0, file.rfind(b"PK\x01\x02")) + 20
    file[at : at + 10] = b"\xff" * 10

    assert refusal(bytes(file)) == "broken_zip"


@pytest.mark.parametrize(
    "sheet, code",
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>', "xml_doctype"),
        (cells('<c r="XFD1"><v>1</v></c>'), "too_many_columns"),
        (cells('<c r="ZZZZ1"><v>1</v></c>'), "broken_sheet"),
        (cells('<c r="1"><v>1</v></c>'), "broken_sheet"),
        (cells('<c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>'), "broken_sheet"),
        (cells('<c r="A1"><v>1</v><v>2</v></c><c r="B1"><v>3</v></c>'), "broken_sheet"),
        (cells('<c r="A1"><v>one</v></c>'), "broken_xml"),
        (cells('<c r="A1" t="s"><v>9</v></c>'), "broken_xml"),
        (cells('<c r="A1" t="s"><v>-1</v></c>'), "broken_xml"),
        (cells('<c r="A1" t="str"><v>' + "x" * 70_000 + "</v></c>"), "line_too_long"),
        (cells('<c r="A1" t="' + "x" * 700_000 + '"/>'), "line_too_long"),
        ("<worksheet><sheetData>" + '<row r="5"/>' * 2, "broken_sheet"),
        ("<worksheet>" + "<a>" * 700_000, "line_too_long"),
        ("<worksheet><sheetData><row>" + "<c/>" * 500_000, "line_too_long"),
        ("<worksheet><sheetData>", "broken_xml"),
        ("<worksheet/>", "broken_sheet"),
        (EMPTY_SHEET, "empty"),
    ],
    ids=range(17),
)
def test_sheet_that_makes_no_sense_is_refused(sheet, code):
    assert refusal(workbook_with(sheet)) == code


def test_rows_without_end_are_refused():
    rows = "".join(f'<row r="{line}"><c><v>1</v></c></row>' for line in range(1, 400))
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"

    assert refusal(workbook_with(sheet), Limits(rows=100)) == "too_many_rows"


@pytest.mark.parametrize(
    "strings, code",
    [
        ("<sst>" + "<si><t>x</t></si>" * 2_000 + "</sst>", "too_much_text"),
        ("<sst><si><t>" + "x" * 70_000 + "</t></si></sst>", "line_too_long"),
        ("<sst>" + "<si>" * 100, "xml_too_deep"),
        ('<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst/>', "xml_doctype"),
    ],
)
def test_shared_texts_are_limited(strings, code):
    sheet = cells('<c r="A1" t="s"><v>1999</v></c>')

    file = workbook_with(sheet, sharedStrings=strings)

    assert refusal(file, Limits(strings=50_000)) == code


def test_only_the_texts_that_are_asked_for_are_read():
    strings = "<sst>" + "<si><t>text</t></si>" * 100_000 + "</sst>"
    sheet = cells('<c r="A1" t="s"><v>1</v></c>')
    workbook = Workbook(io.BytesIO(workbook_with(sheet, sharedStrings=strings)), Limits())

    next(sheet_blocks(workbook, "", 10, Limits()))

    assert len(workbook.strings.known) < 10_000


@pytest.mark.parametrize("name", ["workbook", "styles", "_rels/workbook.xml"])
def test_parts_that_describe_are_held_to_the_same_rules(name):
    parts = {"styles": "<styleSheet/>", name: "<a>" * 100}
    if name == "_rels/workbook.xml":
        deep = PLAIN_PARTS | {"xl/_rels/workbook.xml.rels": "<a>" * 100}
        assert refusal(zipped(deep)) == "xml_too_deep"
        return

    assert refusal(workbook_with(EMPTY_SHEET, **parts)) == "xml_too_deep"


def compound(entry):
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<L", header, 48, 1)
    return bytes(header) + bytes(512) + entry.encode("utf-16-le").ljust(128, b"\0")


@pytest.mark.parametrize(
    "file, code",
    [
        (compound("EncryptedPackage"), "locked_workbook"),
        (compound("Workbook"), "old_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
        (zipped({"xl/workbook.bin": "x"}), "other_format"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "other_format"),
        (b"PK\x05\x06" + bytes(18), "other_format"),
    ],
)
def test_other_kinds_of_workbooks_are_named(file, code):
    assert refusal_of_any(file) == code


def refusal_of_any(file):
    with pytest.raises(Unreadable) as refused:
        stream = io.BytesIO(file)
        open_delivery(stream, encoding="", limits=Limits())
        Workbook(stream, Limits())
    assert file_refusal(refused.value.code, refused.value.facts)
    return refused.value.code


def test_one_sheet_named_again_and_again_is_refused():
    again = '<sheet name="One" r:id="r1"/>' * 10
    said = f'<workbook xmlns:r="http://r"><sheets>{again}</sheets></workbook>'
    file = workbook_with(EMPTY_SHEET, workbook=said)

    assert refusal(file, Limits(parts=10)) == "empty"
    assert refusal(file, Limits(parts=9)) == "too_many_parts"


def test_only_so_many_empty_sheets_are_read_to_find_one_with_rows():
    assert refusal(workbook_of(*[[]] * 20, [["case_id"], ["A-1"]])) == "empty"
    assert refusal(workbook_of(*[[]] * 19, [["case_id"], ["A-1"]]), Limits(columns=0)) == (
        "too_many_columns"
    )


def test_elements_without_texts_count_among_the_shared_texts():
    file = workbook_with(
        cells('<c r="A1" t="s"><v>0</v></c>'),
        sharedStrings="<sst>" + "<x/>" * 200 + "</sst>",
    )
    assert refusal(file, Limits(strings=3_000)) == "too_much_text"


def test_long_formats_and_very_many_are_not_pondered(monkeypatch):
    long = "[" * 60_000 + "yyyy"
    cell_formats = '<xf numFmtId="200"/>' * 20
    styles = (
        f'<styleSheet><numFmts><numFmt numFmtId="200" formatCode="{long}"/></numFmts>'
        f"<cellXfs>{cell_formats}</cellXfs></styleSheet>"
    )
    asked = []
    monkeypatch.setattr(workbooks, "is_date_format", lambda code: asked.append(len(code)) or True)
    file = workbook_with(cells('<c r="A1"><v>1</v></c>'), styles=styles)

    assert Workbook(io.BytesIO(file), Limits()).dates == [True] * 20
    assert asked == [255]
    monkeypatch.setattr(workbooks, "SMALL_ELEMENTS", 20)
    assert refusal(file) == "broken_zip"
