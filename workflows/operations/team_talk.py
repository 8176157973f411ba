"""The talk with those who are to work in the redesign."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.errors import DomainError, Forbidden
from people.models import Person
from workflows.choices import TALKED_ABOUT
from workflows.errors import NotPossibleNow
from workflows.models import Redesign, TeamTalk
from workflows.operations.one_act import one_act
from workflows.rules import may_hold_talk


def refusal_of(redesign: Redesign, actor: Person) -> DomainError | None:
    """Why ``actor`` cannot record a talk about it now; None when it is possible."""
    if not may_hold_talk(actor, redesign):
        return Forbidden(_("Managers of the people who do this work record the team talk."))
    if redesign.state not in TALKED_ABOUT:
        return NotPossibleNow(
            _("The team is talked to once the redesign is submitted, and until it is ended.")
        )
    if TeamTalk.objects.filter(redesign=redesign, recorded_by=actor).exists():
        return NotPossibleNow(_("You have recorded this talk already."))
    return None


@one_act()
def record_team_talk(
    *, redesign: Redesign, actor: Person, held_date: date, at: datetime
) -> TeamTalk:
    """``actor`` talked with the own people about the redesign on ``held_date``.

    The redesign is locked first. Raises Forbidden for anybody who heads none of those who do the
    work, NotPossibleNow in a state nobody talks about or when it was said before, and DomainError
    for a day in the future or before the redesign was proposed.
    """
    redesign = (
        Redesign.objects.select_for_update(no_key=True, of=("self",))
        .select_related("workflow")
        .get(pk=redesign.pk)
    )
    refusal = refusal_of(redesign, actor)
    if refusal is not None:
        raise refusal
    if held_date > timezone.localdate(at):
        raise DomainError(_("This day is still to come."))
    if held_date < timezone.localdate(redesign.created_at):
        raise DomainError(_("The redesign was not proposed yet on this day."))
    talk = TeamTalk.objects.create(redesign=redesign, held_date=held_date, recorded_by=actor)
    record("redesign.talk_held", subject=redesign, actor=actor, after={"held_date": talk.held_date})
    return talk
