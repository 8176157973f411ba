"""Mails about sign-offs: plain text, one link that only opens the page, once per event and person.

The audit trail remembers who was told of what. A worker that dies between sending and remembering
sends twice; one that dies before sends once: better two mails than none. Every mail is remembered
by itself: an address that fails stops no other, and a second try sends only what is missing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core.audit import record
from core.charts import words
from core.models import AuditEvent
from people.choices import Role
from people.models import Person, RoleGrant
from workflows.choices import RouteState, StepState
from workflows.models import Decision, Route, RouteStep, StepAssignment

log = logging.getLogger(__name__)
TOLD = "mail.sent"


def tell_signers(*, route_id: int) -> None:
    """Everybody whose turn it is on the open route and who was not told of that step yet."""
    turns = StepAssignment.objects.filter(
        step__route=route_id,
        step__route__state=RouteState.OPEN,
        step__state=StepState.ACTIVE,
        ended_at__isnull=True,
    ).select_related("person", "step__route__redesign__workflow", "step__route__revision")
    failed: list[Exception] = []
    for turn in turns.order_by("pk"):
        route = turn.step.route
        name = route.redesign.workflow.name
        with _letter(turn.person, failed):
            _send(
                turn.person,
                event=f"sign:{turn.step_id}",
                route=route,
                subject=_("Please sign: %(name)s") % {"name": name},
                lines=[
                    route.revision.summary,
                    _("You sign as %(role)s. Due on %(day)s.")
                    % {"role": turn.step.title, "day": words.day(turn.step.due_at)},
                    _("Read it and decide:"),
                ],
            )
    _tell_failures(failed)


def tell_signers_closed(*, route_id: int) -> None:
    """The redesign was withdrawn or revised: those who signed or were asked learn what it means."""
    route = _route(route_id)
    involved = Person.objects.filter(
        Q(decisions__route=route)
        | Q(step_assignments__step__route=route, step_assignments__step__opened_at__isnull=False),
        is_active=True,
    )
    failed: list[Exception] = []
    for person in involved.exclude(pk=route.redesign.proposer_id).distinct().order_by("pk"):
        with _letter(person, failed):
            _send(
                person,
                event=f"closed:{route.pk}",
                route=route,
                subject=_closed_subject(route) % {"name": route.redesign.workflow.name},
                lines=[_closed(route)],
            )
    _tell_failures(failed)


def tell_proposer(*, route_id: int) -> None:
    """The proposer, and all who signed on the way, learn how the route ended."""
    route = _route(route_id)
    if route.state == RouteState.OPEN:
        return
    last = Decision.objects.filter(route=route).select_related("signature").order_by("-pk").first()
    signers = Person.objects.filter(decisions__route=route, is_active=True)
    people = dict.fromkeys([route.redesign.proposer, *signers.order_by("pk")])
    failed: list[Exception] = []
    for person in people:
        if last is not None and person.pk == last.decided_by_id:
            continue  # knows it already
        with _letter(person, failed):
            note = (
                [last.signature.printed_name + ": " + last.comment] if last and last.comment else []
            )
            _send(
                person,
                event=f"ended:{route.pk}",
                route=route,
                subject=_("%(state)s: %(name)s")
                % {"state": route.get_state_display(), "name": route.redesign.workflow.name},
                lines=[_ending(route.state), *note],
            )
    _tell_failures(failed)


def tell_signing_locked(*, person_id: int, at: datetime) -> None:
    """The person and the administrators: somebody guessed at the password of the person."""
    person = Person.objects.get(pk=person_id)
    guards = _holders(Role.ADMINISTRATOR)
    failed: list[Exception] = []
    for one in dict.fromkeys([person, *guards]):
        with _letter(one, failed):
            _send(
                one,
                event=f"locked:{person.pk}:{at:%Y%m%d%H}",
                route=None,
                subject=_("Signing and signing in are locked from one place for 15 minutes"),
                lines=[
                    _("Somebody signed in as %(name)s gave five wrong passwords.")
                    % {"name": person.full_name},
                    _("If that was not you, change the password and tell the administrator."),
                ],
            )
    _tell_failures(failed)


def tell_orphaned(*, step_id: int, day: str) -> None:
    """The program office: nobody can sign a step; it waits until somebody is named."""
    step = RouteStep.objects.select_related("route__redesign__workflow", "route__revision").get(
        pk=step_id
    )
    failed: list[Exception] = []
    for person in _holders(Role.PROGRAM_OFFICE):
        with _letter(person, failed):
            _send(
                person,
                event=f"orphaned:{step.pk}:{day}",
                route=step.route,
                subject=_("Nobody can sign: %(name)s")
                % {"name": step.route.redesign.workflow.name},
                lines=[
                    _("“%(step)s” has not enough active signers. Name somebody for the role.")
                    % {"step": step.title}
                ],
            )
    _tell_failures(failed)


def _route(route_id: int) -> Route:
    return Route.objects.select_related("redesign__workflow", "redesign__proposer").get(pk=route_id)


def _holders(role: Role) -> list[Person]:
    grants = RoleGrant.objects.filter(role=role, ended_at__isnull=True)
    return list(
        Person.objects.filter(pk__in=grants.values("person"), is_active=True).order_by("pk")
    )


def _closed_subject(route: Route) -> str:
    if route.state == RouteState.SUPERSEDED:
        return _("Being revised: %(name)s")
    return _("Withdrawn: %(name)s")


def _closed(route: Route) -> str:
    if route.state == RouteState.SUPERSEDED:
        return _(
            "The redesign is being revised. Signatures given so far do not count for the new "
            "revision; you are asked again when it is submitted."
        )
    return _("The redesign was withdrawn. You need not sign it any more.")


def _ending(state: str) -> str:
    endings: dict[str, str] = {
        RouteState.APPROVED: _(
            "Everybody has signed. The workflow's owner can say when it goes live."
        ),
        RouteState.REJECTED: _("It was declined. A copy can start a new proposal."),
        RouteState.CHANGES_REQUESTED: _("It was sent back. Revise it and submit it again."),
    }
    return str(endings.get(state, _("The sign-off has ended.")))


@contextmanager
def _letter(person: Person, failed: list[Exception]) -> Iterator[None]:
    """In the person's language; what goes wrong with it is kept for later."""
    with translation.override(person.language or settings.LANGUAGE_CODE):
        try:
            yield
        except Exception as fault:
            log.exception("no mail to person %s", person.public_id)
            failed.append(fault)


def _tell_failures(failed: list[Exception]) -> None:
    """The first one, so that the job is tried again."""
    for fault in failed[:1]:
        raise fault


def _send(
    person: Person, *, event: str, route: Route | None, subject: str, lines: list[str]
) -> None:
    if not person.email or not person.is_active:
        return
    path = (
        reverse("workflows:decide", args=[route.redesign.public_id]) if route else reverse("home")
    )
    link = f"{settings.BASE_URL}{path}"
    with transaction.atomic():
        # Two workers at once: the second waits here and then sees the first one's event.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{event}\n{person.pk}"]
            )
        about = route.redesign if route else person
        told = AuditEvent.objects.filter(
            verb=TOLD, after__event=event, after__person=str(person.public_id)
        )
        if told.filter(subject_id=str(about.public_id)).exists():
            return
        body = "\n\n".join([*(line for line in lines if line), link]) + "\n"
        EmailMessage(subject=" ".join(subject.split()), body=body, to=[person.email]).send()
        record(
            TOLD,
            subject=about,
            actor=None,
            after={"event": event, "person": str(person.public_id)},
        )
