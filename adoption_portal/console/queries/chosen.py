"""What the filters of a page mean: which rows, which group of people, which span of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.models import ScopeFigures, Snapshot
from core.charts import words
from people.models import OrgUnitClosure

QUARTERS = 4
EVER = "all"
AROUND = timedelta(days=10)  # a count counts as one of the period's beginning
SNAPSHOT_SECONDS = 2 * 3600  # a count never changes, and there is another in an hour
SHALLOW = 2  # levels of units a filter offers before one is chosen


@dataclass(frozen=True, slots=True)
class Choice:
    """One group a filter can name; ``reference`` is its primary key, None for a function."""

    kind: str
    key: str
    name: str
    reference: int | None
    depth: int = 0
    parent: int | None = None
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of an address, understood. ``since`` None is from the beginning."""

    groups: Mapping[str, Choice] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    period: str = ""
    compares: bool = False

    @property
    def people_kind(self) -> tuple[str, str] | None:
        """The group of people to show; None where two filters together would cut it smaller."""
        if len(self.groups) > 1:
            return None
        for kind, choice in self.groups.items():
            return kind, choice.key
        return ScopeKind.ORGANISATION, ""

    def rows(self, prefix: str = "") -> Q:
        """Conditions on rows that say where work is done."""
        told = Q()
        for kind, choice in self.groups.items():
            if kind == ScopeKind.UNIT:
                below = OrgUnitClosure.objects.filter(ancestor=choice.reference)
                told &= Q(**{f"{prefix}unit__in": below.values("descendant")})
            elif kind == ScopeKind.FUNCTION:
                told &= Q(**{f"{prefix}function": choice.key})
            else:
                told &= Q(**{f"{prefix}{kind}": choice.reference})
        return told

    def steps(self) -> Q:
        """The same, on the steps of routes."""
        workflow = "route__redesign__workflow__"
        told = Q()
        for kind, choice in self.groups.items():
            if kind == ScopeKind.UNIT:
                below = OrgUnitClosure.objects.filter(ancestor=choice.reference)
                told &= Q(**{f"{workflow}unit__in": below.values("descendant")})
            elif kind == ScopeKind.SITE:
                told &= Q(**{f"{workflow}unit__site": choice.reference})
            elif kind == ScopeKind.FUNCTION:
                told &= Q(**{f"{workflow}function": choice.key})
            else:
                told &= Q(route__revision__tool=choice.reference)
        return told

    def in_period(self, column: str) -> Q:
        return Q() if self.since is None else Q(**{f"{column}__gte": self.since})


def snapshot_shown() -> Snapshot | None:
    return Snapshot.objects.order_by("-taken_at").first()


def choices_of(snapshot: Snapshot) -> list[Choice]:
    """Every group of the count, without its figures; one query for all pages of a count."""

    def found() -> list[Choice]:
        rows = (
            ScopeFigures.objects.filter(snapshot=snapshot)
            .exclude(kind=ScopeKind.ORGANISATION)
            .order_by("depth", "name", "pk")
            .values_list("kind", "key", "name", "reference", "depth", "parent", "gap")
        )
        return [Choice(*row) for row in rows]

    key = f"console:choices:{snapshot.pk}"
    return cache.get_or_set(key, found, SNAPSHOT_SECONDS) or []


def offered(
    choices: Sequence[Choice], wanted: Mapping[str, Any]
) -> dict[str, list[tuple[str, str]]]:
    """Choices by filter: of units the upper levels, and what is near the one that is wanted.

    Near are its path, neighbours and children; five hundred in one list would be no choice.
    """
    told: dict[str, list[tuple[str, str]]] = {kind: [] for kind in ScopeKind.values}
    units = {choice.reference: choice for choice in choices if choice.kind == ScopeKind.UNIT}
    near: set[int | None] = set()
    at = next((c for c in units.values() if c.key == wanted.get(ScopeKind.UNIT)), None)
    while at is not None:
        near |= {at.reference}
        at = units.get(at.parent)
    for choice in choices:
        if choice.kind == ScopeKind.UNIT and not (
            choice.depth < SHALLOW or choice.reference in near or choice.parent in near
        ):
            continue
        indent = "\u2003" * choice.depth if choice.kind == ScopeKind.UNIT else ""
        told[choice.kind].append((choice.key, indent + choice.name))
    told[ScopeKind.UNIT] = _as_tree(told[ScopeKind.UNIT], units.values())
    return told


def _as_tree(shown: list[tuple[str, str]], units: Any) -> list[tuple[str, str]]:
    """Children below their parents, in the order of names."""
    labels = dict(shown)
    children: dict[int | None, list[Choice]] = {}
    known = {choice.reference for choice in units}
    for choice in units:
        parent = choice.parent if choice.parent in known else None
        children.setdefault(parent, []).append(choice)
    told: list[tuple[str, str]] = []
    pending = list(reversed(children.get(None, [])))
    while pending:
        choice = pending.pop()
        if choice.key in labels:
            told.append((choice.key, labels[choice.key]))
        pending += reversed(children.get(choice.reference, []))
    return told


def understood(given: Mapping[str, str], choices: Sequence[Choice], *, at: datetime) -> Chosen:
    """``given`` holds only what the form let through."""
    known = {(choice.kind, choice.key): choice for choice in choices}
    groups = {
        kind: known[kind, given[kind]]
        for kind in (ScopeKind.UNIT, ScopeKind.SITE, ScopeKind.FUNCTION, ScopeKind.TOOL)
        if kind in given and (kind, given[kind]) in known
    }
    period = given.get("period", "")
    return Chosen(
        groups={str(kind): choice for kind, choice in groups.items()},
        since=None if period == EVER else quarter_start(at, int(period or QUARTERS) - 1),
        until=at,
        period=period,
        compares="compare" in given and period != EVER,
    )


def quarter_start(at: datetime, back: int) -> datetime:
    """The first moment of the quarter ``back`` quarters before that of ``at``, in our zone."""
    day = timezone.localdate(at)
    months = day.year * 12 + (day.month - 1) // 3 * 3 - 3 * back
    first = date(months // 12, months % 12 + 1, 1)
    return timezone.make_aware(datetime.combine(first, time()))


def quarter_name(day: date) -> str:
    """Q4 2026, as axes say it."""
    return _("Q%(number)s %(year)s") % {"number": (day.month - 1) // 3 + 1, "year": day.year}


def figures_shown(
    snapshot: Snapshot, chosen: Chosen
) -> tuple[ScopeFigures | None, ScopeFigures | None]:
    """Of the chosen group now, and as it was counted before the period; one query.

    Neither where the filters name no single group.
    """
    group = chosen.people_kind
    if group is None:
        return None, None
    kind, key = group
    rows = ScopeFigures.objects.filter(kind=kind, key=key).select_related("snapshot")
    wanted = Q(snapshot=snapshot)
    if chosen.compares and chosen.since is not None:
        near = (chosen.since - AROUND, min(chosen.since + AROUND, snapshot.taken_at - AROUND))
        earlier = Snapshot.objects.filter(taken_at__range=near).order_by("taken_at")
        wanted |= Q(snapshot__in=earlier.values("pk")[:1])
    found = {row.snapshot_id: row for row in rows.filter(wanted)}
    now = found.pop(snapshot.pk, None)
    return now, next(iter(found.values()), None)


def freshness(snapshot: Snapshot) -> dict[str, Any]:
    """``fresh`` and ``late`` sources, and the late ones by name; as ``data to`` says them."""
    return {
        "data_to": snapshot.data_to,
        "taken_at": snapshot.taken_at,
        "fresh": sum(one["fresh"] for one in snapshot.sources),
        "late": sum(one["late"] for one in snapshot.sources),
        "named": [
            (name, key, words.day(datetime.fromisoformat(moment)))
            for one in snapshot.sources
            for name, key, moment in one["named"][:3]
        ],
        "use_is_late": any(one["kind"] == "use" and one["late"] for one in snapshot.sources),
    }
