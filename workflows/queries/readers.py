"""What machines read of workflows and redesigns: a person's reach, or, for a system, everything."""

from collections.abc import Sequence

from django.db.models import QuerySet, Subquery

from core.panels import facts_about
from people.models import Person
from workflows.models import Redesign, Workflow
from workflows.queries.redesigns import redesigns_visible_to
from workflows.queries.stages import RUNNING, WorkflowStage, leading_among, stage_of
from workflows.queries.workflows import workflows_visible_to


def workflows_read_by(person: Person | None) -> QuerySet[Workflow]:
    return Workflow.objects.all() if person is None else workflows_visible_to(person)


def redesigns_read_by(person: Person | None) -> QuerySet[Redesign]:
    """A system reads what was submitted: drafts are their authors'."""
    if person is None:
        return Redesign.objects.filter(current_revision__frozen_at__isnull=False)
    return redesigns_visible_to(person)


def with_readable_lead(workflows: QuerySet[Workflow], person: Person | None) -> QuerySet[Workflow]:
    """Annotated with ``lead_pk``: of the redesigns that may be read, the one that speaks for it."""
    lead = leading_among(redesigns_read_by(person))
    return workflows.annotate(lead_pk=Subquery(lead.values("pk")[:1]))


def readable_stages(
    workflows: Sequence[Workflow],
) -> dict[int, tuple[WorkflowStage, Redesign | None]]:
    """Stage and lead of each by primary key; ``workflows`` as of ``with_readable_lead``.

    A fixed number of queries: the leads, and what is measured of those that run.
    """
    wanted = [pk for pk in (getattr(row, "lead_pk", None) for row in workflows) if pk]
    leads = {
        lead.workflow_id: lead
        for lead in Redesign.objects.filter(pk__in=wanted).select_related(
            "current_revision", "go_live"
        )
    }
    running = [lead for lead in leads.values() if lead.state in RUNNING]
    facts = facts_about("measurement.stage", running) if running else {}
    found = {}
    for row in workflows:
        lead = leads.get(row.pk)
        fact = facts.get(lead.pk, {}) if lead else {}
        found[row.pk] = stage_of(row, lead, fact), lead
    return found
