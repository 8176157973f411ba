"""SIGTERM and SIGINT become an event."""

import signal

import pytest

from core.stopping import stop_on_signals


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_sets_the_event(number):
    stop = stop_on_signals()
    assert not stop.is_set()

    signal.raise_signal(number)
    signal.raise_signal(number)  # a second one does no harm

    assert stop.is_set()
