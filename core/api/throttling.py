"""Calls per minute and client, counted for all web processes together."""

import time

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from core.context import surroundings
from core.models import ApiToken

WINDOW = 60.0
CALLS_PER_MINUTE = 600


class TokenThrottle(BaseThrottle):
    """Per token, else per person, else per address; ``settings.API_CALLS_PER_MINUTE`` calls.

    A sliding window made of two fixed ones, each a counter that the cache adds up atomically.
    While Redis is away every process counts for itself: there is always some limit.
    """

    def __init__(self) -> None:
        self._wait = WINDOW

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        limit: int = getattr(settings, "API_CALLS_PER_MINUTE", CALLS_PER_MINUTE)
        window, into = divmod(time.time(), WINDOW)
        key = f"calls:{client_of(request)}:"
        now, before = f"{key}{int(window)}", f"{key}{int(window) - 1}"
        cache.add(now, 0, timeout=2 * WINDOW)
        try:
            count = cache.incr(now)
        except ValueError:  # Redis went or came back between the two
            cache.set(now, 1, timeout=2 * WINDOW)
            count = 1
        self._wait = WINDOW - into
        earlier = float(cache.get(before, 0)) * (1 - into / WINDOW)
        return bool(count + earlier <= limit)

    def wait(self) -> float:
        return self._wait


def client_of(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token-{request.auth.pk}"
    if request.user is not None and request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{surroundings().remote_addr}"
