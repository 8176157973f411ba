"""The request's id, the closed door, and nothing left in a shared cache."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse

from core.choices import Channel
from core.context import Surroundings, note_person, within
from core.ids import uuid7

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]

MACHINE_PREFIXES = ("/api/", "/scim/")
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
# The pages a stranger may open; a test walks the addresses and compares.
OPEN_NAMES = frozenset(
    {
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "set_language",
        "favicon",
        "metrics",
    }
)
HEALTH_PATHS = ("/healthz", "/readyz")
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
OPEN_PATHS = ("/favicon.ico", "/.well-known/security.txt")
FEATURES = (
    "accelerometer autoplay camera display-capture fullscreen geolocation gyroscope hid "
    "idle-detection magnetometer microphone midi payment picture-in-picture screen-wake-lock "
    "serial usb xr-spatial-tracking"
)
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in FEATURES.split())


def open_to_all(view: View) -> View:
    """Mark a view of ours that strangers may call (health)."""
    view.open_to_all = True  # type: ignore[attr-defined]
    return view


def remote_address(request: HttpRequest) -> str | None:
    """Where the call came from; the last forwarded hop only behind the proxy named in settings."""
    hops = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    address = hops.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


class RequestIdMiddleware:
    """First of all: gives the call its id, a sane one of the caller's too, and surroundings."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if SANE_REQUEST_ID.fullmatch(offered) else uuid7().hex
        machine = request.path_info.startswith(MACHINE_PREFIXES)
        around = Surroundings(
            request_id=request_id,
            channel=Channel.API if machine else Channel.PAGE,
            remote_addr=remote_address(request),
        )
        with within(around):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class OwnHostMiddleware:
    """Answers for the place of BASE_URL alone: what a caller writes as Host must reach no link.

    A health check asks by whatever name it knows, as far as ALLOWED_HOSTS has it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host, port = split_domain_port(request.get_host())
        hosts, own_port, default_port = own_place(settings.BASE_URL)
        is_own = host in hosts and (port or default_port) == own_port
        if not is_own and request.path_info not in HEALTH_PATHS:
            raise DisallowedHost("the Host header is not that of BASE_URL")
        return self.get_response(request)


@cache
def own_place(base_url: str) -> tuple[tuple[str, ...], str, str]:
    """Host names, port, and the port that is not written. A machine's own names are all one."""
    address = urlsplit(base_url)
    default_port = "443" if address.scheme == "https" else "80"
    host, port = split_domain_port(address.netloc)
    return LOOPBACK if host in LOOPBACK else (host,), port or default_port, default_port


def sign_in_address(request: HttpRequest) -> str:
    """The sign-in page, with the way back to the page in the browser and why it is asked for.

    That page is the address itself only for a plain GET: a form's address may not be for reading.
    """
    here = request.get_full_path()
    if request.headers.get("HX-Request") == "true":
        here = own_path(request.headers.get("HX-Current-URL", "")) or "/"
    elif request.method not in {"GET", "HEAD"}:
        here = own_path(request.headers.get("Referer", "")) or here
    address = redirect_to_login(here).url
    ended = getattr(request, "session_ended", "")
    return f"{address}&ended={ended}" if ended else address


def own_path(address: str) -> str:
    """Path and query of a page of this site; nothing for any other address."""
    path = address.removeprefix(settings.BASE_URL)
    return path if path != address and path.startswith("/") else ""


class SignedInOnlyMiddleware:
    """Every page needs a signed-in, active person but the listed few. Machines have their own door.

    A fragment asked for by htmx is answered with a redirect of the whole page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            note_person(str(request.user.public_id))
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: View,
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponseBase | None:
        if request.user.is_authenticated or self.is_open(request, view):
            return None
        address = sign_in_address(request)
        if request.headers.get("HX-Request") != "true":
            return HttpResponseRedirect(address)
        return HttpResponse(status=401, headers={"HX-Redirect": address})

    @staticmethod
    def is_open(request: HttpRequest, view: View) -> bool:
        match = request.resolver_match
        return (
            getattr(view, "open_to_all", False)
            or request.path_info.startswith((*MACHINE_PREFIXES, settings.STATIC_URL))
            or request.path_info in OPEN_PATHS
            or (match is not None and match.view_name in OPEN_NAMES)
        )


class PrivateCacheMiddleware:
    """No page or answer is kept by anything in between; a static file is, if there is one.

    Outside of all that may answer by itself. An address below STATIC_URL says nothing: what is
    missing there is answered by a page, and a shared cache would keep it as the file it is named.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, WhiteNoiseFileResponse):
            response["Cache-Control"] = "private, no-store"
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response
