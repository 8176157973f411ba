"""Opening a wave: who is invited, the frozen tree, and the key."""

from datetime import datetime

from surveys.models import Wave


def open_wave(*, wave: Wave, at: datetime) -> Wave:
    """Invite those who do the work today, freeze tree and attributes, make the key.

    Runs in a worker: the private key is a file only it can read. Safe to run twice. A wave to which
    fewer than its smallest group would be invited is cancelled with the reason.
    """
    raise NotImplementedError
