"""What the database refuses of a ballot box, whoever writes: raw rows past every operation."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from surveys import keys
from surveys.models import (
    AttributeTally,
    Ballot,
    Comment,
    Instrument,
    Item,
    Mailing,
    Participation,
    ReleasedCell,
    Reminder,
    Response,
    RosterSnapshot,
    Wave,
)
from surveys.operations import tending
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import (
    TODAY,
    closed,
    opened,
    past_guards,
    planned,
    released,
    send,
)

pytestmark = pytest.mark.django_db
BOX = b"\1" * 8240


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@contextmanager
def refused(rule):
    """One statement that must fail, and by which rule."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        yield
    told = error.value.__cause__.diag
    assert told.constraint_name == rule, (told.constraint_name, told.message_primary)


def row(wave):
    return Wave.objects.filter(pk=wave.pk)


# --- waves ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["open", "closed", "released", "done", "too_few", "cancelled"])
def test_wave_starts_as_draft(state):
    wave = planned().wave
    fields = {f.attname: getattr(wave, f.attname) for f in Wave._meta.concrete_fields}
    fields |= {"id": None, "public_id": uuid4(), "state": state, "public_key": bytes(32)}
    if state not in {"open", "cancelled"}:
        fields["closed_date"] = TODAY

    with refused("wave_starts_as_draft"):
        Wave.objects.bulk_create([Wave(**fields)])


FORWARD = {
    "draft": {"open", "cancelled"},
    "open": {"closed"},
    "closed": {"released", "too_few", "stopped"},
    "released": {"done"},
}
STATES = ["draft", "open", "closed", "released", "done", "too_few", "stopped", "cancelled"]


def at_state(state):
    if state == "draft":
        return planned().wave
    if state == "open":
        return opened().wave
    if state == "closed":
        return closed().wave
    if state == "done":
        return released().wave
    asked = planned() if state == "cancelled" else closed() if state == "stopped" else opened()
    if state == "cancelled":
        row(asked.wave).update(state="cancelled")
    elif state == "stopped":
        row(asked.wave).update(state="stopped")
    elif state == "too_few":
        row(asked.wave).update(state="closed", closed_date=TODAY)
        row(asked.wave).update(state="too_few")
    return asked.fresh()


@pytest.mark.parametrize(
    "state", ["draft", "open", "closed", "done", "too_few", "stopped", "cancelled"]
)
def test_wave_goes_forward_only(state):
    wave = at_state(state)
    for other in STATES:
        if other != state and other not in FORWARD.get(state, set()):
            with refused("wave_state_only_forward"):
                row(wave).update(state=other)


@pytest.mark.parametrize(
    "field, value",
    [
        ("minimum_group", 6),
        ("asks_comment", False),
        ("attributes", ["site"]),
        ("contact", "somebody else"),
        ("agreement", "other"),
        ("public_key", bytes(32)),
        ("opens_date", TODAY - timedelta(days=1)),
        ("closes_date", TODAY + timedelta(days=1)),
    ],
)
def test_what_is_asked_is_fixed_at_the_opening(field, value):
    with refused("wave_fixed_when_it_opens"):
        row(opened().wave).update(**{field: value})


def test_wave_keeps_its_other_instrument_and_workflow():
    asked = opened()

    with refused("wave_fixed_when_it_opens"):
        row(asked.wave).update(instrument=Instrument.objects.get(code="AWB-5"))
    with pytest.raises(DatabaseError), transaction.atomic():
        row(asked.wave).update(workflow=planned().wave.workflow)


def test_wave_is_never_deleted():
    with pytest.raises(DatabaseError), transaction.atomic():
        planned().wave.delete()


def test_wave_opens_with_key_contact_snapshot_and_people():
    wave = planned().wave

    with refused("wave_opens_with_a_key"):
        row(wave).update(state="open", public_key=b"short")
    for contact in ("", "  "):
        with refused("wave_opens_with_a_contact"):
            row(wave).update(state="open", public_key=bytes(32), contact=contact)
    with refused("wave_opens_with_a_snapshot"):
        row(wave).update(state="open", public_key=bytes(32))
    RosterSnapshot.objects.create(wave=wave, tree=[])
    with refused("wave_opens_for_enough_people"):
        row(wave).update(state="open", public_key=bytes(32))


def test_minimum_group_is_never_under_the_floor():
    with refused("wave_minimum_group_not_under_floor"):
        row(planned().wave).update(minimum_group=4)


def test_closing_is_once():
    wave = closed().wave

    with refused("wave_closes_once"):
        row(wave).update(closed_early_reason="Another reason")
    with refused("wave_closes_once"):
        row(wave).update(answered_percent=50)


def test_share_is_rounded():
    with refused("wave_answered_share_is_rounded"):
        row(opened().wave).update(answered_percent=63)


def test_wave_closes_with_its_date():
    with refused("wave_closed_with_its_date"):
        row(opened().wave).update(state="closed")


def test_no_release_with_unequal_counts():
    asked = closed()
    with past_guards("surveys_ballot") as cursor:
        cursor.execute(
            "DELETE FROM surveys_ballot WHERE ctid = (SELECT min(ctid) FROM surveys_ballot)"
        )

    for state in ("released", "too_few"):
        with refused("wave_released_with_equal_counts"):
            row(asked.wave).update(state=state)


def test_enough_answers_are_not_called_too_few_nor_few_enough():
    with refused("wave_released_with_enough_answers"):
        row(closed().wave).update(state="too_few")
    few = opened()
    send(few, few.team[0])
    row(few.wave).update(state="closed", closed_date=TODAY)
    with refused("wave_released_with_enough_answers"):
        row(few.wave).update(state="released")


def test_no_release_without_every_answer():
    with refused("wave_released_with_all_responses"):
        row(closed().wave).update(state="released")


# --- who is invited -------------------------------------------------------------------------------
def test_participation_is_never_undone_or_moved():
    asked = opened((6, 6))
    person = asked.team[0]
    place = Participation.objects.filter(wave=asked.wave, person=person)
    with refused("participation_never_moves"):
        place.update(unit=asked.units[1])
    with refused("participation_never_moves"):
        place.update(attributes=[1])
    with refused("participation_never_moves"):
        place.update(person=PersonFactory())
    place.update(done=True)
    with refused("participation_never_undone"):
        place.update(done=False)
    with refused("participation_never_undone"):
        place.update(done=True)


def test_nobody_is_invited_or_uninvited_while_it_runs():
    asked = opened()
    stranger = Participation(wave=asked.wave, person=PersonFactory(), unit=asked.units[0])

    with refused("participation_before_opening"):
        Participation.objects.bulk_create([stranger])
    with refused("participation_stays_until_the_end"):
        Participation.objects.filter(wave=asked.wave).delete()


def test_nobody_has_answered_before_it_opens():
    asked = planned()
    early = Participation(wave=asked.wave, person=asked.team[0], unit=asked.units[0], done=True)
    with refused("participation_starts_undone"):
        Participation.objects.bulk_create([early])


def test_nobody_answers_a_closed_wave():
    asked = opened()
    row(asked.wave).update(state="closed", closed_date=TODAY)

    with refused("participation_only_while_open"):
        Participation.objects.filter(wave=asked.wave).update(done=True)
    with refused("ballot_only_while_open"):
        Ballot.objects.create(wave=asked.wave, box=BOX)


def test_snapshot_is_frozen():
    asked = opened()

    with pytest.raises(DatabaseError), transaction.atomic():
        RosterSnapshot.objects.filter(wave=asked.wave).update(tree=[])
    with pytest.raises(DatabaseError), transaction.atomic():
        RosterSnapshot.objects.filter(wave=asked.wave).delete()
    other = planned()
    row(other.wave).update(state="cancelled")
    with refused("snapshot_before_opening"):
        RosterSnapshot.objects.create(wave=other.wave, tree=[])


# --- ballots --------------------------------------------------------------------------------------
def test_ballot_has_the_one_size_and_never_changes():
    asked = opened()
    send(asked, asked.team[0])

    for size in (0, 1072, 8239, 8241):
        with refused("ballot_has_the_one_size"):
            Ballot.objects.create(wave=asked.wave, box=b"\0" * size)
    with refused("ballot_never_changes"):
        Ballot.objects.filter(wave=asked.wave).update(box=BOX)
    with refused("ballot_stays_until_counted"):
        Ballot.objects.filter(wave=asked.wave).delete()


def test_the_sizes_of_the_database_are_those_of_the_boxes():
    from importlib import import_module

    from surveys import sealing

    guards = import_module("surveys.migrations.0003_guards")
    assert sealing.plain_size(asks_comment=True) + sealing.OVERHEAD == guards.BOX_WITH_COMMENT
    assert sealing.plain_size(asks_comment=False) + sealing.OVERHEAD == guards.BOX_WITHOUT


# --- what is published ----------------------------------------------------------------------------
def cell(wave, unit, **fields):
    return ReleasedCell(
        wave=wave, unit=unit, scope="direct", **({"metric": "item:X", "n": 5} | fields)
    )


@pytest.mark.parametrize("stage", [opened, released])
def test_nothing_is_published_but_by_the_release(stage):
    asked = stage()
    wave, unit = asked.wave, asked.units[0]
    rows = [
        cell(wave, unit),
        Response(wave=wave, atom=0, answers=[1] * 16),
        Comment(wave=wave, block=unit, text="more"),
        AttributeTally(
            wave=wave,
            block=unit,
            attribute="site",
            category_group="0",
            item="REL1",
            value=1,
            count=9,
        ),
    ]
    for one in rows:
        with refused("publication_by_the_release_only"):
            type(one).objects.bulk_create([one])


def test_group_under_the_waves_minimum_is_never_published():
    asked = closed((9,), minimum_group=8)

    with refused("releasedcell_not_under_the_waves_minimum"):
        cell(asked.wave, asked.units[0], n=7).save(force_insert=True)
    with past_guards("surveys_releasedcell"), refused("releasedcell_not_under_floor"):
        cell(asked.wave, asked.units[0], n=4).save(force_insert=True)


@pytest.mark.parametrize("answers", [[1] * 15, [1] * 17, [0] + [1] * 15, [6] + [1] * 15])
def test_response_fits_its_instrument(answers):
    with refused("response_fits_its_instrument"):
        Response.objects.bulk_create([Response(wave=closed().wave, atom=0, answers=answers)])


def test_what_is_published_stays():
    asked = released()

    for model in (ReleasedCell, Response):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(wave=asked.wave).update(wave=asked.wave.pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(wave=asked.wave).delete()


def test_a_comment_may_be_withheld_and_nothing_else():
    asked = released((60,), comments=lambda number: f"Wish {number}")
    comments = Comment.objects.filter(wave=asked.wave)
    assert comments.count() == 60

    comments.update(withheld=True)
    with refused("publication_never_changes"):
        comments.update(text="Another wish")
    with refused("publication_kept_for_three_years"):
        comments.delete()


# --- instruments ----------------------------------------------------------------------------------
def test_words_are_frozen_once_a_wave_used_them():
    asked = planned()
    instrument = asked.wave.instrument
    item = instrument.items.first()
    Item.objects.filter(pk=item.pk).update(part=2)  # a draft has shown it to nobody

    opened()
    changes = [
        lambda: Item.objects.filter(pk=item.pk).update(text={"en": "Another"}),
        lambda: Item.objects.filter(pk=item.pk).delete(),
        lambda: Item.objects.create(instrument=instrument, key="NEW", text={}, position=99),
        lambda: instrument.scales.update(in_index=False),
        lambda: Instrument.objects.filter(pk=instrument.pk).update(lead_in={}),
        lambda: Instrument.objects.filter(pk=instrument.pk).update(version="2.0"),
    ]
    for change in changes:
        with refused("instrument_is_frozen"):
            change()
    Instrument.objects.filter(pk=instrument.pk).update(is_pilot=False)


def test_an_item_does_not_move_into_a_frozen_instrument():
    other = Instrument.objects.create(code="X", version="1", kind="after", lead_in={}, answers={})
    item = Item.objects.create(instrument=other, key="A", text={}, position=40)
    frozen = opened().wave.instrument

    with refused("instrument_is_frozen"):
        Item.objects.filter(pk=item.pk).update(instrument=frozen)


def test_only_versions_of_one_questionnaire_are_comparable():
    after, before = (Instrument.objects.get(code=code) for code in ("AWT-16", "AWB-5"))
    with refused("instrument_comparable_with_its_like"):
        Instrument.objects.filter(pk=after.pk).update(
            comparable_with=before, comparable_reason="They look alike"
        )
    facts = {"lead_in": {}, "answers": {}, "comparable_with": after, "comparable_reason": "Comma"}
    with refused("instrument_comparable_with_its_like"):
        Instrument.objects.create(code="AWT-16", version="2.0", kind="before", **facts)
    with refused("instrument_comparable_has_reason"):
        Instrument.objects.create(
            code="AWT-16", version="2.0", kind="after", **facts | {"comparable_reason": ""}
        )
    assert Instrument.objects.create(code="AWT-16", version="2.0", kind="after", **facts).pk


# --- reminders and mails --------------------------------------------------------------------------
def test_reminders_are_two_and_apart():
    wave = opened().wave

    Reminder.objects.create(wave=wave, started_date=TODAY)
    with refused("reminder_three_days_apart"):
        Reminder.objects.create(wave=wave, started_date=TODAY + timedelta(days=2))
    Reminder.objects.create(wave=wave, started_date=TODAY + timedelta(days=3))
    with refused("reminder_at_most_two"):
        Reminder.objects.create(wave=wave, started_date=TODAY + timedelta(days=9))
    with refused("reminder_only_while_open"):
        Reminder.objects.create(wave=planned().wave, started_date=TODAY)


def test_mailing_keeps_its_name():
    mailing = Mailing.objects.create(wave=planned().wave, kind="invitation")

    with pytest.raises(DatabaseError), transaction.atomic():
        Mailing.objects.filter(pk=mailing.pk).update(kind="reminder")
    with refused("mailing_kind_known"):
        Mailing.objects.create(wave=mailing.wave, kind="x")


# --- forgetting -----------------------------------------------------------------------------------
def test_old_answers_may_go_and_figures_stay():
    asked = released(at=NOON - timedelta(days=3 * 366 + 30), comments="x{}".format)

    tending.forget_old_answers(at=NOON)

    assert not Response.objects.filter(wave=asked.wave).exists()
    assert not Participation.objects.filter(wave=asked.wave).exists()
    assert ReleasedCell.objects.filter(wave=asked.wave).exists()


def test_application_may_do_what_it_must(as_application_role):
    """The restricted role answers and counts; it owns nothing and needs no DDL."""
    asked = released()

    assert asked.fresh().state == "done"
    assert not Ballot.objects.exists()
    assert not keys.path_of(asked.wave.public_id).exists()
