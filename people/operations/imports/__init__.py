"""Files of people: taken in, compared as a whole, held where they would do harm, applied."""

from people.operations.imports.receiving import SHELF, delivered, receive_people, take_in
from people.operations.imports.reviewing import approve_import, cancel_import
from people.operations.imports.running import import_people
from people.operations.imports.sweeping import forget_file, sweep_imports

discard = SHELF.discard

__all__ = [
    "approve_import",
    "cancel_import",
    "delivered",
    "discard",
    "forget_file",
    "import_people",
    "receive_people",
    "sweep_imports",
    "take_in",
]
