"""Counts beside the navigation's entries; decision 0050."""

from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from workflows.queries.inbox import waiting_counts


def waiting(request: HttpRequest) -> tuple[int, int]:
    """One query a request, whichever entries ask."""
    known: tuple[int, int] | None = getattr(request, "waiting_counts", None)
    if known is None:
        known = waiting_counts(acting_person(request), timezone.now())
        note_waiting(request, known)
    return known


def note_waiting(request: HttpRequest, counts: tuple[int, int]) -> None:
    """For a page that counted for itself: the frame asks no more."""
    request.waiting_counts = counts  # type: ignore[attr-defined]


def waiting_things(request: HttpRequest) -> int:
    return waiting(request)[0]


def waiting_signatures(request: HttpRequest) -> int:
    return waiting(request)[1]


COUNTS = {"inbox": waiting_things, "sign_offs": waiting_signatures}
