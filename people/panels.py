"""What the account page says about people."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.panels import panel
from people.queries import delegations_of


@panel("people.account")
def account(request: HttpRequest, person: Any) -> tuple[str, dict[str, Any]]:  # noqa: ARG001
    open_ones = delegations_of(person).filter(valid__endswith__gt=timezone.now())
    waiting = open_ones.filter(delegate=person, accepted_at__isnull=True).count()
    return "people/_account_panel.html", {"waiting": waiting}
