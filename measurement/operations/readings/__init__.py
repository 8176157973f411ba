"""Taking readings: the one writer of measurement_reading and of what follows from it."""

from measurement.operations.readings.asking import (
    ask_for_reading,
    ask_for_recomputation,
    enqueue_due,
)
from measurement.operations.readings.measuring import Measured, measure_redesign, measure_redesigns
from measurement.operations.readings.ranges import measure_range, pieces, start_run
from measurement.operations.readings.recomputing import recompute_reading

__all__ = [
    "Measured",
    "ask_for_reading",
    "ask_for_recomputation",
    "enqueue_due",
    "measure_range",
    "measure_redesign",
    "measure_redesigns",
    "pieces",
    "recompute_reading",
    "start_run",
]
