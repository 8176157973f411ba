"""Calls per minute and client, counted for all web processes together."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.context import surroundings
from core.counting import Counter
from core.models import ApiToken

if TYPE_CHECKING:  # settings name this module, which DRF reads while its views are half imported
    from rest_framework.views import APIView

WINDOW = 60
CALLS_PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many calls are left to a client, and in how many seconds the window is over."""

    quota: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them."""
        return {
            "RateLimit-Policy": f'"calls";q={self.quota};w={WINDOW}',
            "RateLimit": f'"calls";r={self.left};t={self.seconds}',
        }


class TokenThrottle(BaseThrottle):
    """Per token, else per person, else per address; ``settings.API_CALLS_PER_MINUTE`` calls.

    What is left is noted at Django's request, where the middleware finds it.
    """

    def __init__(self) -> None:
        self._wait = float(WINDOW)

    def allow_request(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        limit: int = getattr(settings, "API_CALLS_PER_MINUTE", CALLS_PER_MINUTE)
        counter = Counter(f"calls:{client_of(request)}", seconds=WINDOW)
        self._wait = counter.wait
        counter.add()
        calls = counter.count()
        left = RateLimit(limit, max(0, math.floor(limit - calls)), max(1, math.ceil(counter.wait)))
        request._request.rate_limit = left  # type: ignore[attr-defined]  # noqa: SLF001 no other way to it
        return calls <= limit

    def wait(self) -> float:
        return self._wait


def client_of(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token-{request.auth.pk}"
    if request.user is not None and request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{surroundings().remote_addr}"
