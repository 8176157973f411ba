"""Which surveys there are for a person, and how one of them stands."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from core.acting import acting_person
from core.charts import words
from core.pagination import page_of
from people.models import Person
from people.rules import is_program_office
from surveys.attributes import ATTRIBUTES
from surveys.choices import WITH_RESULTS, WaveState
from surveys.errors import PromiseNotTranslated
from surveys.forms.lists import WaveFilter
from surveys.forms.office import ReasonForm
from surveys.models import Wave
from surveys.promise import languages_without_promise
from surveys.queries import about_rate, questionnaire, waves_visible_to
from surveys.queries.invitations import answered_by
from surveys.queries.waiting import surveys_waiting
from surveys.queries.waves import why_cancelled
from surveys.views.wave_words import asks, last_day, state_word, todo_of, tone, wave_row


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What asks for an answer first, then every wave in reach, newest first."""
    actor = acting_person(request)
    waiting = surveys_waiting(actor, timezone.now())
    form = WaveFilter(request.GET)
    waves = waves_visible_to(actor).select_related("workflow__unit", "instrument")
    page = page_of(request, form.narrowed(waves).order_by("-opens_date", "-pk"))
    done = answered_by(actor, page.object_list)
    return render(
        request,
        "surveys/surveys.html",
        {
            "lead": _lead(len(waiting)),
            "waiting": [todo_of(one) | {"primary": True} for one in waiting],
            "form": form,
            "page": page,
            "rows": [wave_row(wave, done.get(wave.pk)) for wave in page],
            "filtered": any(request.GET.values()),
            "may_plan": is_program_office(actor),
        },
    )


@login_required
@require_GET
def wave(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    return wave_page(request, visible_wave(actor, public_id), actor)


@login_required
@require_GET
def preview(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Promise and statements as the invited read them, in each language."""
    row = visible_wave(acting_person(request), public_id)
    codes = dict(settings.LANGUAGES)
    chosen = request.GET.get("language", "")
    code = chosen if chosen in codes else (translation.get_language() or settings.LANGUAGE_CODE)
    return render(
        request,
        "surveys/preview.html",
        {
            "wave": row,
            "code": code,
            "asked": questionnaire(row, code),
            "tabs": [(name, f"?language={one}", one == code) for one, name in codes.items()],
            "simulated": row.is_simulated,
        },
    )


def visible_wave(actor: Person, public_id: UUID) -> Wave:
    return get_object_or_404(
        waves_visible_to(actor).select_related(
            "workflow__unit", "instrument", "redesign", "closed_early_by"
        ),
        public_id=public_id,
    )


def wave_page(  # noqa: PLR0913 what a refused form brings along
    request: HttpRequest,
    row: Wave,
    actor: Person,
    *,
    refusal: str = "",
    closing: ReasonForm | None = None,
    cancelling: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """How a wave stands; with its buttons for the program office."""
    reminders = [words.day(one.started_date) for one in row.reminders.order_by("started_date")]
    context = {
        "wave": row,
        "asks": asks(row),
        "state": state_word(row),
        "tone": tone(row),
        "facts": _facts(row, reminders),
        "rate": about_rate(row) if row.state == WaveState.OPEN else None,
        "done": answered_by(actor, [row]).get(row.pk),
        "has_result": row.state in WITH_RESULTS,
        "office": is_program_office(actor),
        "refusal": refusal or _in_the_way(row),
        "given_up": _given_up(row),
        "closing": closing or ReasonForm(),
        "cancelling": cancelling or ReasonForm(),
        "simulated": row.is_simulated,
    }
    return render(request, "surveys/wave.html", context, status=status)


def _in_the_way(row: Wave) -> str:
    """Why a survey whose first day has come does not open."""
    if row.state != WaveState.DRAFT or row.opens_date > timezone.localdate():
        return ""
    missing = languages_without_promise()
    return str(PromiseNotTranslated(missing=", ".join(missing))) if missing else ""


def _given_up(row: Wave) -> str:
    """Why it never opened: what somebody wrote, or the portal's own reason in one's language."""
    if row.state != WaveState.CANCELLED:
        return ""
    reason, is_the_portals = why_cancelled(row)
    return _(reason) if reason and is_the_portals else reason


def _facts(row: Wave, reminders: list[str]) -> list[tuple[str, str]]:
    facts = [
        (_("Opens"), words.day(row.opens_date)),
        (_("Last day"), words.day(last_day(row))),
        (_("Smallest group shown"), words.number(row.minimum_group)),
        (_("Asks for a comment"), _("Yes") if row.asks_comment else _("No")),
        (
            _("Reported by"),
            ", ".join(str(ATTRIBUTES[code]) for code in row.attributes) or _("Units only"),
        ),
        (_("Data protection contact"), row.contact),
        (_("Agreement with the works council"), row.agreement or words.NONE),
    ]
    if reminders:
        facts.append((_("Reminders"), ", ".join(reminders)))
    return facts


def _lead(waiting: int) -> str:
    if not waiting:
        return _("What people who do the work think of it. Nothing waits for your answer.")
    return ngettext(
        "%(count)s survey waits for your answer.",
        "%(count)s surveys wait for your answer.",
        waiting,
    ) % {"count": waiting}
