import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from core.errors import DomainError
from people.models import Person
from people.operations.passwords import password_link
from people.operations.records import create_administrator
from people.queries import active_administrators


class Command(BaseCommand):
    help = (
        "Make the first administrator, or with --additional and --reason another one. Asks for the "
        "password; with --link, or where nobody can be asked, prints a link to set it, good once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--given", default="", help="given name")
        parser.add_argument("--family", default="", help="family name")
        parser.add_argument("--link", action="store_true", help="print a link, ask for nothing")
        parser.add_argument("--additional", action="store_true", help="although there is one")
        parser.add_argument("--reason", default="", help="why another one; needed then")

    def handle(  # noqa: PLR0913 the command's own words
        self,
        *,
        email: str,
        given: str,
        family: str,
        link: bool,
        additional: bool,
        reason: str,
        **options: Any,  # noqa: ARG002
    ) -> None:
        try:
            validate_email(email.strip())
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address") from None
        if active_administrators() and not additional:
            raise CommandError(
                "There is an administrator already. Say --additional with a --reason."
            )
        asks = not link and sys.stdin.isatty()
        password = self._asked(Person(email=email, given_name=given)) if asks else None
        try:
            person = create_administrator(
                email=email,
                given_name=given,
                family_name=family,
                password=password,
                additional=additional,
                reason=reason,
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        print(f"{person.email} is an administrator.")
        if password is None:
            print("Set the password here, once:")
            print(password_link(person))

    def _asked(self, person: Person) -> str:
        for _attempt in range(3):
            first = getpass("Password (12 characters or more): ")
            if getpass("Once more: ") != first:
                self.stderr.write("The two differ.")
                continue
            try:
                validate_password(first, person)
            except ValidationError as weak:
                self.stderr.write("\n".join(weak.messages))
                continue
            return first
        raise CommandError("No password, so nothing was made.")
