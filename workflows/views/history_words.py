"""Recorded acts in the reader's words: who did what, and which facts changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import words
from core.charts.marks import word
from core.models import AuditEvent
from workflows.choices import RedesignState

VERBS: dict[str, str | Promise] = {
    "workflow.logged": gettext_lazy("Logged the workflow"),
    "workflow.changed": gettext_lazy("Changed the workflow"),
    "workflow.retired": gettext_lazy("Took it out of use"),
    "redesign.proposed": gettext_lazy("Proposed a redesign"),
    "redesign.copied": gettext_lazy("Started a redesign from an earlier one"),
    "redesign.draft_saved": gettext_lazy("Saved the draft"),
    "redesign.rebased": gettext_lazy("Brought the draft up to date"),
    "redesign.revised": gettext_lazy("Started a new revision"),
    "redesign.withdrawn": gettext_lazy("Withdrew the redesign"),
    "redesign.submitted": gettext_lazy("Submitted it for sign-off"),
    "redesign.approved_step": gettext_lazy("Signed: approved"),
    "redesign.changes_requested": gettext_lazy("Signed: sent back for changes"),
    "redesign.rejected": gettext_lazy("Signed: declined"),
    "step.reassigned": gettext_lazy("A sign-off step went to somebody else"),
    "redesign.went_live": gettext_lazy("Went live"),
    "redesign.suspended": gettext_lazy("Suspended the redesign"),
    "redesign.resumed": gettext_lazy("Resumed the redesign"),
    "redesign.retired": gettext_lazy("Retired the redesign"),
    "redesign.superseded": gettext_lazy("Replaced by a newer redesign"),
    "redesign.talk_held": gettext_lazy("Talked with the team about it"),
    "redesign.measured": gettext_lazy("Measured"),
    "mail.sent": gettext_lazy("Told somebody by mail"),
    "reading.taken": gettext_lazy("A reading was taken"),
    "reading.recomputed": gettext_lazy("A reading was computed again"),
    "redesign.relapsed": gettext_lazy("A later reading ruled out the effect"),
    "redesign.relapse_answered": gettext_lazy("Said why the effect went, and what will be done"),
    "cases.source_created": gettext_lazy("Set up the case source"),
    "cases.source_changed": gettext_lazy("Changed the case source"),
    "cases.imported": gettext_lazy("Cases came in"),
    "cases.import_confirmed": gettext_lazy("Let the good rows in"),
    "cases.import_cancelled": gettext_lazy("Cancelled a delivery"),
}
# The facts worth a line here; the audit trail keeps all of them.
FACTS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "owner": gettext_lazy("Owner"),
    "unit": gettext_lazy("Unit"),
    "function": gettext_lazy("Function"),
    "purpose": gettext_lazy("Purpose"),
    "yearly_volume": gettext_lazy("Cases a year"),
    "gxp": gettext_lazy("GxP relevant"),
    "picked_because_slow": gettext_lazy("Picked because it was slow"),
    "candidate_tools": gettext_lazy("AI tools that might help"),
    "steps": gettext_lazy("Steps"),
    "state": gettext_lazy("State"),
    "step": gettext_lazy("Sign-off step"),
    "held_date": gettext_lazy("Held on"),
    "kept": gettext_lazy("Counted as when the work began"),
    "revision": gettext_lazy("Revision"),
    "version": gettext_lazy("Version"),
    "summary": gettext_lazy("What changes, in one sentence"),
    "verdict": gettext_lazy("Verdict"),
    "grade": gettext_lazy("Grade"),
    "same": gettext_lazy("The same to the last byte"),
    "created": gettext_lazy("New cases"),
    "updated": gettext_lazy("Changed cases"),
    "unchanged": gettext_lazy("Unchanged cases"),
    "rejected": gettext_lazy("Rows left out"),
    "left_out": gettext_lazy("Rows left out"),
    "zone": gettext_lazy("Time zone"),
    "completed_only": gettext_lazy("Finished cases only"),
}
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Act:
    event: AuditEvent
    verb: str
    changes: tuple[Change, ...]
    more: str  # facts that changed but have no line here


def act(event: AuditEvent) -> Act:
    before: Mapping[str, Any] = event.before or {}
    after: Mapping[str, Any] = event.after or {}
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    lines = [
        Change(str(FACTS[key]), _value(key, before.get(key)), _value(key, after.get(key)))
        for key in keys
        if key in FACTS
    ]
    left = len(keys) - len(lines)
    more = ngettext("and %(count)s other fact", "and %(count)s other facts", left)
    return Act(
        event=event,
        verb=str(VERBS.get(event.verb, event.verb)),
        changes=tuple(lines),
        more=more % {"count": left} if left and before else "",
    )


def _value(key: str, value: Any) -> str:
    text = str(value)
    if value is None:
        text = ""
    elif isinstance(value, bool):
        text = _("yes") if value else _("no")
    elif isinstance(value, int):
        text = words.number(value)
    elif isinstance(value, Mapping):
        text = str(value["name"]) if "name" in value else words.number(len(value))
    elif key == "kept":
        text = ", ".join(str(FACTS[name]) for name in value or [])
    elif isinstance(value, list):
        simple = all(isinstance(one, str) for one in value)
        text = ", ".join(value) if simple else words.number(len(value))
    elif key == "state" and value in RedesignState.values:
        text = str(RedesignState(value).label)
    elif key == "verdict":
        text = word(value)
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
