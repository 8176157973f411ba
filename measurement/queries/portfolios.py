"""The redesigns due in a quarter, and who passed its false-discovery control."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest, TruncQuarter

from measurement.choices import ReadingKind
from measurement.evaluating import code_version, sha256_of
from measurement.indicators.quarters import Entry, Quarter, read_quarter
from measurement.models import PortfolioMember, PortfolioReading, Reading
from measurement.statistics.false_discovery import LEVEL
from workflows.choices import RedesignState
from workflows.models import GoLive

ENDED = (RedesignState.RETIRED, RedesignState.SUPERSEDED)
LONGEST_WAIT = timedelta(days=91)  # after the quarter; then it is final with what was read
COPIED = ("verdict", "grade", "negligible", "ratio", "low", "high")


@dataclass(frozen=True, slots=True)
class Member:
    """``waits``: its primary reading may still come."""

    redesign_id: int
    redesign: str
    reading_id: int | None
    reading: str | None
    result_sha256: str | None
    is_simulated: bool
    waits: bool
    entry: Entry


@dataclass(frozen=True, slots=True)
class QuarterNow:
    """What the quarter says with the readings there are. ``as_json`` is what its hash covers."""

    begins: date
    members: Sequence[Member]
    read: Quarter
    is_final: bool

    @property
    def outstanding(self) -> int:
        return sum(member.waits for member in self.members)

    def sums(self) -> dict[str, Any]:
        found, control = self.read.pooled, self.read.control
        return {
            "quarter": self.begins.isoformat(),
            "is_final": self.is_final,
            "level": LEVEL,
            "due": control.due,
            "read": sum(member.reading_id is not None for member in self.members),
            "outstanding": self.outstanding,
            "improved": control.improved,
            "expected_false": control.expected_false,
            "pooled": None
            if found is None
            else {
                "ratio": found.ratio,
                "low": found.low,
                "high": found.high,
                "spread": found.spread,
                "of": found.of,
            },
        }

    def sha256(self) -> str:
        control = self.read.control
        return sha256_of(
            self.sums()
            | {
                "code_version": code_version(),
                "members": [
                    {
                        "redesign": member.redesign,
                        "reading": member.reading,
                        "result_sha256": member.result_sha256,
                        "p": member.entry.p,
                        "adjusted_p": adjusted,
                        "survived": survived,
                        "counted": counted,
                        **{name: getattr(member.entry, name) for name in COPIED},
                    }
                    for member, adjusted, survived, counted in zip(
                        self.members,
                        control.adjusted_p,
                        control.survivors,
                        control.counted,
                        strict=True,
                    )
                ],
            }
        )


def end_of(quarter: date) -> datetime:
    following = (quarter + timedelta(days=93)).replace(day=1)
    return datetime.combine(following, time(), UTC)


def due_in_quarters() -> QuerySet[Any]:
    """Go-lives with ``quarter``: that of the reading's date, or of the entry when that is later.

    So nobody joins a quarter that is over (decision 0077).
    """
    return GoLive.objects.annotate(
        quarter=TruncQuarter(Greatest("reading_at", "decided_at"), tzinfo=UTC)
    )


def open_quarters(*, at: datetime) -> list[date]:
    """Those that have begun, have somebody due and no final reading, oldest first."""
    begun = due_in_quarters().filter(quarter__lte=at).order_by("quarter")
    final = set(PortfolioReading.objects.filter(is_final=True).values_list("quarter", flat=True))
    found = begun.values_list("quarter", flat=True).distinct()
    return [quarter.date() for quarter in found if quarter.date() not in final]


def quarter_now(quarter: date, *, at: datetime) -> QuarterNow:
    """One query."""
    late = at >= end_of(quarter) + LONGEST_WAIT
    return _read(
        quarter,
        members_of([datetime.combine(quarter, time(), UTC)]).get(quarter, []),
        at=at,
        late=late,
    )


def _read(quarter: date, members: Sequence[Member], *, at: datetime, late: bool) -> QuarterNow:
    is_final = at >= end_of(quarter) and (late or not any(member.waits for member in members))
    return QuarterNow(
        quarter, members, read_quarter([member.entry for member in members]), is_final
    )


def members_of(quarters: Sequence[datetime] | QuerySet[Any]) -> Mapping[date, list[Member]]:
    """Every redesign due in the quarters that begin so, in order of the redesigns; one query."""
    primary = Reading.objects.filter(redesign=OuterRef("redesign"), kind=ReadingKind.PRIMARY)
    found: dict[date, list[Member]] = {}
    reads = ("pk", "public_id", "result_sha256", "p", *COPIED)
    rows = (
        due_in_quarters()
        .filter(quarter__in=quarters)
        .order_by("redesign")
        .annotate(**{f"primary_{name}": Subquery(primary.values(name)[:1]) for name in reads})
        .values(
            "quarter", "redesign", "redesign__public_id", "redesign__state",
            "redesign__workflow__is_simulated", "redesign__stopped_at", "reading_at",
            *(f"primary_{name}" for name in reads),
        )
    )  # fmt: skip
    for row in rows:
        found.setdefault(row["quarter"].date(), []).append(_member(row))
    return found


def _member(row: Mapping[str, Any]) -> Member:
    is_read = row["primary_pk"] is not None
    ended = (
        row["redesign__state"] in ENDED
        and row["redesign__stopped_at"] is not None
        and row["redesign__stopped_at"] < row["reading_at"]
    )
    entry = Entry()
    if is_read:
        p = row["primary_p"]
        entry = Entry(
            p=1.0 if p is None else p, **{name: row[f"primary_{name}"] for name in COPIED}
        )
    return Member(
        redesign_id=row["redesign"],
        redesign=str(row["redesign__public_id"]),
        reading_id=row["primary_pk"],
        reading=str(row["primary_public_id"]) if is_read else None,
        result_sha256=row["primary_result_sha256"],
        is_simulated=row["redesign__workflow__is_simulated"],
        waits=not is_read and not ended,
        entry=entry,
    )


def survivors_of_quarters(redesign_ids: set[int]) -> set[int]:
    """Of these, who passes the false-discovery control of the quarter its reading was due in.

    The control runs over every redesign due in that quarter (UTC), none left out, whoever looks. A
    final portfolio reading has settled it; before, the readings there are decide. Guardrails are
    part of it: "faster but worse" never survives.
    """
    if not redesign_ids:
        return set()
    settled = PortfolioMember.objects.filter(portfolio__is_final=True, redesign__in=redesign_ids)
    found = dict(settled.values_list("redesign", "survived"))
    passed = {redesign for redesign, survived in found.items() if survived}
    rest = redesign_ids - found.keys()
    if not rest:
        return passed
    quarters = due_in_quarters().filter(redesign__in=rest).values("quarter")
    for members in members_of(quarters).values():
        control = read_quarter([member.entry for member in members]).control
        passed |= {
            member.redesign_id
            for member, survived in zip(members, control.survivors, strict=True)
            if survived and member.redesign_id in rest
        }
    return passed
