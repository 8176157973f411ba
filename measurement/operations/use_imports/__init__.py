"""Bringing in use, access and finished trainings: as cases come in, but named by person.

Confirming, cancelling and sweeping are those of ``measurement.operations.imports``.
"""

from measurement.operations.use_imports.receiving import Received, receive_people, start_import
from measurement.operations.use_imports.running import import_people_rows

__all__ = ["Received", "import_people_rows", "receive_people", "start_import"]
