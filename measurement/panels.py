"""What pages of lower apps show of measurement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from core.acting import acting_person
from core.jobs import errors_url_for
from core.models import Job
from core.panels import facts, panel
from measurement.models import Case
from measurement.queries.cases import cases_page, cases_so_far
from measurement.queries.charts import control_chart_shown
from measurement.queries.evidence import evidence_page
from measurement.queries.lasting import lasting_of, relapses_among
from measurement.queries.planning import TooManyCases, at_go_live, planning_of
from measurement.queries.readings import news_among, stages_of, verdicts_among
from measurement.queries.runs import newest_run
from measurement.queries.use_imports import own_weeks
from measurement.rules import may_answer_relapse, may_bring_cases
from people.models import Person
from workflows.models import GoLive, Redesign, Workflow
from workflows.queries.stages import CasesSoFar


@panel("measurement.evidence")
def evidence_panel(
    request: HttpRequest,  # noqa: ARG001
    redesign: Redesign | None,
) -> tuple[str, dict[str, Any]] | None:
    """The claim and the weekly chart; nothing before go-live."""
    if redesign is None or not GoLive.objects.filter(redesign=redesign).exists():
        return None
    page = evidence_page(redesign)
    return "measurement/_evidence_panel.html", {
        "redesign": redesign,
        "page": page,
        "chart": control_chart_shown(page.reading) if page.reading else None,
    }


@panel("measurement.lasting")
def lasting_panel(
    request: HttpRequest, redesign: Redesign | None
) -> tuple[str, dict[str, Any]] | None:
    """Whether the effect held, and the alarm when it went; nothing before a later reading."""
    later = lasting_of(redesign) if redesign is not None else []
    if redesign is None or not later:
        return None
    return "measurement/_lasting.html", {
        "redesign": redesign,
        "later": later,
        "may_answer": may_answer_relapse(acting_person(request), redesign),
    }


@panel("measurement.run")
def run_panel(
    request: HttpRequest,  # noqa: ARG001
    subject: object,  # noqa: ARG001  of the whole organisation
) -> tuple[str, dict[str, Any]] | None:
    """How far the newest night's measuring is; nothing before the first."""
    run = newest_run()
    return None if run is None else ("measurement/_run.html", {"run": run})


@panel("measurement.planning")
def planning_panel(
    request: HttpRequest,  # noqa: ARG001
    redesign: Redesign | None,
) -> tuple[str, dict[str, Any]] | None:
    """What a reading could detect at the present volume, and when it would be taken."""
    if redesign is None:
        return None
    try:
        planning, too_many = planning_of(redesign), False
    except TooManyCases:
        planning, too_many = None, True
    return "measurement/_planning_panel.html", {
        "redesign": redesign,
        "planning": planning,
        "too_many": too_many,
        "has_cases": planning is None
        and Case.objects.filter(workflow_id=redesign.workflow_id).exists(),
    }


@panel("measurement.cases")
def cases_panel(
    request: HttpRequest, workflow: Workflow | None
) -> tuple[str, dict[str, Any]] | None:
    """The case source and how far the baseline is."""
    if workflow is None:
        return None
    return "measurement/_cases_panel.html", {
        "workflow": workflow,
        "page": cases_page(workflow, at=timezone.now()),
        "may_bring": may_bring_cases(acting_person(request), workflow),
    }


@panel("measurement.account")
def own_use_panel(request: HttpRequest, person: Person) -> tuple[str, dict[str, Any]] | None:
    """The reader's own weeks; of nobody else, whoever the page is about."""
    if acting_person(request) != person:
        return None
    return "measurement/_own_use.html", {"weeks": own_weeks(person, timezone.localdate())}


@facts("measurement.cases")
def case_facts(workflows: list[Workflow]) -> Mapping[int, CasesSoFar]:
    return cases_so_far(workflows)


@errors_url_for("measurement.caseimport")
def rejections_address(job: Job) -> str | None:
    if not job.rejected:
        return None
    return reverse("import-rejections", args=[job.subject_id])


@errors_url_for("measurement.useimport")
def use_rejections_address(job: Job) -> str | None:
    if not job.rejected:
        return None
    return reverse("use-rejections", args=[job.subject_id])


@facts("measurement.stage")
def stage_facts(redesigns: list[Redesign]) -> Mapping[int, Mapping[str, Any]]:
    return stages_of(redesigns)


@facts("measurement.news")
def news_facts(
    redesigns: QuerySet[Redesign], *, since: datetime, most: int
) -> Mapping[Redesign, Mapping[str, Any]]:
    return news_among(redesigns, since=since, most=most)


@facts("measurement.relapses")
def relapse_facts(
    redesigns: QuerySet[Redesign], *, person: Person, most: int
) -> Mapping[Redesign, Mapping[str, Any]]:
    return relapses_among(redesigns, person=person, most=most)


@facts("measurement.verdicts")
def verdict_facts(redesigns: QuerySet[Redesign], *, early: bool) -> Mapping[str, int]:
    return verdicts_among(redesigns, early=early)


@facts("measurement.go_live")
def go_live_facts(redesigns: list[Redesign]) -> Mapping[int, Mapping[str, Any]]:
    """For redesigns about to go live, each with ``go_live_at`` set on it."""
    return {redesign.pk: at_go_live(redesign) for redesign in redesigns}
