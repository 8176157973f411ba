"""Pages of the composition root: account, colours, help, refusals, and small public files."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from adoption_portal.session_limits import is_administrator
from adoption_portal.shell import COLOUR_CHOICES, COLOURS_COOKIE, colours_of
from adoption_portal.typed import send_again
from core.acting import acting_person
from core.errors import DomainError
from core.middleware import open_to_all
from core.panels import drawing_of

ACCOUNT_PANELS = ("people.account", "surveys.account", "measurement.account")
ONE_YEAR = timedelta(days=365)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Stands in for the inbox, whose own address comes first in urls.py."""
    return render(request, "home.html")


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    panels = list(filter(has_panel, ACCOUNT_PANELS))
    makes_tokens = is_administrator(acting_person(request))
    return render(request, "account/account.html", {"panels": panels, "makes_tokens": makes_tokens})


def has_panel(name: str) -> bool:
    try:
        drawing_of(name)
    except KeyError:
        return False
    return True


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html", {"contact": contact()})


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with made-up numbers; only in the demo, where its address exists."""
    from adoption_portal.styleguide import samples

    return render(request, "styleguide.html", samples(request))


@open_to_all
@require_POST
def colours(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice for a year, then go back."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("home")
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("colours", "")
    if chosen in dict(COLOUR_CHOICES):
        response.set_cookie(
            COLOURS_COOKIE,
            chosen,
            max_age=ONE_YEAR,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


# --- refusals ----------------------------------------------------------------------------------
def _refusal(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    user = getattr(request, "user", None)
    is_page = not request.path_info.startswith(settings.STATIC_URL)  # a cache may keep the others
    signed_in = is_page and user is not None and user.is_authenticated
    frame = "base.html" if signed_in else "plain.html"
    return render(
        request, "refusal.html", {"frame": frame, "status": status, **words}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return _refusal(
        request,
        HTTPStatus.BAD_REQUEST,
        title=_("That request could not be read"),
        text=_("Go back, check what you entered and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _refusal(
        request,
        HTTPStatus.FORBIDDEN,
        title=_("This is not yours to see or do"),
        text=str(exception) or _("Ask the program office if you need it for your work."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """One text for what is missing and what is out of reach."""
    return _refusal(
        request,
        HTTPStatus.NOT_FOUND,
        title=_("There is nothing here for you"),
        text=_(
            "The address may be mistyped, the thing may be gone, or it is outside what you may see."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """No database, no session: whatever broke may still be broken."""
    words = {"shell": {"colours": colours_of(request), "home": "/"}}
    return HttpResponse(
        render_to_string("500.html", words), status=HTTPStatus.INTERNAL_SERVER_ERROR
    )


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    if request.user.is_authenticated and (page := send_again(request)):
        return page  # signed in meanwhile on another page: the sign-in's own token is an old one
    return _refusal(
        request,
        HTTPStatus.FORBIDDEN,
        title=_("This form was open too long"),
        text=_(
            "Nothing was saved. Go back, load the page again and send the form once more. "
            "Your browser must accept this site's cookies."
        ),
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Called by the sign-in's rate limits."""
    response = _refusal(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        title=_("Too many tries"),
        text=_("Wait a quarter of an hour, then try again. The limit ends by itself."),
    )
    response["Retry-After"] = "900"
    return response


def refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """A page's answer to an expected refusal that no form can show."""
    title = {
        HTTPStatus.CONFLICT: _("Someone else was faster"),
        HTTPStatus.FORBIDDEN: _("This is not yours to see or do"),
    }.get(HTTPStatus(refusal.status), _("That is not possible"))
    return _refusal(request, refusal.status, title=title, text=str(refusal))


# --- small public files ------------------------------------------------------------------------
def contact() -> str:
    return (
        str(getattr(settings, "SECURITY_CONTACT", ""))
        or f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].rstrip('>')}"
    )


@open_to_all
@require_GET
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@open_to_all
@require_GET
def security_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """RFC 9116."""
    expires = (timezone.now() + ONE_YEAR).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {contact()}",
        f"Expires: {expires}",
        "Preferred-Languages: en, de, fr",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@open_to_all
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return HttpResponseRedirect(static("favicon.svg"))


def demo_logins() -> list[dict[str, str]]:
    """The published logins of a demo; empty anywhere else."""
    if not settings.DEMO:
        return []
    try:
        rows = json.loads((settings.DATA_DIR / "demo.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if isinstance(rows, dict):
        rows = rows.get("logins")
    if not isinstance(rows, list):
        return []
    return [
        row for row in rows if isinstance(row, dict) and {"role", "email", "password"} <= row.keys()
    ]
