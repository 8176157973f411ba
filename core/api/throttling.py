"""Calls per minute and client, counted for all web processes together."""

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from core.context import surroundings
from core.counting import Counter
from core.models import ApiToken

WINDOW = 60
CALLS_PER_MINUTE = 600


class TokenThrottle(BaseThrottle):
    """Per token, else per person, else per address; ``settings.API_CALLS_PER_MINUTE`` calls."""

    def __init__(self) -> None:
        self._wait = float(WINDOW)

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        limit: int = getattr(settings, "API_CALLS_PER_MINUTE", CALLS_PER_MINUTE)
        counter = Counter(f"calls:{client_of(request)}", seconds=WINDOW)
        self._wait = counter.wait
        counter.add()
        return counter.count() <= limit

    def wait(self) -> float:
        return self._wait


def client_of(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token-{request.auth.pk}"
    if request.user is not None and request.user.is_authenticated:
        return f"person-{request.user.pk}"
    return f"address-{surroundings().remote_addr}"
