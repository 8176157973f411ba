"""Quarters as their pages tell them: from stored portfolio readings alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import charts
from core.charts import words
from core.charts.marks import word
from measurement.models import PortfolioMember, PortfolioReading
from measurement.queries.portfolios import end_of
from people.models import Person
from workflows.queries.redesigns import redesigns_visible_to

PLACES = 4  # of ratios and p-values in files
MOST_DRAWN = 40


@dataclass(frozen=True, slots=True)
class QuarterShown:
    """One portfolio reading in words. ``is_told``: its totals say nothing of a few out of reach."""

    reading: PortfolioReading
    name: str
    claim: str
    state: str
    pooled: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class QuarterPage:
    """``members`` within the reader's reach; ``beyond``: how many are not."""

    shown: QuarterShown
    members: Sequence[PortfolioMember]
    beyond: int
    forest: charts.ForestPlot | None
    why_not_early: str


def newest_of_quarters() -> QuerySet[PortfolioReading]:
    """The newest portfolio reading of each quarter, newest quarter first."""
    newest = PortfolioReading.objects.filter(quarter=OuterRef("quarter")).order_by("-pk")
    return PortfolioReading.objects.filter(pk=Subquery(newest.values("pk")[:1])).order_by(
        "-quarter"
    )


def shown(reading: PortfolioReading, *, seen: int, at: datetime) -> QuarterShown:
    """``seen``: how many of its redesigns are within the reader's reach.

    Who sees all but a few could subtract, and read the verdicts of those (decision 0077).
    """
    told = not 0 < reading.due - seen < settings.MINIMUM_GROUP
    return QuarterShown(
        reading=reading,
        name=name_of(reading.quarter),
        claim=claim_of(reading)
        if told
        else _("No total is shown: it would tell of the few redesigns in it that you may not see."),
        state=state_of(reading, at=at),
        pooled=pooled_of(reading) if told else "",
        is_told=told,
    )


def quarters_shown(
    readings: Sequence[PortfolioReading], person: Person, *, at: datetime
) -> list[QuarterShown]:
    """One query for all of them."""
    within: Any = (
        PortfolioMember.objects.filter(
            portfolio__in=[reading.pk for reading in readings],
            redesign__in=redesigns_visible_to(person),
        )
        .order_by()
        .values_list("portfolio")
    )
    seen = dict(within.annotate(Count("pk")))
    return [shown(reading, seen=seen.get(reading.pk, 0), at=at) for reading in readings]


def page_of_quarter(reading: PortfolioReading, person: Person, *, at: datetime) -> QuarterPage:
    """Two queries."""
    members = list(members_seen(reading, person))
    return QuarterPage(
        shown=(told := shown(reading, seen=len(members), at=at)),
        members=members,
        beyond=reading.due - len(members),
        forest=_forest(reading if told.is_told else None, members),
        why_not_early=why_not_early(),
    )


def members_seen(reading: PortfolioReading, person: Person) -> QuerySet[PortfolioMember]:
    """By name, without the documents of their readings."""
    return (
        PortfolioMember.objects.filter(portfolio=reading, redesign__in=redesigns_visible_to(person))
        .select_related("redesign__workflow", "reading")
        .defer("reading__result", "reading__chart", "reading__design")
        .order_by("redesign__workflow__name", "pk")
    )


def name_of(quarter: date) -> str:
    return _("Quarter %(number)s of %(year)s") % {
        "number": (quarter.month + 2) // 3,
        "year": quarter.year,
    }


def claim_of(reading: PortfolioReading) -> str:
    told = ngettext(
        "%(improved)s of %(due)s redesign measurably improved.",
        "%(improved)s of %(due)s redesigns measurably improved.",
        reading.due,
    ) % {"improved": words.number(reading.improved), "due": words.number(reading.due)}
    if not reading.improved:
        return told
    return f"{told} " + _("About %(chance)s of these may be chance.") % {
        "chance": words.number(reading.expected_false, 1)
    }


def state_of(reading: PortfolioReading, *, at: datetime) -> str:
    if reading.is_final and reading.outstanding:
        return ngettext(
            "Final: %(count)s reading never came and takes part as no effect.",
            "Final: %(count)s readings never came and take part as no effect.",
            reading.outstanding,
        ) % {"count": words.number(reading.outstanding)}
    if reading.is_final:
        return _("Final: every reading of the quarter that could come is in it.")
    waits = ngettext(
        "%(count)s reading is outstanding.", "%(count)s readings are outstanding.",
        reading.outstanding,
    ) % {"count": words.number(reading.outstanding)}  # fmt: skip
    ends = end_of(reading.quarter)
    if at < ends:
        last = (ends - timedelta(days=1)).date()
        told = _("Provisional: the quarter runs until %(day)s.") % {"day": words.day(last)}
    else:
        told = _("Provisional: the quarter is over.")
    return f"{told} {waits}" if reading.outstanding else told


def pooled_of(reading: PortfolioReading) -> str:
    if reading.pooled_ratio is None:
        return ""
    return _("Over all %(count)s readings work takes %(change)s (95%% interval %(interval)s).") % {
        "count": words.number(reading.pooled_of),
        "change": words.ratio_words(reading.pooled_ratio),
        "interval": words.interval_words(reading.pooled_low, reading.pooled_high),
    }


def why_not_early() -> str:
    """The one sentence wherever verdicts are counted."""
    return _(
        "Early readings are not counted: a redesign has one verdict, at the date written down"
        " beforehand."
    )


def _forest(
    reading: PortfolioReading | None, members: Sequence[PortfolioMember]
) -> charts.ForestPlot | None:
    """Only what has a ratio; the strongest first when there are too many to draw.

    ``reading`` for all of them together, where that may be told.
    """
    known = [one for one in members if one.reading is not None and one.reading.ratio is not None]
    if not known:
        return None
    known.sort(key=lambda one: (one.reading.ratio if one.reading else 1.0, one.pk))
    pooled = None
    if reading is not None and reading.pooled_ratio is not None:
        pooled = charts.Effect(
            _("All readings together"),
            reading.pooled_ratio,
            reading.pooled_low,
            reading.pooled_high,
            "improved" if (reading.pooled_high or 1) < 1 else "no_measurable_change",
        )
    return charts.ForestPlot(
        tuple(_effect(one) for one in known[:MOST_DRAWN]),
        pooled=pooled,
        title=_("Effect of each redesign on cycle time"),
    )


def _effect(member: PortfolioMember) -> charts.Effect:
    reading = member.reading
    assert reading is not None  # noqa: S101  (asked of those that were read)
    return charts.Effect(
        member.redesign.workflow.name,
        reading.ratio,
        reading.low,
        reading.high,
        reading.verdict,
        grade=reading.grade,
    )


def rows_of_file(page: QuarterPage) -> Iterator[tuple[object, ...]]:
    """What the quarter says, then its members; figures as they are stored, a dot for decimals."""
    reading, told = page.shown.reading, page.shown.is_told
    yield from (
        ("quarter", reading.quarter.isoformat()),
        ("final", reading.is_final),
        ("due", reading.due),
        ("outstanding", reading.outstanding),
        ("improved", reading.improved if told else ""),
        ("expected_false", round(reading.expected_false, PLACES) if told else ""),
        ("pooled_ratio", _rounded(reading.pooled_ratio) if told else ""),
        ("pooled_low", _rounded(reading.pooled_low) if told else ""),
        ("pooled_high", _rounded(reading.pooled_high) if told else ""),
        ("sha256", reading.result_sha256),
        ("code_version", reading.code_version),
        ("beyond_your_reach", page.beyond),
        (),
        ("workflow", "redesign", "reading", "data_to", "verdict", "grade", "ratio", "low", "high",
         "p", "adjusted_p", "survived", "counted"),
    )  # fmt: skip
    for one in page.members:
        read = one.reading
        yield (
            one.redesign.workflow.name,
            one.redesign.public_id,
            read.public_id if read else "",
            read.cutoff.isoformat() if read else "",
            word(read.verdict) if read else "",
            read.grade if read else "",
            *(_rounded(getattr(read, name)) if read else "" for name in ("ratio", "low", "high")),
            _rounded(one.p) if read else "",
            _rounded(one.adjusted_p) if read and told else "",
            one.survived,
            one.counted,
        )


def _rounded(value: float | None) -> float | str:
    return "" if value is None else float(f"{value:.{PLACES}g}")
