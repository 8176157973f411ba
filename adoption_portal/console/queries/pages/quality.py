"""Which numbers can I not rely on?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adoption_portal.console.models import Snapshot
from adoption_portal.console.queries.chosen import Chosen
from adoption_portal.console.queries.counting.freshness import CASES_LATE
from adoption_portal.console.queries.pages.sheets import Sheet, sheet, those_there
from core.charts import words
from core.charts.table import Table
from measurement.models import CaseImport, CaseSummary
from people.models import OrgUnitClosure
from workflows.queries.stages import RUNNING

RECENT = timedelta(days=30)
MOST_DELIVERIES = 10


@dataclass(frozen=True, slots=True)
class Gap:
    label: str
    text: str
    is_fine: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualityPage:
    claim: str
    gaps: list[Gap]
    deliveries: list[CaseImport]
    feeds: list[tuple[str, str, bool]]

    def sheets(self) -> tuple[Sheet, ...]:
        gaps = Table(
            caption=_("Gaps"),
            headers=(_("What"), _("How many"), _("Note")),
            rows=tuple((gap.label, gap.text, gap.note) for gap in self.gaps),
        )
        feeds = Table(
            caption=_("How far cases reach"),
            headers=(_("Workflow"), _("Data to"), _("Late")),
            rows=tuple((name, day, _("late") if late else "") for name, day, late in self.feeds),
        )
        return those_there(
            sheet("gaps", _("Gaps"), "", gaps),
            sheet("feeds", _("How far cases reach"), "", feeds),
        )


def quality_page(snapshot: Snapshot, shown: Sequence[CaseSummary], *, at: datetime) -> QualityPage:
    """One query; ``shown`` are the case feeds of the page."""
    late = sum(one["late"] for one in snapshot.sources)
    fresh = sum(one["fresh"] for one in snapshot.sources)
    if late:
        told = ngettext(
            "%(late)s of %(all)s source is late.",
            "%(late)s of %(all)s sources are late.",
            late + fresh,
        )
    elif fresh:
        told = ngettext(
            "%(all)s source, and it is on time.", "All %(all)s sources are on time.", fresh
        )
    else:
        told = _("No source has delivered yet.")
    return QualityPage(
        claim=told % {"late": words.number(late), "all": words.number(late + fresh)},
        gaps=gaps_of(snapshot),
        deliveries=list(
            CaseImport.objects.filter(created_at__gte=at - RECENT, rows_rejected__gt=0)
            .select_related("source__workflow")
            .order_by("-created_at", "-pk")[:MOST_DELIVERIES]
        ),
        feeds=[
            (feed.workflow.name, words.day(feed.covers_to), is_late(feed, at)) for feed in shown
        ],
    )


def is_late(feed: CaseSummary, at: datetime) -> bool:
    return feed.covers_to is None or feed.covers_to < at - CASES_LATE


def feeds(chosen: Chosen) -> QuerySet[CaseSummary]:
    """Cases of work in use, the one that reaches least far first."""
    rows = CaseSummary.objects.filter(workflow__retired_at__isnull=True)
    rows = rows.filter(workflow__redesigns__state__in=RUNNING)
    unit, site = chosen.groups.get("unit"), chosen.groups.get("site")
    if unit is not None:
        below = OrgUnitClosure.objects.filter(ancestor=unit.reference).values("descendant")
        rows = rows.filter(workflow__unit__in=below)
    if site is not None:
        rows = rows.filter(workflow__unit__site=site.reference)
    if "function" in chosen.groups:
        rows = rows.filter(workflow__function=chosen.groups["function"].key)
    if "tool" in chosen.groups:
        rows = rows.filter(
            workflow__redesigns__current_revision__tool=chosen.groups["tool"].reference
        )
    return rows.select_related("workflow").order_by("covers_to", "pk").distinct()


def gaps_of(snapshot: Snapshot) -> list[Gap]:
    found = snapshot.quality
    fewer = _("fewer than %(count)s") % {"count": snapshot.minimum_group}

    def gap(label: str, key: str, note: str = "") -> Gap:
        count = found.get(key, 0)
        return Gap(label, fewer if count is None else words.number(count), count == 0, note)

    enough, live = found.get("enough", 0), found.get("live", 0)
    return [
        Gap(
            _("Live workflows with enough cases for a verdict"),
            _("%(count)s of %(of)s") % {"count": words.number(enough), "of": words.number(live)},
            enough == live,
            _("Bring in more cases, or wait for the reading date."),
        ),
        gap(_("Rows of cases not read in 30 days"), "rejected", _("See the deliveries below.")),
        gap(_("Deliveries that wait for somebody to decide"), "waiting"),
        gap(_("Deliveries that failed"), "failed"),
        gap(_("People without a manager"), "without_manager", _("Their sign-offs have no line.")),
        gap(_("People with a place and no employment"), "without_employment"),
        gap(_("Open units without a head"), "units_without_head"),
        gap(_("Redesigns in use that name no AI tool"), "redesigns_without_tool"),
        gap(_("Trust waves stopped because the counts did not match"), "stopped_waves"),
    ]
