"""Machine clients: ``Authorization: Bearer apt_...``, and nothing in an address."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from core.context import note_token, surroundings
from core.counting import Counter
from core.tokens import token_of, works_from

if TYPE_CHECKING:
    from core.models import ApiToken
    from people.models import Person

LONGEST_KEY = 200
WRONG_TOKENS_PER_MINUTE = 60  # from one place; a lost token of a busy feed is not more


class TokenAuthentication(BaseAuthentication):
    """``request.auth`` becomes the ApiToken, ``request.user`` its owner (None for a system's).

    Wrong tokens are counted here: throttles are asked only after somebody was let in.
    """

    def authenticate(self, request: Request) -> "tuple[Person | None, ApiToken] | None":
        scheme, _space, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        wrong = Counter(f"wrong-tokens:{surroundings().network}", seconds=60)
        if wrong.count() >= WRONG_TOKENS_PER_MINUTE:
            raise Throttled(wait=wrong.wait)
        token = token_of(key.decode("ascii", "replace").strip()[:LONGEST_KEY])
        # One text for all: who holds a stolen key is not told that it would work elsewhere.
        if token is None or not works_from(token, surroundings().remote_addr):
            wrong.add()
            raise AuthenticationFailed(
                _("This token is unknown, expired, revoked or not for use from here.")
            )
        note_token(token.pk)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'
