"""How work was against how it will be: pairs of steps, counts, totals, and one sentence. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import words
from workflows.choices import AI_CHANGES, Change

NOTHING = Decimal(0)
# Icon and tone of each badge; the word stands beside them.
LOOKS: dict[Change, tuple[str, str]] = {
    Change.KEPT: ("check", ""),
    Change.CHANGED: ("sign", "info"),
    Change.AI_ASSISTED: ("flow", "acc"),
    Change.AUTOMATED: ("gear", "acc"),
    Change.HUMAN_REVIEW_ADDED: ("eye", "good"),
    Change.ADDED: ("plus", "info"),
    Change.REMOVED: ("cross", ""),
}


class StepFacts(Protocol):
    """What as-is and to-be steps have in common; model rows and form rows both fit."""

    step_key: UUID
    position: int
    title: str
    role: str
    system: str
    touch_minutes: Decimal | None
    wait_minutes: Decimal | None
    share_of_cases: Decimal


class ToBeFacts(StepFacts, Protocol):
    change: str
    detail: str
    origin_keys: list[UUID]


@dataclass(frozen=True, slots=True)
class Line:
    """One step as a page shows it. ``number`` counts the steps of its own side from 1."""

    number: int
    key: UUID
    title: str
    role: str
    system: str
    touch: Decimal | None
    wait: Decimal | None
    share: Decimal
    detail: str = ""

    @property
    def share_percent(self) -> Decimal:
        return self.share * 100

    @property
    def timed(self) -> bool:
        return self.touch is not None or self.wait is not None

    @property
    def minutes(self) -> Decimal:
        """Work and waiting of one case that takes this step."""
        return (self.touch or NOTHING) + (self.wait or NOTHING)


@dataclass(frozen=True, slots=True)
class Pair:
    """A step before and what it becomes; either side may be missing, never both.

    ``moved``: the step stands elsewhere among the steps that stay. ``origins`` are the numbers of
    the before-steps it was split from or merged of; ``merged_into`` is the after-number that takes
    over a removed step.
    """

    change: Change
    before: Line | None
    after: Line | None
    moved: bool = False
    origins: tuple[int, ...] = ()
    merged_into: int | None = None

    @property
    def merged(self) -> bool:
        return len(self.origins) > 1

    @property
    def split(self) -> bool:
        return len(self.origins) == 1 and self.before is None

    @property
    def thin(self) -> bool:
        """Nothing to look at: the step is kept, in its place."""
        return self.change == Change.KEPT and not self.moved

    @property
    def by_ai(self) -> bool:
        return self.change in AI_CHANGES

    @property
    def icon(self) -> str:
        return LOOKS[self.change][0]

    @property
    def tone(self) -> str:
        return LOOKS[self.change][1]

    @property
    def origin_words(self) -> str:
        """``from steps 2, 3`` of the left side."""
        if not self.origins:
            return ""
        numbers = ", ".join(map(words.number, self.origins))
        if self.merged:
            return _("merged from steps %(numbers)s") % {"numbers": numbers}
        return _("split from step %(numbers)s") % {"numbers": numbers}


@dataclass(frozen=True, slots=True)
class Totals:
    """Minutes of the average case: each step counts by its share of cases."""

    steps: int
    work: Decimal
    wait: Decimal
    untimed: int  # steps with neither work nor waiting stated; they count as nothing

    @property
    def minutes(self) -> Decimal:
        return self.work + self.wait

    @property
    def known(self) -> bool:
        return self.untimed < self.steps

    @property
    def wait_percent(self) -> int | None:
        return round(100 * self.wait / self.minutes) if self.minutes else None


@dataclass(frozen=True, slots=True)
class Comparison:
    pairs: tuple[Pair, ...]
    before: Totals
    after: Totals
    counts: Mapping[Change, int]
    moved: int

    @property
    def expected_ratio(self) -> Decimal | None:
        """Stated time after / before of the average case; None where the times do not say."""
        if not (self.before.known and self.after.known and self.before.minutes):
            return None
        return self.after.minutes / self.before.minutes

    @property
    def changes_anything(self) -> bool:
        return self.moved > 0 or any(pair.change != Change.KEPT for pair in self.pairs)

    @property
    def bars(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Of before and after: work and whole, in percent of the longer one, as attribute text."""
        longest = max(self.before.minutes, self.after.minutes) or Decimal(1)
        first, second = (
            (f"{100 * side.work / longest:.1f}%", f"{100 * side.minutes / longest:.1f}%")
            for side in (self.before, self.after)
        )
        return first, second

    @property
    def sentence(self) -> str:
        """How many steps, what AI does in them, and what becomes of the expected time."""
        before, after = self.before.steps, self.after.steps
        numbers = {"before": words.number(before), "after": words.number(after)}
        told = (
            ngettext(
                "The work keeps its %(after)s step", "The work keeps its %(after)s steps", after
            )
            if before == after
            else ngettext(
                "The work goes from %(before)s to %(after)s step",
                "The work goes from %(before)s to %(after)s steps",
                after,
            )
        )
        parts = [told % numbers]
        for change, how_many in (
            (Change.AI_ASSISTED, _("%(count)s of them AI-assisted")),
            (Change.AUTOMATED, _("%(count)s of them automated")),
            (Change.HUMAN_REVIEW_ADDED, _("%(count)s of them an added human review")),
        ):
            if self.counts.get(change):
                parts.append(how_many % {"count": words.number(self.counts[change])})
        return " ".join([", ".join(parts) + ".", *self._expected_time()])

    def _expected_time(self) -> list[str]:
        ratio = self.expected_ratio
        if ratio is None:
            return []
        minutes = {
            "before": words.minutes(self.before.minutes),
            "after": words.minutes(self.after.minutes),
            "change": words.percent_change(ratio),
        }
        if minutes["before"] == minutes["after"]:
            return [_("The expected time stays at %(after)s.") % minutes]
        return [_("The expected time goes from %(before)s to %(after)s (%(change)s).") % minutes]


def compare(before: Iterable[StepFacts], after: Iterable[ToBeFacts]) -> Comparison:
    """Align to-be with as-is by ``step_key``, in the order of the to-be steps.

    A removed step stands where its row stands; an as-is step without any row counts as removed and
    stands after the as-is step before it.
    """
    was = sorted(before, key=lambda step: step.position)
    rows = sorted(after, key=lambda step: step.position)
    old = {step.step_key: _line(number, step) for number, step in enumerate(was, 1)}
    stays = [row for row in rows if row.change != Change.REMOVED]
    new = {row.step_key: _line(number, row, row.detail) for number, row in enumerate(stays, 1)}
    moved = _moved([old[row.step_key].number for row in stays if row.step_key in old])
    taken = {
        key: new[row.step_key].number
        for row in reversed(stays)
        for key in row.origin_keys
        if key in old and key != row.step_key
    }

    pairs: list[Pair] = []
    for row in rows:
        line = old.get(row.step_key)
        if row.change == Change.REMOVED:
            if line is not None:  # a step that never was cannot go away
                pairs.append(_gone(line, taken))
            continue
        pairs.append(
            Pair(
                change=Change(row.change),
                before=line,
                after=new[row.step_key],
                moved=line is not None and line.number in moved,
                origins=_origins(row, old),
            )
        )
    _insert_missing(pairs, list(old.values()), {row.step_key for row in rows}, taken)
    return Comparison(
        pairs=tuple(pairs),
        before=_totals(old.values()),
        after=_totals(new.values()),
        counts=Counter(pair.change for pair in pairs),
        moved=len(moved),
    )


def _line(number: int, step: StepFacts, detail: str = "") -> Line:
    return Line(
        number=number,
        key=step.step_key,
        title=step.title,
        role=step.role,
        system=step.system,
        touch=step.touch_minutes,
        wait=step.wait_minutes,
        share=Decimal(step.share_of_cases),
        detail=detail,
    )


def _gone(line: Line, taken: Mapping[UUID, int]) -> Pair:
    return Pair(change=Change.REMOVED, before=line, after=None, merged_into=taken.get(line.key))


def _origins(row: ToBeFacts, old: Mapping[UUID, Line]) -> tuple[int, ...]:
    """Numbers of its as-is origins; a step that only names itself was neither split nor merged."""
    numbers = sorted({old[key].number for key in row.origin_keys if key in old})
    own = old.get(row.step_key)
    return () if own is not None and numbers == [own.number] else tuple(numbers)


def _insert_missing(
    pairs: list[Pair], old: Sequence[Line], present: set[UUID], taken: Mapping[UUID, int]
) -> None:
    for index, line in enumerate(old):
        if line.key in present:
            continue
        previous = old[index - 1].key if index else None
        place = next(
            (at for at, pair in enumerate(pairs, 1) if pair.before and pair.before.key == previous),
            0,
        )
        pairs.insert(place, _gone(line, taken))


def _totals(lines: Iterable[Line]) -> Totals:
    steps = list(lines)
    return Totals(
        steps=len(steps),
        work=sum(((line.touch or NOTHING) * line.share for line in steps), NOTHING),
        wait=sum(((line.wait or NOTHING) * line.share for line in steps), NOTHING),
        untimed=sum(not line.timed for line in steps),
    )


def _moved(numbers: Sequence[int]) -> frozenset[int]:
    """The fewest steps whose move explains the new order: all but a longest rising run."""
    tails: list[int] = []  # tails[k]: smallest last number of a rising run of k + 1
    previous: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(tails, number)
        previous[number] = tails[at - 1] if at else None
        tails[at : at + 1] = [number]
    kept: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return frozenset(numbers) - kept
