"""Seals: what was changed in spite of every guard is found and named."""

import itertools

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from core import sealing
from core.audit import record
from core.jobs import enqueue, run_waiting
from core.models import AuditEvent, Seal

pytestmark = pytest.mark.django_db(transaction=True)
REHASH = "UPDATE core_auditevent e SET row_hash = core_audit_hash(e) WHERE id = %s"


# What is still open anywhere on the server holds a seal back; the other process of the run too.
OPEN_HERE = """
SELECT c.system_identifier, coalesce(
    (SELECT min(backend_xid::text::bigint) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()),
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
FROM pg_control_system() c
"""


@pytest.fixture(autouse=True)
def _only_this_database_holds_seals_back(monkeypatch):
    assert "pg_snapshot_xmin(pg_current_snapshot())" in sealing.HORIZON
    monkeypatch.setattr(sealing, "HORIZON", OPEN_HERE)


def written(count=1):
    """Events, each in a transaction of its own; their ids."""
    made = []
    for number in range(count):
        with transaction.atomic():
            event = record("tests.marked", subject=None, actor=None, reason=str(number))
        made.append(event.pk)
    return made


def past_the_guards(*statements, table="core_auditevent"):
    """As a superuser who first takes the guards off, and puts them back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement, *values in statements:
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER portal_append_only")


def sealed(count=6, block=2):
    ids = written(count)
    assert sealing.seal_events(block=block) == count
    return ids


def verify(*arguments):
    call_command("verify_audit", *arguments)


def test_untouched_trail_is_in_order(capsys):
    sealed(5, block=2)
    written(1)

    verify()

    first, head = capsys.readouterr().out.splitlines()
    assert first == "6 events and 3 seals are as they were written."
    assert head == f"head {sealing.verify().head}"


def test_empty_trail_is_in_order(capsys):
    verify()

    assert capsys.readouterr().out.splitlines()[1] == "head none yet"


def test_blocks_follow_one_another_and_hold_every_event_once():
    ids = sealed(7, block=3)

    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == [1, 2, 3]
    assert [(seal.first_id, seal.last_id, seal.event_count) for seal in seals] == [
        (ids[0], ids[2], 3),
        (ids[3], ids[5], 3),
        (ids[6], ids[6], 1),
    ]
    assert bytes(seals[0].previous_hash) == sealing.GENESIS
    for before, after in itertools.pairwise(seals):
        assert bytes(after.previous_hash) == bytes(before.seal_hash)
        assert after.from_xid == before.below_xid
    assert sealing.seal_events() == 0


def test_one_transaction_s_events_stay_in_one_block():
    with transaction.atomic():
        for _number in range(5):
            record("tests.marked", subject=None, actor=None)

    assert sealing.seal_events(block=2) == 5
    assert Seal.objects.count() == 1


@pytest.mark.parametrize("is_sealed", [True, False])
def test_changed_row_is_named(is_sealed):
    ids = sealed() if is_sealed else written(6)
    past_the_guards(("UPDATE core_auditevent SET reason = 'other' WHERE id = %s", ids[2]))

    with pytest.raises(CommandError, match=rf"^event {ids[2]} was changed after it was written$"):
        verify()


@pytest.mark.parametrize(
    "change", ["actor_id = NULL, channel = 'api'", "at = at - interval '1 day'", "after = '{}'",
               "subject_type = 'x', subject_id = 'y'", "request_id = 'other'"]
)  # fmt: skip
def test_no_column_can_be_changed_unseen(change):
    ids = sealed(2)
    past_the_guards((f"UPDATE core_auditevent SET {change} WHERE id = %s", ids[1]))

    assert sealing.verify().problem == f"event {ids[1]} was changed after it was written"


def test_changed_row_with_a_new_hash_is_found_by_its_block():
    ids = sealed()
    past_the_guards(
        ("UPDATE core_auditevent SET reason = 'other' WHERE id = %s", ids[2]), (REHASH, ids[2])
    )

    with pytest.raises(CommandError) as error:
        verify()
    assert str(error.value) == (
        f"seal 2 (events {ids[2]} to {ids[3]}) finds an event changed together with its own hash"
    )


def test_deleted_row_is_named():
    ids = sealed()
    past_the_guards(("DELETE FROM core_auditevent WHERE id = %s", ids[2]))

    with pytest.raises(CommandError) as error:
        verify()
    assert str(error.value).startswith(f"seal 2 (events {ids[2]} to {ids[3]}) closed over 2 events")


def test_all_rows_of_a_block_deleted_are_missed():
    ids = sealed()
    past_the_guards(("DELETE FROM core_auditevent WHERE id IN (%s, %s)", ids[2], ids[3]))

    assert sealing.verify().problem == (
        f"seal 2 (events {ids[2]} to {ids[3]}) closed over 2 events and finds 0"
    )


def test_row_slipped_into_a_closed_block_is_found():
    ids = sealed()
    past_the_guards(
        (
            "INSERT INTO core_auditevent (at, verb, subject_type, subject_id, reason, request_id, "
            "channel, xid, cluster, row_hash) SELECT at, verb, subject_type, subject_id, reason, "
            "request_id, channel, xid, cluster, row_hash FROM core_auditevent WHERE id = %s",
            ids[2],
        ),
        ("UPDATE core_auditevent e SET row_hash = core_audit_hash(e)",),
    )

    assert sealing.verify().problem.endswith("closed over 2 events and finds 3")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_seal SET event_count = event_count + 1 WHERE number = 2",
        "UPDATE core_seal s SET at = at - interval '1 day' WHERE number = 2",
        "DELETE FROM core_seal WHERE number = 1",
    ],
)
def test_changed_or_missing_seal_is_named(statement):
    sealed()
    past_the_guards((statement,), table="core_seal")

    assert sealing.verify().problem == ("seal 2 was changed or does not follow the one before it")


def test_seals_cut_off_at_the_end_are_seen_with_an_anchor():
    sealed()
    head = sealing.verify().head
    past_the_guards(("DELETE FROM core_seal WHERE number = 3",), table="core_seal")

    verify()  # nothing within the table can know
    with pytest.raises(CommandError, match="seal 3 is not the one noted as the anchor"):
        verify("--anchor", head)


def test_history_written_anew_is_seen_with_an_anchor():
    ids = sealed()
    head = sealing.verify().head
    past_the_guards(
        ("UPDATE core_auditevent SET reason = 'other' WHERE id = %s", ids[0]), (REHASH, ids[0])
    )
    past_the_guards(("DELETE FROM core_seal",), table="core_seal")
    sealing.seal_events(block=2)

    assert sealing.verify().problem == ""
    assert sealing.verify(anchor=head).problem == "seal 3 is not the one noted as the anchor"


def test_anchor_that_holds_is_in_order():
    sealed()
    head = sealing.verify().head
    sealed()

    verify("--anchor", head)


def test_event_that_commits_late_is_sealed_after_all(run_together):
    """Its id is lower than those of a block, its transaction is older: the block waits for it."""
    with transaction.atomic():
        late = record("tests.marked", subject=None, actor=None).pk
        (later,) = run_together(lambda: written(3))
        assert run_together(sealing.seal_events) == [0]

    assert sealing.seal_events() == 4
    seal = Seal.objects.get()
    assert (seal.first_id, seal.last_id, seal.event_count) == (late, later[-1], 4)
    assert sealing.verify().problem == ""


def test_events_before_a_running_transaction_are_sealed_and_none_after(run_together):
    early = written(2)
    with transaction.atomic():
        record("tests.marked", subject=None, actor=None)
        run_together(lambda: written(2))
        assert run_together(sealing.seal_events) == [2]
        assert Seal.objects.get().last_id == early[-1]

    assert sealing.seal_events() == 3
    assert sealing.verify().problem == ""


def test_two_sealers_at_once_double_nothing(run_together):
    written(20)

    counts = run_together(*[lambda: sealing.seal_events(block=3)] * 3)

    assert sum(counts) == 20
    assert sum(Seal.objects.values_list("event_count", flat=True)) == 20
    assert sealing.verify().problem == ""


def test_sealing_is_a_job():
    written(3)
    enqueue("core.seal_audit")

    run_waiting()

    assert (
        AuditEvent.objects.count() == sum(Seal.objects.values_list("event_count", flat=True)) == 3
    )


def test_events_of_a_restored_cluster_are_sealed_whatever_their_numbers():
    ids = written(3)
    past_the_guards(
        ("UPDATE core_auditevent SET cluster = 42, xid = xid + 1000000000000",),
        ("UPDATE core_auditevent e SET row_hash = core_audit_hash(e)",),
    )
    here = written(2)

    assert sealing.seal_events() == 5
    assert sealing.seal_events() == 0
    assert {(seal.first_id, seal.last_id) for seal in Seal.objects.all()} == {
        (ids[0], ids[-1]),
        (here[0], here[-1]),
    }
    assert sealing.verify().problem == ""
