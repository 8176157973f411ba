"""``manage.py measure [WORKFLOW ...] [--at DATE]``."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from measurement.models import Reading
from measurement.operations.readings import measure_redesigns, pieces
from measurement.queries.due import MEASURABLE
from measurement.queries.waiting import with_cases
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
        redesigns = Redesign.objects.filter(state__in=MEASURABLE, go_live__at__lte=at)
        if named := [_workflow(name) for name in options["workflows"]]:
            redesigns = redesigns.filter(workflow__in=named)
        total, done = redesigns.count(), 0
        for piece in pieces(with_cases(redesigns)):
            ids = [one.redesign_id for one in piece]
            before = set(Reading.objects.filter(redesign__in=ids).values_list("pk", flat=True))
            measured = measure_redesigns(redesign_ids=ids, at=at)
            failed = {redesign.pk for redesign in measured.failed}
            new: dict[int, list[str]] = {}
            for reading in measured.readings:
                if reading.pk not in before:
                    new.setdefault(reading.redesign_id, []).append(_told(reading))
            for one in piece:
                lines = new.get(one.redesign_id, ["nothing due"])
                if one.redesign_id in failed:
                    lines = ["could not be read; the log says why"]
                for line in lines:
                    self.stdout.write(f"{one.name}: {line}")
            done += len(piece)
            if total > len(piece):
                self.stdout.write(f"Measured {done} of {total}.")


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
