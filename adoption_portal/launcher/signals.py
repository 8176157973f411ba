"""Ctrl-C and SIGTERM, at any moment of the boot, without losing a process just started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from adoption_portal.launcher.errors import StopRequested

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """The first raises StopRequested (after a ``held`` block), a second one asks for haste."""

    def __init__(self) -> None:
        self.requested = False
        self.in_haste = False
        self._held = 0

    def install(self) -> None:
        # Set even where it is ignored: shells start background jobs with SIGINT ignored.
        for number in STOPPING:
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self.requested:
            self.in_haste = True
            return
        self.requested = True
        if not self._held:
            raise StopRequested

    @contextmanager
    def held(self) -> Iterator[None]:
        """A started process must be written down before anything may interrupt."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self.requested and not self._held:
            raise StopRequested
