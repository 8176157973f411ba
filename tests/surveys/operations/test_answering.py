"""Sending an answer: once, whole or not at all, and sealed before anything is stored."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from core.models import AuditEvent, Job
from surveys import keys, operations
from surveys.errors import AlreadyAnswered, BadAnswers, NotInvited, WaveNotOpen
from surveys.models import Ballot, Participation
from surveys.sealing import Sheet, unseal
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import BEFORE, closed, opened, planned, send

DAY = timedelta(days=1)
ANSWERS = [1, 2, 3, 4, 5, None, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def opened_box(wave):
    box = Ballot.objects.get(wave=wave).box
    return unseal(bytes(box), private_key=keys.read(wave.public_id))


@pytest.mark.django_db
def test_answer_is_sealed_and_the_person_done():
    asked = opened((6,), attributes=["site"])
    person = asked.team[2]
    events, jobs = AuditEvent.objects.count(), Job.objects.count()

    send(asked, person, ANSWERS, comment="Ein\r\nWunsch ", language="de")

    assert opened_box(asked.wave) == Sheet(
        asked.units[0].pk, (0,), tuple(ANSWERS), "Ein\nWunsch", "de"
    )
    done = Participation.objects.filter(wave=asked.wave, done=True)
    assert list(done.values_list("person", flat=True)) == [person.pk]
    assert (AuditEvent.objects.count(), Job.objects.count()) == (events, jobs)


@pytest.mark.django_db
def test_language_is_that_of_the_page():
    asked = opened()
    with translation.override("fr"):
        operations.answer(
            wave=asked.wave, person=asked.team[0], answers=ANSWERS, comment="", at=NOON
        )

    assert opened_box(asked.wave).language == "fr"


@pytest.mark.django_db
def test_transaction_has_two_writes_and_no_answer_in_any_statement(django_assert_num_queries):
    asked = opened()
    with django_assert_num_queries(8) as seen:
        send(asked, asked.team[0], ANSWERS, comment="kanarienvogel")

    writes = [
        query["sql"].split()[0]
        for query in seen.captured_queries
        if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))
    ]
    assert writes == ["UPDATE", "INSERT"]
    assert not any("kanarienvogel" in query["sql"] for query in seen.captured_queries)


@pytest.mark.django_db
def test_one_answers_once():
    asked = opened()
    send(asked, asked.team[0])

    with pytest.raises(AlreadyAnswered) as refusal:
        send(asked, asked.team[0], [1] * 16)
    assert refusal.value.status == 409
    assert Ballot.objects.count() == 1
    assert opened_box(asked.wave).answers == (4,) * 16


@pytest.mark.django_db
def test_who_is_not_invited_meets_nothing():
    asked = opened()
    for stranger in (PersonFactory(), asked.office, asked.boss):
        with pytest.raises(NotInvited) as refusal:
            send(asked, stranger)
        assert refusal.value.status == 404


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-1, 22, 400])
def test_outside_its_days_nothing_is_taken(days):
    """Also when the worker that should have closed it is late."""
    asked = opened()
    with pytest.raises(WaveNotOpen):
        send(asked, asked.team[0], at=NOON + days * DAY)
    assert not Ballot.objects.exists()


@pytest.mark.django_db
def test_last_day_counts():
    asked = opened()
    send(asked, asked.team[0], at=NOON + 21 * DAY)
    assert Ballot.objects.count() == 1


@pytest.mark.django_db
def test_closed_takes_nothing_and_a_draft_invites_nobody():
    done = closed()
    with pytest.raises(WaveNotOpen):
        send(done, done.team[0])
    with pytest.raises(NotInvited):
        send(draft := planned(), draft.team[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values, comment",
    [
        ([], ""),
        ([3] * 15, ""),
        ([3] * 17, ""),
        ([0] + [3] * 15, ""),
        ([6] + [3] * 15, ""),
        ([True] + [3] * 15, ""),
        (["3"] + [3] * 15, ""),
        ([3] * 16, "x" * 1001),
        ([3] * 16, "a\x00b"),
        ([3] * 16, "a\x07b"),
        ([3] * 16, "\ud83d"),
    ],
)
def test_what_does_not_fit_is_refused_whole(values, comment):
    asked = opened()
    with pytest.raises(BadAnswers) as refusal:
        send(asked, asked.team[0], values or [None], comment=comment)
    assert refusal.value.status == 422
    assert "x" * 20 not in str(refusal.value)
    assert not Ballot.objects.exists()
    assert not Participation.objects.filter(done=True).exists()


@pytest.mark.django_db
def test_all_left_out_is_an_answer():
    asked = opened()
    send(asked, asked.team[0], [None] * 16)
    assert opened_box(asked.wave).answers == (None,) * 16


@pytest.mark.django_db
def test_no_comment_where_none_is_asked():
    asked = opened(code=BEFORE)
    with pytest.raises(BadAnswers):
        send(asked, asked.team[0], comment="Hello")
    send(asked, asked.team[0], comment=" \n ")
    assert len(Ballot.objects.get().box) == 1072


@pytest.mark.django_db
def test_survey_before_go_live_ends_with_it():
    from tests.factories.sign_offs import Review, sign
    from workflows.models import Redesign, Route
    from workflows.operations.go_live import go_live

    asked = opened(code=BEFORE)
    send(asked, asked.team[0])
    redesign = Redesign.objects.select_related("current_revision").get(pk=asked.redesign.pk)
    sign(Review(redesign, Route.objects.get(redesign=redesign), asked.boss), asked.boss)
    redesign.refresh_from_db()
    go_live(redesign=redesign, actor=redesign.workflow.owner, at_instant=NOON, at=NOON)

    with pytest.raises(WaveNotOpen):
        send(asked, asked.team[1], at=NOON + DAY)


@pytest.mark.django_db
def test_crash_between_the_two_statements_leaves_neither():
    asked = opened()

    class Crash(Exception):
        pass

    def die(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "surveys_ballot"'):
            raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Crash):
        send(asked, asked.team[0])
    assert not Participation.objects.filter(done=True).exists()
    send(asked, asked.team[0])
    assert Ballot.objects.count() == 1


def test_two_sendings_at_once_are_one_ballot(run_together):
    asked = opened()
    person = asked.team[0]

    outcomes = run_together(*[lambda: send(asked, person)] * 4)

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["AlreadyAnswered"] * 3 + ["NoneType"]
    assert Ballot.objects.count() == 1


def test_everybody_at_once(run_together):
    asked = opened((12,))

    outcomes = run_together(*[lambda person=person: send(asked, person) for person in asked.team])

    assert outcomes == [None] * 12
    assert Ballot.objects.count() == Participation.objects.filter(done=True).count() == 12


def test_answer_and_close_at_once_never_disagree(run_together):
    """Whoever comes first: the counts at closing match, and nothing comes after it."""
    asked = opened((8,))

    def close():
        operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)

    outcomes = run_together(
        *[lambda person=person: send(asked, person) for person in asked.team], close
    )

    assert {type(one) for one in outcomes} <= {type(None), WaveNotOpen}
    sent = sum(one is None for one in outcomes[:-1])
    assert Ballot.objects.count() == Participation.objects.filter(done=True).count() == sent
