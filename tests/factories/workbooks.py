"""Workbooks as people send them, and as nobody should."""

import io
import zipfile

import xlsxwriter

PLAIN_PARTS = {
    "[Content_Types].xml": "<Types/>",
    "_rels/.rels": '<Relationships><Relationship Id="r1" Type="http://x/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns:r="http://r"><sheets><sheet name="One" sheetId="1"'
    ' r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Type="http://x/worksheet"'
    ' Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/sharedStrings"'
    ' Target="/xl/sharedStrings.xml"/><Relationship Id="r3" Type="http://x/styles"'
    ' Target="styles.xml"/></Relationships>',
}
EMPTY_SHEET = "<worksheet><sheetData></sheetData></worksheet>"


def workbook_of(rows, *more, options=None):
    """Sheets of rows; moments become date cells."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options or {}) as book:
        date = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        for sheet_rows in (rows, *more):
            sheet = book.add_worksheet()
            for line, row in enumerate(sheet_rows):
                for at, cell in enumerate(row):
                    if hasattr(cell, "year"):
                        sheet.write_datetime(line, at, cell, date)
                    elif cell is not None:
                        sheet.write(line, at, cell)
    return stream.getvalue()


def zipped(parts, *, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def workbook_with(sheet, **parts):
    """A workbook of this sheet's XML; ``parts`` by the names of their files without ending."""
    more = {f"xl/{name}.xml": content for name, content in parts.items()}
    return zipped(PLAIN_PARTS | {"xl/worksheets/sheet1.xml": sheet} | more)
