"""Case files: bytes in, checked blocks of rows out. Pure and streaming, no Django.

``read_cases(stream, terms)`` yields ``Block``s of at most ``BLOCK_ROWS`` rows. A file that cannot
be read as a whole raises ``Unreadable``; a row that cannot be kept becomes a ``Rejection``.
"""

from measurement.parsing.blocks import Block, FileTerms
from measurement.parsing.cases import read_cases
from measurement.parsing.columns import FIELDS, Columns
from measurement.parsing.errors import Rejection, Unreadable
from measurement.parsing.limits import BLOCK_ROWS, Limits
from measurement.parsing.people_columns import names_a_person
from measurement.parsing.text import ENCODINGS

__all__ = [
    "BLOCK_ROWS",
    "ENCODINGS",
    "FIELDS",
    "Block",
    "Columns",
    "FileTerms",
    "Limits",
    "Rejection",
    "Unreadable",
    "names_a_person",
    "read_cases",
]
