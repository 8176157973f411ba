"""How a workflow's case source is to be read."""

from typing import Any

from django.db import transaction

from core.audit import changes, record
from measurement.models import CaseSource
from people.models import Person
from workflows.models import Workflow

FACTS = ("name", "zone", "mapping", "completed_only", "horizon_days", "data_from")


@transaction.atomic
def source_for(*, workflow: Workflow, actor: Person | None) -> CaseSource:
    """The workflow's source; made under the workflow's name when there is none."""
    found = CaseSource.objects.filter(workflow=workflow).first()
    if found is not None:
        return found
    Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    source, made = CaseSource.objects.get_or_create(
        workflow=workflow,
        defaults={"name": workflow.name, "is_simulated": workflow.is_simulated},
    )
    if made:
        record("cases.source_created", subject=workflow, actor=actor, after={"name": source.name})
    return source


@transaction.atomic
def save_source(*, source: CaseSource, actor: Person | None, **facts: Any) -> CaseSource:
    """Change how the source is read from now on; cases that are in stay as they are."""
    source = CaseSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    before = {name: getattr(source, name) for name in FACTS}
    for name, value in facts.items():
        if name not in FACTS:
            raise TypeError(f"a case source has no {name}")
        setattr(source, name, value)
    old, new = changes(before, {name: getattr(source, name) for name in FACTS})
    if new:
        source.save(update_fields=[*FACTS])
        record("cases.source_changed", subject=source.workflow, actor=actor, before=old, after=new)
    return source
