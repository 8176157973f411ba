"""Which redesigns somebody may see and edit."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from people.choices import ORGANISATION_WIDE_ROLES
from people.models import Person
from people.rules import headed_unit_ids, open_grants, principals_of
from workflows.choices import TRANSITIONS, Action, RedesignState
from workflows.models import Redesign, RevisionAuthor, StepAssignment, Workflow
from workflows.rules import workflows_of_reach


def redesigns_visible_to(person: Person, *, at: datetime | None = None) -> QuerySet[Redesign]:
    """Those one wrote, those of workflows one answers for, and those one was asked to sign.

    A draft is its authors', the workflow owner's and the managers' of the unit. Signers, also as
    somebody's stand-in, and those who read the whole organisation see it once it is submitted.
    """
    wrote = RevisionAuthor.objects.filter(revision__redesign=OuterRef("pk"), person=person)
    answered_for = Workflow.objects.filter(workflows_of_reach(person)).values("pk")
    own = Q(proposer=person) | Q(Exists(wrote)) | Q(workflow__in=answered_for)
    signers = principals_of(person, at or timezone.now()).values("pk")
    asked = StepAssignment.objects.filter(
        Q(person=person) | Q(person__in=signers), step__route__redesign=OuterRef("pk")
    )
    reads_all = Exists(open_grants(person, ORGANISATION_WIDE_ROLES))
    submitted = ~Q(state=RedesignState.DRAFT)
    return Redesign.objects.filter(own | (submitted & (Q(Exists(asked)) | Q(reads_all))))


def beyond_others_drafts(person: Person) -> QuerySet[Redesign]:
    """What lists may hint at: all but the drafts that are not ``person``'s to see."""
    seen = redesigns_visible_to(person).filter(state=RedesignState.DRAFT).values("pk")
    return Redesign.objects.filter(~Q(state=RedesignState.DRAFT) | Q(pk__in=seen))


def may_propose(person: Person, workflow: Workflow) -> bool:
    """The owner, and whoever heads the unit or one above it."""
    return (
        workflow.owner_id == person.pk
        or headed_unit_ids(person).filter(descendant=workflow.unit_id).exists()
    )


def may_revise(person: Person, redesign: Redesign) -> bool:
    """Those who wrote it, and the owner of the workflow."""
    return (
        person.pk in {redesign.proposer_id, redesign.workflow.owner_id}
        or RevisionAuthor.objects.filter(revision__redesign=redesign, person=person).exists()
    )


def may_edit(person: Person, redesign: Redesign) -> bool:
    """As ``may_revise``, and the managers of the unit; editing makes an author of them."""
    return may_revise(person, redesign) or may_propose(person, redesign.workflow)


def possible(redesign: Redesign, action: Action) -> bool:
    """Whether the one table of transitions allows ``action`` now; who may is another question."""
    return RedesignState(redesign.state) in TRANSITIONS[action]
