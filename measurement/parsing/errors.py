"""Refusals of a whole file and of one row, as codes; the words are the caller's."""

from dataclasses import dataclass
from typing import Any

CLOCK_ERROR = "clock_error"


class Unreadable(Exception):
    """Nothing of this file can be used. ``code`` and ``facts`` (line, column ...) say why."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that is not kept. ``row`` holds the columns that may be shown, by our names."""

    line: int
    column: str
    code: str
    row: dict[str, str]
