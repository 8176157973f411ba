"""What HR says about people, as rules: rows in, changes of dated facts out. Pure, no Django.

``read_people(stream, ...)`` cuts a file into checked ``Row``s; ``apply_row(state, row, world)`` is
the one rule set by which any row, from a file, the interface or a directory, changes one person.
"""

from people.inbound.lines import depth_of, loops_in
from people.inbound.planning import apply_row, arrive_manager
from people.inbound.reading import Block, Refused, read_people
from people.inbound.rows import FIELDS, Row, RowRefused, digest_of, read_row
from people.inbound.state import (
    AssignmentSpan,
    EmploymentSpan,
    Holder,
    Known,
    PersonState,
    UnitFact,
    World,
)

__all__ = [
    "FIELDS",
    "AssignmentSpan",
    "Block",
    "EmploymentSpan",
    "Holder",
    "Known",
    "PersonState",
    "Refused",
    "Row",
    "RowRefused",
    "UnitFact",
    "World",
    "apply_row",
    "arrive_manager",
    "depth_of",
    "digest_of",
    "loops_in",
    "read_people",
    "read_row",
]
