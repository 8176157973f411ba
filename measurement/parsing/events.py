"""A file of events to blocks of checked ones."""

from collections.abc import Iterator
from typing import BinaryIO

from measurement.parsing.blocks import EventBlock, FileTerms
from measurement.parsing.errors import Rejection
from measurement.parsing.event_rows import fill_events_fast, fill_events_slow
from measurement.parsing.raws import raw_blocks
from measurement.parsing.slow import shown_cells


def read_events(stream: BinaryIO, terms: FileTerms) -> Iterator[EventBlock]:
    """The file in blocks, in its own order; ``terms.log`` must be set.

    CSV, JSON, XLSX or XES; all but XLSX also packed with gzip. A workbook's stream must be
    seekable. Raises Unreadable as soon as it shows; blocks before stay valid.
    """
    if terms.log is None:
        raise TypeError("terms of events name the activities that begin and end a case")
    for columns, raw in raw_blocks(stream, terms):
        block = EventBlock(columns, len(raw.lines) + len(raw.uneven))
        if raw.lines and not fill_events_fast(block, raw, terms):
            fill_events_slow(block, raw, terms)
        block.rejections += [
            Rejection(line, "", "wrong_cells", shown_cells(columns, cells))
            for line, cells in raw.uneven
        ]
        block.rejections.sort(key=lambda rejection: rejection.line)
        yield block
