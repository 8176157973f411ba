"""Workflows with their steps, and redesigns of them."""
# ruff: noqa: ARG002  (factory_boy hands every hook the same arguments)

from decimal import Decimal

import factory

from tests.factories.people import OrgUnitFactory, PersonFactory
from workflows import models
from workflows.choices import Change


class AiToolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.AiTool

    name = factory.Sequence(lambda n: f"Document assistant {n}")
    version = "4.1"
    approved = True


class ActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Activity

    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"Step {n}")
    role = "Reviewer"
    system = "LIMS"
    touch_minutes = Decimal(30)
    wait_minutes = Decimal(120)


class WorkflowVersionFactory(factory.django.DjangoModelFactory):
    """A version with ``steps`` activities (three unless told); their positions start at 1."""

    class Meta:
        model = models.WorkflowVersion
        skip_postgeneration_save = True

    number = 1
    created_by = factory.SelfAttribute("workflow.owner")

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        for position in range(1, (3 if extracted is None else extracted) + 1):
            ActivityFactory(version=self, position=position)


class WorkflowFactory(factory.django.DjangoModelFactory):
    """Owned by the head of its unit, with a current version of ``steps=`` activities (three)."""

    class Meta:
        model = models.Workflow
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"workflow-{n}")
    name = factory.Sequence(lambda n: f"Workflow {n}")
    unit = factory.SubFactory(OrgUnitFactory)
    owner = factory.SelfAttribute("unit.head")
    function = "Quality"
    purpose = "Release batches"
    yearly_volume = 1200
    created_by = factory.SelfAttribute("owner")

    @factory.post_generation
    def steps(self, create, extracted, **kwargs):
        self.current_version = WorkflowVersionFactory(workflow=self, steps=extracted)
        self.save(update_fields=["current_version"])


class RevisionFactory(factory.django.DjangoModelFactory):
    """A draft revision that keeps every step of the base version and changes the first one."""

    class Meta:
        model = models.Revision
        skip_postgeneration_save = True

    redesign = factory.SubFactory("tests.factories.workflows.RedesignFactory", revision=False)
    number = 1
    summary = "The assistant reads the record first"
    tool = factory.SubFactory(AiToolFactory)
    data_classes = factory.LazyFunction(lambda: ["internal"])
    overseer = factory.SelfAttribute("redesign.workflow.owner")
    oversight_what = "Every flag"
    oversight_sample_percent = 10
    oversight_stop = "Two missed deviations in a week"
    oversight_fallback = "Check by hand"
    created_by = factory.SelfAttribute("redesign.proposer")

    @factory.post_generation
    def author(self, create, extracted, **kwargs):
        RevisionAuthorFactory(revision=self, person=self.created_by)

    @factory.post_generation
    def activities_from_base(self, create, extracted, **kwargs):
        if extracted is False:
            return
        for step in self.redesign.base_version.activities.order_by("position"):
            RevisionActivityFactory(
                revision=self,
                step_key=step.step_key,
                position=step.position,
                title=step.title,
                role=step.role,
                system=step.system,
                touch_minutes=step.touch_minutes,
                wait_minutes=step.wait_minutes,
                share_of_cases=step.share_of_cases,
                change=Change.AI_ASSISTED if step.position == 1 else Change.KEPT,
            )

    @factory.post_generation
    def current(self, create, extracted, **kwargs):
        self.redesign.current_revision = self
        self.redesign.save(update_fields=["current_revision"])


class RevisionAuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RevisionAuthor

    revision = factory.SubFactory(RevisionFactory)
    person = factory.SubFactory(PersonFactory)


class RevisionActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RevisionActivity

    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"New step {n}")
    touch_minutes = Decimal(10)
    wait_minutes = Decimal(60)


class HypothesisFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Hypothesis

    revision = factory.SubFactory(RevisionFactory)


class GuardrailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Guardrail

    hypothesis = factory.SubFactory(HypothesisFactory)
    name = factory.Sequence(lambda n: f"Right first time {n}")
    field = "right_first_time"
    kind = "share"
    worse = "lower"
    margin = Decimal("0.02")


class RedesignFactory(factory.django.DjangoModelFactory):
    """A draft by the workflow's owner with one complete revision and its hypothesis.

    ``revision=None`` leaves it without a revision.
    """

    class Meta:
        model = models.Redesign
        skip_postgeneration_save = True

    workflow = factory.SubFactory(WorkflowFactory)
    base_version = factory.SelfAttribute("workflow.current_version")
    proposer = factory.SelfAttribute("workflow.owner")

    @factory.post_generation
    def revision(self, create, extracted, **kwargs):

        if extracted is False:
            return
        HypothesisFactory(revision=RevisionFactory(redesign=self, **kwargs))
