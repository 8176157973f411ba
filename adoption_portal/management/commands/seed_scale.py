"""``manage.py seed_scale``: a large simulated organisation, to measure with."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from people.models import Person

MOST = 20_000_000
PREFIX = "scale-"


class Command(BaseCommand):
    help = "Fill a database without real people with a large simulated organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, usual in (("people", 1000), ("workflows", 100), ("cases", 10_000)):
            parser.add_argument(f"--{name}", type=int, default=usual)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        from adoption_portal.demo import scale
        from adoption_portal.demo.scale.work import GUARDED

        people, workflows, cases = (options[name] for name in ("people", "workflows", "cases"))
        for name, least in (("people", 50), ("workflows", 1), ("cases", 0)):
            if not least <= options[name] <= MOST:
                raise CommandError(f"--{name} must lie between {least} and {MOST}.")
        if Person.objects.filter(is_simulated=False).exists():
            raise CommandError("There are real people in this database: simulated ones stay out.")
        if Person.objects.filter(source_id__startswith=PREFIX).exists():
            raise CommandError(
                "A large organisation is here already. Start from an empty database."
            )
        at, since = timezone.now(), monotonic()
        with transaction.atomic():
            places = scale.seed_people(people)
            self._say(f"{people} people in {len(places.units)} units", since)
            tools = scale.seed_use(today=timezone.localdate(at))
            self._say("access and weeks of use", since)
            with scale.without_guards(GUARDED):
                made = scale.seed_work(workflows, places, tools, at=at)
            self._say(f"{workflows} workflows with redesigns, routes and readings", since)
            total = scale.seed_cases(cases, made, at=at) if cases else 0
            self._say(f"{total} cases", since)
        # Else the first queries plan for empty tables.
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self._say("done; everything is marked as simulated", since)

    def _say(self, what: str, since: float) -> None:
        self.stdout.write(f"{monotonic() - since:7.1f} s  {what}")
