"""Opening: who is asked, what is frozen, and the key."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core.jobs import run_waiting
from core.models import AuditEvent, Job
from people.models import Assignment
from surveys import keys, operations
from surveys.errors import PromiseNotTranslated
from surveys.models import Participation, Wave
from surveys.promise import PROMISE
from surveys.sealing import public_of
from tests.factories.people import (
    AssignmentFactory,
    EmploymentFactory,
    OrgUnitFactory,
    PersonFactory,
    SiteFactory,
)
from tests.factories.sign_offs import NOON, put_into
from tests.factories.surveys import BEFORE, TODAY, opened, planned

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def asked_people(wave):
    return set(Participation.objects.filter(wave=wave).values_list("person", flat=True))


def test_it_opens_with_key_tree_and_people():
    asked = opened((6, 7))

    wave = asked.fresh()
    assert wave.state == "open"
    assert public_of(keys.read(wave.public_id)) == bytes(wave.public_key)
    top = wave.workflow.unit
    assert wave.snapshot.tree == [
        {"unit": top.pk, "parent": None, "name": top.name, "invited": 0},
        *(
            {"unit": unit.pk, "parent": top.pk, "name": unit.name, "invited": size}
            for unit, size in zip(asked.units, (6, 7), strict=True)
        ),
    ]
    assert asked_people(wave) == {person.pk for person in asked.team}
    assert not Participation.objects.filter(done=True).exists()
    event = AuditEvent.objects.get(verb="wave.opened")
    assert (event.actor, event.after["invited"]) == (None, 13)
    assert Job.objects.filter(name="surveys.tell_invited").count() == 1


def test_who_is_asked():
    asked = planned((6,))
    unit = asked.units[0]
    below = OrgUnitFactory(parent=OrgUnitFactory(parent=unit))
    deep = AssignmentFactory(unit=below).person
    at_the_top = AssignmentFactory(unit=asked.wave.workflow.unit).person
    AssignmentFactory(unit=unit, person=PersonFactory(is_active=False))
    AssignmentFactory(unit=unit, valid=DateRange(date(2020, 1, 1), TODAY))
    AssignmentFactory(unit=unit, valid=DateRange(TODAY + DAY, None))
    AssignmentFactory(unit=asked.wave.workflow.unit.parent)
    AssignmentFactory()
    away = AssignmentFactory(unit=unit).person
    EmploymentFactory(person=away, status="leave")
    returned = AssignmentFactory(unit=unit, valid=DateRange(TODAY, None)).person
    EmploymentFactory(person=returned)

    wave = operations.open_wave(wave=asked.wave, at=NOON)

    assert asked_people(wave) == {
        *(person.pk for person in asked.team),
        deep.pk,
        at_the_top.pk,
        returned.pk,
    }
    units = [node["unit"] for node in wave.snapshot.tree]
    assert units == [wave.workflow.unit_id, unit.pk, below.parent_id, below.pk]


def test_who_comes_or_moves_later_changes_nothing():
    asked = opened((6, 6))
    AssignmentFactory(unit=asked.units[0])
    Assignment.objects.filter(person=asked.team[0]).update(unit=asked.units[1])

    operations.open_wave(wave=asked.wave, at=NOON + DAY)

    assert asked_people(asked.wave) == {person.pk for person in asked.team}
    place = Participation.objects.get(wave=asked.wave, person=asked.team[0])
    assert place.unit == asked.units[0]


def test_attributes_are_frozen_as_numbers():
    asked = planned((6,), attributes=["tenure", "site"])
    site = SiteFactory(name="Basel")
    asked.units[0].site = site
    asked.units[0].save()
    old, new = asked.team[:2]
    EmploymentFactory(person=old, valid=DateRange(date(2010, 1, 1), date(2020, 1, 1)))
    EmploymentFactory(person=old, valid=DateRange(date(2020, 1, 1), None))
    EmploymentFactory(person=new, valid=DateRange(TODAY - 30 * DAY, None))

    wave = operations.open_wave(wave=asked.wave, at=NOON)

    categories = {"tenure": ["", "over 10 years", "under 1 year"], "site": ["Basel"]}
    assert wave.snapshot.attributes == categories
    found = dict(Participation.objects.filter(wave=wave).values_list("person", "attributes"))
    assert [found[person.pk] for person in asked.team[:3]] == [[1, 0], [2, 0], [0, 0]]


def test_rare_categories_are_one():
    from surveys.attributes import MOST_CATEGORIES, commonest

    column = [name for place in range(60) for name in [f"Job {place:02}"] * (60 - place)]
    assert set(commonest(column)) == {f"Job {place:02}" for place in range(MOST_CATEGORIES)} | {""}


def test_before_its_day_nothing_happens():
    asked = planned(opens_date=TODAY + DAY, closes_date=TODAY + 15 * DAY)

    assert operations.open_wave(wave=asked.wave, at=NOON).state == "draft"
    assert keys.waves_with_a_key() == set()


def test_second_run_changes_nothing():
    asked = opened()
    before = bytes(asked.wave.public_key)

    operations.open_wave(wave=asked.wave, at=NOON)

    assert bytes(asked.fresh().public_key) == before
    assert AuditEvent.objects.filter(verb="wave.opened").count() == 1


def test_a_key_from_a_run_that_died_is_used_again():
    asked = planned()
    key = keys.made_for(asked.wave.public_id)

    wave = operations.open_wave(wave=asked.wave, at=NOON)

    assert bytes(wave.public_key) == public_of(key)


def test_too_few_people_cancel_it():
    asked = planned((5,))
    person = asked.team[0]
    person.is_active = person.signing_enabled = False
    person.save()

    assert operations.open_wave(wave=asked.wave, at=NOON).state == "cancelled"
    assert AuditEvent.objects.get(verb="wave.cancelled").reason.startswith("Fewer people")
    assert keys.waves_with_a_key() == set()


def test_before_go_live_is_not_opened_after_it():
    asked = planned(code=BEFORE)
    from tests.factories.sign_offs import Review, sign
    from workflows.models import Redesign, Route
    from workflows.operations.go_live import go_live

    redesign = Redesign.objects.select_related("current_revision").get(pk=asked.redesign.pk)
    sign(Review(redesign, Route.objects.get(redesign=redesign), asked.boss), asked.boss)
    redesign.refresh_from_db()
    go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=NOON, at=NOON)

    assert operations.open_wave(wave=asked.wave, at=NOON + DAY).state == "cancelled"


def test_nobody_is_asked_under_a_promise_they_cannot_read(without_french):
    asked = planned()
    without_french(PROMISE[-1])

    with pytest.raises(PromiseNotTranslated) as refusal:
        operations.open_wave(wave=asked.wave, at=NOON)

    assert str(refusal.value) == (
        "The promise to those who answer is missing in a language: fr. The survey opens once it is "
        "there."
    )
    assert asked.fresh().state == "draft"
    assert not Participation.objects.exists()
    assert keys.waves_with_a_key() == set()


def test_late_worker_does_not_open_what_is_over():
    asked = planned()

    wave = operations.open_wave(wave=asked.wave, at=NOON + 22 * DAY)

    assert wave.state == "cancelled"


def test_the_job_opens_it():
    asked = planned()
    today = timezone.localdate()
    Wave.objects.filter(pk=asked.wave.pk).update(opens_date=today, closes_date=today + 14 * DAY)

    run_waiting()

    assert asked.fresh().state == "open"
    assert Job.objects.filter(state="failed").count() == 0


def test_suspended_redesign_is_still_asked_about():
    """A wave that was planned while the work was live is about the work people did."""
    asked = planned()
    put_into(asked.redesign, "suspended", stopped_at=NOON)

    assert operations.open_wave(wave=asked.wave, at=NOON).state == "open"
