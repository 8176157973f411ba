"""Counts beside the navigation's entries; decision 0050."""

from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from workflows.queries.turns import open_turns_of


def waiting_signatures(request: HttpRequest) -> int:
    """One query a request, whichever entries ask."""
    known = getattr(request, "waiting_signatures", None)
    if known is None:
        known = open_turns_of(acting_person(request), timezone.now()).count()
        request.waiting_signatures = known  # type: ignore[attr-defined]
    return known


COUNTS = {"inbox": waiting_signatures, "sign_offs": waiting_signatures}
