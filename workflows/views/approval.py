"""Sign-offs: the lists, the decision page, and the package that proves what was signed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from core.acting import acting_person
from core.audit import record_export
from core.errors import DomainError, Stale
from core.pagination import page_of
from people.models import Person
from workflows.choices import SignatureLevel, Verdict
from workflows.forms.approval import DecisionForm
from workflows.models import Redesign
from workflows.operations import approval
from workflows.queries.decision_page import SignOff, shown_before, sign_off_of
from workflows.queries.packages import package_of
from workflows.queries.redesigns import sign_offs_visible_to
from workflows.queries.sign_offs import TABS, row_of, rows_of
from workflows.revision_changes import changes_between
from workflows.views import shown
from workflows.views.tabs import tabs_of

DONE = {
    Verdict.APPROVED: gettext_lazy("Signed. Thank you."),
    Verdict.CHANGES_REQUESTED: gettext_lazy("Sent back with your note."),
    Verdict.REJECTED: gettext_lazy("Declined. The team reads your reason."),
}


@login_required
@require_GET
def sign_offs(request: HttpRequest) -> HttpResponse:
    actor, at = acting_person(request), timezone.now()
    tab = request.GET.get("tab", TABS[0])
    tab = tab if tab in TABS else TABS[0]
    page = page_of(request, rows_of(tab, actor, at))
    names = {
        "waiting": _("Waiting for you"),
        "stand_in": _("As stand-in"),
        "team": _("Your team's"),
        "done": _("Done"),
    }
    address = reverse("workflows:sign_offs")
    context = {
        "page": page,
        "rows": [_list_row(row_of(found), at) for found in page],
        "tab": tab,
        "tabs": [(names[name], f"{address}?tab={name}", name == tab) for name in TABS],
    }
    return render(request, "workflows/sign_offs.html", context)


def _list_row(row: Any, at: Any) -> dict[str, Any]:
    late = row.due is not None and row.due < at
    return {
        "row": row,
        "url": reverse("workflows:decide", args=[row.redesign.public_id]),
        "waiting": shown.waiting(row.since, at),
        "late": late,
        "verdict": shown.VERDICT_WORDS[Verdict(row.decision.verdict)] if row.decision else "",
        "tone": shown.STATE_TONES.get(row.decision.verdict, "") if row.decision else "",
    }


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = acting_person(request)
    redesign = _redesign(actor, public_id)
    if request.method == "POST":
        return _decided(request, redesign, actor)
    page = _page(redesign, actor)
    form = DecisionForm(level=_level(page), shown_sha256=page.revision.sha256)
    return _shown(request, page, actor, form)


def _decided(request: HttpRequest, redesign: Redesign, actor: Person) -> HttpResponse:
    at = timezone.now()
    # The guard of the level is the operation's; here it only says which fields to read.
    level = SignatureLevel.TWO_COMPONENTS if "user_id" in request.POST else 1
    form = DecisionForm(request.POST, level=level)
    if not form.is_valid():
        page = _page(redesign, actor)
        return _shown(request, page, actor, form, status=422)
    said = form.cleaned_data
    try:
        decision = approval.decide(
            redesign=redesign,
            actor=actor,
            verdict=Verdict(said["verdict"]),
            comment=said["comment"],
            shown_sha256=said["shown_sha256"],
            request_key=said["request_key"],
            credentials=approval.Credentials(
                password=said["password"],
                user_id=said.get("user_id", ""),
                session_key=request.session.session_key or "",
            ),
            at=at,
        )
    except DomainError as refusal:
        return _refused(request, redesign, actor, form, refusal)
    messages.success(request, str(DONE[Verdict(decision.verdict)]))
    address = reverse("workflows:decide", args=[redesign.public_id])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _refused(
    request: HttpRequest,
    redesign: Redesign,
    actor: Person,
    form: DecisionForm,
    refusal: DomainError,
) -> HttpResponse:
    """The same page again; for a stale one what changed is shown and has to be decided anew."""
    page = _page(_redesign(actor, redesign.public_id), actor)
    differences: list[str] = []
    if isinstance(refusal, Stale):
        old = shown_before(redesign, form.cleaned_data["shown_sha256"])
        if old is not None and old.content and page.revision.content and old != page.revision:
            differences = changes_between(old.content, page.revision.content)
        data: Any = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data["shown_sha256"] = page.revision.sha256
        data.pop("verdict", None)
        form = DecisionForm(data, level=_level(page))
        form.is_valid()
        form.errors.clear()
    form.add_error(None, str(refusal))
    return _shown(request, page, actor, form, status=refusal.status, differences=differences)


def _redesign(actor: Person, public_id: UUID) -> Redesign:
    rows = sign_offs_visible_to(actor).select_related("workflow__unit", "proposer", "base_version")
    return get_object_or_404(rows, public_id=public_id)


def _page(redesign: Redesign, actor: Person) -> SignOff:
    page = sign_off_of(redesign, actor, timezone.now())
    if page is None:
        raise Http404
    return page


def _level(page: SignOff) -> int:
    return page.turn.step.level if page.turn else SignatureLevel.REAUTHENTICATED


def _shown(  # noqa: PLR0913  (keyword-only facts of one answer)
    request: HttpRequest,
    page: SignOff,
    actor: Person,
    form: DecisionForm,
    *,
    status: int = 200,
    differences: list[str] | None = None,
) -> HttpResponse:
    rows, more = shown.change_rows(page)
    context = {
        "sign_off": page,
        "redesign": page.redesign,
        "form": form,
        "differences": differences or [],
        "rows": rows,
        "more": more,
        "lead": shown.lead(page),
        "expectation": shown.expectation(page),
        "open_checks": shown.open_checks(page),
        "chain": shown.chain(page, actor, timezone.now()),
        "help": shown.choice_help(page),
        "hash": shown.short_hash(page.revision.sha256),
        "outcome": shown.outcome(page),
        "tabs": tabs_of(page.redesign.workflow, actor, "sign_off", page.redesign),
        "simulated": page.redesign.workflow.is_simulated,
    }
    # A stale page is wholly out of date; any other refusal concerns the panel alone.
    fragment = request.headers.get("HX-Request") == "true"
    if fragment and status != Stale.status:
        return render(request, "workflows/_decision.html", context, status=status)
    response = render(request, "workflows/decision.html", context, status=status)
    if fragment:
        response["HX-Retarget"] = response["HX-Reselect"] = "#main"
        response["HX-Reswap"] = "outerHTML show:top"
    return response


@login_required
@require_GET
def manifest(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """Contents, manifests and hashes; docs/signatures.md says how to verify them offline."""
    actor = acting_person(request)
    redesign = _redesign(actor, public_id)
    record_export("manifest.json", subject=redesign, actor=actor)
    response = JsonResponse(
        package_of(redesign), json_dumps_params={"indent": 1, "ensure_ascii": False}
    )
    response["Content-Disposition"] = f'attachment; filename="sign-off-{redesign.public_id}.json"'
    return response
