"""Files of cases and of rows about people: bytes in, checked blocks out. Pure, no Django.

``read_cases(stream, terms)`` and ``read_people(stream, terms)`` yield blocks of at most
``BLOCK_ROWS`` rows. A file that cannot be read as a whole raises ``Unreadable``; a row that cannot
be kept becomes a ``Rejection``.
"""

from core.deliveries import BLOCK_ROWS, ENCODINGS, Limits, Unreadable
from measurement.parsing.blocks import Block, FileTerms
from measurement.parsing.cases import read_cases
from measurement.parsing.columns import FIELDS, Columns
from measurement.parsing.errors import Rejection
from measurement.parsing.layouts import Recognised
from measurement.parsing.people_columns import names_a_person
from measurement.parsing.people_rows import PeopleBlock, PeopleTerms, read_people

__all__ = [
    "BLOCK_ROWS",
    "ENCODINGS",
    "FIELDS",
    "Block",
    "Columns",
    "FileTerms",
    "Limits",
    "PeopleBlock",
    "PeopleTerms",
    "Recognised",
    "Rejection",
    "Unreadable",
    "names_a_person",
    "read_cases",
    "read_people",
]
