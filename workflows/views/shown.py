"""From what queries give to what the sign-off templates print."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.charts import words
from people.models import Person
from workflows.choices import Change, RouteState, StepState, Verdict
from workflows.comparison import Line
from workflows.models import RouteStep
from workflows.queries.decision_page import SignOff, answered
from workflows.views.redesign_words import (
    compared_with,
    guardrail_sentence,
    promise_sentence,
    reading_facts,
)

FIRST_CHANGES = 7
VERDICT_WORDS = {
    Verdict.APPROVED: gettext_lazy("Approved"),
    Verdict.CHANGES_REQUESTED: gettext_lazy("Sent back"),
    Verdict.REJECTED: gettext_lazy("Declined"),
}
STATE_TONES = {"approved": "good", "rejected": "bad", "changes_requested": "warn"}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    label: str
    before: str
    after: str
    word: str
    tone: str


def change_rows(page: SignOff) -> tuple[list[ChangeRow], int]:
    """The steps that change, the first few; and how many more there are.

    All of them when the redesign was revised: its own page is about the newer revision then.
    """
    rows = [
        ChangeRow(
            label=(pair.after or pair.before or _nothing()).title,
            before=_line(pair.before) if pair.before else "",
            after=_line(pair.after) if pair.after else "",
            word=str(pair.change.label),
            tone="acc" if pair.change in {Change.AI_ASSISTED, Change.AUTOMATED} else "",
        )
        for pair in page.comparison.pairs
        if pair.change != Change.KEPT or pair.moved
    ]
    shown = len(rows) if page.revised else FIRST_CHANGES
    return rows[:shown], len(rows[shown:])


def _nothing() -> Line:
    raise AssertionError("a pair has at least one side")


def _line(line: Line) -> str:
    parts = [line.detail or line.title, line.role]
    if line.timed:
        parts.append(words.minutes(line.minutes))
    return ", ".join(part for part in parts if part)


def lead(page: SignOff) -> str:
    signed = ngettext(
        "%(signed)s of %(total)s signature is given.",
        "%(signed)s of %(total)s signatures are given.",
        len(page.steps),
    ) % {"signed": page.signed, "total": len(page.steps)}
    return (
        _("Revision %(number)s, proposed by %(who)s on %(day)s.")
        % {
            "number": page.revision.number,
            "who": page.redesign.proposer.full_name,
            "day": words.day(page.route.opened_at),
        }
        + f" {signed}"
    )


def expectation(page: SignOff) -> dict[str, Any]:
    """The promise in one sentence, the facts under it, and how it will be read."""
    promise = page.revision.hypothesis
    planned = promise.planned_go_live_date
    facts = [
        (_("Promised"), words.ratio_words(promise.target_ratio)),
        (_("Planned go-live"), words.day(planned) if planned else _("No date yet")),
        (_("Compared with"), compared_with(promise)),
    ]
    return {
        "sentence": promise_sentence(promise),
        "guardrails": [guardrail_sentence(guard) for guard in promise.guardrails.all()],
        "facts": facts,
        "reading": reading_facts(promise),
    }


def open_checks(page: SignOff) -> list[dict[str, str]]:
    """What the signer has to weigh."""
    return [
        {
            "title": str(check.title),
            "note": str(check.note),
            "tone": "warn",
            "icon": "warn",
            "word": _("Your call"),
        }
        for check in page.checks
        if not check.passed
    ]


def chain(page: SignOff, actor: Person, at: datetime) -> list[dict[str, str]]:
    return [_entry(step, actor, at) for step in page.steps]


def _entry(step: RouteStep, actor: Person, at: datetime) -> dict[str, str]:
    decision = answered(step)
    if decision is not None:
        signature = decision.signature
        days = (decision.decided_at - (step.opened_at or decision.decided_at)).days
        note = _("%(step)s. %(verdict)s %(day)s, %(after)s") % {
            "step": step.shown_title,
            "verdict": VERDICT_WORDS[Verdict(decision.verdict)],
            "day": words.moment(decision.decided_at),
            "after": _days(days),
        }
        if decision.on_behalf_of_id:
            note += " · " + _("signed for another")
        return {
            "name": signature.printed_name,
            "note": note,
            "state": "done" if decision.verdict == Verdict.APPROVED else "refused",
            "hash": signature.manifest_sha256[:12],
            "comment": decision.comment,
        }
    people = [row.person for row in step.assignments.all()]
    mine = any(person.pk == actor.pk for person in people)
    names = _("You") if mine else _names(people)
    return {
        "name": names or step.shown_title,
        "note": _unanswered(step, at, named=bool(names)),
        "state": "current" if step.state == StepState.ACTIVE else "future",
        "hash": "",
        "comment": "",
    }


def _unanswered(step: RouteStep, at: datetime, *, named: bool) -> str:
    """Where nobody is named, the step's own title stands in the place of a name already."""
    if step.state == StepState.ACTIVE and step.opened_at:
        return (
            _("%(step)s. Waiting %(days)s")
            % {"step": step.shown_title, "days": _count((at - step.opened_at).days)}
            if named
            else waiting(step.opened_at, at)
        )
    if step.state == StepState.CANCELLED:
        return (
            _("%(step)s. Not needed any more") % {"step": step.shown_title}
            if named
            else _("Not needed any more")
        )
    return step.shown_title if named else ""


@dataclass(frozen=True, slots=True)
class Answer:
    sentence: str
    comment: str


def answer_against(page: SignOff | None) -> Answer | None:
    """Who sent it back or declined it and why; None while nobody did."""
    if page is None or page.route.state not in {RouteState.CHANGES_REQUESTED, RouteState.REJECTED}:
        return None
    against = [
        decision
        for decision in map(answered, page.steps)
        if decision is not None and decision.verdict != Verdict.APPROVED
    ]
    if not against:
        return None
    decision = against[-1]
    sentence = (
        _("%(who)s asked for changes on %(day)s:")
        if decision.verdict == Verdict.CHANGES_REQUESTED
        else _("%(who)s declined it on %(day)s:")
    )
    facts = {"who": decision.signature.printed_name, "day": words.day(decision.decided_at)}
    return Answer(sentence % facts, decision.comment)


def _names(people: list[Person]) -> str:
    if len(people) > 2:  # noqa: PLR2004
        return _("%(first)s and %(more)s more") % {
            "first": people[0].full_name,
            "more": len(people) - 1,
        }
    return _(" or ").join(person.full_name for person in people)


def _days(days: int) -> str:
    if days < 1:
        return _("the same day")
    return ngettext("after %(days)s day", "after %(days)s days", days) % {"days": days}


def _count(days: int) -> str:
    if days < 1:
        return _("since today")
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def waiting(since: datetime | None, at: datetime) -> str:
    return _("Waiting %(days)s") % {"days": _count((at - since).days)} if since else ""


def choice_help(page: SignOff) -> dict[str, str]:
    planned = page.revision.hypothesis.planned_go_live_date
    return {
        Verdict.APPROVED: _("Go live on %(day)s") % {"day": words.day(planned)}
        if planned
        else _("It can go live when everybody has signed"),
        Verdict.CHANGES_REQUESTED: _("Goes back with your note"),
        Verdict.REJECTED: _("Needs a reason; ends this proposal"),
    }


def short_hash(sha256: str) -> str:
    return f"{sha256[:4]}…{sha256[-4:]}"


def outcome(page: SignOff) -> tuple[str, str] | None:
    """How the route ended, with its tone; None while it is open."""
    if page.route.state == RouteState.OPEN:
        return None
    return str(page.route.get_state_display()), STATE_TONES.get(page.route.state, "")
