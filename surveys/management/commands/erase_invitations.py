from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from people.queries import person_with
from surveys.operations.erasing import erase_invitations


class Command(BaseCommand):
    help = (
        "Delete that a person was invited to surveys, for a request of erasure. What the person "
        "answered cannot be found, by design."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", required=True, help="stands in the audit trail")

    def handle(self, *, email: str, reason: str, **options: Any) -> None:  # noqa: ARG002
        person = person_with(email)
        if person is None:
            raise CommandError("nobody has this address")
        if not reason.strip():
            raise CommandError("say why")
        waiting = erase_invitations(
            person=person, actor=None, reason=reason.strip(), at=timezone.now()
        )
        for wave in waiting:
            print(f"{wave} has not ended: deleted the day after {wave.closes_date:%Y-%m-%d}")
        print("All others are deleted. Answers are not stored with a person and cannot be found.")
