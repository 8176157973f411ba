"""The editor of a draft: one page, plain forms, works without a script."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.acting import acting_person
from core.errors import DomainError, Forbidden, Stale
from people.models import Person
from workflows.choices import RedesignState
from workflows.comparison import compare
from workflows.completeness import checks
from workflows.content import canonical_content
from workflows.differences import differences
from workflows.forms.rearranging import rearranged
from workflows.forms.redesign_editor import Editor
from workflows.models import Redesign
from workflows.operations.redesigns import save_draft, typed_content
from workflows.queries.redesign_pages import (
    last_saved,
    loaded_revision,
    may_write,
    planned_reading,
    redesign_detail,
    rights_of,
)
from workflows.views.redesign_words import check_items

if TYPE_CHECKING:
    from workflows.queries.redesign_pages import SeenRedesign

SAVE, FINISH = "save", "finish"


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Every button posts the whole page. Only Save saves; the others arrange the rows."""
    actor = acting_person(request)
    row = _draft(actor, public_id)
    if request.method == "POST" and not may_write(row, actor):
        raise Forbidden
    if row.state != RedesignState.DRAFT and request.method == "GET":
        messages.info(request, _("What was submitted can't be changed. Revise it instead."))
        return redirect(row)
    if request.method == "GET":
        return _shown(request, row, Editor(row, actor))
    do = request.POST.get("do", SAVE)
    if do not in {SAVE, FINISH}:
        editor = Editor(row, actor, rearranged(request.POST, do))
        editor.hush()
        return _shown(request, row, editor, unsaved=True)
    editor = Editor(row, actor, request.POST)
    if not editor.is_valid:
        return _shown(request, row, editor, status=422)
    return _saved(request, row, actor, editor, do)


def _saved(
    request: HttpRequest, row: Redesign, actor: Person, editor: Editor, do: str
) -> HttpResponse:
    draft = editor.draft()
    try:
        save_draft(
            redesign=row,
            actor=actor,
            row_version=editor.form.cleaned_data["row_version"],
            draft=draft,
        )
    except Stale as refusal:
        row = _draft(actor, row.public_id)
        theirs = canonical_content(loaded_revision(row))
        mine = typed_content(row, draft)
        newer = request.POST.copy()
        newer["row_version"] = str(row.row_version)
        editor = Editor(row, actor, newer)
        editor.hush()
        context: dict[str, Any] = {"conflict": differences(theirs, mine), "saved": last_saved(row)}
        return _shown(request, row, editor, refusal=refusal, **context)
    except DomainError as refusal:
        return _shown(request, row, editor, refusal=refusal)
    messages.success(request, _("Saved."))
    if do == FINISH:
        return redirect(row)
    return redirect(reverse("workflows:redesign_edit", args=[row.public_id]))


def _draft(actor: Person, public_id: UUID) -> "SeenRedesign":
    """With its revision loaded; 404 for whoever may not edit it, whatever its state."""
    row = get_object_or_404(redesign_detail(actor), public_id=public_id)
    rights = rights_of(row, actor)
    if row.state == RedesignState.DRAFT and not rights.edit:
        raise Http404
    loaded_revision(row)
    return row


def _shown(
    request: HttpRequest,
    row: Redesign,
    editor: Editor,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
    **context: Any,
) -> HttpResponse:
    revision = row.current_revision
    if revision is None:
        raise Http404
    was = list(row.base_version.activities.all())
    comparison = compare(was, revision.activities.all())
    found = checks(revision, comparison, today=timezone.localdate())
    hypothesis = getattr(revision, "hypothesis", None)
    context |= {
        "redesign": row,
        "revision": revision,
        "comparison": comparison,
        "checks": check_items(found),
        "missing": sum(check.stops for check in found),
        "to_weigh": sum(not check.passed and not check.blocking for check in found),
        "editor": editor,
        "rows": editor.rows(was),
        "before": comparison.before,
        "roles": sorted({step.role for step in was if step.role}),
        "systems": sorted({step.system for step in was if step.system}),
        "reading_date": planned_reading(hypothesis) if hypothesis else None,
        "outdated": row.base_version_id != row.workflow.current_version_id,
        "refusal": refusal,
        "simulated": row.workflow.is_simulated,
    }
    answer = refusal.status if refusal else status
    return render(request, "workflows/redesign_edit.html", context, status=answer)
