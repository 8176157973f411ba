"""What waits for a signature, with which roles, and how long signatures take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption_portal.console.models import Snapshot
from adoption_portal.console.queries import people, signing
from adoption_portal.console.queries.chosen import Chosen, figures_shown
from adoption_portal.console.queries.pages.overview import waiting_definition
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from core import charts
from core.charts import words
from workflows.models import RouteStep


@dataclass(frozen=True, slots=True)
class SignOffPage:
    claim: str
    ages: charts.Bars
    ages_words: str
    total: int
    curves: charts.WaitingPlot | None
    median: str
    median_note: str

    def sheets(self) -> tuple[Sheet, ...]:
        return those_there(
            sheet("waiting", _("Waiting for a signature"), waiting_definition(), self.ages),
            sheet("latency", _("How long a request waits"), latency_definition(), self.curves),
        )


def sign_off_page(snapshot: Snapshot, chosen: Chosen, *, at: datetime) -> SignOffPage:
    """Two queries."""
    ages = signing.ages_by_role(chosen, at=at)
    now, _earlier = figures_shown(snapshot, chosen)
    median, note = people.sign_off_median(now)
    return SignOffPage(
        claim=claim_of(ages),
        ages=signing.ages_chart(ages),
        ages_words=signing.open_words(ages),
        total=sum(sum(counts) for _role, _title, counts in ages),
        curves=signing.waiting_chart(now),
        median=median,
        median_note=note,
    )


def claim_of(ages: Sequence[tuple[str, str, tuple[int, ...]]]) -> str:
    total = sum(sum(counts) for _role, _title, counts in ages)
    if not total:
        return _("Nothing waits for a signature.")
    old = sum(counts[-1] for _role, _title, counts in ages)
    told = ngettext("%(count)s signature is open,", "%(count)s signatures are open,", total) % {
        "count": words.number(total)
    }
    if not old:
        return told + " " + _("none for 15 days or more.")
    return (
        told
        + " "
        + ngettext(
            "%(count)s of them for 15 days or more.", "%(count)s of them for 15 days or more.", old
        )
        % {"count": words.number(old)}
    )


def longest_waiting(chosen: Chosen) -> QuerySet[RouteStep]:
    """Open requests, the oldest first, with the work they are about and no person's name."""
    return (
        signing.open_steps(chosen)
        .select_related("route__redesign__workflow__unit")
        .order_by("opened_at", "pk")
    )


def latency_definition() -> str:
    return _(
        "Share of requests still waiting by days since the request (Kaplan-Meier): decided ones"
        " count when they were decided, open ones as at least so long. A role is shown where at"
        " least the minimum group of people was asked."
    )
