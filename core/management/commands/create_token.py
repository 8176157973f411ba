from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.tokens import LONGEST_DAYS, create_token


class Command(BaseCommand):
    help = "Make an API token. The key is printed once, alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--scopes", required=True, help="a,b (or several words)", nargs="+")
        parser.add_argument("--days", type=int, default=LONGEST_DAYS)
        parser.add_argument("--owner", default="", help="e-mail of the person it acts for")
        parser.add_argument(
            "--networks", nargs="+", default=[], help="from where it works, such as 192.0.2.0/24"
        )

    def handle(
        self,
        *,
        name: str,
        scopes: list[str],
        days: int,
        owner: str,
        networks: list[str],
        **options: Any,  # noqa: ARG002
    ) -> None:
        person = None
        if owner:
            person = get_user_model().objects.filter(email=owner.strip().lower()).first()
            if person is None:
                raise CommandError(f"nobody has the address {owner}")
        wanted = [scope for text in scopes for scope in text.split(",") if scope]
        try:
            token, key = create_token(
                name=name,
                scopes=wanted,
                days=days,
                owner=person,
                networks=[text for words in networks for text in words.split(",") if text],
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        print(f"{token}: {', '.join(token.scopes)}; ends {token.expires_at:%Y-%m-%d}")
        print(key)
