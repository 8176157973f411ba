"""What somebody typed while their session ended: it stays in their browser until they sent it.

The portal keeps none of it. The form's fields travel, sealed, as a hidden field of the sign-in page
and from there to a page that shows them and sends them again; only the same person gets there.

Only forms that are long to write are kept. A decision is never: whoever sits down at a browser
whose session has ended could prepare one, and its person would send it unread. Answers of a survey
are not either, because they leave the browser as a sealed ballot or not at all.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from allauth.account.forms import LoginForm
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from adoption_portal.session_limits import WHY_ENDED
from people.models import Person

KEPT = "kept"
SALT = "adoption_portal.typed"
LONGEST = 500_000  # characters of names and values
KEPT_SECONDS = 12 * 3600
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
OF_THE_SESSION = {"csrfmiddlewaretoken"}
# The forms that are kept, and what they are called.
KEPT_FORMS: dict[str, Promise] = {
    "workflows:new": _("Log a workflow"),
    "workflows:edit": _("Edit workflow"),
    "workflows:propose": _("Propose a redesign"),
    "workflows:redesign_edit": _("Edit redesign"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """``fields`` in the form's order. ``lacks_some``: a file or a password is to be given again."""

    form: str
    path: str
    kind: str
    fields: tuple[tuple[str, str], ...]
    lacks_some: bool

    @property
    def title(self) -> str:
        return str(KEPT_FORMS[self.form])

    @property
    def texts(self) -> list[str]:
        """What can be read again: texts, without ticks, numbers and codes."""
        return [value for _name, value in self.fields if len(value.split()) > 1]


@sensitive_variables()
def packed(request: HttpRequest, person_id: int) -> str:
    """The fields of a form, sealed; empty where there is nothing worth keeping."""
    form = request.resolver_match.view_name if request.resolver_match else ""
    fields, lacks_some = [], bool(request.FILES)
    for name, value in _fields(request):
        if "password" in name:
            lacks_some = True
        elif name not in OF_THE_SESSION:
            fields.append((name, value))
    length = sum(len(name) + len(value) for name, value in fields)
    if form not in KEPT_FORMS or not fields or length > LONGEST:
        return ""
    whole = {
        "at": int(timezone.now().timestamp()),
        "by": person_id,
        "form": form,
        "path": request.get_full_path(),
        "kind": request.content_type,
        "fields": fields,
        "lacks_some": lacks_some,
    }
    sealed = _box().encrypt(zlib.compress(json.dumps(whole).encode()))
    return base64.urlsafe_b64encode(sealed).decode()


@sensitive_variables()
def unpacked(text: str, person: Person | AnonymousUser) -> Typed | None:
    """None for what is not ours, too old, or of somebody else."""
    try:
        whole = json.loads(zlib.decompress(_box().decrypt(base64.urlsafe_b64decode(text))))
    except (ValueError, CryptoError):
        return None
    too_old = timezone.now().timestamp() - whole["at"] > KEPT_SECONDS
    if too_old or whole["by"] != person.pk or whole["form"] not in KEPT_FORMS:
        return None
    fields = tuple((name, value) for name, value in whole["fields"])
    return Typed(whole["form"], whole["path"], whole["kind"], fields, whole["lacks_some"])


def _box() -> SecretBox:
    return SecretBox(salted_hmac(SALT, "key", algorithm="sha256").digest())


def send_again(request: HttpRequest) -> HttpResponse | None:
    """The page that shows what was kept and sends it; None where there is nothing for them."""
    typed = unpacked(request.POST.get(KEPT, ""), request.user)
    return render(request, "account/send_again.html", {"typed": typed}) if typed else None


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        for value in values:
            yield str(name), str(value)


class KeepTypedMiddleware:
    """Answers a form that was sent after its session had ended by the sign-in page itself.

    Stands before the closed door, which would send the browser there and lose the form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    @sensitive_variables()
    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],  # noqa: ARG002
    ) -> HttpResponse | None:
        person_id = getattr(request, "session_ended_of", None)
        is_form = request.method == "POST" and request.content_type in FORMS
        is_fragment = request.headers.get("HX-Request") == "true"
        if person_id is None or not is_form or is_fragment:
            return None
        kept = packed(request, person_id)
        if not kept:
            return None
        ended = WHY_ENDED.get(getattr(request, "session_ended", ""), "")
        context = {"form": LoginForm(request=request), "ended": ended, "kept": kept}
        return render(request, "account/login.html", context, status=HTTPStatus.UNAUTHORIZED)
