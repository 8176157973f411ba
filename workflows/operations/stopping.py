"""Out of use, for a while or for good, and back into use."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.errors import DomainError, Forbidden, Stale
from people.models import Person
from workflows.choices import TRANSITIONS, Action, RedesignState
from workflows.errors import NoReasonGiven, NotPossibleNow, ToolChanged
from workflows.models import Redesign
from workflows.operations.asking import ask_for_reading
from workflows.operations.one_act import one_act
from workflows.rules import may_retire, may_suspend, signed_tool_stands

VERBS = {
    Action.SUSPEND: "redesign.suspended",
    Action.RESUME: "redesign.resumed",
    Action.RETIRE: "redesign.retired",
}
NOT_NOW: dict[Action, str | Promise] = {
    Action.SUSPEND: _("Only a redesign that is live can be suspended."),
    Action.RESUME: _("Only a suspended redesign can be resumed."),
    Action.RETIRE: _("Only a redesign that is approved, live or suspended can be retired."),
}


def refusal_of(redesign: Redesign, action: Action, actor: Person) -> DomainError | None:
    """Why ``actor`` cannot suspend, resume or retire it now; None when it is possible.

    Reads the workflow, its unit and the current revision with its tool.
    """
    if action == Action.RETIRE and not may_retire(actor, redesign):
        return Forbidden(_("Only the workflow's owner retires a redesign of it."))
    if action != Action.RETIRE and not may_suspend(actor, redesign):
        return Forbidden(
            _("Only the workflow's owner, who watches over the AI, and quality may do this.")
        )
    if redesign.state not in TRANSITIONS[action]:
        return NotPossibleNow(NOT_NOW[action])
    if action == Action.RESUME and not signed_tool_stands(redesign):
        return ToolChanged()
    return None


def suspend_redesign(
    *, redesign: Redesign, actor: Person, reason: str, row_version: int, at: datetime
) -> Redesign:
    """Work goes on without it until it is resumed; nothing is read of it meanwhile.

    Raises Forbidden for anybody but the workflow's owner, the overseer and a quality signer,
    NotPossibleNow unless it is live, Stale when ``row_version`` is no longer the stored one, and
    NoReasonGiven.
    """
    return _moved(redesign, Action.SUSPEND, (actor, reason, at), row_version)


@one_act()
def resume_redesign(
    *, redesign: Redesign, actor: Person, reason: str, row_version: int, at: datetime
) -> Redesign:
    """Live again; a reading whose date has come meanwhile is asked for at once.

    Raises ToolChanged when the register no longer has the tool as it was signed, otherwise as
    ``suspend_redesign``.
    """
    redesign = _moved(redesign, Action.RESUME, (actor, reason, at), row_version)
    ask_for_reading(redesign=redesign, actor=actor)
    return redesign


def retire_redesign(
    *, redesign: Redesign, actor: Person, reason: str, row_version: int, at: datetime
) -> Redesign:
    """Ended for good. What was read and signed stays; what would have been read later is not.

    Raises Forbidden for anybody but the workflow's owner, otherwise as ``suspend_redesign``.
    """
    return _moved(redesign, Action.RETIRE, (actor, reason, at), row_version)


@one_act()
def _moved(
    redesign: Redesign, action: Action, said: tuple[Person, str, datetime], row_version: int
) -> Redesign:
    actor, reason, at = said
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow__unit", "current_revision__tool")
        .get(pk=redesign.pk)
    )
    refusal = refusal_of(redesign, action, actor)
    if refusal is not None:
        raise refusal
    if redesign.row_version != row_version:
        raise Stale
    if not reason.strip():
        raise NoReasonGiven
    before = RedesignState(redesign.state)
    redesign.state = TRANSITIONS[action][before]
    redesign.stopped_at = None if action == Action.RESUME else at
    redesign.row_version += 1
    redesign.save(update_fields=["state", "stopped_at", "row_version", "updated_at"])
    record(
        VERBS[action],
        subject=redesign,
        actor=actor,
        before={"state": before},
        after={"state": redesign.state},
        reason=reason.strip(),
    )
    return redesign
