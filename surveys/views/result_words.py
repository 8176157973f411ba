"""Published figures in words: a sentence before a number, a number with its interval and people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import words
from surveys.models import ReleasedCell
from surveys.queries import UnitResult
from surveys.scoring import Change, Group, change, marked, smallest_detectable_change
from surveys.scoring.intervals import DOWN, UP

MIDDLE = 3.0
HALF = 0.5
COMPARED_FROM = 10  # people at both ends
CARE_UNDER = 0.60  # share of the invited who answered
MEANS_IN_WORDS = {
    "1.2_or_lower": gettext_lazy("1.2 or lower"),
    "4.8_or_higher": gettext_lazy("4.8 or higher"),
}
SHARES_IN_WORDS = {
    "nearly_all": gettext_lazy("nearly all"),
    "nearly_none": gettext_lazy("nearly none"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure as text; ``value`` is the mean for a bar, None when it is in words."""

    mean: str
    interval: str
    favourable: str
    favourable_interval: str
    people: str
    count: str
    value: float | None
    small: bool


@dataclass(frozen=True, slots=True)
class Headline:
    sentence: str
    figure: Figure | None
    response: str
    care: bool


def figure_of(cell: ReleasedCell | None) -> Figure | None:
    """None for what is hidden: nothing tells too few from protected."""
    if cell is None or not tells_mean(cell):
        return None
    detail = cell.detail or {}
    interval = detail.get("favourable_95")
    return Figure(
        mean=mean_words(cell),
        interval=_("%(low)s to %(high)s")
        % {"low": words.number(cell.low, 1), "high": words.number(cell.high, 1)}
        if cell.low is not None and cell.high is not None
        else "",
        favourable=favourable_words(cell),
        favourable_interval=_("%(low)s to %(high)s")
        % {
            "low": words.percent(interval[0] * 100),
            "high": words.percent(interval[1] * 100),
        }
        if interval
        else "",
        people=people_words(cell.n),
        count=words.number(cell.n),
        value=cell.mean,
        small=bool(detail.get("small_group")),
    )


def tells_mean(cell: ReleasedCell) -> bool:
    """Whether the mean is published, as a number or in words; its number of people may be alone."""
    return cell.mean is not None or (cell.detail or {}).get("mean", "") in MEANS_IN_WORDS


def mean_words(cell: ReleasedCell) -> str:
    told = MEANS_IN_WORDS.get((cell.detail or {}).get("mean", ""))
    return str(told) if told else words.number(cell.mean, 1)


def favourable_words(cell: ReleasedCell) -> str:
    told = SHARES_IN_WORDS.get((cell.detail or {}).get("favourable", ""))
    if told:
        return str(told)
    return "" if cell.favourable is None else words.percent(cell.favourable * 100)


def people_words(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": words.number(count)}


def headline(unit: UnitResult) -> Headline:
    """Of a unit of an AWT-16 result."""
    cell = unit.figures.get("index")
    rate = unit.response_rate
    return Headline(
        sentence=_sentence(cell, hidden=unit.is_hidden),
        figure=figure_of(cell),
        response="" if rate is None else response_words(rate, unit.invited),
        care=rate is not None and rate < CARE_UNDER,
    )


def response_words(rate: float, invited: int) -> str:
    return ngettext(
        "%(share)s of %(count)s invited person answered.",
        "%(share)s of %(count)s invited people answered.",
        invited,
    ) % {"share": words.percent(rate * 100), "count": words.number(invited)}


def _sentence(cell: ReleasedCell | None, *, hidden: bool) -> str:  # noqa: PLR0911 one a case
    if cell is None:
        return (
            _("The result of this group is hidden to protect people.")
            if hidden
            else _("The trust index of this group is hidden to protect people.")
        )
    if (cell.detail or {}).get("mean") == "4.8_or_higher":
        return _("Those who do the work trust the new way.")
    if (cell.detail or {}).get("mean") == "1.2_or_lower":
        return _("Those who do the work do not trust the new way.")
    if cell.low is None or cell.high is None:
        return _("A small group answered: its mean is shown, but nothing is concluded from it.")
    if cell.low > MIDDLE and not _most_are_favourable(cell):
        return _(
            "On the whole, those who do the work lean towards trusting the new way; fewer than "
            "half clearly do."
        )
    if cell.low > MIDDLE:
        return _("On the whole, those who do the work trust the new way.")
    if cell.high < MIDDLE:
        return _("On the whole, those who do the work do not trust the new way.")
    return _("Whether those who do the work trust the new way is open: both fit the answers.")


def _most_are_favourable(cell: ReleasedCell) -> bool:
    """A mean above the middle alone does not say that people trust it."""
    if cell.favourable is not None:
        return cell.favourable >= HALF
    return (cell.detail or {}).get("favourable") != "nearly_none"


# --- from one wave to the next --------------------------------------------------------------------
def change_of(
    earlier: Mapping[str, ReleasedCell], now: Mapping[str, ReleasedCell], metric: str
) -> Change | None:
    """None unless both figures are published, with a spread, of ten people or more."""
    ends = [
        Group(cell.n, cell.mean, cell.sd)
        for cell in (earlier.get(metric), now.get(metric))
        if cell is not None
        and cell.mean is not None
        and cell.sd is not None
        and cell.n >= COMPARED_FROM
    ]
    return change(*ends) if len(ends) == 2 else None  # noqa: PLR2004 both ends


def changes_of(
    earlier: Mapping[str, ReleasedCell], now: Mapping[str, ReleasedCell], metrics: Sequence[str]
) -> dict[str, Change]:
    """All that a page compares, told together: of many changes a few stand out by chance alone.

    By metric; one that cannot be compared is not there.
    """
    found = {metric: change_of(earlier, now, metric) for metric in metrics}
    known = {metric: moved for metric, moved in found.items() if moved is not None}
    return dict(zip(known, marked(list(known.values())), strict=True))


def change_words(moved: Change | None) -> str:
    """With its interval, whichever way it went."""
    if moved is None:
        return ""
    facts = {
        "by": words.number(abs(moved.difference), 1),
        "low": words.number(moved.low, 1),
        "high": words.number(moved.high, 1),
    }
    if moved.words == UP:
        return _("Up by %(by)s (95%% interval %(low)s to %(high)s)") % facts
    if moved.words == DOWN:
        return _("Down by %(by)s (95%% interval %(low)s to %(high)s)") % facts
    return _("No clear change (95%% interval %(low)s to %(high)s)") % facts


def visible_change_words(cell: ReleasedCell | None, earlier: ReleasedCell | None) -> str:
    """How small a change could be seen at all with so many people."""
    if cell is None or cell.sd is None or cell.n < COMPARED_FROM:
        return ""
    least = smallest_detectable_change(cell.sd, earlier.n if earlier else cell.n, cell.n)
    return _("With %(people)s, changes under %(least)s cannot be seen.") % {
        "people": people_words(cell.n),
        "least": words.number(least, 1),
    }
