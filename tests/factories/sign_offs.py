"""Redesigns further along: in review, approved, live. They go the real way, because the database
refuses every other one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.db import transaction

from core.audit import record
from people.choices import Role
from people.models import Person
from tests.factories.people import PASSWORD, OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.factories.workflows import RedesignFactory, WorkflowFactory
from workflows.choices import Verdict
from workflows.models import Redesign, Route, RouteStep
from workflows.operations import approval

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Review:
    """A redesign waiting for its signers. ``boss`` is the line manager who is asked."""

    redesign: Redesign
    route: Route
    boss: Person
    quality: Person | None = None

    @property
    def sha256(self):
        return self.redesign.current_revision.sha256

    def step(self, role):
        return RouteStep.objects.get(route=self.route, role=role)


def some_policy():
    """The one of the migration; after a test that emptied the tables, the same again."""
    from workflows.models import ApprovalPolicy
    from workflows.operations.policies import publish_policy
    from workflows.policy import DEFAULT_RULES

    if not ApprovalPolicy.objects.filter(current_version__isnull=False).exists():
        publish_policy(rules=DEFAULT_RULES, reason="For the test", actor=None)


def workflow_below(boss, **fields):
    """A workflow in a unit whose head owns it, under a unit that ``boss`` heads."""
    above = OrgUnitFactory(head=boss)
    return WorkflowFactory(unit=OrgUnitFactory(parent=above), **fields)


def in_review(*, gxp=False, at=NOON, workflow=None, boss=None, quality=None, **revision):
    """Line manager alone; with ``gxp`` quality signs before."""
    some_policy()
    boss = boss or PersonFactory(given_name="Ines", family_name="Marchetti")
    workflow = workflow or workflow_below(boss, gxp=gxp)
    if gxp and quality is None:
        quality = PersonFactory(given_name="Mara", family_name="Lindqvist")
        RoleGrantFactory(person=quality, role=Role.QUALITY)
    redesign = RedesignFactory(
        workflow=workflow, **{f"revision__{key}": value for key, value in revision.items()}
    )
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=at)
    redesign = Redesign.objects.select_related("current_revision").get(pk=redesign.pk)
    return Review(redesign=redesign, route=route, boss=boss, quality=quality)


def credentials_of(person, password=PASSWORD):
    return approval.Credentials(
        user_id=person.email, password=password, session_key="session-of-the-test"
    )


def sign(review, person, verdict=Verdict.APPROVED, *, comment="", key=None, at=NOON, sha256=None):
    return approval.decide(
        redesign=review.redesign,
        actor=person,
        verdict=verdict,
        comment=comment or ("" if verdict == Verdict.APPROVED else "Not like this"),
        shown_sha256=sha256 or review.sha256,
        request_key=key or uuid4(),
        credentials=credentials_of(person),
        at=at,
    )


def approved(**options):
    """A redesign everybody has signed."""
    review = in_review(**options)
    for person in (review.quality, review.boss):
        if person is not None:
            sign(review, person, at=options.get("at", NOON))
    review.redesign.refresh_from_db()
    return review


def put_into(redesign, state, **fields):
    """Straight into a state, past every operation; the database wants an event of it all the same."""
    with transaction.atomic():
        Redesign.objects.filter(pk=redesign.pk).update(state=state, **fields)
        record("tests.moved", subject=redesign, actor=None, after={"state": state})


def live(*, at=NOON, live_at=None, **options):
    """A redesign that went live at ``live_at`` (``at`` unless told).

    Its workflow is marked as simulated unless one is given: only there does ``at`` decide what was
    in the past, everywhere else the database's clock.
    """
    from workflows.operations.go_live import go_live

    if "workflow" not in options:
        boss = options.setdefault("boss", PersonFactory(given_name="Ines", family_name="Marchetti"))
        options["workflow"] = workflow_below(boss, gxp=options.get("gxp", False), is_simulated=True)
    review = approved(at=at, **options)
    go_live(
        redesign=review.redesign,
        actor=review.redesign.workflow.owner,
        at_instant=live_at or at,
        at=at,
    )
    review.redesign.refresh_from_db()
    return review
