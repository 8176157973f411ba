"""Writing the rows of a revision: fields, steps, hypothesis and guardrails.

Each is called by an operation that holds the redesign's lock.
"""

from collections.abc import Sequence
from dataclasses import fields

from django.db.models import Model

from people.models import Person
from workflows.choices import GuardKind, Worse
from workflows.drafts import Draft, DraftGuardrail, DraftHypothesis, DraftStep
from workflows.models import (
    Guardrail,
    Hypothesis,
    Redesign,
    Revision,
    RevisionActivity,
    RevisionAuthor,
)

REVISION_FIELDS = [
    "summary",
    "change_note",
    "tool",
    "data_classes",
    "ai_act_risk",
    "gxp_impact",
    "personal_data",
    "automation",
    "overseer",
    "oversight_what",
    "oversight_sample_percent",
    "oversight_stop",
    "oversight_fallback",
]
HYPOTHESIS_FIELDS = [
    "target_ratio",
    "margin",
    "before_days",
    "washout_days",
    "after_days",
    "planned_go_live_date",
    "standardise",
    "season",
    "placebo",
    "drift_key",
    "comparison",
    "calendar",
]


def add_author(revision: Revision, actor: Person) -> None:
    RevisionAuthor.objects.bulk_create(
        [RevisionAuthor(revision=revision, person=actor)], ignore_conflicts=True
    )


def filled(revision: Revision, draft: Draft) -> Revision:
    for name in REVISION_FIELDS:
        setattr(revision, name, getattr(draft, name))
    revision.data_classes = sorted(draft.data_classes)
    return revision


def write_revision(revision: Revision, draft: Draft) -> None:
    filled(revision, draft).save(update_fields=REVISION_FIELDS)


def step_rows(revision: Revision, steps: list[DraftStep]) -> list[RevisionActivity]:
    return [
        RevisionActivity(
            revision=revision,
            position=position,
            **{field.name: getattr(step, field.name) for field in fields(step)}
            | {"origin_keys": list(step.origin_keys)},
        )
        for position, step in enumerate(steps, start=1)
    ]


def write_steps(revision: Revision, steps: list[DraftStep]) -> list[RevisionActivity]:
    rows = step_rows(revision, steps)
    revision.activities.all().delete()
    return RevisionActivity.objects.bulk_create(rows)


def filled_hypothesis(revision: Revision, draft: DraftHypothesis) -> Hypothesis:
    hypothesis = getattr(revision, "hypothesis", None) or Hypothesis(revision=revision)
    for name in HYPOTHESIS_FIELDS:
        setattr(hypothesis, name, getattr(draft, name))
    return hypothesis


def guardrail_rows(hypothesis: Hypothesis, draft: DraftHypothesis) -> list[Guardrail]:
    return [
        Guardrail(
            hypothesis=hypothesis,
            position=position,
            **{field.name: getattr(guardrail, field.name) for field in fields(guardrail)},
        )
        for position, guardrail in enumerate(draft.guardrails, start=1)
    ]


def write_hypothesis(
    revision: Revision, draft: DraftHypothesis
) -> tuple[Hypothesis, list[Guardrail]]:
    hypothesis = filled_hypothesis(revision, draft)
    hypothesis.save()
    hypothesis.guardrails.all().delete()
    rows = Guardrail.objects.bulk_create(guardrail_rows(hypothesis, draft))
    return hypothesis, rows


def known(owner: Model, relation: str, rows: Sequence[Model]) -> None:
    """What was just written need not be read again for the audit trail."""
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = rows


def copied(source: Revision, redesign: Redesign, number: int, actor: Person) -> Revision:
    """A new unfrozen revision with everything but the steps; what was new in it is left empty."""
    revision = Revision(redesign=redesign, number=number, created_by=actor)
    for name in set(REVISION_FIELDS) - {"change_note"}:
        setattr(revision, name, getattr(source, name))
    revision.save()
    add_author(revision, actor)
    hypothesis = getattr(source, "hypothesis", None)
    if hypothesis is not None:
        write_hypothesis(revision, as_draft(hypothesis))
    return revision


def as_draft(hypothesis: Hypothesis) -> DraftHypothesis:
    values = {name: getattr(hypothesis, name) for name in HYPOTHESIS_FIELDS}
    rows = sorted(hypothesis.guardrails.all(), key=lambda row: (row.position, row.name))
    guardrails = tuple(
        DraftGuardrail(
            name=row.name,
            field=row.field,
            kind=GuardKind(row.kind),
            margin=row.margin,
            worse=Worse(row.worse),
        )
        for row in rows
    )
    return DraftHypothesis(**values, guardrails=guardrails)
