"""What a file may be at most. Each limit is checked while reading, before memory is spent."""

from dataclasses import dataclass

BLOCK_ROWS = 10_000
BYTES_AT_ONCE = 1 << 18
COLUMN_NAME_LENGTH = 100
CELL_SHOWN = 100  # characters of a refused cell that are kept to show
REFUSALS_KEPT = 10_000  # refused rows of a file that are kept to show; all are counted


@dataclass(frozen=True, slots=True)
class Limits:
    """``line`` counts characters of one line (JSON object, row of a sheet), ``unpacked`` bytes.

    ``block`` rows are checked at a time. Of a workbook: ``parts``; ``workbook``, the bytes of all
    parts by its directory; ``strings``, the bytes that texts shared by its cells may take.
    ``depth``: how deep elements of XML may lie.
    """

    line: int = 65_536
    columns: int = 200
    rows: int = 2_000_000
    unpacked: int = 1_000_000_000
    block: int = BLOCK_ROWS
    parts: int = 2_000
    workbook: int = 1_000_000_000
    strings: int = 200_000_000
    depth: int = 32
