"""How a workflow's case source is to be read."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import changes, record
from core.changing import given
from core.errors import DomainError, Forbidden
from measurement.models import CaseSource
from measurement.queries.terms import ACTIVITIES, checked_activities, checked_source
from people.models import Person
from people.rules import is_administrator
from workflows.models import Workflow

FACTS = (
    "name",
    "layout",
    "zone",
    "encoding",
    "delimiter",
    "time_pattern",
    "decimal",
    "sheet",
    "mapping",
    "start_activities",
    "end_activities",
    "cancel_activities",
    "completed_only",
    "horizon_days",
    "data_from",
)


def new_source(workflow: Workflow) -> CaseSource:
    """What a workflow's first delivery begins with; not saved yet."""
    return CaseSource(workflow=workflow, name=workflow.name, is_simulated=workflow.is_simulated)


@transaction.atomic
def source_for(*, workflow: Workflow, actor: Person | None) -> CaseSource:
    """The workflow's source; made under the workflow's name when there is none."""
    found = CaseSource.objects.filter(workflow=workflow).first()
    return found or _created(new_source(workflow), actor)


@transaction.atomic
def save_source(*, source: CaseSource, actor: Person | None, **facts: Any) -> CaseSource:
    """Change how the source is read from now on; cases that are in stay as they are.

    Raises FileRefusedError for what no file can be read by, such as a mapping to a column of
    people or an event log without an activity that ends a case.
    """
    return locked_source(source=source, actor=actor, facts=facts)


@transaction.atomic
def correct_source(*, source: CaseSource, actor: Person, reason: str, **facts: Any) -> CaseSource:
    """The same by an administrator, by hand and with a reason.

    Raises Forbidden, NoReason, FileRefusedError, and DomainError for a time zone that does not
    exist or a source of completed cases without its horizon.
    """
    if not is_administrator(actor):
        raise Forbidden
    why = given(reason)
    if facts.get("zone") and facts["zone"] not in available_timezones():
        raise DomainError(_("There is no time zone called %(zone)s.") % {"zone": facts["zone"]})
    if facts.get("completed_only") and not facts.get("horizon_days"):
        raise DomainError(_("A source of completed cases needs its horizon in days."))
    return locked_source(source=source, actor=actor, facts=facts, reason=why)


def locked_source(
    *, source: CaseSource, actor: Person | None, facts: Mapping[str, Any], reason: str = ""
) -> CaseSource:
    """The source with its row locked and ``facts`` saved; an unsaved one is made. In a transaction.

    TypeError for a fact that no source has; FileRefusedError as ``save_source``.
    """
    unknown = facts.keys() - set(FACTS)
    if unknown:
        raise TypeError(f"a case source has no {', '.join(sorted(unknown))}")
    if source.pk is None:
        source = _created(source, actor)
    else:
        source = CaseSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    wanted = dict(facts)
    wanted |= {name: checked_activities(facts[name]) for name in ACTIVITIES if name in facts}
    before = {name: getattr(source, name) for name in FACTS}
    old, new = changes(before, before | wanted)
    if new:
        for name, value in wanted.items():
            setattr(source, name, value)
        checked_source(source)
        source.save(update_fields=[*FACTS])
        record(
            "cases.source_changed",
            subject=source.workflow,
            actor=actor,
            before=old,
            after=new,
            reason=reason,
        )
    return source


def _created(source: CaseSource, actor: Person | None) -> CaseSource:
    """Two first deliveries at once: the second finds the source of the first."""
    workflow = source.workflow
    Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    found = CaseSource.objects.filter(workflow=workflow).first()
    if found is not None:
        return found
    source.save(force_insert=True)
    facts = {name: getattr(source, name) for name in FACTS}
    record("cases.source_created", subject=workflow, actor=actor, after=facts)
    return source
