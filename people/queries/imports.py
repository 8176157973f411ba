"""Deliveries of people, for who may see them: administrators, and machines with the scope."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL

from core.choices import ENDED, JobState
from people.choices import ImportMode
from people.errors import row_refusal
from people.models import OrgUnit, ParkedManager, PeopleImport, PeopleRejection, Person
from people.queries import last_administrator
from people.rules import is_administrator

REASONS_SHOWN = 5


def all_imports() -> QuerySet[PeopleImport]:
    """For a token with the scope; a person asks ``imports_visible_to``."""
    return PeopleImport.objects.select_related("job__token", "created_by", "approved_by").order_by(
        "-pk"
    )


def imports_visible_to(person: Person) -> QuerySet[PeopleImport]:
    """Administrators see all, nobody else any: a file of people is everybody's personal data."""
    return all_imports() if is_administrator(person) else all_imports().none()


def rejections_of(people_import: PeopleImport) -> QuerySet[PeopleRejection]:
    return PeopleRejection.objects.filter(people_import=people_import).order_by("line", "pk")


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class ImportPage:
    """``state`` is the job's; ``braked``: somebody else than who brought the file must approve."""

    state: str
    reasons: tuple[Reason, ...]
    braked: bool

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.QUEUED, JobState.RUNNING}

    @property
    def waits(self) -> bool:
        return self.state == JobState.NEEDS_REVIEW

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED


def import_page(people_import: PeopleImport) -> ImportPage:
    reasons = (
        rejections_of(people_import)
        .order_by()
        .values("code", "column")
        .annotate(rows=Count("pk"))
        .order_by("-rows", "code", "column")[:REASONS_SHOWN]
    )
    return ImportPage(
        state=people_import.job.state if people_import.job else JobState.FAILED,
        reasons=tuple(
            Reason(row_refusal(one["code"], column=one["column"], value="…"), one["rows"])
            for one in reasons
        ),
        braked=bool(people_import.brakes),
    )


@dataclass(frozen=True, slots=True)
class Issues:
    """What is odd in the data and was taken nevertheless. ``circles``: names, by the last file."""

    circles: tuple[tuple[str, ...], ...]
    awaited: int
    heads_left: int
    no_head: int

    @property
    def any(self) -> bool:
        return bool(self.circles or self.awaited or self.heads_left or self.no_head)


def issues() -> Issues:
    last = PeopleImport.objects.filter(applied_at__isnull=False).order_by("-applied_at").first()
    circles: list[list[str]] = last.loops if last else []
    people = Person.objects.filter(public_id__in=[one for circle in circles for one in circle])
    names = {str(person.public_id): person.full_name for person in people}
    units = OrgUnit.objects.filter(closed_date__isnull=True).aggregate(
        left=Count("pk", filter=Q(head__is_active=False)),
        none=Count("pk", filter=Q(head__isnull=True)),
    )
    return Issues(
        circles=tuple(tuple(names.get(one, "–") for one in circle) for circle in circles),
        awaited=ParkedManager.objects.count(),
        heads_left=units["left"],
        no_head=units["none"],
    )


def people_ending(people_import: PeopleImport) -> QuerySet[Person]:
    """HR's active people of whom a full file has no row; while its rows are still on the stage.

    Without those of whom HR has told since, and without the last administrator: neither is ended.
    """
    if people_import.mode != ImportMode.FULL:
        return Person.objects.none()
    in_the_file = RawSQL(
        "SELECT source_id FROM people_importstage WHERE import_id = %s",
        [people_import.pk],
    )
    return (
        Person.objects.filter(is_active=True, source_id__isnull=False)
        .exclude(source_id__in=in_the_file)
        .exclude(hr_record__seen_at__gt=people_import.created_at)
        .exclude(pk__in=last_administrator())
        .order_by("family_name", "given_name", "pk")
    )
