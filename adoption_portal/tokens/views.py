"""Keys for other systems: made, replaced and ended by administrators, with the password."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from adoption_portal.session_limits import is_administrator
from adoption_portal.tokens.forms import (
    ConfirmedForm,
    ReplaceForm,
    RevokeForm,
    TokenFilters,
    TokenForm,
)
from adoption_portal.tokens.queries import token_row, tokens
from core.acting import acting_person
from core.errors import DomainError
from core.models import ApiToken
from core.pagination import page_of
from core.tokens import create_token, replace_token, revoke_token
from people.models import Person
from workflows.errors import NotPresent, SigningLocked
from workflows.operations.presence import prove_password


def administrator(request: HttpRequest) -> Person:
    person = acting_person(request)
    if not is_administrator(person):
        raise PermissionDenied(_("Tokens of other systems are for administrators."))
    return person


@login_required
@require_GET
def token_list(request: HttpRequest) -> HttpResponse:
    administrator(request)
    filters, at = TokenFilters(request.GET), timezone.now()
    wanted = filters.cleaned_data if filters.is_valid() else {}
    rows = tokens(text=wanted.get("text", ""), state=wanted.get("state", ""), at=at)
    page = page_of(request, rows)
    return render(
        request,
        "tokens/list.html",
        {
            "filters": filters,
            "filtered": any(wanted.values()),
            "page": page,
            "rows": [token_row(token, at=at) for token in page.object_list],
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def token_new(request: HttpRequest) -> HttpResponse:
    actor = administrator(request)

    def make(said: dict[str, Any]) -> tuple[ApiToken, str]:
        return create_token(
            name=said["name"],
            scopes=said["scopes"],
            days=said["days"],
            owner=said["owner"],
            networks=said["networks"],
            public_id=said["request_key"],
            actor=actor,
        )

    form = TokenForm(request.POST if request.method == "POST" else None)
    return _made(request, form, make, "tokens/new.html")


@login_required
@require_http_methods(["GET", "POST"])
def token_replace(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = administrator(request)
    token = get_object_or_404(ApiToken.objects.select_related("owner"), public_id=public_id)

    def make(said: dict[str, Any]) -> tuple[ApiToken, str]:
        return replace_token(
            token=token,
            actor=actor,
            days=said["days"],
            overlap=timedelta(days=said["overlap_days"]),
            public_id=said["request_key"],
        )

    form = ReplaceForm(request.POST if request.method == "POST" else None)
    row = token_row(token, at=timezone.now())
    return _made(request, form, make, "tokens/replace.html", row=row)


@login_required
@require_http_methods(["GET", "POST"])
def token_revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = administrator(request)
    token = get_object_or_404(ApiToken.objects.select_related("owner"), public_id=public_id)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and is_there(form, actor):
        revoke_token(token=token, actor=actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("%(token)s no longer works.") % {"token": token})
        return redirect("tokens:list")
    row = token_row(token, at=timezone.now())
    return _shown(request, "tokens/revoke.html", {"form": form, "row": row})


def _made(
    request: HttpRequest,
    form: ConfirmedForm,
    make: Callable[[dict[str, Any]], tuple[ApiToken, str]],
    template: str,
    **context: Any,
) -> HttpResponse:
    """The answer to the POST shows the key: nothing else ever can, not even this page again."""
    if request.method == "POST" and form.is_valid() and is_there(form, acting_person(request)):
        try:
            token, key = make(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            shown = {"token": token, "key": key}
            return render(request, "tokens/made.html", shown, status=HTTPStatus.CREATED)
    return _shown(request, template, {"form": form, **context})


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if context["form"].errors else HTTPStatus.OK
    return render(request, template, context, status=status)


def is_there(form: ConfirmedForm, actor: Person) -> bool:
    """Whether the password is the actor's; one count of wrong tries for the whole portal."""
    try:
        prove_password(actor=actor, password=form.cleaned_data["password"])
    except NotPresent:
        form.add_error("password", _("The password is not right. What you typed is kept."))
    except SigningLocked as refusal:
        form.add_error("password", str(refusal))
    else:
        return True
    return False
