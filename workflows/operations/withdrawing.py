from datetime import datetime

from core.audit import record
from core.errors import Forbidden
from core.jobs import enqueue
from people.models import Person
from workflows.choices import TRANSITIONS, Action, RedesignState, RouteState
from workflows.errors import NoReasonGiven, NotPossibleNow
from workflows.models import Redesign
from workflows.operations.closing import close_route
from workflows.operations.one_act import one_act


@one_act()
def withdraw_redesign(*, redesign: Redesign, actor: Person, reason: str, at: datetime) -> Redesign:
    """Take a proposal back for good; an open route is closed and its signers are told.

    Raises Forbidden for anybody but the proposer and the workflow's owner, NoReasonGiven, and
    NotPossibleNow once it is decided.
    """
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow")
        .get(pk=redesign.pk)
    )
    if actor.pk not in {redesign.proposer_id, redesign.workflow.owner_id}:
        raise Forbidden
    if not reason.strip():
        raise NoReasonGiven
    if redesign.state not in TRANSITIONS[Action.WITHDRAW]:
        raise NotPossibleNow
    before = redesign.state
    route = redesign.routes.filter(state=RouteState.OPEN).first()
    close_route(redesign=redesign, state=RouteState.WITHDRAWN, at=at)
    redesign.state = RedesignState.WITHDRAWN
    redesign.row_version += 1
    redesign.save(update_fields=["state", "row_version", "updated_at"])
    record(
        "redesign.withdrawn",
        subject=redesign,
        actor=actor,
        before={"state": before},
        after={"state": redesign.state},
        reason=reason.strip(),
    )
    if route is not None:
        enqueue("workflows.tell_signers_closed", route_id=route.pk)
    return redesign
