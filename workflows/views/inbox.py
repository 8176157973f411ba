"""The page a day starts with."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from core.acting import acting_person
from core.charts import words
from core.charts.marks import VERDICTS, word
from core.frame import counted
from core.panels import facts_about
from people.choices import ORGANISATION_WIDE_ROLES
from people.models import Person
from workflows.models import GoLive, StepAssignment
from workflows.nav import things
from workflows.queries.inbox import Inbox, Oversight, inbox_of, next_reading_for
from workflows.views import shown

NOON, EVENING = 12, 18


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    actor, at = acting_person(request), timezone.now()
    oversees = any(counted(request, role) for role in ORGANISATION_WIDE_ROLES)
    inbox = inbox_of(actor, at, oversees=oversees)
    surveys = facts_about("surveys.waiting", [actor])[actor.pk]
    items = [*_items(inbox, at), *surveys]
    context = {
        "greeting": _greeting(actor, timezone.localtime(at)),
        "lead": _lead(things(request), inbox.news, len(surveys)),
        "items": items,
        "inbox": inbox,
        "may_log": inbox.may_log,
        "clear": "" if items else _clear(next_reading_for(actor, at)),
        "oversight": _oversight(inbox.oversight, at) if inbox.oversight else None,
    }
    return render(request, "workflows/inbox.html", context)


def _greeting(person: Person, local: datetime) -> str:
    if local.hour < NOON:
        text = _("Good morning, %(name)s")
    elif local.hour < EVENING:
        text = _("Good afternoon, %(name)s")
    else:
        text = _("Good evening, %(name)s")
    return text % {"name": person.get_short_name()}


def _lead(waits: int, worth: int, surveys: int) -> str:
    needs = ngettext("%(count)s thing needs you.", "%(count)s things need you.", waits) % {
        "count": words.number(waits)
    }
    news = ngettext(
        "%(count)s more is worth a look.", "%(count)s more are worth a look.", worth
    ) % {"count": words.number(worth)}
    asked = ngettext(
        "%(count)s trust survey asks for your answers.",
        "%(count)s trust surveys ask for your answers.",
        surveys,
    ) % {"count": words.number(surveys)}
    told = [needs] if waits else [] if surveys else [_("Nothing needs you now.")]
    return " ".join([*told, *([asked] if surveys else []), *([news] if worth else [])])


def _clear(following: GoLive | None) -> str:
    if following is None:
        return _("New sign-offs and evidence appear here.")
    return _("Next: the evidence of %(name)s is read on %(day)s.") % {
        "name": following.redesign.workflow.name,
        "day": words.day(following.reading_at),
    }


def _oversight(seen: Oversight, at: datetime) -> dict[str, Any]:
    """Verdicts at their date as (code, word, count, address), and what waits longest."""
    evidence = _list_address("measurement:evidence_list")
    return {
        "verdicts": [
            (code, word(code), seen.verdicts[code], f"{evidence}?verdict={code}")
            for code in VERDICTS
            if seen.verdicts.get(code)
        ],
        "early": seen.verdicts.get("early", 0),
        "waiting": [
            {
                "name": step.route.redesign.workflow.name,
                "note": step.shown_title,
                "tag": shown.waiting(step.opened_at, at),
                "url": reverse("workflows:decide", args=[step.route.redesign.public_id]),
            }
            for step in seen.waiting
        ],
    }


def _items(inbox: Inbox, at: datetime) -> list[dict[str, Any]]:
    items = [_to_sign(turn, at) for turn in inbox.to_sign]
    items += [
        {
            "title": _("Changes are asked for: %(name)s") % {"name": one.workflow.name},
            "name": one.workflow.name,
            "text": _("Read the note, revise, and submit again."),
            "icon": "back",
            "tone": "warn",
            "action": _("Read and revise"),
            "url": one.get_absolute_url(),
        }
        for one in inbox.changes_requested
    ]
    items += [
        {
            "title": _("%(name)s can go live") % {"name": one.workflow.name},
            "name": one.workflow.name,
            "text": _("Everybody has signed. Say when work changes."),
            "icon": "check",
            "tone": "good",
            "action": _("Go live"),
            "url": reverse("workflows:go_live", args=[one.public_id]),
        }
        for one in inbox.to_go_live
    ]
    items += [
        {
            "title": _("%(name)s is suspended") % {"name": one.workflow.name},
            "name": one.workflow.name,
            "text": _("Work goes on without the AI. Resume the redesign, or retire it."),
            "icon": "warn",
            "tone": "warn",
            "tag": _("Since %(day)s") % {"day": words.day(one.stopped_at)}
            if one.stopped_at
            else "",
            "action": _("See why"),
            "url": one.get_absolute_url(),
        }
        for one in inbox.suspended
    ]
    items += [
        {
            "title": _("The effect has gone: %(name)s") % {"name": one.workflow.name},
            "name": one.workflow.name,
            "text": _("A later reading rules out what was measured on %(day)s. Say why.")
            % {"day": words.day(fact["measured_at"])},
            "icon": "warn",
            "tone": "bad",
            "tag": _("Since %(day)s") % {"day": words.day(fact["found_at"])},
            "action": _("Answer"),
            "url": _address("measurement:relapse", one.public_id) or one.get_absolute_url(),
        }
        for one, fact in inbox.relapses
    ]
    items += [
        {
            "title": _("Evidence is in for %(name)s") % {"name": one.workflow.name},
            "name": one.workflow.name,
            "text": _evidence(fact),
            "icon": "chart",
            "tone": "good" if fact.get("verdict") == "improved" else "",
            "tag": _("Since %(day)s") % {"day": words.day(fact["measured_at"])},
            "action": _("See the evidence"),
            "url": _address("measurement:evidence", one.public_id) or one.get_absolute_url(),
        }
        for one, fact in inbox.evidence
    ]
    return items + [
        {
            "title": ngettext(
                "%(name)s needs %(count)s more finished case",
                "%(name)s needs %(count)s more finished cases",
                baseline.missing,
            )
            % {"name": one.name, "count": words.number(baseline.missing)},
            "name": one.name,
            "text": _(
                "%(known)s of %(needed)s for its baseline. Without them nothing can be shown."
            )
            % {"known": baseline.done, "needed": baseline.needed},
            "icon": "data",
            "tone": "info",
            "action": _("Add cases"),
            "url": _address("measurement:cases", one.public_id) or one.get_absolute_url(),
        }
        for one, baseline in inbox.too_small
    ]


def _to_sign(turn: StepAssignment, at: datetime) -> dict[str, Any]:
    redesign = turn.step.route.redesign
    done, total = turn.steps_done, turn.steps_total  # type: ignore[attr-defined]
    text = _("%(done)s of %(total)s have signed. You sign as %(role)s.") % {
        "done": done,
        "total": total,
        "role": turn.step.shown_title,
    }
    if turn.for_another:  # type: ignore[attr-defined]
        text += " " + _("For %(name)s.") % {"name": turn.person.full_name}
    late = turn.step.due_at is not None and turn.step.due_at < at
    return {
        "title": _("Sign the redesign of %(name)s") % {"name": redesign.workflow.name},
        "name": redesign.workflow.name,
        "text": text,
        "icon": "sign",
        "tone": "acc",
        "tag": shown.waiting(turn.step.opened_at, at),
        "tag_tone": "bad" if late else "warn",
        "tag_icon": "clock",
        "action": _("Review and sign"),
        "url": reverse("workflows:decide", args=[redesign.public_id]),
        "primary": True,
    }


def _evidence(fact: Any) -> str:
    told = word(fact["verdict"])
    refused = fact["verdict"] == "refused"  # a figure beside it would be taken for a result
    if refused or not (fact.get("ratio") and fact.get("low") and fact.get("high")):
        return told
    return _("%(verdict)s: a typical case takes %(ratio)s (95%% interval: %(interval)s).") % {
        "verdict": told,
        "ratio": words.ratio_words(fact["ratio"]),
        "interval": words.interval_words(fact["low"], fact["high"]),
    }


def _list_address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _address(name: str, public_id: object) -> str:
    try:
        return reverse(name, args=[public_id])
    except NoReverseMatch:  # the app that has the page is not mounted
        return ""
