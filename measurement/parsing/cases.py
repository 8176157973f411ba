"""A file to blocks of checked rows."""

from collections.abc import Iterator
from typing import BinaryIO

from measurement.parsing.blocks import Block, FileTerms
from measurement.parsing.errors import Rejection
from measurement.parsing.fast import fill_fast
from measurement.parsing.raws import raw_blocks
from measurement.parsing.slow import fill_slow, shown_cells


def read_cases(stream: BinaryIO, terms: FileTerms) -> Iterator[Block]:
    """The file in blocks. Raises Unreadable as soon as it shows; blocks before stay valid.

    CSV, JSON or XLSX; the text formats also packed with gzip. A workbook's stream must be seekable.
    """
    for columns, raw in raw_blocks(stream, terms):
        block = Block(columns, len(raw.lines) + len(raw.uneven))
        if raw.lines and not fill_fast(block, raw, terms):
            fill_slow(block, raw, terms)
        block.rejections += [
            Rejection(line, "", "wrong_cells", shown_cells(columns, cells))
            for line, cells in raw.uneven
        ]
        block.rejections.sort(key=lambda rejection: rejection.line)
        yield block
