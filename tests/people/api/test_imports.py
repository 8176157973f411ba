"""Files of people by machine: checks 28 to 32, and that a killed worker loses nothing."""

import gzip
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.choices import JobState
from core.models import ApiToken, AuditEvent, IdempotencyKey, Job
from core.tidying import forget_expired
from people.choices import Role
from people.models import (
    Assignment,
    ChangeLog,
    ParkedManager,
    PeopleImport,
    PeopleRejection,
    Person,
)
from people.operations import imports
from people.operations.imports import running, staging
from people.operations.records import set_active
from tests.factories.people import OrgUnitFactory, PersonFactory, RoleGrantFactory
from tests.people.hr import (
    HEADER,
    auth,
    counts,
    csv_of,
    key,
    newest,
    places,
    post,
    put,
    run_jobs,
    staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def unit():
    OrgUnitFactory(code="QB")
    return OrgUnitFactory(code="QA")


@pytest.fixture
def token(unit):
    return key("hr:bulk")


def administrator(**facts):
    return RoleGrantFactory(role=Role.ADMINISTRATOR, person=PersonFactory(**facts)).person


def days_from_now(days):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def leaving(count, *, first=1, day=""):
    return [f"W-{n},,,,,,,,,,false,{day}" for n in range(first, first + count)]


def active():
    return Person.objects.filter(source_id__startswith="W-", is_active=True).count()


def stored(tmp_path):
    folder = tmp_path / "uploads" / "people"
    return list(folder.iterdir()) if folder.is_dir() else []


def tables():
    """A checksum of everything a dry run must not touch."""
    sums = {}
    with connection.cursor() as cursor:
        for table in (
            *("people_person", "people_employment", "people_assignment", "people_changelog"),
            *("people_hrrecord", "people_parkedmanager", "people_legalentity", "people_site"),
        ):
            cursor.execute(f"SELECT count(*), sum(hashtext(t::text)::bigint) FROM {table} t")
            sums[table] = cursor.fetchone()
    return sums


def staged():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_importstage")
        return cursor.fetchone()[0]


def test_file_is_accepted_and_its_counts_add_up(client, token, tmp_path):
    body = csv_of(*staff(30), "W-99,Bad,Unit,,,ALPINA,NO,,,CH,true,", ",No,Key,,,,,,,,,")

    answer = post(client, token, body)

    assert answer.status_code == 202
    job = Job.objects.get(name="people.import_people")
    assert answer["Location"] == answer.json()["status_url"] == f"/api/v1/jobs/{job.public_id}"
    run_jobs()
    done = newest()
    assert counts(done) == ("done", 32, 30, 0, 0, 2)
    assert Person.objects.filter(source_id__startswith="W-", is_active=True).count() == 30
    assert Assignment.objects.filter(manager__source_id="W-1").count() == 29
    assert ParkedManager.objects.count() == 0
    assert stored(tmp_path) == []
    assert staged() == 0
    told = client.get(answer["Location"], headers=auth(token)).json()
    lines = client.get(told["errors_url"], headers=auth(token))
    errors = [json.loads(line) for line in b"".join(lines.streaming_content).splitlines()]
    assert [(one["line"], one["source_id"], one["column"], one["code"]) for one in errors] == [
        (32, "W-99", "unit", "unknown_unit"),
        (33, "", "source_id", "missing"),
    ]
    assert errors[0]["reason"] == "there is no unit “NO”"
    assert lines["Content-Type"] == "application/x-ndjson"


def test_the_same_file_twice_changes_nothing(client, token):
    post(client, token, csv_of(*staff(30)))
    run_jobs()
    before = tables()

    post(client, token, csv_of(*staff(30)))
    run_jobs()

    assert counts(newest()) == ("done", 30, 0, 0, 30, 0)
    assert tables() == before
    assert ChangeLog.objects.filter(attribute="unit").count() == 30


def test_columns_in_another_order_are_looked_at_and_found_the_same(client, token):
    post(client, token, csv_of(*staff(5)))
    run_jobs()
    rows = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in staff(5)]
    as_json = "\n".join(json.dumps(row | {"active": True, "status": "active"}) for row in rows)

    post(client, token, gzip.compress(as_json.encode()), kind="application/x-ndjson",
         **{"Content-Encoding": "gzip"})  # fmt: skip
    run_jobs()

    assert counts(newest()) == ("done", 5, 0, 0, 5, 0)


def test_a_dry_run_counts_the_same_and_touches_nothing(client, token):
    post(client, token, csv_of(*staff(10)))
    run_jobs()
    changed = [
        *staff(4),
        *staff(3, first=5, unit="QB", day="2026-11-01"),
        *staff(5, first=20),
        "W-50,A,B,w20@example.test,,ALPINA,QA,W-77,,CH,true,",  # an address of a row before
        "W-51,A,B,,,NEWCO,QA,W-50,,CH,true,",
    ]
    before = tables()

    post(client, token, csv_of(*changed), query="?dry_run=true")
    run_jobs()
    dry = newest()

    assert tables() == before
    assert (dry.job.state, dry.applied_at, staged()) == ("done", None, 0)
    post(client, token, csv_of(*changed))
    run_jobs()
    assert counts(newest()) == counts(dry) == ("done", 14, 6, 3, 4, 1)
    assert dry.plan["moves"] == 3
    assert Person.objects.get(email="w20@example.test").source_id == "W-50"  # managers come first
    assert ParkedManager.objects.get().manager_source_id == "W-77"


def test_who_names_a_refused_person_as_manager_waits(client, token):
    post(
        client, token,
        csv_of("W-2,A,B,,,ALPINA,QA,W-1,,CH,true,", "W-1,C,D,,,ALPINA,NO,,,CH,true,"),
    )  # fmt: skip
    run_jobs()

    assert counts(newest()) == ("done", 2, 1, 0, 0, 1)
    assert ParkedManager.objects.get().manager_source_id == "W-1"
    assert "W-1" not in " ".join(ChangeLog.objects.values_list("value", flat=True))

    post(client, token, csv_of("W-1,C,D,,,ALPINA,QA,,,CH,true,"))
    run_jobs()
    assert Assignment.objects.get(person__source_id="W-2").manager.source_id == "W-1"


def test_a_full_file_that_lacks_many_waits_for_a_second_person(client, token):
    owner, second = administrator(), administrator()
    owned = key("hr:bulk", owner=owner)
    post(client, token, csv_of(*staff(60)))
    run_jobs()
    before = tables()

    post(client, owned, csv_of(*staff(39)), query="?mode=full")
    run_jobs()

    held = newest()
    assert (held.job.state, tables()) == ("needs_review", before)
    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    told = client.get(f"/api/v1/hr/imports/{held.public_id}", headers=auth(token)).json()
    assert (told["state"], told["ended"], told["plan"]["ends"]) == ("needs_review", 21, 21)
    with pytest.raises(imports.reviewing.SecondPersonNeeded):
        imports.approve_import(people_import=held, actor=owner, at=timezone.now())
    with pytest.raises(imports.reviewing.Forbidden):
        imports.approve_import(people_import=held, actor=PersonFactory(), at=timezone.now())

    imports.approve_import(people_import=held, actor=second, at=timezone.now())
    run_jobs()

    done = newest()
    assert (done.job.state, done.rows_ended, done.rows_unchanged) == ("done", 21, 39)
    assert Person.objects.filter(source_id__startswith="W-", is_active=True).count() == 39
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"people.import_approved", "people.imported", "person.left"} <= verbs

    post(client, token, csv_of(*staff(60)))  # they come back with the row of before
    run_jobs()
    assert counts(newest()) == ("done", 60, 0, 21, 39, 0)
    assert Person.objects.filter(source_id__startswith="W-", is_active=True).count() == 60


def test_what_grew_worse_after_the_approval_waits_again(client, token, unit):
    second = administrator()
    post(client, token, csv_of(*staff(65)))
    run_jobs()
    lately = Person.objects.filter(source_id__in=[f"W-{n}" for n in range(61, 66)])
    for person in lately:
        set_active(
            person=person, is_active=False, actor=second, reason="On leave", at=timezone.now()
        )
    post(client, token, csv_of(*staff(39)), query="?mode=full")
    run_jobs()
    held = newest()
    assert (held.job.state, held.plan["ends"]) == ("needs_review", 21)
    for person in lately:  # back, and the file that waits would end them too
        set_active(person=person, is_active=True, actor=second, reason="Back", at=timezone.now())

    imports.approve_import(people_import=held, actor=second, at=timezone.now())
    run_jobs()

    held.refresh_from_db()
    assert (held.job.state, held.approved_by, held.plan["ends"]) == ("needs_review", None, 26)


def test_a_few_who_are_missing_end_at_once_and_bad_rows_protect(client, token):
    post(client, token, csv_of(*staff(30)))
    run_jobs()
    bad = "W-28,,,,,ALPINA,NO,,,CH,true,"

    post(client, token, csv_of(*staff(27), bad), query="?mode=full")
    run_jobs()

    done = newest()
    assert (done.job.state, done.rows_ended, done.rows_rejected) == ("done", 2, 1)
    assert Person.objects.get(source_id="W-28").is_active


def test_who_was_hired_after_a_full_file_came_in_is_not_ended_by_it(client, token):
    post(client, token, csv_of(*staff(30)))
    run_jobs()
    post(client, token, csv_of(*staff(30)), query="?mode=full")
    put(client, key("hr:write"), "W-99", {"given_name": "Ada", "unit": "QA", "active": True})

    run_jobs()

    assert (newest().job.state, newest().rows_ended) == ("done", 0)
    assert Person.objects.get(source_id="W-99").is_active


@pytest.mark.parametrize("mode", ["delta", "full"])
@pytest.mark.parametrize("in_days", [0, 30])
def test_a_file_of_many_ends_waits_whatever_its_mode_and_their_day(client, token, mode, in_days):
    post(client, token, csv_of(*staff(60)))
    run_jobs()
    before = tables()
    rows = [*staff(39), *leaving(21, first=40, day=days_from_now(in_days))]

    post(client, token, csv_of(*rows), query=f"?mode={mode}")
    run_jobs()

    held = newest()
    assert (held.job.state, tables()) == ("needs_review", before)
    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    imports.approve_import(people_import=held, actor=administrator(), at=timezone.now())
    run_jobs()
    assert (newest().job.state, active()) == ("done", 60 if in_days else 39)


def test_a_delta_of_twenty_ends_is_worked_off_as_it_comes(client, token):
    post(client, token, csv_of(*staff(60)))
    run_jobs()

    post(client, token, csv_of(*leaving(20, first=40)))
    run_jobs()

    assert (newest().job.state, newest().plan, active()) == ("done", {}, 40)


def test_a_delta_that_repeats_ends_and_history_of_others_does_not_wait(client, token):
    gone = [f"W-{n},A,B,,,ALPINA,QA,,,CH,false,2025-01-01" for n in range(100, 130)]
    post(client, token, csv_of(*staff(60)))
    run_jobs()

    post(client, token, csv_of(*gone))
    run_jobs()

    assert (newest().job.state, newest().rows_created, newest().plan["ends"]) == ("done", 30, 0)


def test_small_full_files_in_a_day_are_counted_together(client, token):
    for count, mode in ((60, "delta"), (45, "full")):
        post(client, token, csv_of(*staff(count)), query=f"?mode={mode}")
        run_jobs()
        assert newest().job.state == "done"

    post(client, token, csv_of(*staff(39)), query="?mode=full")
    run_jobs()

    held = newest()
    assert held.brakes == [{"code": "ends", "found": 21, "limit": 20}]
    assert (held.job.state, held.plan["ends"], held.plan["ended"]) == ("needs_review", 6, 15)
    imports.cancel_import(people_import=held, actor=None)
    post(client, token, csv_of(*staff(45, title="New")), query="?mode=full")
    run_jobs()
    assert (newest().job.state, newest().rows_updated) == ("done", 45)  # it ends nobody


def test_ends_of_yesterday_and_by_the_clock_are_not_counted_with_a_file(client, token):
    post(client, token, csv_of(*staff(60)))
    run_jobs()
    day_before = timezone.now() - timedelta(hours=25)
    for number, source, at in ((1, "api", day_before), (2, "clock", timezone.now())):
        for one in range(20):
            ChangeLog.objects.create(
                person=Person.objects.get(source_id=f"W-{number * 20 - one}"),
                attribute="active",
                value="false",
                effective_from=timezone.localdate(),
                source=source,
                recorded_at=at,
            )

    post(client, token, csv_of(*staff(50)), query="?mode=full")
    run_jobs()

    assert (newest().job.state, newest().plan["ended"], newest().rows_ended) == ("done", 0, 10)


def known_for_a_week():
    """Limits count those who were there before the last files came."""
    Person.objects.update(created_at=timezone.now() - timedelta(days=7))


def test_moves_of_a_later_day_brake_a_full_file(client, token):
    post(client, token, csv_of(*staff(20)))
    run_jobs()
    known_for_a_week()
    later = days_from_now(1)

    post(
        client, token,
        csv_of(*staff(17), *staff(3, first=18, unit="QB", day=later)), query="?mode=full",
    )  # fmt: skip
    run_jobs()

    assert newest().brakes == [{"code": "moves", "found": 3, "limit": 2}]


def test_a_guarded_address_refuses_the_row_and_ends_nobody(client, token):
    boss = PersonFactory(source_id="W-99", email="boss@example.test", signing_enabled=True)
    rows = [*staff(3), "W-99,Mal,Lory,mallory@example.test,,ALPINA,QA,,,CH,true,"]

    post(client, token, csv_of(*rows), query="?mode=full")
    run_jobs()

    boss.refresh_from_db()
    assert (newest().job.state, newest().rows_rejected, newest().rows_ended) == ("done", 1, 0)
    assert PeopleRejection.objects.get().code == "email_guarded"
    assert (boss.is_active, boss.email, boss.given_name != "Mal") == (
        True, "boss@example.test", True,
    )  # fmt: skip


def test_the_last_administrator_stays_when_a_full_file_lacks_them(client, token):
    people = [administrator(source_id=f"W-9{n}") for n in range(2)]

    post(client, token, csv_of(*staff(3)), query="?mode=full")
    run_jobs()
    post(client, token, csv_of(*staff(4)), query="?mode=full")
    run_jobs()

    done = newest()
    assert (done.job.state, done.plan["missing"], done.rows_ended) == ("done", 0, 0)
    assert sorted(Person.objects.get(pk=one.pk).is_active for one in people) == [False, True]


def test_the_last_two_administrators_do_not_leave_by_one_file(client, token):
    people = [administrator(source_id=f"W-{n}") for n in range(1, 3)]

    post(client, token, csv_of(*leaving(2)))
    run_jobs()

    assert (newest().rows_rejected, PeopleRejection.objects.get().code) == (
        1, "last_administrator",
    )  # fmt: skip
    assert sorted(Person.objects.get(pk=one.pk).is_active for one in people) == [False, True]


def test_rows_of_nobody_brake_a_full_file(client, token):
    post(client, token, csv_of(*staff(30)))
    run_jobs()

    post(client, token, csv_of(*staff(29), ",Given,Family,,,,,,,,true,"), query="?mode=full")
    run_jobs()

    assert newest().brakes == [{"code": "unnamed", "found": 1, "limit": 0}]


def test_many_moves_and_lost_levels_brake_a_full_file(client, token):
    chain = [
        f"W-{n},G,F,,,ALPINA,QA,{f'W-{n - 1}' if n > 1 else ''},,CH,true,2024-01-01"
        for n in range(1, 21)
    ]
    post(client, token, csv_of(*chain))
    run_jobs()
    known_for_a_week()
    flat = [
        f"W-{n},G,F,,,ALPINA,{'QB' if n > 17 else 'QA'},{'W-1' if n > 1 else ''},,CH,true,"
        for n in range(1, 21)
    ]

    post(client, token, csv_of(*flat), query="?mode=full")
    run_jobs()

    assert newest().brakes == [
        {"code": "moves", "found": 3, "limit": 2},
        {"code": "levels", "found": 18, "limit": 1},
    ]


@pytest.mark.parametrize(
    "encoding, query",
    [("utf-8-sig", ""), ("utf-16", ""), ("windows-1252", "?encoding=windows-1252")],
)
def test_names_come_in_right_and_a_formula_stays_text(client, token, encoding, query):
    rows = f"{HEADER}\nW-1,Zoë,=cmd(),,,ALPINA,QA,,=1+1,CH,true,\n".replace(",", ";")

    post(client, token, rows.encode(encoding), query=query)
    run_jobs()

    person = Person.objects.get(source_id="W-1")
    assert (person.given_name, person.family_name, person.job_title) == ("Zoë", "=cmd()", "=1+1")


def test_the_same_key_and_body_give_the_job_of_the_first_time(client, token, tmp_path):
    headers = {"Idempotency-Key": "night-1"}
    first = post(client, token, csv_of(*staff(3)), **headers)

    again = post(client, token, csv_of(*staff(3)), **headers)
    other = post(client, token, csv_of(*staff(4)), **headers)
    other_mode = post(client, token, csv_of(*staff(3)), query="?mode=full", **headers)
    elsewhere = post(client, key("hr:bulk"), csv_of(*staff(3)), **headers)

    assert (again.status_code, again.json()) == (202, first.json())
    assert (again["Idempotent-Replayed"], again["Location"]) == ("true", first["Location"])
    assert "Idempotent-Replayed" not in first
    assert {(one.status_code, one.json()["code"]) for one in (other, other_mode)} == {
        (422, "idempotency_key_reused")
    }
    assert elsewhere.json()["id"] != first.json()["id"]
    assert Job.objects.filter(name="people.import_people").count() == 2
    assert len(stored(tmp_path)) == 2


def test_a_key_is_forgotten_after_a_day(client, token):
    post(client, token, csv_of(*staff(3)), **{"Idempotency-Key": "night-1"})
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))

    forget_expired()

    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("wrong", ["", " ", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(client, token, wrong):
    answer = post(client, token, csv_of(*staff(3)), **{"Idempotency-Key": wrong})

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")


def test_older_rows_are_counted_and_left_out(client, token):
    head = f"{HEADER},source_version"
    new = "\n".join([head, *(f"{row},5" for row in staff(3)), ""])
    old = "\n".join([head, *(f"{row},4" for row in staff(3, title="Old")), ""])
    post(client, token, new.encode())
    run_jobs()

    post(client, token, old.encode())
    run_jobs()

    done = newest()
    assert (done.rows_stale, done.rows_unchanged, done.job.unchanged) == (3, 0, 3)
    assert not Assignment.objects.filter(job_title="Old").exists()


def test_several_rows_of_a_person_make_a_history_in_any_order(client, token):
    rows = [
        "W-1,Ada,K,,,ALPINA,QB,,Lead,CH,true,2026-03-01",
        "W-1,Ada,K,,,ALPINA,QA,,Analyst,CH,true,2024-01-01",
    ]
    post(client, token, csv_of(*rows))
    run_jobs()
    post(client, token, csv_of(*rows))
    run_jobs()

    places = Assignment.objects.filter(person__source_id="W-1").order_by("valid")
    assert [(one.unit.code, one.job_title) for one in places] == [
        ("QA", "Analyst"), ("QB", "Lead"),
    ]  # fmt: skip
    assert counts(newest()) == ("done", 2, 0, 0, 2, 0)


def test_a_leaver_s_address_is_free_for_a_row_before_it(client, token):
    post(client, token, csv_of("W-1,A,B,same@example.test,7,ALPINA,QA,,,CH,true,"))
    run_jobs()

    post(
        client, token,
        csv_of("W-2,C,D,same@example.test,,ALPINA,QA,,,CH,true,", "W-1,A,B,,,ALPINA,,,,,false,"),
    )  # fmt: skip
    run_jobs()

    assert counts(newest())[1:] == (2, 1, 1, 0, 0)
    assert Person.objects.get(email="same@example.test").source_id == "W-2"


def test_a_killed_worker_s_import_goes_on_from_the_last_slice(client, token, monkeypatch):
    monkeypatch.setattr(staging, "SLICE_PEOPLE", 4)
    post(client, token, csv_of(*staff(20)))
    said, spoken = staging.say, []

    def dies(*args):
        said(*args)
        spoken.append(1)
        if len(spoken) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(staging, "say", dies)
    with pytest.raises(KeyboardInterrupt):
        run_jobs()
    assert Person.objects.filter(source_id__startswith="W-").count() == 8
    Job.objects.update(state=JobState.QUEUED, lease_until=None)
    monkeypatch.setattr(staging, "say", said)
    run_jobs()

    assert counts(newest()) == ("done", 20, 20, 0, 0, 0)
    assert ChangeLog.objects.filter(attribute="unit").count() == 20
    assert AuditEvent.objects.filter(verb="person.created").count() == 20


def test_a_long_import_is_cut_into_turns(client, token, monkeypatch):
    monkeypatch.setattr(staging, "SLICE_PEOPLE", 4)
    monkeypatch.setattr(running, "TURN_SECONDS", 0.0)
    post(client, token, csv_of(*staff(20)))
    job = Job.objects.get(name="people.import_people")

    run_jobs(1)

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    assert Person.objects.filter(source_id__startswith="W-").count() == 4
    run_jobs()
    assert counts(newest()) == ("done", 20, 20, 0, 0, 0)


@pytest.mark.parametrize(
    "body, code",
    [(b" \n", 422), (b"name,unit\nA,B\n", 422), (b"%PDF-1.7", 422), (b"PK\x03\x04", 422)],
)
def test_a_body_that_is_no_file_of_people_is_refused_at_once(client, token, body, code):
    answer = post(client, token, body)

    assert (answer.status_code, answer.json()["code"]) == (code, "file_refused")
    assert PeopleImport.objects.count() == 0


@pytest.mark.parametrize(
    "query, field",
    [
        ("?mode=all", "mode"),
        ("?dry_run=perhaps", "dry_run"),
        ("?mode=full&mode=delta", "mode"),
        ("?colour=red", "colour"),
    ],
)
def test_a_wrong_parameter_is_named(client, token, query, field):
    answer = post(client, token, csv_of(*staff(1)), query=query)

    assert (answer.status_code, places(answer)) == (400, [field])
    assert PeopleImport.objects.count() == 0


def test_who_asks_for_lines_alone_gets_them(client, token):
    post(client, token, csv_of("W-99,Bad,Unit,,,ALPINA,NO,,,CH,true,"))
    run_jobs()
    path = f"/api/v1/hr/imports/{newest().public_id}/errors"
    asks = auth(token, Accept="application/x-ndjson")

    answer = client.get(path, headers=asks)
    refused = client.get(f"{path}?colour=red", headers=asks)

    (line,) = b"".join(answer.streaming_content).splitlines()
    assert (answer.status_code, json.loads(line)["code"]) == (200, "unknown_unit")
    assert (refused.status_code, places(refused)) == (400, ["colour"])
    assert refused["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("column", ["a\x00b", "a\ud800b"])
def test_a_column_no_database_can_name_is_left_out(client, token, column):
    row = dict(zip(HEADER.split(","), staff(1)[0].split(","), strict=True)) | {column: "1"}

    post(client, token, json.dumps(row).encode(), kind="application/x-ndjson")
    run_jobs()

    assert (newest().job.state, newest().dropped_columns) == ("done", ["a\ufffdb"])


def test_a_file_that_breaks_on_the_way_changes_nothing(client, token, tmp_path):
    post(client, token, csv_of(*staff(300)) + b'W-900,"never ends')
    run_jobs()

    failed = newest()
    assert failed.job.state == "failed"
    assert "quotation" in failed.job.error_text
    assert not Person.objects.filter(source_id="W-1").exists()
    assert (stored(tmp_path), staged()) == ([], 0)


@pytest.mark.parametrize("scope", ["hr:read", "hr:write", "cases:write"])
def test_bulk_needs_its_scope(client, unit, scope):
    assert post(client, key(scope), csv_of(*staff(1))).status_code == 403
    assert post(client, "apt_none", csv_of(*staff(1))).status_code == 401


def test_rejections_and_files_are_swept(client, token, tmp_path):
    post(client, token, csv_of("W-1,A,B,,,ALPINA,NO,,,CH,true,"))
    run_jobs()
    assert PeopleRejection.objects.count() == 1

    imports.sweep_imports(at=timezone.now() + timedelta(days=91))

    assert PeopleRejection.objects.count() == 0


def test_what_nobody_decides_about_goes(client, token, tmp_path):
    post(client, token, csv_of(*staff(60)))
    run_jobs()
    post(client, token, csv_of(*staff(30)), query="?mode=full")
    run_jobs()

    imports.sweep_imports(at=timezone.now() + timedelta(days=31))

    assert newest().job.state == "cancelled"
    assert (stored(tmp_path), staged()) == ([], 0)
    assert ApiToken.objects.count() == 1
