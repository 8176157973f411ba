"""What "Show as table" shows: the same numbers as the picture."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
