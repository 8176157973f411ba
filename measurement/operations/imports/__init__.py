"""Bringing cases in: receive a file, check all of it, merge it in one transaction, or ask."""

from measurement.operations.imports.mapping import shelve_file, start_import
from measurement.operations.imports.receiving import Received, receive_file
from measurement.operations.imports.reviewing import cancel_import, confirm_import
from measurement.operations.imports.running import import_cases
from measurement.operations.imports.sources import new_source, save_source, source_for
from measurement.operations.imports.sweeping import forget_file, sweep_files

__all__ = [
    "Received",
    "cancel_import",
    "confirm_import",
    "forget_file",
    "import_cases",
    "new_source",
    "receive_file",
    "save_source",
    "shelve_file",
    "source_for",
    "start_import",
    "sweep_files",
]
