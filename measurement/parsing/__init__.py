"""Files of cases, of events and of rows about people: bytes in, checked blocks out. No Django.

``read_cases(stream, terms)``, ``read_events`` and ``read_people`` yield blocks of at most
``BLOCK_ROWS`` rows; ``look`` reads the beginning only. A file that cannot be read as a whole raises
``Unreadable``; a row that cannot be kept becomes a ``Rejection``.
"""

from core.deliveries import BLOCK_ROWS, ENCODINGS, Limits, Unreadable
from measurement.parsing.blocks import Block, EventBlock, FileTerms, LogTerms
from measurement.parsing.cases import read_cases
from measurement.parsing.columns import EVENT_FIELDS, FIELDS, Columns
from measurement.parsing.derived import DerivedCase, cases_of_events
from measurement.parsing.errors import Rejection
from measurement.parsing.events import read_events
from measurement.parsing.layouts import Recognised
from measurement.parsing.looking import ActivitySeen, Look, look
from measurement.parsing.people_columns import names_a_person
from measurement.parsing.people_rows import PeopleBlock, PeopleTerms, read_people
from measurement.parsing.time_patterns import TIME_EXAMPLES, TIME_PATTERNS

__all__ = [
    "BLOCK_ROWS",
    "ENCODINGS",
    "EVENT_FIELDS",
    "FIELDS",
    "TIME_EXAMPLES",
    "TIME_PATTERNS",
    "ActivitySeen",
    "Block",
    "Columns",
    "DerivedCase",
    "EventBlock",
    "FileTerms",
    "Limits",
    "LogTerms",
    "Look",
    "PeopleBlock",
    "PeopleTerms",
    "Recognised",
    "Rejection",
    "Unreadable",
    "cases_of_events",
    "look",
    "names_a_person",
    "read_cases",
    "read_events",
    "read_people",
]
