"""Half a year of simulated use: a few people use a tool a lot, most a little, some never.

Everything comes in as it would: by deliveries, which say that they are a simulation.
"""

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from adoption_portal.demo.catalogue import STORIES
from adoption_portal.demo.organisation import UNITS, Organisation
from measurement.choices import ImportChannel, UseKind
from measurement.models import UseImport
from measurement.operations.use_imports import import_people_rows, receive_people
from people.models import Person, Training
from workflows.models import GoLive, Redesign, TeamTalk
from workflows.operations.team_talk import record_team_talk

WEEKS = 26
TRAININGS = (
    ("AI-BASICS", "Working with AI, the basics", "people"),
    ("AI-LEADING", "Leading a team through a redesign", "managers"),
    ("AI-PROMPTS", "Writing good instructions", "nobody"),
)
MAIN_TOOL = "Document assistant"
# Share of people, chance to use it in a week, most days of such a week.
HABITS = ((0.12, 0.95, 5), (0.25, 0.62, 3), (0.35, 0.2, 2), (0.28, 0.0, 0))
ACCESS = 0.82
CASES_A_DAY = 2.4


@dataclass(frozen=True, slots=True)
class Worker:
    """``since``: first day of access; ``off`` weeks of leave, by number."""

    person: Person
    tool: str
    since: date
    chance: float
    most_days: int
    off: frozenset[int]


def seed_use(organisation: Organisation, *, at: datetime, seed: int = 2027) -> None:
    """Trainings, access, 26 weeks of use and team talks; what is there is left alone."""
    if UseImport.objects.exists():
        return
    today = timezone.localdate(at)
    chance = random.Random(seed)
    workers = list(_workers(organisation, today, chance))
    for code, name, required_of in TRAININGS:
        Training.objects.get_or_create(
            code=code, defaults={"name": name, "required_of": required_of}
        )
    _deliver(
        UseKind.ENTITLEMENTS,
        "person,tool,from,to",
        (f"{one.person.source_id},{one.tool},{one.since}," for one in workers),
    )
    _deliver(
        UseKind.USAGE,
        "person,tool,week,active_days,assisted_cases,worked_days",
        _weeks(workers, today, chance),
    )
    _deliver(
        UseKind.COMPLETIONS,
        "person,training,completed_date",
        _completions(organisation, today, chance),
    )
    _talks(organisation, at, chance)


def _deliver(kind: UseKind, head: str, rows: Iterable[str]) -> None:
    content = "\n".join([head, *rows, ""])
    received = receive_people(
        kind=kind,
        actor=None,
        upload=io.BytesIO(content.encode()),
        options={},
        channel=ImportChannel.DEMO,
        name=f"simulated-{kind}.csv",
    )
    import_people_rows(import_id=received.use_import.pk)


def _everybody(organisation: Organisation) -> Iterator[tuple[str, Person]]:
    for code, members in organisation.members.items():
        for person in (organisation.heads[code], *members):
            yield code, person


def _workers(organisation: Organisation, today: date, chance: random.Random) -> Iterator[Worker]:
    """One for each person and tool: the general one, and those the unit's own redesigns name.

    Access came unit by unit, as a roll-out does.
    """
    own: dict[str, set[str]] = {}
    parents = {unit[0]: unit[2] for unit in UNITS}
    for story in STORIES:
        if story.weeks_live is not None and story.tool != MAIN_TOOL:
            own.setdefault(story.unit, set()).add(story.tool)
    rolled_out = {
        code: chance.choices((44, 30, 18, 7), (50, 25, 15, 10))[0] + chance.randint(0, 3)
        for code in organisation.members
    }
    for code, person in _everybody(organisation):
        if chance.random() > ACCESS:
            continue
        weeks = rolled_out[code]
        often, most_days = chance.choices(
            [(often, days) for _share, often, days in HABITS],
            [share for share, _often, _days in HABITS],
        )[0]
        off = {first + more for first in (chance.randrange(WEEKS),) for more in (0, 1)}
        if chance.random() < 0.003:  # away for longer, still employed
            off |= set(range(chance.randrange(WEEKS), WEEKS))
        for tool in [MAIN_TOOL, *sorted(own.get(code, own.get(parents[code], ())))]:
            yield Worker(
                person, tool, today - timedelta(weeks=weeks), often, most_days, frozenset(off)
            )


def _weeks(workers: list[Worker], today: date, chance: random.Random) -> Iterator[str]:
    """Who begins later needs some weeks to begin; those who use it a lot use it a little more."""
    this_week = today - timedelta(days=today.weekday())
    for one in workers:
        for number in range(WEEKS):
            week = this_week - timedelta(weeks=WEEKS - number)
            if week < one.since:
                continue
            if number in one.off:
                yield f"{one.person.source_id},{one.tool},{week},0,0,0"
                continue
            settled = min(1.0, 0.5 + (week - one.since).days / 120)
            days = 0
            if chance.random() < one.chance * settled:
                days = chance.randint(1, one.most_days)
            cases = sum(chance.random() < CASES_A_DAY / 5 for _ in range(days * 5))
            yield f"{one.person.source_id},{one.tool},{week},{days},{cases},5"


def _completions(organisation: Organisation, today: date, chance: random.Random) -> Iterator[str]:
    heads = {head.pk for head in organisation.heads.values()}
    for _code, person in _everybody(organisation):
        for training, share, longest in (
            ("AI-BASICS", 0.72, 420),
            ("AI-LEADING", 0.62 if person.pk in heads else 0.0, 300),
            ("AI-PROMPTS", 0.2, 200),
        ):
            if chance.random() < share:
                day = today - timedelta(days=chance.randint(5, longest))
                yield f"{person.source_id},{training},{day}"


def _talks(organisation: Organisation, at: datetime, chance: random.Random) -> None:
    """Two of three managers talked to their team in the weeks before it went live."""
    for live in GoLive.objects.select_related("redesign__workflow__unit").order_by("pk"):
        redesign: Redesign = live.redesign
        head = organisation.heads.get(redesign.workflow.unit.code)
        if head is None or chance.random() > 0.66:
            continue
        if TeamTalk.objects.filter(redesign=redesign, recorded_by=head).exists():
            continue
        day = max(timezone.localdate(redesign.created_at), timezone.localdate(live.at))
        if redesign.state in {"retired", "superseded"} or day > timezone.localdate(at):
            continue
        record_team_talk(redesign=redesign, actor=head, held_date=day, at=at)
