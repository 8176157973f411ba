"""Which redesigns somebody may see and edit."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from people.choices import ORGANISATION_WIDE_ROLES
from people.models import Person
from people.rules import headed_unit_ids, open_grants, principals_of
from workflows.choices import TRANSITIONS, Action, RedesignState
from workflows.models import (
    Decision,
    Redesign,
    RevisionAuthor,
    Route,
    StepAssignment,
    Workflow,
)
from workflows.rules import watched_by, workflows_of_reach


def redesigns_visible_to(person: Person, *, at: datetime | None = None) -> QuerySet[Redesign]:
    """Those one wrote, those of workflows one answers for, and those one was asked to sign.

    A draft is its authors', the workflow owner's and the managers' of the unit, also when it is
    withdrawn. Signers, also as somebody's stand-in, and those who read the whole organisation see
    it while what it says is what was submitted; so does who is named in it to watch over the AI.
    """
    submitted = Q(current_revision__frozen_at__isnull=False)
    others = _asked(person, at or timezone.now()) | _reads_all(person)
    return Redesign.objects.filter(_own(person) | (submitted & others) | watched_by(person))


def sign_offs_visible_to(person: Person, *, at: datetime | None = None) -> QuerySet[Redesign]:
    """Those of which one may read what was submitted and signed, whatever became of it since.

    For pages that show a route's own frozen revision alone: an open draft may lie beside it.
    """
    signed = Decision.objects.filter(
        Q(decided_by=person) | Q(on_behalf_of=person), route__redesign=OuterRef("pk")
    )
    others = _asked(person, at or timezone.now()) | _reads_all(person) | Q(Exists(signed))
    submitted = Exists(Route.objects.filter(redesign=OuterRef("pk")))
    return Redesign.objects.filter(submitted, _own(person) | others)


def _own(person: Person) -> Q:
    wrote = RevisionAuthor.objects.filter(revision__redesign=OuterRef("pk"), person=person)
    answered_for = Workflow.objects.filter(workflows_of_reach(person)).values("pk")
    return Q(proposer=person) | Q(Exists(wrote)) | Q(workflow__in=answered_for)


def _asked(person: Person, at: datetime) -> Q:
    signers = principals_of(person, at).values("pk")
    asked = StepAssignment.objects.filter(
        Q(person=person) | Q(person__in=signers), step__route__redesign=OuterRef("pk")
    )
    return Q(Exists(asked))


def _reads_all(person: Person) -> Q:
    return Q(Exists(open_grants(person, ORGANISATION_WIDE_ROLES)))


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
