"""HR's facts on their one way in: a row from any door is applied by ``apply_rows``."""

from people.operations.inbound.applying import Inbound, Outcome, apply_rows, hold_inbound
from people.operations.inbound.days import days_come
from people.operations.inbound.ending import end_people
from people.operations.inbound.lines import put_lines
from people.operations.inbound.putting import put_person
from people.operations.inbound.units import put_unit

__all__ = [
    "Inbound",
    "Outcome",
    "apply_rows",
    "days_come",
    "end_people",
    "hold_inbound",
    "put_lines",
    "put_person",
    "put_unit",
]
