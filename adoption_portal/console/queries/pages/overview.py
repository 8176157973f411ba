"""Is work changing? One page in thirty seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption_portal.console.choices import ScopeKind
from adoption_portal.console.models import Annotation, ReadingRow, Snapshot
from adoption_portal.console.queries import people, signing, trust, work
from adoption_portal.console.queries.chosen import Choice, Chosen, figures_shown
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from core import charts
from core.charts import words


@dataclass(frozen=True, slots=True)
class Stat:
    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """``claim`` in parts, each with whether it is strong.

    ``ladder`` is empty where several filters together name no group of people.
    """

    claim: list[tuple[str, bool]]
    funnel: charts.Funnel
    pending: str
    has_pending: bool
    held: str
    ladder: list[people.LadderRow]
    people_words: str
    left_out: str
    stats: list[Stat]
    forest: charts.ForestPlot
    newest: Sequence[ReadingRow]
    readings: work.Readings
    lorenz: charts.Lorenz | None
    gini: str
    sharing: str
    heat: charts.HeatMap | None
    waiting: charts.Bars
    waiting_words: str
    trust: charts.Trend | None
    trust_words: str

    def sheets(self) -> tuple[Sheet, ...]:
        return those_there(
            sheet("funnel", _("From logged to sustained"), funnel_definition(), self.funnel),
            sheet(
                "ladder",
                _("Access is not adoption"),
                ladder_definition(),
                people.ladder_table(self.ladder) if self.ladder else None,
            ),
            sheet("effects", _("Did each redesign work?"), effects_definition(), self.forest),
            sheet("sharing", _("A few do most of it"), self.sharing, self.lorenz),
            sheet("map", _("Where work has changed"), map_definition(), self.heat),
            sheet("waiting", _("Waiting for a signature"), waiting_definition(), self.waiting),
            sheet("trust", _("Trust"), trust_definition(), self.trust),
        )


def overview_page(
    snapshot: Snapshot,
    chosen: Chosen,
    choices: Sequence[Choice],
    annotations: Sequence[Annotation],
    *,
    at: datetime,
) -> OverviewPage:
    """Seven queries, whatever the filters."""
    found, readings = work.funnel_of(chosen), work.readings_of(chosen)
    now, earlier = figures_shown(snapshot, chosen)
    newest = work.newest_effects(chosen)
    sharing = people.sharing_of(now)
    waiting = signing.ages_by_role(chosen, at=at)
    quarters = trust.trust_by_quarter(chosen)
    strong, told = claim_of(now.ladder.get("habitual") if now else None, found, choices, chosen)
    return OverviewPage(
        claim=emphasised(told, strong),
        funnel=work.funnel_chart(found, readings),
        pending=work.pending_words(found) if found.counts["live"] else "",
        has_pending=bool(found.total_pending),
        held=held_words(readings),
        ladder=people.ladder_of(now, earlier),
        people_words=people_words(now.people if now is not None else None),
        left_out=people.new_words(now),
        stats=[
            hours_stat(),
            managers_stat(now.coverage if now else {}),
            Stat(_("Median sign-off"), *people.sign_off_median(now)),
        ],
        forest=work.forest_of(newest, readings.pooled),
        newest=newest,
        readings=readings,
        lorenz=sharing[0] if sharing else None,
        gini=sharing[1] if sharing else "",
        sharing=sharing[2] if sharing else "",
        heat=people.heat_of(snapshot),
        waiting=signing.ages_chart(waiting),
        waiting_words=signing.open_words(waiting),
        trust=trust.trust_chart(quarters, annotations),
        trust_words=trust_words(quarters),
    )


def claim_of(
    habitual: dict[str, object] | None,
    found: work.Funnel,
    choices: Sequence[Choice],
    chosen: Chosen,
) -> tuple[list[str], str]:
    """The answer in one sentence, and which of its words are strong."""
    changed, logged = words.number(found.counts["changed"]), words.number(found.counts["logged"])
    some = _("%(changed)s of %(logged)s") % {"changed": changed, "logged": logged}
    if not found.counts["logged"]:
        return [], _("No workflow has been logged here yet.")
    percent = people.percent_of(habitual)
    if percent is None:
        told = ngettext(
            "%(some)s logged workflow has measurably changed.",
            "%(some)s logged workflows have measurably changed.",
            found.counts["logged"],
        )
        strong = [some]
    else:
        told = ngettext(
            "%(share)s of people with access use AI in most weeks, and %(some)s logged workflow has"
            " measurably changed.",
            "%(share)s of people with access use AI in most weeks, and %(some)s logged workflows"
            " have measurably changed.",
            found.counts["logged"],
        )
        strong = [words.percent(percent), some]
    told %= {"share": words.percent(percent), "some": some}
    widest = max(
        (c for c in choices if c.kind == ScopeKind.FUNCTION and c.gap is not None and c.gap > 0),
        key=lambda choice: choice.gap or 0.0,
        default=None,
    )
    if widest is not None and not chosen.groups:
        told += " " + _("The gap is widest in %(function)s.") % {"function": widest.name}
    return strong, told


def emphasised(text: str, strong: Sequence[str]) -> list[tuple[str, bool]]:
    """``text`` cut at the first place of each of the strong words, in their order."""
    parts: list[tuple[str, bool]] = []
    for words_in_it in strong:
        before, found, text = text.partition(words_in_it)
        parts += [(before, False), (found, True)]
    return [part for part in [*parts, (text, False)] if part[0]]


def people_words(count: int | None) -> str:
    if not count:
        return ""
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": words.number(count)}


def held_words(readings: work.Readings) -> str:
    held, due = readings.held[90]
    if not due:
        return ""
    return _("Still improved after 90 days: %(held)s of %(due)s that reached the day.") % {
        "held": words.number(held),
        "due": words.number(due),
    }


def hours_stat() -> Stat:
    """Always empty: cases have no field that says whether they were done the new way.

    Source: measurement method, section 12.
    """
    return Stat(
        _("Hours a year"), words.NONE, _("no source says which cases were done the new way")
    )


def managers_stat(coverage: dict[str, dict[str, object] | None]) -> Stat:
    label, rung = _("Managers enabled"), coverage.get("managers")
    percent = people.percent_of(rung)
    told = people.rung_words(rung)
    if percent is None:
        return Stat(label, words.NONE, told or _("hidden, or nobody yet"))
    return Stat(label, words.percent(percent), told)


def trust_words(quarters: Sequence[dict[str, int]]) -> str:
    if not quarters:
        return ""
    return _("90-day waves, %(count)s answers") % {
        "count": words.number(sum(row["n"] for row in quarters))
    }


def funnel_definition() -> str:
    return _(
        "Workflows in use, each counted once on every bar it has reached. Measured: a final reading"
        " that says something. Changed: improved, guardrails held, and a survivor of the quarter's"
        " control at 5% false discovery. Sustained: still improved after 90 and 180 days."
    )


def ladder_definition() -> str:
    return _(
        "People employed and not on long leave. Habitual: used in at least three of four worked"
        " weeks of the last twelve, without those who have had access for less."
    )


def effects_definition() -> str:
    return _(
        "Typical time after against before, with its 95% interval, of the newest readings of the"
        " period, whatever they say. Pooled: random effects over all of them but refused ones."
    )


def map_definition() -> str:
    return _("Of the people with access, those who work in a workflow that has measurably changed.")


def waiting_definition() -> str:
    return _("Open requests for a signature by the role that is asked and days since the request.")


def trust_definition() -> str:
    return _(
        "Trust index, 1 to 5, of the waves about 90 days after go-live, weighted by answers, with"
        " its 95% interval. Published figures alone."
    )
