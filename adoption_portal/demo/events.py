"""The same simulated cases as an event log: one row for each step that somebody finished."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from adoption_portal.demo.cases import (
    SimulatedCase,
    Simulation,
    in_office,
    simulated_cases,
    utc,
)

RECEIVED, CANCELLED = "Received", "Cancelled"
HEADER = ("case_id", "activity", "began_at", "at", "kind")
UNEVEN = 0.25  # spread of the log of a step's share of the time


@dataclass(frozen=True, slots=True)
class TimedStep:
    """Minutes of work, and of waiting before it."""

    title: str
    touch: float
    wait: float


@dataclass(frozen=True, slots=True)
class Ways:
    """The steps before the go-live and, of cases started later, after it."""

    before: tuple[TimedStep, ...]
    after: tuple[TimedStep, ...]

    @property
    def last(self) -> list[str]:
        return list(dict.fromkeys([self.before[-1].title, self.after[-1].title]))


def simulated_log(
    simulation: Simulation, ways: Ways, *, first: date, until: datetime, go_live: datetime | None
) -> bytes:
    """The cases of ``simulated_csv`` with the same starts and ends, told step by step, as UTF-8 CSV.

    Quality is known with the last step. The same arguments give the same bytes.
    """
    uneven = np.random.default_rng((simulation.seed, 1))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEADER, *(name for name, _before, _after in simulation.fields)])
    unknown = [""] * len(simulation.fields)
    for case in simulated_cases(simulation, first=first, until=until, go_live=go_live):
        steps = ways.after if case.is_new else ways.before
        writer.writerow([case.case_id, RECEIVED, "", utc(case.start), case.kind, *unknown])
        shares = np.exp(uneven.normal(0, UNEVEN, size=len(steps))).tolist()
        for title, began, at in _events(case, steps, shares):
            if at > until:
                break
            ends = title == steps[-1].title
            quality = [str(value) for value in case.quality] if ends else unknown
            told = utc(began) if began is not None else ""
            writer.writerow([case.case_id, title, told, utc(at), case.kind, *quality])
    return out.getvalue().encode()


def _events(
    case: SimulatedCase, steps: Sequence[TimedStep], shares: Sequence[float]
) -> Iterator[tuple[str, datetime | None, datetime]]:
    """(step, begin of the work, end), ending with the case; a cancelled one stops half way.

    The case's time is shared out in proportion to the steps' minutes. The work itself takes its
    minutes, however long the case lay; what is left is waiting.
    """
    parts = [(step.touch + step.wait) * share for step, share in zip(steps, shares, strict=True)]
    whole, passed, before = sum(parts), 0.0, case.start
    for number, (step, part, share) in enumerate(zip(steps, parts, shares, strict=True), start=1):
        if case.cancelled and number > len(steps) // 2:
            yield CANCELLED, None, case.end
            return
        passed += part
        work = timedelta(minutes=step.touch * share)
        at = case.end
        if number < len(steps):
            at = in_office(case.start + (case.end - case.start) * (passed / whole))
            at = min(case.end, max(before + work, at))
        yield step.title, max(before, at - work), at
        before = at
