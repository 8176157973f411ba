"""Counting what happens under a name, for all web processes together."""

import time

from django.core.cache import cache


class Counter:
    """How often it happened in the last so many seconds.

    A sliding window made of two fixed ones, each a number that the cache adds up atomically.
    While Redis is away every process counts for itself: there is always some limit.
    """

    def __init__(self, name: str, *, seconds: int) -> None:
        window, into = divmod(time.time(), seconds)
        self._windows = [f"{name}:{int(window)}", f"{name}:{int(window) - 1}"]
        self._seconds = seconds
        self._share_before = 1 - into / seconds
        self.wait = seconds - into  # until the present window is over

    def add(self) -> None:
        now = self._windows[0]
        cache.add(now, 0, timeout=2 * self._seconds)
        try:
            cache.incr(now)
        except ValueError:  # Redis went or came back between the two
            cache.set(now, 1, timeout=2 * self._seconds)

    def count(self) -> float:
        found = cache.get_many(self._windows)
        now, before = (found.get(name, 0) for name in self._windows)
        return float(now + before * self._share_before)

    def forget(self) -> None:
        cache.delete_many(self._windows)
