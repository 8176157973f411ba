"""Which column is what: our fields, guardrail numbers, and what is left out and named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.deliveries import Limits, Unreadable
from core.deliveries.cells import plain
from core.deliveries.limits import COLUMN_NAME_LENGTH
from measurement.parsing.people_columns import names_a_person

FIELDS = ("case_id", "started_at", "completed_at", "status", "kind", "last_event_at")
EVENT_FIELDS = ("case_id", "activity", "at", "began_at", "lifecycle", "kind")
REQUIRED = ("case_id", "started_at", "completed_at")
EVENT_REQUIRED = ("case_id", "activity", "at")


@dataclass(slots=True)
class Columns:
    """``places``: our field -> position; ``extra``: guardrail candidates, name -> position.

    ``numeric`` says of a candidate whether its values are numbers; absent = not yet known.
    ``dropped`` is why each left-out column was left out: "person", "text" or "unnamed".
    """

    places: dict[str, int]
    extra: dict[str, int]
    numeric: dict[str, bool] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def numbers(self) -> list[tuple[str, int]]:
        return [(name, at) for name, at in self.extra.items() if self.numeric.get(name)]

    def decide(self, name: str, *, numeric: bool) -> None:
        self.numeric[name] = numeric
        if not numeric:
            self.dropped[name] = "text"
            del self.extra[name]


def sort_columns(
    header: Sequence[str],
    mapping: Mapping[str, str],
    limits: Limits,
    *,
    fields: Sequence[str] = FIELDS,
    required: Sequence[str] = REQUIRED,
) -> Columns:
    """Raises Unreadable for a header that cannot be this source's."""
    if len(header) > limits.columns:
        raise Unreadable("too_many_columns", limit=limits.columns, found=len(header))
    theirs = {plain(column): name for name, column in mapping.items() if column and name in fields}
    theirs |= {name: name for name in set(fields) - set(theirs) - spoken_of(mapping, required)}
    columns = Columns({}, {})
    seen: set[str] = set()
    for at, raw in enumerate(header):
        name, key = raw.strip(), plain(raw)
        if len(name) > COLUMN_NAME_LENGTH:
            raise Unreadable("column_name_too_long", column=name[:40], limit=COLUMN_NAME_LENGTH)
        if key and key in seen:
            raise Unreadable("column_twice", column=name)
        seen.add(key)
        ours = theirs.get(key, "")
        if ours:
            columns.places[of_no_person(ours, name)] = at
        elif why := _left_out(name, fields):
            columns.dropped[name or f"#{at + 1}"] = why
        else:
            columns.extra[name] = at
    for name in required:
        if name not in columns.places:
            raise Unreadable(
                "column_missing",
                column=mapping.get(name) or name,
                found=", ".join(cell.strip()[:40] for cell in header[:12]),
            )
    return columns


def _left_out(name: str, fields: Sequence[str]) -> str:
    """Why such a column is not kept; "" for one that may hold numbers."""
    if not name:
        return "unnamed"
    if names_a_person(name):
        return "person"
    return "text" if name in fields else ""  # ours is read from another column


def of_no_person(ours: str, theirs: str) -> str:
    """Our field, unless it would be read from a column of people: then Unreadable."""
    if names_a_person(theirs):
        raise Unreadable("person_mapped", column=theirs, field=ours)
    return ours


def spoken_of(mapping: Mapping[str, str], required: Sequence[str]) -> set[str]:
    """Fields that stand in another column, or that the file is said not to have ("")."""
    return {name for name, column in mapping.items() if column or name not in required}
