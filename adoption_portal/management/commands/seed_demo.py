"""``manage.py seed_demo``: the simulated organisation, once; refused where people really work."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.models import Person


class Command(BaseCommand):
    help = "Fill an empty database with a simulated organisation (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--people-only",
            action="store_true",
            help="only what signing in needs; run again without it for the work",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        if not settings.DEMO:
            raise CommandError(
                "The demo has published passwords. Set PORTAL_DEMO=1 where nobody really works."
            )
        from adoption_portal.demo import seed

        at = timezone.now()
        if seed.already_seeded():
            organisation = seed.existing_organisation()
        elif Person.objects.exists():
            raise CommandError("There are people in this database already: the demo stays out.")
        else:
            organisation = seed.seed_people(at=at)
            self.stdout.write("people: done")
        if not options["people_only"]:
            seed.seed_work(organisation, at=at, say=self.stdout.write)
