"""Tokens as an administrator lists them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.models import ApiToken


@dataclass(frozen=True, slots=True)
class TokenRow:
    token: ApiToken
    state: str
    tone: str
    works: bool


def tokens(*, text: str, state: str, at: datetime) -> QuerySet[ApiToken]:
    """Newest first."""
    rows = ApiToken.objects.select_related("owner", "created_by", "revoked_by", "replaces")
    if text:
        prefix = text.removeprefix("apt_").partition("_")[0]
        rows = rows.filter(Q(name__icontains=text) | Q(prefix__startswith=prefix))
    works = Q(revoked_at__isnull=True, expires_at__gt=at) & (
        Q(owner__isnull=True) | Q(owner__is_active=True)
    )
    if state:
        rows = rows.filter(works if state == "live" else ~works)
    return rows.order_by("-created_at", "-pk")


def token_row(token: ApiToken, *, at: datetime) -> TokenRow:
    if token.revoked_at is not None:
        return TokenRow(token, _("Revoked"), "bad", works=False)
    if token.expires_at <= at:
        return TokenRow(token, _("Expired"), "", works=False)
    if token.owner is not None and not token.owner.is_active:
        return TokenRow(token, _("Its person left"), "", works=False)
    return TokenRow(token, _("Works"), "good", works=True)
