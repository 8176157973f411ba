"""Delivered files of any app: kept on disk, unpacked, decoded, cut into rows; never parsed whole.

``text_of`` and ``tables`` are pure and streaming; they count while they read (see ``Limits``).
"""

from core.deliveries.errors import Unreadable
from core.deliveries.files import Readable, Shelf, Stored, shown_name
from core.deliveries.limits import BLOCK_ROWS, Limits
from core.deliveries.refusals import FileRefusedError, add_words, file_refusal
from core.deliveries.text import ENCODINGS

__all__ = [
    "BLOCK_ROWS",
    "ENCODINGS",
    "FileRefusedError",
    "Limits",
    "Readable",
    "Shelf",
    "Stored",
    "Unreadable",
    "add_words",
    "file_refusal",
    "shown_name",
]
