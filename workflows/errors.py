"""Refusals of this app, and the sentence behind each rule the database keeps."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, Forbidden, Stale


class NotYourTurn(Forbidden):
    code = "not_your_turn"
    message = _("There is nothing here for you to sign now.")


class NoReasonGiven(DomainError):
    code = "reason_missing"
    message = _("Say why, so that the team can act on it.")


class NotPresent(DomainError):
    """The signer did not prove to be the signed-in person."""

    code = "not_present"
    message = _("The password is not right. Your note is kept; try again.")


class SigningLocked(Forbidden):
    code = "signing_locked"
    message = _(
        "Signing and signing in are locked from here for 15 minutes after five wrong tries."
    )


class RouteNotPossible(DomainError):
    code = "route_not_possible"
    message = _("Nobody can sign this redesign as it stands.")


class LowerRiskUnexplained(DomainError):
    """Signers are told why a class of risk is lower than in what was submitted before."""

    code = "lower_risk_unexplained"
    message = _(
        "A risk class is lower than in what was submitted before. Say why under “What is new in "
        "this revision”, then submit again."
    )


class NotPossibleNow(DomainError):
    """The state of the thing does not allow it any more."""

    status = 409
    code = "not_possible_now"
    message = _("This is not possible in the present state.")


class ToolChanged(NotPossibleNow):
    """What would come back into use is no longer what was signed."""

    code = "tool_changed"
    message = _(
        "The AI tool is no longer approved, or no longer in the version that was signed. Propose a "
        "new redesign and submit it for sign-off."
    )


class GoLiveNotPossible(DomainError):
    code = "go_live_not_possible"


_CHANGED = (Stale, Stale.message)
_FROZEN = (NotPossibleNow, _("What was submitted can't be changed. Revise it instead."))
_TURN = (NotYourTurn, NotYourTurn.message)

# constraint name -> refusal; the names are those of migrations and models.
BY_CONSTRAINT: dict[str, tuple[type[DomainError], str | Promise]] = {
    "redesign_starts_as_draft": (NotPossibleNow, NotPossibleNow.message),
    "redesign_state_follows_the_table": _CHANGED,
    "redesign_revision_changes_in_draft_only": _CHANGED,
    "redesign_revision_is_its_own": (NotPossibleNow, NotPossibleNow.message),
    "redesign_base_changes_in_draft_only": _CHANGED,
    "redesign_base_is_its_workflows": (NotPossibleNow, NotPossibleNow.message),
    "redesign_builds_on_the_current_version": (
        Stale,
        _("The workflow has a newer version. Bring the redesign up to date first."),
    ),
    "redesign_in_review_while_a_route_is_open": _CHANGED,
    "redesign_approved_by_a_route": (NotPossibleNow, _("Not everybody has signed yet.")),
    "redesign_live_by_a_go_live": (NotPossibleNow, _("Only an approved redesign can go live.")),
    "aitool_stays_as_signed": (
        NotPossibleNow,
        _("A submitted redesign names this AI tool. Enter its new version beside it."),
    ),
    "redesign_one_live_per_workflow": (
        NotPossibleNow,
        _("Another redesign of this workflow is live."),
    ),
    "revision_number_once": _CHANGED,
    "revision_follows_the_one_before": _CHANGED,
    "revision_is_frozen": _FROZEN,
    "workflowversion_is_frozen": _FROZEN,
    "workflowversion_number_once": _CHANGED,
    "workflowversion_follows_the_one_before": _CHANGED,
    "route_one_open_per_redesign": _CHANGED,
    "route_is_for_the_current_revision": _CHANGED,
    "route_starts_open": (NotPossibleNow, NotPossibleNow.message),
    "route_closed_stays_closed": _CHANGED,
    "route_approved_by_every_step": (NotPossibleNow, _("Not everybody has signed yet.")),
    "route_ends_by_a_decision": (NotPossibleNow, NotPossibleNow.message),
    "routestep_starts_unanswered": (NotPossibleNow, NotPossibleNow.message),
    "routestep_set_when_route_opens": (NotPossibleNow, NotPossibleNow.message),
    "routestep_state_follows_the_table": _CHANGED,
    "routestep_approved_by_its_quorum": (NotPossibleNow, _("More signatures are needed.")),
    "routestep_ends_by_a_decision": (NotPossibleNow, NotPossibleNow.message),
    "routestep_closed_with_time": (NotPossibleNow, NotPossibleNow.message),
    "routestep_in_sequence": (NotPossibleNow, _("An earlier signature is still missing.")),
    "assignment_not_to_an_author": (
        RouteNotPossible,
        _("Whoever wrote the redesign, or reports to somebody who did, can't be asked to sign it."),
    ),
    "stepassignment_once_while_open": _CHANGED,
    "decision_on_an_open_route": _CHANGED,
    "decision_on_an_active_step": _TURN,
    "decision_on_the_current_revision": _CHANGED,
    "decision_on_what_was_shown": _CHANGED,
    "decision_not_by_an_author": (
        Forbidden,
        _(
            "You helped to write this redesign, stand in for somebody who did, or report to one of "
            "them. Others sign it."
        ),
    ),
    "decision_by_an_active_signer": (Forbidden, _("Signing is not enabled for you.")),
    "decision_by_an_assigned_person": _TURN,
    "decision_for_a_principal": (Forbidden, _("You do not stand in for this person now.")),
    "decision_for_an_active_principal": (
        Forbidden,
        _("The person you stand in for has left. The step goes to somebody else."),
    ),
    "decision_against_has_comment": (NoReasonGiven, NoReasonGiven.message),
    "decision_once_per_person_and_route": (
        Stale,
        _("You have signed on this route already. One person signs once."),
    ),
    "workflows_decision_request_key_key": _CHANGED,
    "decision_principal_counts_once": (Stale, _("This signature was given already.")),
    "decision_has_a_signature": (NotPossibleNow, NotPossibleNow.message),
    "decision_has_a_proof": (NotPresent, NotPresent.message),
    "reauthentication_fits_its_decision": (
        NotPresent,
        _("It took more than a minute. Give your password again."),
    ),
    "workflows_reauthentication_nonce_key": (
        NotPresent,
        _("One password is good for one signature. Give it again."),
    ),
    "signature_level_is_enough": (NotPresent, NotPresent.message),
    "teamtalk_once_for_each_manager": (
        NotPossibleNow,
        _("You have recorded this talk already."),
    ),
    "golive_of_an_approved_redesign": (
        NotPossibleNow,
        _("Only an approved redesign can go live."),
    ),
}


def refusal_for(constraint: str) -> DomainError | None:
    """The refusal behind a database rule; None for a rule that says a bug, not a person's act."""
    if constraint not in BY_CONSTRAINT:
        return None
    kind, message = BY_CONSTRAINT[constraint]
    return kind(message)
