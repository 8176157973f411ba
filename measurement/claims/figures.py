"""Single figures of a stored result."""

from core.charts import words
from measurement.models import Reading


def figure(reading: Reading, name: str) -> float | None:
    value = reading.result.get(name)
    return None if value is None else float(value)


def length(reading: Reading, name: str) -> str:
    """A time of the result in words; on a work calendar in working hours, never in days of 24."""
    return words.length(figure(reading, name), working=reading.calendar_version_id is not None)
