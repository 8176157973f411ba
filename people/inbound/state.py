"""One person with all dated facts, and the rest of the organisation as far as a row asks for it."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

NEW, CHANGED, GONE = "new", "changed", "gone"


@dataclass(slots=True)
class EmploymentSpan:
    """Half-open: ``first`` is the first day, ``until`` the first day no longer (None = open)."""

    pk: int | None
    entity: int
    country: str
    status: str
    primary: bool
    first: date
    until: date | None
    mark: str = ""


@dataclass(slots=True)
class AssignmentSpan:
    pk: int | None
    unit: int
    manager: int | None
    site: int | None
    job_title: str
    cost_centre: str
    first: date
    until: date | None
    mark: str = ""


Span = EmploymentSpan | AssignmentSpan


def holds(span: Span, day: date) -> bool:
    return span.mark != GONE and span.first <= day and (span.until is None or day < span.until)


def cut(span: Span, until: date) -> None:
    """Let it end earlier; a span of no day goes."""
    if span.first >= until:
        span.mark = GONE
    else:
        span.until = until
        span.mark = span.mark or CHANGED


def touch(span: Span) -> None:
    span.mark = span.mark or CHANGED


@dataclass(slots=True)
class PersonState:
    """``log`` collects what changed as (attribute, value, day); names and addresses without value.

    ``unit_before`` is the unit of today before any row; ``left`` and ``returned``: access ends, or
    begins again, now. ``guarded``: may sign or administers, so that a new address, which leads to
    the password, would let somebody else do so.
    """

    id: int
    public_id: UUID
    source_id: str
    given_name: str = ""
    family_name: str = ""
    email: str | None = None
    employee_number: str | None = None
    job_title: str = ""
    is_active: bool = False
    guarded: bool = False
    is_new: bool = False
    adopted: bool = False
    employments: list[EmploymentSpan] = field(default_factory=list)
    assignments: list[AssignmentSpan] = field(default_factory=list)
    parked: tuple[str, date] | None = None
    version: int | None = None
    unit_before: int | None = None
    manager_before: int | None = None
    email_before: str | None = None
    parked_before: tuple[str, date] | None = None
    left: bool = False
    returned: bool = False
    log: list[tuple[str, str, date]] = field(default_factory=list)
    rows: int = 0

    def employment_on(self, day: date, *, primary: bool = True) -> EmploymentSpan | None:
        spans = (one for one in self.employments if one.primary == primary and holds(one, day))
        return next(spans, None)

    def assignment_on(self, day: date) -> AssignmentSpan | None:
        return next((one for one in self.assignments if holds(one, day)), None)

    def is_employed_on(self, day: date) -> bool:
        return any(holds(span, day) for span in self.employments)


@dataclass(frozen=True, slots=True)
class UnitFact:
    id: int
    closed: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """A person as somebody's manager."""

    id: int
    public_id: UUID


@dataclass(slots=True)
class Holder:
    """Who has an e-mail address."""

    id: int
    active: bool
    guarded: bool = False


@dataclass(slots=True)
class World:
    """What rows refer to, by the names HR uses. Lives as long as a run: rows see each other.

    ``labels`` collects legal entities and sites that came up for the first time: kind, code,
    country. ``freed`` are people whose address went to somebody else. ``administrators`` are those
    who sign in and whom no row has ended, now or on a later day; None: nobody asked yet.
    """

    today: date
    units: dict[str, UnitFact] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    people: dict[str, Known] = field(default_factory=dict)
    emails: dict[str, Holder] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    freed: list[int] = field(default_factory=list)
    administrators: set[int] | None = None
    _temporary: int = 0

    def temporary(self) -> int:
        """An id for what is not written yet; below zero, so that it meets no stored one."""
        self._temporary -= 1
        return self._temporary

    def label(self, kind: str, code: str, country: str = "") -> int:
        known = self.entities if kind == "entity" else self.sites
        if code not in known:
            known[code] = self.temporary()
            self.labels.append((kind, code, country))
        return known[code]
