"""How allauth behaves here: people come from HR, so nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of this site; BASE_URL decides, never the request's Host header."""
        return bool(url) and url_has_allowed_host_and_scheme(
            url, allowed_hosts=set(), require_https=settings.HTTPS
        )
