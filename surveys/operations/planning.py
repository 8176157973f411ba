"""Planning a wave, and giving up one that has not opened."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.charts import words
from core.jobs import enqueue
from people.models import Person
from surveys.attributes import ATTRIBUTES, MOST
from surveys.choices import InstrumentKind, WaveState
from surveys.errors import NoReasonGiven, NotPossibleNow, WaveNotPossible
from surveys.models import FLOOR, Instrument, Wave
from surveys.promise import languages_without_promise
from surveys.queries.roster import invited_on
from surveys.rules import refuse_unless_office
from workflows.choices import RedesignState
from workflows.models import GoLive, Redesign, Workflow

SHORTEST_DAYS, LONGEST_DAYS, USUAL_DAYS = 10, 28, 21
# Days after go-live at which the first and the second wave open; later ones this far apart.
FIRST_DAYS, SECOND_DAYS, APART_DAYS = 30, 90, 90
LARGEST_MINIMUM = 100
LONGEST_NAME = 200  # the columns of contact and agreement
FARTHEST = timedelta(days=730)
BEFORE_GO_LIVE = frozenset(
    {RedesignState.IN_REVIEW, RedesignState.CHANGES_REQUESTED, RedesignState.APPROVED}
)
IN_USE = frozenset({RedesignState.LIVE, RedesignState.MEASURED})


@transaction.atomic
def plan_wave(
    *,
    actor: Person,
    redesign: Redesign,
    instrument: Instrument,
    opens_date: date,
    closes_date: date,
    minimum_group: int,
    asks_comment: bool,
    attributes: Sequence[str],
    contact: str,
    agreement: str,
    at: datetime,
) -> Wave:
    """A wave that a worker opens on ``opens_date``, at once when that is today.

    ``closes_date`` is the last day on which answers are taken. ``attributes`` are codes of
    ``surveys.attributes.ATTRIBUTES``, at most three.

    The workflow is locked first: two plans at once see each other. Raises NotYours for anybody but
    the program office, and WaveNotPossible, whose ``field`` names the argument that is wrong (""
    when it is none of them).
    """
    refuse_unless_office(actor)
    workflow = Workflow.objects.select_for_update(no_key=True).get(pk=redesign.workflow_id)
    redesign = Redesign.objects.get(pk=redesign.pk)
    _refuse_dates(opens_date, closes_date, today=timezone.localdate(at), workflow=workflow)
    _refuse_group(minimum_group)
    _refuse_attributes(attributes)
    _refuse_names(contact, agreement)
    _refuse_instrument(instrument, asks_comment=asks_comment)
    _refuse_promise()
    if instrument.kind == InstrumentKind.BEFORE:
        _refuse_after_go_live(redesign)
    else:
        _refuse_before_its_time(redesign, opens_date, today=timezone.localdate(at))
    _refuse_a_second_one(workflow, opens_date, closes_date)
    if len(invited_on(workflow, timezone.localdate(at))) < minimum_group:
        raise WaveNotPossible(
            _("Fewer people do this work than the smallest group shown: nothing could be shown.")
        )
    wave = Wave.objects.create(
        instrument=instrument,
        workflow=workflow,
        redesign=redesign,
        opens_date=opens_date,
        closes_date=closes_date,
        minimum_group=minimum_group,
        asks_comment=asks_comment,
        attributes=list(attributes),
        contact=contact.strip(),
        agreement=agreement.strip(),
        is_simulated=workflow.is_simulated,
        created_by=actor,
    )
    record("wave.planned", subject=wave, actor=actor, after=facts_of(wave))
    if opens_date <= timezone.localdate(at):
        enqueue("surveys.open_wave", dedupe_key=f"wave:{wave.pk}", wave_id=wave.pk, subject=wave)
    return wave


@transaction.atomic
def cancel_wave(*, wave: Wave, actor: Person, reason: str, at: datetime) -> Wave:  # noqa: ARG001
    """A wave that has not opened will not. Raises NotYours, NoReasonGiven, NotPossibleNow."""
    refuse_unless_office(actor)
    if not reason.strip():
        raise NoReasonGiven(_("Say why this survey is not held."))
    wave = Wave.objects.select_for_update(no_key=True).get(pk=wave.pk)
    if wave.state != WaveState.DRAFT:
        raise NotPossibleNow(_("It has opened already. It can be closed, not cancelled."))
    wave.state = WaveState.CANCELLED
    wave.save(update_fields=["state"])
    record(
        "wave.cancelled",
        subject=wave,
        actor=actor,
        before={"state": WaveState.DRAFT},
        after={"state": wave.state},
        reason=reason.strip(),
    )
    return wave


def facts_of(wave: Wave) -> dict[str, object]:
    """What trust-survey-method 2.8 wants on record about a wave."""
    return {
        "instrument": str(wave.instrument),
        "workflow": str(wave.workflow.public_id),
        "redesign": str(wave.redesign.public_id),
        "opens": wave.opens_date,
        "closes": wave.closes_date,
        "minimum_group": wave.minimum_group,
        "asks_comment": wave.asks_comment,
        "attributes": wave.attributes,
        "contact": wave.contact,
        "agreement": wave.agreement,
    }


def smallest_minimum() -> int:
    """The organisation's own; no wave goes below it."""
    return max(FLOOR, int(settings.MINIMUM_GROUP))


def _refuse_dates(opens: date, closes: date, *, today: date, workflow: Workflow) -> None:
    # A simulated organisation has a past.
    if opens < today and not workflow.is_simulated:
        raise WaveNotPossible(_("It can open today at the earliest."), field="opens_date")
    if opens > today + FARTHEST:
        raise WaveNotPossible(_("Plan at most two years ahead."), field="opens_date")
    if not SHORTEST_DAYS <= (closes - opens).days <= LONGEST_DAYS:
        raise WaveNotPossible(
            _("Leave it open for %(least)s to %(most)s days."),
            field="closes_date",
            least=SHORTEST_DAYS,
            most=LONGEST_DAYS,
        )


def _refuse_group(minimum_group: int) -> None:
    least = smallest_minimum()
    if not least <= minimum_group <= LARGEST_MINIMUM:
        raise WaveNotPossible(
            _("The smallest group shown is between %(least)s and %(most)s here."),
            field="minimum_group",
            least=least,
            most=LARGEST_MINIMUM,
        )


def _refuse_attributes(attributes: Sequence[str]) -> None:
    if len(attributes) > MOST or len(set(attributes)) != len(attributes):
        raise WaveNotPossible(_("Choose at most three attributes."), field="attributes")
    if not set(attributes) <= ATTRIBUTES.keys():
        raise WaveNotPossible(_("One of these attributes is not known."), field="attributes")


def _refuse_names(contact: str, agreement: str) -> None:
    if not contact.strip():
        raise WaveNotPossible(
            _("Name the data protection contact: everybody invited sees it."), field="contact"
        )
    for field, text in (("contact", contact), ("agreement", agreement)):
        if len(text.strip()) > LONGEST_NAME:
            raise WaveNotPossible(
                _("Use at most %(most)s characters."), field=field, most=LONGEST_NAME
            )


def _refuse_instrument(instrument: Instrument, *, asks_comment: bool) -> None:
    if asks_comment and not instrument.comment_question:
        raise WaveNotPossible(
            _("This questionnaire has no question in free words."), field="asks_comment"
        )
    texts = [
        instrument.lead_in,
        instrument.answers,
        *instrument.items.values_list("text", flat=True),
        *instrument.scales.values_list("name", flat=True),
        *([instrument.comment_question] if asks_comment else []),
    ]
    codes = [code for code, _name in settings.LANGUAGES]
    if missing := [code for code in codes if not all(text.get(code) for text in texts)]:
        raise WaveNotPossible(
            _("The questionnaire is not translated into every language: %(missing)s."),
            field="instrument",
            missing=", ".join(missing),
        )


def _refuse_promise() -> None:
    """Again at the opening: the wave may wait for months, and the portal change meanwhile."""
    if missing := languages_without_promise():
        raise WaveNotPossible(
            _("The promise to those who answer is missing in a language: %(missing)s."),
            missing=", ".join(missing),
        )


def _refuse_after_go_live(redesign: Redesign) -> None:
    if redesign.state not in BEFORE_GO_LIVE:
        raise WaveNotPossible(
            _("This is asked between the submission for sign-off and go-live."),
            field="instrument",
        )


def _refuse_before_its_time(redesign: Redesign, opens: date, *, today: date) -> None:
    """30 days after go-live, then 90, then 90 days after the one before; not earlier."""
    go_live = GoLive.objects.filter(redesign=redesign).first()
    if go_live is None or redesign.state not in IN_USE:
        raise WaveNotPossible(_("This is asked about a redesign that is live."), field="instrument")
    live = timezone.localdate(go_live.at)
    held = list(
        Wave.objects.filter(redesign=redesign, instrument__kind=InstrumentKind.AFTER)
        .exclude(state=WaveState.CANCELLED)
        .order_by("opens_date")
        .values_list("opens_date", flat=True)
    )
    earliest = live + timedelta(days=SECOND_DAYS if held else FIRST_DAYS)
    if len(held) > 1:
        earliest = held[-1] + timedelta(days=APART_DAYS)
    if opens < earliest:
        raise WaveNotPossible(
            _("It can open on %(day)s at the earliest: people need time with the new way."),
            field="opens_date",
            day=words.day(earliest, today=today),
        )


def _refuse_a_second_one(workflow: Workflow, opens: date, closes: date) -> None:
    """One survey of a workflow at a time, and nobody is asked twice in the same days."""
    same_time = Wave.objects.filter(
        workflow=workflow,
        state__in=[WaveState.DRAFT, WaveState.OPEN],
        opens_date__lte=closes,
        closes_date__gte=opens,
    )
    if same_time.exists():
        raise WaveNotPossible(
            _("Another survey of this workflow is planned or open in these days."),
            field="opens_date",
        )
