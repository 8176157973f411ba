"""From rows to messages: each row once, and again only when its worker or message is gone."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from core import jobs
from core.choices import JobState
from core.jobs import sending
from core.jobs.presence import held_by_me
from core.models import Job
from tests.core.jobs.brokers import Recorder

GONE = "The process doing this stopped before it was done."


def ask(count=1, **fields):
    made = [jobs.enqueue("core.forget_expired", number=number) for number in range(count)]
    Job.objects.filter(pk__in=[job.pk for job in made]).update(**fields)
    return [str(job.public_id) for job in made]


def at_work(*, lease=timedelta(minutes=5), attempts=1):
    """A claimed row; nobody holds its lock unless the test does."""
    (name,) = ask(
        state=JobState.RUNNING,
        attempts=attempts,
        lease_until=timezone.now() + lease,
        published_at=timezone.now(),
    )
    return Job.objects.get(public_id=name)


@pytest.mark.django_db
def test_due_rows_are_sent_once_oldest_first():
    names, broker = ask(5), Recorder()

    assert sending.publish_due(broker) == 5
    assert sending.publish_due(broker) == 0

    assert broker.sent == names
    assert not Job.objects.filter(published_at=None).exists()


@pytest.mark.django_db
def test_rows_beyond_one_batch_are_sent_too(monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 2)
    names, broker = ask(5), Recorder()

    assert sending.publish_due(broker) == 5
    assert broker.sent == names


@pytest.mark.django_db
def test_sending_stops_between_batches_when_told(monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 2)
    ask(5)
    broker = Recorder()

    assert sending.publish_due(broker, going_on=lambda: not broker.sent) == 2


@pytest.mark.django_db
def test_row_that_pauses_is_sent_when_its_pause_is_over():
    later = timezone.now() + timedelta(minutes=1)
    (name,), broker = ask(run_after=later), Recorder()

    assert sending.publish_due(broker) == 0
    assert sending.next_due() == later
    Job.objects.update(run_after=timezone.now() - timedelta(seconds=1))
    assert sending.publish_due(broker) == 1
    assert broker.sent == [name]
    assert sending.next_due() is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED, JobState.FAILED])
def test_ended_rows_are_not_sent(state):
    ask(state=state, finished_at=timezone.now(), last_error="It did not work.")

    assert sending.publish_due(Recorder()) == 0


@pytest.mark.django_db
def test_what_a_lost_broker_did_not_take_is_sent_later():
    names, broker = ask(4), Recorder(works_for=1)

    with pytest.raises(RedisAway):
        sending.publish_due(broker)

    assert (broker.sent, broker.forgotten) == (names[:1], 1)
    assert Job.objects.filter(published_at=None).count() == 3
    again = Recorder()
    assert sending.publish_due(again) == 3
    assert again.sent == names[1:]


def test_two_relays_at_once_send_each_row_once(run_together, monkeypatch):
    monkeypatch.setattr(sending, "BATCH", 7)
    names = ask(60)
    brokers = [Recorder(), Recorder(), Recorder()]

    sent = run_together(*[lambda b=broker: sending.publish_due(b) for broker in brokers])

    assert sum(sent) == 60
    assert sorted(name for broker in brokers for name in broker.sent) == sorted(names)


@pytest.mark.django_db
def test_row_whose_worker_is_gone_waits_again_before_its_lease_ends():
    job = at_work(lease=timedelta(minutes=5))

    assert sending.free_abandoned() == (1, 0)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.published_at) == (JobState.QUEUED, 1, None)
    assert (job.lease_until, job.last_error) == (None, GONE)


def test_row_of_a_living_worker_is_left_alone(run_together):
    """The lock is held on another connection, as a worker's is."""
    job = at_work()

    with held_by_me(job.public_id) as mine:
        assert mine
        assert run_together(sending.free_abandoned) == [(0, 0)]

    assert Job.objects.get().state == JobState.RUNNING
    assert run_together(sending.free_abandoned) == [(1, 0)]


def test_only_one_process_holds_a_job_at_a_time(run_together):
    job = at_work()

    def hold(public_id=job.public_id):
        with held_by_me(public_id) as mine:
            return mine

    with held_by_me(job.public_id):
        assert run_together(hold) == [False]
        assert run_together(lambda: hold("01900000-0000-7000-8000-000000000000")) == [True]
    assert run_together(hold) == [True]


def test_lease_that_is_over_ends_the_patience_with_a_living_worker(run_together):
    job = at_work(lease=timedelta(seconds=-1))

    with held_by_me(job.public_id):
        assert run_together(sending.free_abandoned) == [(1, 0)]


@pytest.mark.django_db
def test_third_attempt_that_dies_fails_the_job():
    job = at_work(attempts=3)

    assert sending.free_abandoned() == (0, 1)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.last_error) == (JobState.FAILED, 3, GONE)
    assert job.finished_at is not None


def test_two_sweepers_at_once_free_each_row_once(run_together):
    for _number in range(20):
        at_work()

    freed = run_together(*[sending.free_abandoned] * 3)

    assert sum(requeued for requeued, _failed in freed) == 20
    assert set(Job.objects.values_list("state", "attempts")) == {(JobState.QUEUED, 1)}


@pytest.mark.django_db
def test_messages_the_broker_lost_are_sent_again(settings):
    settings.JOB_SWEEP_SECONDS = 30
    names = ask(5, published_at=timezone.now() - timedelta(seconds=31))

    # Two of the five still wait in the queue; the oldest are taken for the lost ones.
    swept = sending.sweep(Recorder(waiting={"fast": 2}))

    assert swept == sending.Swept(requeued=0, failed=0, sent_again=3)
    broker = Recorder()
    sending.publish_due(broker)
    assert broker.sent == names[:3]


@pytest.mark.django_db
def test_messages_that_wait_are_not_doubled_at_each_sweep():
    ask(5, published_at=timezone.now() - timedelta(hours=1))

    assert sending.sweep(Recorder(waiting={"fast": 5})).sent_again == 0
    assert not Job.objects.filter(published_at=None).exists()


@pytest.mark.django_db
def test_message_just_sent_gets_a_sweep_s_time(settings):
    settings.JOB_SWEEP_SECONDS = 30
    ask(3, published_at=timezone.now() - timedelta(seconds=5))

    assert sending.sweep(Recorder()).sent_again == 0


@pytest.mark.django_db
def test_freed_row_waits_beside_the_same_work_asked_for_meanwhile():
    first = jobs.enqueue("core.forget_expired", dedupe_key="once")
    Job.objects.filter(pk=first.pk).update(
        state=JobState.RUNNING, attempts=1, lease_until=timezone.now() - timedelta(seconds=1)
    )
    second = jobs.enqueue("core.forget_expired", dedupe_key="once")

    assert sending.free_abandoned() == (1, 0)

    assert second.pk != first.pk
    assert Job.objects.filter(state=JobState.QUEUED).count() == 2


@pytest.mark.django_db
def test_sweep_frees_rows_also_while_the_broker_is_away():
    at_work()
    ask(1, published_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(RedisAway):
        sending.sweep(Recorder(works_for=0))

    assert not Job.objects.filter(state=JobState.RUNNING).exists()


@pytest.mark.django_db
def test_oldest_wait_counts_from_when_a_row_was_due():
    assert sending.oldest_wait_seconds() == 0
    ask(1, created_at=timezone.now() - timedelta(hours=2), run_after=timezone.now())
    assert sending.oldest_wait_seconds() < 5
    ask(1, created_at=timezone.now() - timedelta(minutes=10))
    assert 595 < sending.oldest_wait_seconds() < 605


@pytest.fixture
def broker(monkeypatch, redis_server_of_its_own):
    """The real one, on a Redis of the test's own."""
    socket = redis_server_of_its_own.socket_path
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis+socket://{socket}?virtual_host=0")
    monkeypatch.setitem(sending.IMPATIENT, "socket_timeout", 0.2)
    broker = sending.Broker()
    yield broker
    broker.forget()


@pytest.mark.django_db
def test_message_holds_ids_and_nothing_else(broker, redis_server_of_its_own):
    person_free = jobs.enqueue("measurement.import_cases", import_id=7)

    assert broker.waiting_in("fast") == 0
    sending.publish_due(broker)

    assert broker.waiting_in("fast") == 1
    client = redis_server_of_its_own.client()
    (queue,) = [key for key in client.keys("*fast") if client.type(key) == b"list"]
    message = json.loads(client.lindex(queue, 0))
    assert message["headers"]["task"] == "measurement.import_cases"
    assert message["content-type"] == "application/json"
    assert message["headers"]["argsrepr"] == f"['{person_free.public_id}']"
    assert message["headers"]["kwargsrepr"] == "{'import_id': 7}"


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["hang", "stop"])
def test_broker_that_is_away_is_left_quickly_and_found_again(
    broker, redis_server_of_its_own, fault
):
    ask(1)
    getattr(redis_server_of_its_own, fault)()

    with pytest.raises(sending.BROKER_AWAY):
        sending.publish_due(broker)

    assert Job.objects.get().published_at is None
    getattr(redis_server_of_its_own, {"hang": "resume", "stop": "start"}[fault])()
    assert sending.publish_due(broker) == 1


@pytest.mark.django_db
def test_emptied_broker_takes_messages_at_once(broker, redis_server_of_its_own):
    ask(2)
    sending.publish_due(broker)
    redis_server_of_its_own.empty()
    ask(1)

    sending.publish_due(broker)

    assert broker.waiting_in("fast") == 1
