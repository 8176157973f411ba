"""API tokens: make one, find one, end one."""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api.scopes import SCOPES
from core.audit import record
from core.errors import DomainError
from core.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from people.models import Person

MARK = "apt"  # tells a secret scanner whose key it found
LONGEST_DAYS = 90
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    name: str,
    scopes: "Sequence[str]",
    days: int = LONGEST_DAYS,
    owner: "Person | None" = None,
    actor: "Person | None" = None,
) -> tuple[ApiToken, str]:
    """The row and the key itself, which nothing can show again.

    Raises DomainError for an unknown scope, none at all, or a life outside 1 to 90 days
    (``settings.API_TOKEN_DAYS`` may set another limit).
    """
    longest = getattr(settings, "API_TOKEN_DAYS", LONGEST_DAYS)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise DomainError(
            _("Not a scope: %(scopes)s. Choose from: %(known)s.")
            % {"scopes": ", ".join(unknown) or "-", "known": ", ".join(SCOPES)}
        )
    if not 1 <= days <= longest:
        raise DomainError(_("A token lives 1 to %(longest)s days.") % {"longest": longest})
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name,
        prefix=prefix,
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        scopes=sorted(set(scopes)),
        owner=owner,
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
    )
    facts = {"name": name, "prefix": prefix, "scopes": token.scopes, "expires": token.expires_at}
    record("token.created", subject=token, actor=actor, after=facts)
    return token, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: "Person | None") -> None:
    """Refused from the next call on. A second revoke changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record("token.revoked", subject=token, actor=actor)


def token_of(key: str) -> ApiToken | None:
    """The live token whose key this is, and its use noted; None for any other text."""
    mark, _one, rest = key.partition("_")
    prefix, _two, secret = rest.partition("_")
    token = ApiToken.objects.select_related("owner").filter(prefix=prefix[:12]).first()
    digest = hashlib.sha256(secret.encode()).digest()
    # Compared also when there is no such prefix, so that both answers take as long.
    same = hmac.compare_digest(digest, bytes(token.secret_hash) if token else bytes(32))
    if token is None or not same or mark != MARK or not is_live(token):
        return None
    _note_use(token)
    return token


def is_live(token: ApiToken) -> bool:
    """Not revoked, not expired, and its owner, if it has one, is still active."""
    return (
        token.revoked_at is None
        and token.expires_at > timezone.now()
        and (token.owner is None or token.owner.is_active)
    )


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
