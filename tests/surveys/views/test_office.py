"""The program office plans and runs waves; everybody else may only look."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from core.charts.words import day
from core.models import Job
from surveys import operations
from surveys.choices import WaveState
from surveys.models import Instrument, Wave
from surveys.operations.opening import LIVE_ALREADY
from surveys.promise import PROMISE
from tests.factories.people import AssignmentFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import live, workflow_below
from tests.surveys.views.test_answering import signed_in, text_of
from tests.surveys.views.waves import answered, opened, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def redesign():
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    for _ in range(6):
        AssignmentFactory(unit=workflow.unit)
    went = timezone.now() - timedelta(days=40)
    return live(at=went, live_at=went, boss=boss, workflow=workflow).redesign


@pytest.fixture
def office():
    return signed_in(RoleGrantFactory().person)


def filled(**changes):
    today = timezone.localdate()
    return {
        "instrument": str(Instrument.objects.get(code="AWT-16").public_id),
        "opens_date": f"{today:%Y-%m-%d}",
        "closes_date": f"{today + timedelta(days=21):%Y-%m-%d}",
        "minimum_group": "5",
        "asks_comment": "on",
        "attributes": ["site", "tenure"],
        "contact": "Dana Privacy",
        "agreement": "BV 7, 1 Mar 2026",
    } | changes


def test_plan_starts_with_the_days_of_the_method(office, redesign):
    form = office.get(f"/surveys/plan/{redesign.public_id}/").context["form"]

    assert form["opens_date"].value() == timezone.localdate()
    assert form["closes_date"].value() == timezone.localdate() + timedelta(days=21)
    assert form["minimum_group"].value() == 5
    assert form["instrument"].value() == Instrument.objects.get(code="AWT-16").public_id


def test_plan_makes_a_wave_and_shows_how_it_stands(office, redesign):
    response = office.post(f"/surveys/plan/{redesign.public_id}/", filled())

    wave = Wave.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/surveys/{wave.public_id}/wave/")
    assert (wave.redesign, wave.attributes, wave.agreement) == (
        redesign,
        ["site", "tenure"],
        "BV 7, 1 Mar 2026",
    )
    text = text_of(office.get(response["Location"]))
    assert "Planned. It opens on" in text
    assert "Site, Time with the company" in text
    assert "Dana Privacy" in text


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("opens_date", "yesterday", "Enter a valid date."),
        ("closes_date", "2026-02-31", "Enter a valid date."),
        (
            "closes_date",
            f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}",
            "Leave it open for 10 to 28 days.",
        ),
        ("minimum_group", "4", "The smallest group shown is between 5 and 100 here."),
        ("minimum_group", "many", "Enter a whole number."),
        (
            "attributes",
            ["salary"],
            "Select a valid choice. salary is not one of the available choices.",
        ),
        ("attributes", ["site", "tenure", "job", "function"], "Choose at most three attributes."),
        ("contact", " ", "This field is required."),
        ("contact", "x" * 201, "at most 200 characters"),
        ("instrument", "nonsense", "is not a valid UUID."),
        ("instrument", "AWB-5", "between the submission for sign-off and go-live."),
    ],
)
def test_plan_that_cannot_be_says_why_beside_its_field(office, redesign, field, value, words):
    if value == "AWB-5":
        value = str(Instrument.objects.get(code="AWB-5").public_id)
        changes = {"instrument": value, "asks_comment": ""}
    else:
        changes = {field: value}

    response = office.post(f"/surveys/plan/{redesign.public_id}/", filled(**changes))

    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert words in text_of(response)
    assert "BV 7, 1 Mar 2026" in response.content.decode()
    assert not Wave.objects.exists()


def test_only_the_office_plans(redesign):
    manager = signed_in(redesign.workflow.owner)

    assert manager.get("/surveys/plan/").status_code == 403
    assert manager.post(f"/surveys/plan/{redesign.public_id}/", filled()).status_code == 403


def test_redesigns_to_ask_about_are_found_by_name(office, redesign):
    found = text_of(office.get("/surveys/plan/", {"q": redesign.workflow.name[:6]}))
    none = text_of(office.get("/surveys/plan/", {"q": "no such work"}))

    assert redesign.workflow.name in found
    assert "Nothing fits these filters" in none


def test_reminder_goes_to_all_and_names_nobody():
    asked = opened()
    client = signed_in(asked.office)

    response = client.post(f"{asked.path}remind/", follow=True)

    text = text_of(response)
    assert "A reminder goes to everybody who has not answered." in text
    assert [person.family_name for person in asked.people if person.family_name in text] == []
    again = client.post(f"{asked.path}remind/")
    assert again.status_code == 409
    assert "The last reminder is less than three days old." in text_of(again)
    assert Job.objects.filter(name="surveys.tell_unanswered").count() == 1


@pytest.mark.parametrize("verb", ["remind", "close", "cancel"])
def test_a_manager_runs_no_wave(verb):
    asked = opened()

    response = signed_in(asked.boss).post(f"{asked.path}{verb}/", {"reason": "Because"})

    assert response.status_code == 403
    asked.wave.refresh_from_db()
    assert asked.wave.state == WaveState.OPEN


def test_close_needs_a_reason_that_everybody_reads():
    asked = opened()
    office = signed_in(asked.office)

    empty = office.post(f"{asked.path}close/", {"reason": " "})
    long = office.post(f"{asked.path}close/", {"reason": "x" * 501})
    closed = office.post(f"{asked.path}close/", {"reason": "The site closes for the summer"})

    assert (empty.status_code, long.status_code, closed.status_code) == (422, 422, 302)
    assert "Say why: everybody who was invited reads it." in text_of(empty)
    assert "x" * 501 in long.content.decode()
    member = signed_in(asked.people[0])
    assert "The site closes for the summer" in text_of(member.get(f"{asked.path}wave/"))
    assert office.post(f"{asked.path}close/", {"reason": "Again"}).status_code == 409


def test_wave_that_has_not_opened_is_cancelled_with_a_reason():
    asked = planned(opens_date=timezone.localdate() + timedelta(days=4))
    office = signed_in(asked.office)

    assert office.post(f"{asked.path}cancel/").status_code == 422
    assert office.post(f"{asked.path}cancel/", {"reason": "Moved to spring"}).status_code == 302
    asked.wave.refresh_from_db()
    assert asked.wave.state == WaveState.CANCELLED
    text = text_of(office.get(f"{asked.path}wave/"))
    assert "This survey was given up before it opened. Moved to spring" in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_portals_own_reason_is_told_in_the_readers_language(
    language, german_reasons, monkeypatch
):
    monkeypatch.setattr("surveys.operations.opening.went_live", lambda _wave, _at: True)
    asked = planned()
    assert operations.open_wave(wave=asked.wave, at=timezone.now()).state == WaveState.CANCELLED
    office = signed_in(asked.office)
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    text = text_of(office.get(f"{asked.path}wave/"))

    told = {"en": LIVE_ALREADY, "de": german_reasons[LIVE_ALREADY]}
    assert [words in text for words in told.values()] == [language == code for code in told]


def test_a_reason_that_somebody_wrote_is_never_translated(german_reasons):
    asked = planned(opens_date=timezone.localdate() + timedelta(days=4))
    operations.cancel_wave(
        wave=asked.wave, actor=asked.office, reason=LIVE_ALREADY, at=timezone.now()
    )
    office = signed_in(asked.office)
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"

    assert LIVE_ALREADY in text_of(office.get(f"{asked.path}wave/"))


def test_wave_page_says_why_a_survey_does_not_open(without_french):
    due, later = planned(), planned(opens_date=timezone.localdate() + timedelta(days=4))
    office = signed_in(due.office)
    told = "The promise to those who answer is missing in a language: fr."
    assert told not in text_of(office.get(f"{due.path}wave/"))
    without_french(PROMISE[1])

    assert told in text_of(office.get(f"{due.path}wave/"))
    assert told not in text_of(office.get(f"{later.path}wave/"))


def test_wave_page_tells_no_number_while_it_is_open():
    asked = opened(people=12)
    answered(asked, asked.people[:7])

    text = text_of(signed_in(asked.office).get(f"{asked.path}wave/"))

    assert " 7 " not in text
    assert "How many have answered is told once a day" in text
    type(asked.wave).objects.filter(pk=asked.wave.pk).update(answered_percent=60)
    assert "About 60% have answered" in text_of(signed_in(asked.boss).get(f"{asked.path}wave/"))


@pytest.mark.parametrize(
    "code, words",
    [
        ("en", "Strongly agree"),
        ("de", "Stimme voll zu"),
        ("fr", "Tout à fait d'accord"),
        ("xx", "Strongly agree"),
    ],
)
def test_preview_shows_each_language_whatever_the_page_speaks(code, words):
    asked = planned(opens_date=timezone.localdate() + timedelta(days=4))

    text = text_of(signed_in(asked.office).get(f"{asked.path}preview/", {"language": code}))

    assert words in text
    assert asked.wave.workflow.name in text


def test_list_keeps_its_filters_and_has_words_for_nothing():
    asked = opened()
    boss = signed_in(asked.boss)

    assert asked.wave.workflow.name in text_of(boss.get("/surveys/", {"state": "open"}))
    assert "Nothing fits these filters" in text_of(boss.get("/surveys/", {"state": "done"}))
    assert asked.wave.workflow.name in text_of(boss.get("/surveys/", {"state": "nonsense"}))
    assert "No survey yet" in text_of(signed_in(PersonFactory()).get("/surveys/"))


def test_list_tells_the_waves_of_one_workflow_apart_by_their_days():
    asked = opened()
    name, wave = asked.wave.workflow.name, asked.wave
    days = f"{day(wave.opens_date)} to {day(wave.closes_date)}"

    text = text_of(signed_in(asked.boss).get("/surveys/"))

    assert f"{name} {days} {days} {wave.workflow.unit.name}" in text
