"""``manage.py measure [WORKFLOW ...] [--at DATE]``."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from measurement.models import Reading
from measurement.operations.readings import MEASURABLE, measure_redesign
from workflows.models import Redesign, Workflow


class Command(BaseCommand):
    help = "Take the readings that are due, here and now, and print their verdicts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workflows", nargs="*", help="public ids or slugs; all without one")
        parser.add_argument("--at", type=_moment, help="as at this moment (ISO 8601, else UTC)")

    def handle(self, *_args: Any, **options: Any) -> None:
        at: datetime = options["at"] or timezone.now()
        if at > timezone.now():
            raise CommandError("A reading cannot be taken in the future.")
        named = [_workflow(name) for name in options["workflows"]]
        redesigns = Redesign.objects.filter(state__in=MEASURABLE, go_live__at__lte=at)
        if named:
            redesigns = redesigns.filter(workflow__in=named)
        for redesign in redesigns.select_related("workflow").order_by("workflow__name", "pk"):
            before = set(redesign.readings.values_list("pk", flat=True))
            measure_redesign(redesign_id=redesign.pk, at=at)
            new = redesign.readings.exclude(pk__in=before).order_by("pk")
            for line in [_told(reading) for reading in new] or ["nothing due"]:
                self.stdout.write(f"{redesign.workflow.name}: {line}")


def _told(reading: Reading) -> str:
    told = f"{reading.get_kind_display()}, {reading.get_verdict_display()} ({reading.grade})"
    if reading.ratio is None:
        return told
    return f"{told}, ratio {reading.ratio:.3f} ({reading.low:.3f} to {reading.high:.3f})"


def _moment(text: str) -> datetime:
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _workflow(name: str) -> Workflow:
    try:
        named = Q(public_id=UUID(name))
    except ValueError:
        named = Q(slug=name)
    found = Workflow.objects.filter(named).first()
    if found is None:
        raise CommandError(f"No workflow is called {name}.")
    return found
