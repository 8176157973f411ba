"""Simulated cases of one workflow, with what real logs have: closures, seasons, trend, open ends."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/Zurich")
HEADER = ("case_id", "started_at", "completed_at", "status", "kind", "last_event_at")


@dataclass(frozen=True, slots=True)
class Simulation:
    """How one workflow's cases behave.

    ``effect`` multiplies the time of cases started after ``learning_days`` of the new way (0.6 = 40 %
    less); ``trend`` is the change of log time a week, there before and after; ``season`` the height
    of a yearly wave; ``wander`` the spread of slow weekly shocks with memory ``memory``. ``fields``
    maps a quality field to its share before and after. ``volume_after`` multiplies the starts.
    """

    seed: int
    per_day: float
    median_days: float
    spread: float = 0.7
    effect: float = 1.0
    trend: float = 0.0
    season: float = 0.0
    wander: float = 0.05
    memory: float = 0.3
    learning_days: int = 14
    cancelled: float = 0.03
    kinds: tuple[tuple[str, float, float], ...] = ()  # name, share, times as long
    fields: tuple[tuple[str, float, float], ...] = ()  # name, share before, share after
    volume_after: float = 1.0
    prefix: str = "C"


@dataclass(frozen=True, slots=True)
class SimulatedCase:
    """``end`` may lie in the future; ``quality`` follows the simulation's ``fields``."""

    case_id: str
    start: datetime
    end: datetime
    kind: str
    cancelled: bool
    is_new: bool
    quality: list[int]


def simulated_csv(
    simulation: Simulation, *, first: date, until: datetime, go_live: datetime | None
) -> bytes:
    """The cases started from ``first`` on, as known at ``until``: a UTF-8 CSV of the documented form.

    The same arguments give the same bytes.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEADER, *(name for name, _before, _after in simulation.fields)])
    for case in simulated_cases(simulation, first=first, until=until, go_live=go_live):
        writer.writerow(_row(case, until=until))
    return out.getvalue().encode()


def simulated_cases(
    simulation: Simulation, *, first: date, until: datetime, go_live: datetime | None
) -> Iterator[SimulatedCase]:
    """In order of their start. The same arguments give the same cases."""
    chance = np.random.default_rng(simulation.seed)
    shocks = _weekly_shocks(simulation, chance, weeks=(until.date() - first).days // 7 + 2)
    names = [name for name, _share, _longer in simulation.kinds]
    shares = [share for _name, share, _longer in simulation.kinds]
    longer = {name: factor for name, _share, factor in simulation.kinds}
    starts = _starts(simulation, chance, first=first, until=until, go_live=go_live)
    for number, start in enumerate(starts, start=1):
        kind = str(chance.choice(names, p=shares)) if names else ""
        week = (start.date() - first).days // 7
        level = (
            math.log(simulation.median_days * 86_400)
            + simulation.trend * week
            + simulation.season * math.sin(2 * math.pi * start.timetuple().tm_yday / 365)
            + shocks[week]
            + math.log(longer.get(kind, 1.0))
            + _learnt(simulation, start, go_live)
        )
        spent = timedelta(seconds=max(300.0, math.exp(chance.normal(level, simulation.spread))))
        is_new = go_live is not None and start >= go_live
        quality = [
            int(chance.random() < (after if is_new else before))
            for _name, before, after in simulation.fields
        ]
        yield SimulatedCase(
            case_id=f"{simulation.prefix}-{number:05d}",
            start=start,
            end=in_office(start + spent),
            kind=kind,
            cancelled=chance.random() < simulation.cancelled,
            is_new=is_new,
            quality=quality,
        )


def _starts(
    simulation: Simulation,
    chance: np.random.Generator,
    *,
    first: date,
    until: datetime,
    go_live: datetime | None,
) -> list[datetime]:
    starts = []
    day = first
    while day <= until.date():
        rate = simulation.per_day * 7 / 5 * _busyness(day)
        if go_live is not None and day >= go_live.date():
            rate *= simulation.volume_after
        for _ in range(chance.poisson(rate)):
            minute = int(chance.integers(7 * 60 + 30, 17 * 60 + 30))
            second = int(chance.integers(0, 60))
            start = datetime(
                day.year, day.month, day.day, minute // 60, minute % 60, second, tzinfo=ZONE
            )
            if start < until:
                starts.append(start)
        day += timedelta(days=1)
    return sorted(starts)


def _busyness(day: date) -> float:
    """Nothing on weekends and over the turn of the year, little in the first half of August."""
    if day.weekday() >= 5 or (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2):
        return 0.0
    return 0.6 if (8, 1) <= (day.month, day.day) <= (8, 15) else 1.0


def _weekly_shocks(
    simulation: Simulation, chance: np.random.Generator, *, weeks: int
) -> list[float]:
    level, shocks = 0.0, []
    fresh = simulation.wander * math.sqrt(1 - simulation.memory**2)
    for _ in range(weeks):
        level = simulation.memory * level + chance.normal(0, fresh)
        shocks.append(level)
    return shocks


def _learnt(simulation: Simulation, start: datetime, go_live: datetime | None) -> float:
    if go_live is None or start < go_live:
        return 0.0
    days = (start - go_live).total_seconds() / 86_400
    return math.log(simulation.effect) * min(1.0, days / max(1, simulation.learning_days))


def in_office(end: datetime) -> datetime:
    """Completions are stamped on working days, in working hours."""
    local = end.astimezone(ZONE)
    if not 7 <= local.hour < 19:
        local = local.replace(hour=8) + timedelta(days=int(local.hour >= 19))
    while _busyness(local.date()) == 0.0:
        local += timedelta(days=1)
    return local


def _row(case: SimulatedCase, *, until: datetime) -> list[str]:
    over = case.end <= until
    status = "open" if not over else "cancelled" if case.cancelled else "completed"
    completed = utc(case.end) if status == "completed" else ""
    last = utc(case.end if over else min(until, case.start + (until - case.start) / 2))
    shown = [str(value) if status == "completed" else "" for value in case.quality]
    return [case.case_id, utc(case.start), completed, status, case.kind, last, *shown]


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
