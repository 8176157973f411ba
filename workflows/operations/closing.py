"""Closing a route: its unanswered steps and their assignments follow by the database's triggers."""

from datetime import datetime

from workflows.choices import RouteState
from workflows.models import Redesign, Route


def close_route(*, redesign: Redesign, state: RouteState, at: datetime) -> bool:
    """Close the open route, if there is one, and say whether there was.

    Call it in the transaction that holds the redesign's lock and changes its state.
    """
    closed = Route.objects.filter(redesign=redesign, state=RouteState.OPEN).update(
        state=state, closed_at=at
    )
    return bool(closed)
