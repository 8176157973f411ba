"""API tokens: make one, find one, end one."""

import hashlib
import hmac
import ipaddress
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.api.scopes import SCOPES
from core.audit import record
from core.errors import DomainError
from core.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from people.models import Person

MARK = "apt"  # tells a secret scanner whose key it found
LONGEST_DAYS = 90
LONGEST_NAME = 100
LONGEST_OVERLAP = timedelta(days=14)
USE_NOTED_EVERY = timedelta(minutes=1)


class MadeAlready(DomainError):
    """The same form came twice; a key is shown once."""

    status = 409
    code = "made_already"
    message = _lazy(
        "This token was made a moment ago, and its key is shown once only. If you have not kept "
        "the key, replace the token."
    )


class TokenEnded(DomainError):
    status = 409
    code = "token_ended"
    message = _lazy("This token has ended already. Make a new one.")


@transaction.atomic
def create_token(  # noqa: PLR0913 what makes a token
    *,
    name: str,
    scopes: "Sequence[str]",
    days: int = LONGEST_DAYS,
    owner: "Person | None" = None,
    actor: "Person | None" = None,
    networks: "Sequence[str]" = (),
    replaces: ApiToken | None = None,
    public_id: "UUID | None" = None,
) -> tuple[ApiToken, str]:
    """The row and the key itself, which nothing can show again.

    ``public_id`` may be given so that the same form sent twice makes one token (MadeAlready).
    Raises DomainError for a name that is none, an unknown scope, none at all, a network that is
    none, or a life outside 1 to 90 days (``settings.API_TOKEN_DAYS`` may set another limit).
    """
    _check(name, scopes, days)
    places = networks_of(networks)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = ApiToken(
        name=name.strip(),
        prefix=prefix,
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        scopes=sorted(set(scopes)),
        owner=owner,
        created_by=actor,
        expires_at=timezone.now() + timedelta(days=days),
        networks=places or None,
        replaces=replaces,
    )
    if public_id is not None:
        token.public_id = public_id
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as error:
        if public_id is None:
            raise
        raise MadeAlready from error
    facts: dict[str, Any] = {"name": token.name, "prefix": prefix, "scopes": token.scopes}
    facts["expires"] = token.expires_at
    if places:
        facts["networks"] = places
    if owner is not None:
        facts["acts_for"] = owner.public_id
    if replaces is not None:
        facts["replaces"] = replaces.prefix
    record("token.created", subject=token, actor=actor, after=facts)
    return token, f"{MARK}_{prefix}_{secret}"


def _check(name: str, scopes: "Sequence[str]", days: int) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise DomainError(
            _("A token has a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME}
        )
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise DomainError(
            _("Not a scope: %(scopes)s. Choose from: %(known)s.")
            % {"scopes": ", ".join(unknown) or "-", "known": ", ".join(SCOPES)}
        )
    longest = longest_days()
    if not 1 <= days <= longest:
        raise DomainError(_("A token lives 1 to %(longest)s days.") % {"longest": longest})


def longest_days() -> int:
    return int(getattr(settings, "API_TOKEN_DAYS", LONGEST_DAYS))


def networks_of(texts: "Sequence[str]") -> list[str]:
    """Each as its network is written. Raises DomainError for a text that names none."""
    found = []
    for text in texts:
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError as error:
            raise DomainError(
                _("“%(text)s” is neither an address nor a network like 192.0.2.0/24."),
                text=text.strip()[:60],
            ) from error
    return sorted(set(found))


@transaction.atomic
def replace_token(
    *,
    token: ApiToken,
    actor: "Person | None",
    days: int = LONGEST_DAYS,
    overlap: timedelta = timedelta(days=1),
    public_id: "UUID | None" = None,
) -> tuple[ApiToken, str]:
    """A new key with the same name, scopes, owner and networks. The old one works on for a while.

    It ends after ``overlap`` (at most 14 days), or when it would have ended anyway. Raises
    TokenEnded for one that does not work any more, DomainError for too long an overlap.
    """
    token = (
        ApiToken.objects.select_for_update(of=("self",)).select_related("owner").get(pk=token.pk)
    )
    if not is_live(token):
        raise TokenEnded
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise DomainError(
            _("Both keys work for %(most)s days at most.") % {"most": LONGEST_OVERLAP.days}
        )
    made, key = create_token(
        name=token.name,
        scopes=token.scopes,
        days=days,
        owner=token.owner,
        actor=actor,
        networks=[str(network) for network in token.networks or ()],
        replaces=token,
        public_id=public_id,
    )
    before = token.expires_at
    token.expires_at = min(before, timezone.now() + overlap)
    token.save(update_fields=["expires_at"])
    record(
        "token.replaced",
        subject=token,
        actor=actor,
        before={"expires": before},
        after={"expires": token.expires_at, "by": made.prefix},
    )
    return made, key


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: "Person | None", reason: str = "") -> bool:
    """Refused from the next call on. A second revoke changes nothing; says whether it did."""
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=actor
    )
    if ended:
        record("token.revoked", subject=token, actor=actor, reason=reason)
    return bool(ended)


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


def works_from(token: ApiToken, address: str | None) -> bool:
    """Whether the token may be used from there; an unknown place is only good for all places."""
    if not token.networks:
        return True
    if not address:
        return False
    place = ipaddress.ip_address(address)
    place = getattr(place, "ipv4_mapped", None) or place
    return any(place.version == network.version and place in network for network in token.networks)


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
