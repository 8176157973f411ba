"""XLSX workbooks: which sheets there are, which cells hold dates, which texts they share."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from posixpath import dirname, join, normpath
from typing import BinaryIO

from core.deliveries.archives import Archive
from core.deliveries.errors import Unreadable
from core.deliveries.limits import Limits
from core.deliveries.xml import fed, local, parser_of_elements, too_deep

SMALL_PART = 20_000_000  # bytes of a part that only describes
SMALL_ELEMENTS = 300_000  # of it; Excel has at most 64,000 formats of cells
LONGEST_FORMAT = 255
BYTES_OF_ELEMENT = 16  # counted for each within the shared texts, so that empty ones cost too
# Formats that are not written out: dates, not times of day alone. ECMA-376 part 1, 18.8.30.
DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    part: str
    hidden: bool


class Workbook:
    """``dates``: by a cell's style, whether its number is a date. Raises Unreadable."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self.archive = Archive(stream, limits)
        found = self._targets("_rels/.rels", "").values()
        main = next((part for kind, part in found if kind == "officeDocument"), "xl/workbook.xml")
        if main not in self.archive or not main.endswith(".xml"):
            binary = main.endswith(".bin") or "xl/workbook.bin" in self.archive
            raise Unreadable("other_format", format="XLSB" if binary else "ZIP")
        targets = self._targets(
            join(dirname(main), "_rels", f"{main.rpartition('/')[2]}.rels"), main
        )
        self.from_1904 = False
        self.sheets: list[Sheet] = []
        for name, attributes in self._elements(main):
            if name == "workbookPr":
                self.from_1904 = attributes.get("date1904") in ("1", "true")
            elif name == "sheet":
                link = next((text for key, text in attributes.items() if local(key) == "id"), "")
                kind, part = targets.get(link, ("", ""))
                if kind == "worksheet" and part in self.archive:
                    if len(self.sheets) == limits.parts:  # one part, named again and again
                        raise Unreadable("too_many_parts", limit=limits.parts)
                    hidden = attributes.get("state", "visible") != "visible"
                    self.sheets.append(Sheet(attributes.get("name", ""), part, hidden))
        if not self.sheets:
            raise Unreadable("other_format", format="ZIP")
        by_kind = dict(targets.values())
        self.dates = self._dates(by_kind.get("styles", ""))
        self.strings = Strings(self, by_kind.get("sharedStrings", ""))

    def sheet(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        found = ", ".join(sheet.name[:40] for sheet in self.sheets[:12])
        raise Unreadable("unknown_sheet", sheet=name[:40], found=found)

    def _targets(self, part: str, of: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: kind and part by id."""
        folder = dirname(of)
        return {
            attributes.get("Id", ""): (
                attributes.get("Type", "").rpartition("/")[2],
                normpath(join("/", folder, attributes.get("Target", "")))[1:],
            )
            for name, attributes in self._elements(part)
            if name == "Relationship" and attributes.get("TargetMode") != "External"
        }

    def _dates(self, part: str) -> list[bool]:
        formats = {str(at): True for at in DATE_FORMATS}
        dates: list[bool] = []
        in_cells = False
        for name, attributes in self._elements(part):
            if name == "numFmt":
                code = attributes.get("formatCode", "")[:LONGEST_FORMAT]
                if code:
                    formats[attributes.get("numFmtId", "")] = is_date_format(code)
            elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                in_cells = name == "cellXfs"
            elif name == "xf" and in_cells:
                dates.append(formats.get(attributes.get("numFmtId", "0"), False))
        return dates

    def _elements(self, part: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Names and attributes of a small part's elements as they open."""
        found: list[tuple[str, dict[str, str]]] = []
        depth = count = 0
        parser = parser_of_elements()

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth, count
            depth += 1
            count += 1
            if count > SMALL_ELEMENTS:
                raise Unreadable("broken_zip", part=part)
            if depth > self.limits.depth:
                raise too_deep(parser.CurrentLineNumber, self.limits, part)
            found.append((local(name), attributes))

        def end(_name: str) -> None:
            nonlocal depth
            depth -= 1

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        if part not in self.archive:
            return
        for _piece in fed(parser, self.archive.part(part, SMALL_PART), self.limits, part=part):
            yield from found
            found.clear()


class Strings:
    """The texts that cells refer to, read as far as somebody asked for."""

    def __init__(self, workbook: Workbook, part: str) -> None:
        self._limits = workbook.limits
        self._part = part
        self.known: list[str] = []
        self._bytes = 0
        pieces = workbook.archive.part(part, workbook.limits.workbook)
        first = next(pieces, b"")  # a workbook of numbers has no such part
        self._more = self._fed(chain((first,), pieces)) if first else iter(())

    def read_to(self, at: int) -> str:
        while at >= len(self.known):
            if next(self._more, None) is None:
                raise ValueError(at)
        if at < 0:
            raise ValueError(at)
        return self.known[at]

    def _fed(self, pieces: Iterator[bytes]) -> Iterator[int]:
        parser = parser_of_elements()
        taken: list[str] = []
        depth = size = 0
        skipped = False

        def start(name: str, _attributes: dict[str, str]) -> None:
            nonlocal depth, size, skipped
            depth += 1
            if depth > self._limits.depth:
                raise too_deep(parser.CurrentLineNumber, self._limits, self._part)
            self._count(BYTES_OF_ELEMENT)
            name = local(name)
            if name == "si":
                taken.clear()
                size = 0
            elif name == "rPh":  # how the text is spoken, not the text
                skipped = True
            parser.CharacterDataHandler = chars if name == "t" and not skipped else None

        def end(name: str) -> None:
            nonlocal depth, skipped
            depth -= 1
            parser.CharacterDataHandler = None
            name = local(name)
            if name == "rPh":
                skipped = False
            elif name == "si":
                self._add(unescaped("".join(taken)))

        def chars(text: str) -> None:
            nonlocal size
            size += len(text)
            if size > self._limits.line:
                raise Unreadable(
                    "line_too_long",
                    line=parser.CurrentLineNumber,
                    limit=self._limits.line,
                    part=self._part,
                )
            taken.append(text)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        return fed(parser, pieces, self._limits, part=self._part)

    def _add(self, text: str) -> None:
        self._count(64 + len(text))
        self.known.append(text)

    def _count(self, octets: int) -> None:
        self._bytes += octets
        if self._bytes > self._limits.strings:
            raise Unreadable("too_much_text", limit=self._limits.strings >> 20)


def is_date_format(code: str) -> bool:
    """Does this format show a day or a year? Times of day alone and lengths of time do not."""
    shown = _NO_CODE.sub("", code.partition(";")[0]).lower()
    return "general" not in shown and ("y" in shown or "d" in shown)


def unescaped(text: str) -> str:
    """Signs that XML cannot hold stand as _xHHHH_ in workbooks."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
