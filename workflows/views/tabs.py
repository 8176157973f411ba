"""The one bar of tabs above every page of a workflow."""

from django.urls import reverse
from django.utils.translation import gettext as _

from people.models import Person
from workflows.models import Redesign, Workflow
from workflows.queries.stages import shown_redesign


def tabs_of(
    workflow: Workflow, person: Person, here: str, redesign: Redesign | None = None
) -> list[tuple[str, str, bool]]:
    """For ``{% tabs %}``; ``here`` is the entry's key. One query.

    ``redesign`` is the one the page is about, else the one that speaks for the workflow. An entry
    is absent as long as ``person`` has nothing to see there.
    """
    shown = shown_redesign(workflow, person, redesign)
    own, of = [workflow.public_id], [shown.public_id] if shown else []
    entries = [("overview", _("Overview"), "workflows:workflow", own)]
    if shown is not None and shown.may_be_seen:
        entries.append(("redesign", _("Redesign"), "workflows:redesign", of))
        if shown.is_live:
            entries.append(("evidence", _("Evidence"), "measurement:evidence", of))
    if shown is not None and shown.has_sign_off:
        entries.append(("sign_off", _("Sign-offs"), "workflows:decide", of))
    entries += [
        ("cases", _("Cases"), "measurement:cases", own),
        ("history", _("History"), "workflows:history", own),
    ]
    return [(label, reverse(name, args=args), key == here) for key, label, name, args in entries]
