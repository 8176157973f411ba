"""Refusals of one row, as codes; the words are the caller's."""

from dataclasses import dataclass

CLOCK_ERROR = "clock_error"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that is not kept. ``row`` holds the columns that may be shown, by our names."""

    line: int
    column: str
    code: str
    row: dict[str, str]
