"""Sign-off from submit to the last signature; each verb has a file of its own beside this one."""

from workflows.operations.closing import close_route
from workflows.operations.presence import Credentials, Proof
from workflows.operations.rerouting import reassign_step, reroute_orphans
from workflows.operations.signing_off import Said, decide, sign
from workflows.operations.submitting import submit_redesign
from workflows.operations.withdrawing import withdraw_redesign

__all__ = [
    "Credentials",
    "Proof",
    "Said",
    "close_route",
    "decide",
    "reassign_step",
    "reroute_orphans",
    "sign",
    "submit_redesign",
    "withdraw_redesign",
]
