"""Which waves somebody may answer or see, and what a questionnaire says."""

from datetime import timedelta

import pytest

from people.choices import Role
from surveys import operations
from surveys.models import Instrument, Wave
from surveys.operations import tending
from surveys.queries import questionnaire, waves_to_answer, waves_visible_to
from surveys.queries.waves import comparable_versions, waves_before
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import NOON
from tests.factories.surveys import BEFORE, closed, opened, planned, released, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def sees(person):
    return set(waves_visible_to(person))


def test_open_ones_wait_for_an_answer():
    asked = opened((6,))
    person = asked.team[0]
    assert list(waves_to_answer(person, NOON)) == [asked.wave]
    assert list(waves_to_answer(person, NOON + 21 * DAY)) == [asked.wave]
    assert list(waves_to_answer(person, NOON + 22 * DAY)) == []
    assert list(waves_to_answer(person, NOON - DAY)) == []
    assert list(waves_to_answer(asked.boss, NOON)) == []

    send(asked, person)

    assert list(waves_to_answer(person, NOON)) == []


@pytest.mark.parametrize("stage", [planned, closed, released])
def test_no_other_state_waits(stage):
    asked = stage()
    assert list(waves_to_answer(asked.team[0], NOON)) == []


@pytest.mark.parametrize("stage", [planned, opened, closed, released])
def test_reach_sees_every_state_and_the_team_what_has_opened(stage):
    asked = stage()
    owner, auditor = asked.redesign.workflow.owner, PersonFactory()
    RoleGrantFactory(person=auditor, role=Role.AUDITOR)
    for person in (asked.office, asked.boss, owner, auditor):
        assert sees(person) == {asked.wave}
    assert sees(asked.team[0]) == (set() if stage is planned else {asked.wave})


def test_cancelled_is_not_shown_to_the_team():
    asked = planned()
    operations.cancel_wave(wave=asked.wave, actor=asked.office, reason="No", at=NOON)
    assert sees(asked.team[0]) == set()
    assert sees(asked.boss) == {asked.wave}


def test_strangers_see_nothing():
    released()
    other = released()
    far = AssignmentFactory(unit=OrgUnitFactory(head=PersonFactory()))
    assert sees(far.person) == sees(far.unit.head) == set()
    assert sees(other.boss) == {other.wave}


def test_team_keeps_its_result_when_the_list_is_deleted():
    asked = released()
    newcomer = AssignmentFactory(unit=asked.units[0]).person
    tending.forget_old_answers(at=NOON + 90 * DAY)

    assert sees(asked.team[0]) == sees(newcomer) == {asked.wave}


def test_newcomer_does_not_see_what_is_still_open():
    asked = opened()
    newcomer = AssignmentFactory(unit=asked.units[0]).person
    assert sees(newcomer) == set()


def test_those_asked_to_sign_see_the_result_from_before_go_live():
    asked = opened((6,), code=BEFORE)
    signer = RoleGrantFactory(role=Role.PRIVACY).person
    from workflows.models import RouteStep, StepAssignment

    step = RouteStep.objects.filter(route__redesign=asked.redesign).first()
    StepAssignment.objects.create(step=step, person=signer, via="role", started_at=NOON)
    assert sees(signer) == set()

    for person in asked.team:
        send(asked, person)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    assert sees(signer) == {asked.wave}


def test_questions_stand_in_order_with_the_title_in_quotation_marks():
    wave = opened().wave
    name = wave.workflow.name

    asked = questionnaire(Wave.objects.get(pk=wave.pk), "de")

    assert asked.title == f"„{name}“"
    assert asked.lead_in.startswith(f"Denken Sie an „{name}“")
    assert [part.number for part in asked.parts] == [1, 2, 3, 4]
    assert [statement.position for statement in asked.statements] == list(range(16))
    assert asked.statements[0].text.startswith(f"Die Ergebnisse der KI in „{name}“ stimmen")
    assert asked.answers[0] == "Stimme gar nicht zu"
    assert len(asked.answers) == 6
    assert asked.comment_question.startswith("Welche eine Änderung")


def test_titles_with_braces_and_percent_signs_are_only_text():
    wave = opened().wave
    wave.workflow.name = "Review {of} 100 %s {workflow}"

    asked = questionnaire(wave, "en")

    assert asked.lead_in.startswith("Think of “Review {of} 100 %s {workflow}” as you do it")


def test_unknown_language_reads_english_and_no_comment_asks_nothing():
    wave = opened(asks_comment=False).wave

    asked = questionnaire(wave, "xx")

    assert asked.language == "en"
    assert asked.comment_question == ""


def test_questionnaire_takes_one_query(django_assert_num_queries):
    wave = Wave.objects.select_related("instrument", "workflow").get(pk=opened().wave.pk)
    with django_assert_num_queries(1):
        questionnaire(wave, "fr")


# --- which wave came before -----------------------------------------------------------------------
def version(number, comparable_with=None, **facts):
    return Instrument.objects.create(
        **{"code": "AWT-16", "kind": "after", "lead_in": {}, "answers": {}} | facts,
        version=number,
        comparable_with=comparable_with,
        comparable_reason="A comma" if comparable_with else "",
    )


def test_a_wave_follows_one_of_a_version_over_any_number_of_marks():
    first = released().wave
    second = version("2.0", comparable_with=first.instrument)
    third = version("3.0", comparable_with=second)

    def before(instrument):
        later = Wave(
            instrument=instrument,
            workflow=first.workflow,
            opens_date=first.opens_date + 90 * DAY,
        )
        return list(waves_before(later))

    assert before(second) == before(third) == [first]
    assert before(version("4.0")) == []


def test_versions_of_one_line_whichever_way_they_are_marked():
    used = Instrument.objects.get(code="AWT-16", version="1.0")
    alone = version("9.0")
    second = version("2.0")
    third = version("3.0", comparable_with=second)
    beside = version("3.1", comparable_with=second)
    Instrument.objects.filter(pk=used.pk).update(comparable_with=third, comparable_reason="A comma")
    other = version("2.0", code="AWT-X")
    version("3.0", comparable_with=other, code="AWT-X")

    line = {used.pk, second.pk, third.pk, beside.pk}
    for one in Instrument.objects.filter(pk__in=line):
        assert comparable_versions(one) == line
    assert comparable_versions(alone) == {alone.pk}


def test_marks_in_a_circle_are_one_line():
    first = version("2.0")
    second = version("3.0", comparable_with=first)
    Instrument.objects.filter(pk=first.pk).update(
        comparable_with=second, comparable_reason="A comma"
    )
    first.refresh_from_db()

    assert comparable_versions(first) == comparable_versions(second) == {first.pk, second.pk}
