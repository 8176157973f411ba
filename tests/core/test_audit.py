"""The trail: an event for each act, in its transaction, hashed by the database."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.audit import changes, plain, record
from core.choices import Channel
from core.context import Surroundings, within
from core.errors import DomainError
from core.models import AuditEvent
from tests.factories.people import PASSWORD, PersonFactory

FORGED = {"at": "2020-01-01T00:00Z", "xid": 1, "cluster": 1, "row_hash": b"0" * 32}
HASHED = """
SELECT row_hash, json_build_array(
    id::text, extract(epoch FROM at)::text, actor_id::text, on_behalf_of_id::text, verb,
    subject_type, subject_id, before::text, after::text, reason, request_id, channel,
    host(remote_addr), xid::text, cluster::text)::text
FROM core_auditevent
"""


class Broken(Exception):
    pass


@pytest.mark.django_db
def test_event_says_who_what_when_and_from_where():
    actor, principal = PersonFactory(), PersonFactory()
    around = Surroundings(request_id="request-1", channel=Channel.API, remote_addr="192.0.2.7")

    with within(around):
        record(
            "person.renamed",
            subject=principal,
            actor=actor,
            on_behalf_of=principal,
            before={"name": "A"},
            after={"name": "B"},
            reason="Married",
        )

    event = AuditEvent.objects.get()
    assert (event.verb, event.actor, event.on_behalf_of) == ("person.renamed", actor, principal)
    assert (event.subject_type, event.subject_id) == ("people.person", str(principal.public_id))
    assert (event.before, event.after, event.reason) == ({"name": "A"}, {"name": "B"}, "Married")
    assert (event.request_id, event.channel, event.remote_addr) == ("request-1", "api", "192.0.2.7")
    assert abs((datetime.now(UTC) - event.at).total_seconds()) < 60


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_a_mistake():
    with pytest.raises(RuntimeError, match="transaction"):
        record("tests.marked", subject=None, actor=None)

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_event_goes_with_its_act():
    with pytest.raises(Broken), transaction.atomic():
        record("tests.marked", subject=None, actor=None)
        raise Broken

    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_database_sets_time_number_and_hash_whatever_is_claimed():
    event = AuditEvent.objects.create(verb="tests.marked", channel=Channel.PAGE, **FORGED)

    event.refresh_from_db()
    assert event.at.year >= 2026
    assert event.xid > 1
    assert event.cluster > 1
    assert bytes(event.row_hash) != FORGED["row_hash"]


@pytest.mark.django_db
def test_hash_can_be_worked_out_by_python_alone():
    with within(
        Surroundings(request_id="“r” \\ 1", channel=Channel.PAGE, remote_addr="2001:db8::1")
    ):
        record("tests.marked", subject=None, actor=PersonFactory(), reason="größer\n<b>",
               before={"a": None, "ü": 1.5}, after={"b": [True, "x"]})  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute(HASHED)
        stored, columns = cursor.fetchone()
    text = json.dumps(json.loads(columns), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).digest() == bytes(stored)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET reason = 'other'",
        "DELETE FROM core_auditevent",
        "UPDATE core_seal SET event_count = 5",
        "DELETE FROM core_seal",
        "SET session_replication_role = replica; UPDATE core_auditevent SET reason = 'other'",
    ],
)
def test_even_the_owner_is_refused_a_change(statement):
    from core.models import Seal
    from core.sealing import GENESIS

    record("tests.marked", subject=None, actor=None)
    Seal.objects.create(number=1, cluster=1, from_xid=0, below_xid=1, first_id=1, last_id=1,
                        event_count=1, rows_hash=GENESIS, previous_hash=GENESIS)  # fmt: skip

    with (
        pytest.raises(IntegrityError, match="is refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditEvent.objects.get().reason == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rule, fields",
    [
        ("auditevent_channel_known", {"channel": "fax"}),
        ("auditevent_verb_given", {"verb": ""}),
        ("auditevent_subject_whole_or_absent", {"subject_type": "people.person"}),
        ("auditevent_subject_whole_or_absent", {"subject_id": "7"}),
    ],
)
def test_database_refuses_events_that_say_nothing(rule, fields):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        AuditEvent.objects.create(**({"verb": "tests.marked", "channel": Channel.PAGE} | fields))


@pytest.mark.django_db
def test_nobody_acts_on_their_own_behalf():
    person = PersonFactory()
    with pytest.raises(IntegrityError, match="auditevent_not_for_oneself"), transaction.atomic():
        record("tests.marked", subject=None, actor=person, on_behalf_of=person)


def test_changes_are_the_keys_that_differ():
    before = {"name": "A", "rate": Decimal("1.50"), "day": date(2026, 1, 1)}
    after = {"name": "B", "rate": Decimal("1.50"), "day": date(2026, 1, 1), "new": 1}

    assert changes(before, after) == ({"name": "A", "new": None}, {"name": "B", "new": 1})


def test_plain_values_are_ready_for_json():
    assert plain(None) is None
    assert plain({"day": date(2026, 1, 2), "rate": Decimal("1.50")}) == {
        "day": "2026-01-02",
        "rate": "1.50",
    }


@pytest.mark.django_db
def test_sign_in_sign_out_and_refusal_are_acts(client):
    person = PersonFactory()
    for typed in ("not this one", PASSWORD):
        client.post("/account/login/", {"login": person.email, "password": typed})
    client.post("/account/logout/")

    events = list(AuditEvent.objects.order_by("pk"))
    assert [event.verb for event in events] == [
        "person.sign_in_refused",
        "person.signed_in",
        "person.signed_out",
    ]
    assert {event.subject_id for event in events} == {str(person.public_id)}
    assert [event.actor for event in events] == [None, person, person]
    assert {event.channel for event in events} == {"page"}


@pytest.mark.django_db
def test_refused_sign_in_never_keeps_what_was_typed(client):
    client.post("/account/login/", {"login": "stranger@example.test", "password": "my secret"})

    event = AuditEvent.objects.get(verb="person.sign_in_refused")
    kept = json.dumps([event.before, event.after, event.reason, event.subject_id])
    assert "stranger" not in kept
    assert "secret" not in kept


@pytest.mark.django_db
def test_a_reason_of_any_length_is_not_kept_for_ever():
    record("thing.done", subject=None, actor=None, reason="x" * 4000)

    with pytest.raises(DomainError, match="at most 4000 characters; this one has 4001"):
        record("thing.done", subject=None, actor=None, reason="x" * 4001)

    assert AuditEvent.objects.count() == 1
