"""Answering: what is promised, the one form, and the page that is the same for everybody.

Nothing of an answer leaves this request but the sealed box: no message, no session, no log. Error
reports leave out form data and local variables of these views.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from core.acting import acting_person
from core.charts import Trend, TrendPoint
from core.errors import DomainError
from people.models import Person
from surveys import operations
from surveys.choices import WITH_RESULTS, InstrumentKind
from surveys.errors import AlreadyAnswered
from surveys.forms.answering import AnswerForm
from surveys.models import Participation, Wave
from surveys.queries import questionnaire
from surveys.queries.invitations import invitations_of
from surveys.rules import takes_answers
from surveys.views.lists import visible_wave

SEE_OTHER, CONFLICT, UNPROCESSABLE = 303, 409, 422


@login_required
@require_GET
def first(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What it is for, what is promised and who will see what, before the first statement.

    The address of a survey in mails: it leads on to the result, or to how it stands.
    """
    actor = acting_person(request)
    invited = invitations_of(actor).filter(wave__public_id=public_id).first()
    wave = invited.wave if invited else visible_wave(actor, public_id)
    if wave.state in WITH_RESULTS:
        return redirect("surveys:result", public_id=public_id)
    if invited is None:
        return redirect("surveys:wave", public_id=public_id)
    if invited.done or not _takes(wave):
        return _not_now(request, invited, status=200)
    asked = questionnaire(wave, translation.get_language() or "")
    return render(
        request,
        "surveys/first.html",
        {
            "wave": wave,
            "asked": asked,
            "statements": len(asked.statements),
            "parts": len(asked.parts),
            "short": wave.instrument.kind == InstrumentKind.BEFORE,
            "example": example(),
            "simulated": wave.is_simulated,
        },
    )


@sensitive_post_parameters()
@sensitive_variables()
@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One form: a GET shows it, a POST seals it. A faulty one comes back with what was typed.

    The language buttons send the form too: it comes back in the other language, nothing is kept.
    """
    actor = acting_person(request)
    invited = _invited(actor, public_id)
    is_post = request.method == "POST"
    if invited.done or not _takes(invited.wave):
        return _not_now(request, invited, status=CONFLICT if is_post else 200)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        return _in_language(request, invited, chosen)
    form = _form(request, invited)
    status = 200
    if is_post:
        status = UNPROCESSABLE
        if form.is_valid() and (not form.left_out or form.cleaned_data["gaps"]):
            try:
                operations.answer(
                    wave=invited.wave,
                    person=actor,
                    answers=form.answers,
                    comment=form.comment,
                    at=timezone.now(),
                    language=form.questionnaire.language,
                )
            except AlreadyAnswered:
                invited.done = True
                return _not_now(request, invited, status=CONFLICT)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                return HttpResponse(status=SEE_OTHER, headers={"Location": reverse("surveys:sent")})
    return _form_page(request, invited, form, status=status)


@login_required
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The same bytes for everybody and every survey, in the language and colours one chose."""
    return render(request, "surveys/sent.html", {"example": example()})


@login_required
@require_GET
def how(request: HttpRequest) -> HttpResponse:
    """What can be promised, what cannot, and why; in the words of the method."""
    return render(request, "surveys/how.html")


def example() -> Trend:
    """Invented numbers, marked as such where they are shown."""
    return Trend(
        points=(
            TrendPoint(_("after 30 days"), 3.2, 2.8, 3.6),
            TrendPoint(_("after 90 days"), 3.6, 3.3, 3.9),
        ),
        floor=2.5,
        ceiling=4.5,
        title=_("Example of a result"),
    )


def _takes(wave: Wave) -> bool:
    at = timezone.now()
    return takes_answers(wave, at, timezone.localdate(at))


def _invited(actor: Person, public_id: UUID) -> Participation:
    return get_object_or_404(invitations_of(actor), wave__public_id=public_id)


@sensitive_variables()
def _form(request: HttpRequest, invited: Participation) -> AnswerForm:
    asked = questionnaire(invited.wave, translation.get_language() or "")
    return AnswerForm(request.POST if request.method == "POST" else None, questionnaire=asked)


@sensitive_variables()
def _in_language(request: HttpRequest, invited: Participation, code: str) -> HttpResponse:
    translation.activate(code)
    request.LANGUAGE_CODE = code
    answer = _form_page(request, invited, _form(request, invited), status=200, complain=False)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return answer


@sensitive_variables()
def _form_page(
    request: HttpRequest,
    invited: Participation,
    form: AnswerForm,
    *,
    status: int,
    complain: bool = True,
) -> HttpResponse:
    wave = invited.wave
    parts = form.parts
    answered = form.is_bound and complain
    context: dict[str, Any] = {
        "wave": wave,
        "form": form,
        "parts": parts,
        "asked": form.questionnaire,
        "count": len(form.statements),
        "left_out": form.left_out if answered and form.is_valid() else [],
        "faulty": [shown for part in parts for shown in part.statements if shown.error]
        if answered
        else [],
        "complain": answered,
        "lock": _lock_of(invited),
        "simulated": wave.is_simulated,
    }
    return render(request, "surveys/answer.html", context, status=status)


def _lock_of(invited: Participation) -> str:
    """256 bits in hex, with which the person's own browser locks what is not yet sent.

    The same each time this person opens this survey, so that a new sign-in finds it again; nobody
    else is ever given it.
    """
    whose = f"{invited.wave.public_id}:{invited.person.public_id}"
    return salted_hmac("surveys.draft", whose, algorithm="sha256").hexdigest()


def _not_now(request: HttpRequest, invited: Participation, *, status: int) -> HttpResponse:
    """Answered already, not open yet, or closed; nothing tells when or what."""
    wave = invited.wave
    context = {
        "wave": wave,
        "done": invited.done,
        "early": timezone.localdate() < wave.opens_date,
        "simulated": wave.is_simulated,
    }
    return render(request, "surveys/not_now.html", context, status=status)
