"""Machine clients: ``Authorization: Bearer apt_...``, and nothing in an address."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.context import note_token
from core.tokens import token_of

if TYPE_CHECKING:
    from core.models import ApiToken
    from people.models import Person

LONGEST_KEY = 200


class TokenAuthentication(BaseAuthentication):
    """``request.auth`` becomes the ApiToken, ``request.user`` its owner (None for a system's)."""

    def authenticate(self, request: Request) -> "tuple[Person | None, ApiToken] | None":
        scheme, _space, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = token_of(key.decode("ascii", "replace").strip()[:LONGEST_KEY])
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."))
        note_token(token.pk)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'
