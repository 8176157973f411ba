"""How allauth behaves here: people come from HR, so nobody signs up."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from people.models import Person
from people.queries import person_with


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]
    def _authenticate_by_email(self, email: str, password: str) -> Person | None:
        person: Person | None = self._check_password(person_with(email), password)
        return person


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of this site; BASE_URL decides, never the request's Host header."""
        return bool(url) and url_has_allowed_host_and_scheme(
            url, allowed_hosts=set(), require_https=settings.HTTPS
        )

    # --- mail: every address in it is BASE_URL's, never the request's Host header ---------------
    def get_reset_password_from_key_url(self, key: str) -> str:
        uidb36, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return f"{settings.BASE_URL}{path}"

    def format_email_subject(self, subject: str) -> str:
        return f"[{own_host()}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = SimpleNamespace(name=own_host(), domain=own_host())
        facts = {"email": email, "current_site": site} | context
        self.render_mail(template_prefix, email, facts).send()


def own_host() -> str:
    host: str = urlsplit(settings.BASE_URL).netloc
    return host
