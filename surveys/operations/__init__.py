"""Verbs of the trust surveys. Keys are touched by ``open_wave`` and ``release`` alone: a worker."""

from surveys.operations.answering import answer
from surveys.operations.closing import close_lost_wave, close_wave
from surveys.operations.opening import open_wave
from surveys.operations.planning import cancel_wave, plan_wave
from surveys.operations.releasing import release
from surveys.operations.reminding import remind

__all__ = [
    "answer",
    "cancel_wave",
    "close_lost_wave",
    "close_wave",
    "open_wave",
    "plan_wave",
    "release",
    "remind",
]
