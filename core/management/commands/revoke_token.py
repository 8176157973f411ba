from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from core.models import ApiToken
from core.tokens import MARK, revoke_token


class Command(BaseCommand):
    help = "End an API token at once. Names, prefixes and ids stand in the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("token", help="its name, its prefix (apt_PREFIX_...) or its id")
        parser.add_argument("--reason", default="", help="why; it stays in the audit trail")

    def handle(self, *, token: str, reason: str, **options: Any) -> None:  # noqa: ARG002
        found = list(ApiToken.objects.filter(revoked_at=None).filter(_named(token)).order_by("pk"))
        if not found:
            raise CommandError("no token that is not revoked yet has this name, prefix or id")
        if len(found) > 1:
            named = "\n".join(f"  {one.public_id}  {one}" for one in found)
            raise CommandError(f"several tokens have this name; give the id of one:\n{named}")
        revoke_token(token=found[0], actor=None, reason=reason)
        print(f"{found[0]} is revoked")


def _named(text: str) -> Q:
    """A whole key is taken too: who ends a leaked one may have nothing else."""
    mark, _one, rest = text.partition("_")
    prefix = rest.partition("_")[0] if mark == MARK and rest else text
    named = Q(name=text) | Q(prefix=prefix)
    try:
        return named | Q(public_id=UUID(text))
    except ValueError:
        return named
