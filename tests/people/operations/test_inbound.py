"""Two at one moment, days that come, and signatures that follow who leads."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.choices import JobState
from core.models import Job
from core.tokens import create_token
from people import tasks
from people.choices import ImportMode, InboundChannel, Role
from people.inbound import read_row
from people.models import ChangeLog, Employment, PeopleImport, Person
from people.operations import imports
from people.operations.inbound import Inbound, days_come, put_person
from tests.factories.people import (
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
    WorkCalendarFactory,
    WorkCalendarVersionFactory,
)
from tests.people.hr import counts, csv_of, file_of, key, post, put, staff

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def told(source_id, *, at=AT, **cells):
    row = read_row({"source_id": source_id, **cells})
    return put_person(row=row, inbound=Inbound(InboundChannel.API, None, at))[0]


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_leave_everybody_once(run_together):
    OrgUnitFactory(code="QA")
    both = [
        imports.receive_people(
            upload=file_of(*rows),
            actor=None,
            channel=InboundChannel.COMMAND,
            mode=ImportMode.DELTA,
        )
        for rows in (staff(300), list(reversed(staff(300))))
    ]

    run_together(
        *[lambda job=one.job: tasks.import_people(str(job.public_id), **job.args) for one in both],
        seconds=60,
    )

    for one in both:
        one.refresh_from_db()
        one.job.refresh_from_db()
    sums = [counts(one) for one in both]
    assert {state for state, *_counts in sums} == {"done"}
    assert sum(created for _s, _r, created, *_rest in sums) == 300
    assert Person.objects.filter(source_id__isnull=False).count() == 300
    assert Employment.objects.count() == 300
    assert ChangeLog.objects.filter(attribute="unit").count() == 300


@pytest.mark.django_db(transaction=True)
def test_two_who_put_one_person_at_once_make_one(run_together):
    OrgUnitFactory(code="QA")

    outcomes = run_together(
        *[lambda n=n: told("W-1", family_name=f"Name{n}", unit="QA") for n in range(2)]
    )

    assert len({outcome.pk for outcome in outcomes}) == 1
    assert Person.objects.filter(source_id="W-1").count() == 1


@pytest.mark.django_db
def test_access_begins_and_ends_on_its_day_where_the_person_works():
    calendar = WorkCalendarFactory()
    WorkCalendarVersionFactory(calendar=calendar, zone="Pacific/Auckland")
    OrgUnitFactory(code="QA", site=SiteFactory(calendar=calendar))
    yesterday = timezone.now() - timedelta(days=1)
    first = timezone.localdate(yesterday) + timedelta(days=2)
    person = told(
        "W-1", at=yesterday, family_name="K", unit="QA", legal_entity="A",
        effective_from=first.isoformat(),
    )  # fmt: skip
    assert person.is_active is False
    night_before = datetime.combine(first, datetime.min.time(), UTC) - timedelta(hours=10)
    assert days_come(at=night_before - timedelta(hours=6)) == 0

    assert days_come(at=night_before) == 1  # it is the day there

    person.refresh_from_db()
    assert person.is_active
    last = first + timedelta(days=30)
    told("W-1", at=night_before, active="false", effective_from=last.isoformat())
    person.refresh_from_db()
    assert person.is_active
    end = datetime.combine(last, datetime.min.time(), UTC) - timedelta(hours=14)
    assert days_come(at=end) == 0
    assert days_come(at=end + timedelta(hours=4)) == 1
    person.refresh_from_db()
    assert person.is_active is False
    assert days_come(at=end + timedelta(hours=5)) == 0


@pytest.mark.django_db
def test_days_leave_alone_who_is_not_of_hr():
    PersonFactory()

    assert days_come(at=AT) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE people_changelog SET attribute = 'unit'",
        "DELETE FROM people_changelog",
        "UPDATE people_peopleimport SET mode = 'full'",
    ],
)
def test_the_log_and_what_a_file_was_never_change(statement):
    OrgUnitFactory(code="QA")
    told("W-1", family_name="K", unit="QA")
    imports.receive_people(
        upload=file_of(*staff(1)),
        actor=None,
        channel=InboundChannel.COMMAND,
        mode=ImportMode.DELTA,
    )

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_log_refuses_a_name():
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeLog.objects.create(
            person=PersonFactory(),
            attribute="family_name",
            value="Keller",
            effective_from=date(2026, 1, 1),
            source="api",
        )


@pytest.mark.django_db
@pytest.mark.parametrize("applied_at", [None, AT])
def test_a_braked_file_is_neither_approved_nor_applied_by_who_brought_it(applied_at):
    received = imports.receive_people(
        upload=file_of(*staff(1)),
        actor=PersonFactory(),
        channel=InboundChannel.PAGE,
        mode=ImportMode.FULL,
    )
    received.brakes = [{"code": "ends", "found": 50, "limit": 20}]
    received.applied_at, received.approved_at = applied_at, AT
    received.approved_by = received.created_by

    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        received.save()


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["owner", "actor"])
def test_a_braked_file_is_never_approved_by_whose_token_brought_it(client, part):
    person, second = PersonFactory(), PersonFactory()
    token = create_token(name="hr", scopes=["hr:bulk"], **{part: person})[1]
    if part == "owner":
        RoleGrantFactory(role=Role.ADMINISTRATOR, person=person)
    post(client, token, csv_of(*staff(1)))
    braked = PeopleImport.objects.all()
    braked.update(brakes=[{"code": "ends", "found": 50, "limit": 20}])

    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        braked.update(approved_by=person, approved_at=timezone.now())

    braked.update(approved_by=second, approved_at=timezone.now())
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        braked.update(approved_by=person)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["created_by_id", "job_id"])
def test_who_brought_a_file_is_not_forgotten(column):
    imports.receive_people(
        upload=file_of(*staff(1)),
        actor=PersonFactory(),
        channel=InboundChannel.PAGE,
        mode=ImportMode.DELTA,
    )

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_peopleimport SET {column} = NULL")


@pytest.mark.django_db
def test_a_row_asks_as_often_for_many_people_as_for_few(django_assert_max_num_queries):
    from people.inbound import digest_of
    from people.operations.inbound import apply_rows, hold_inbound
    from tests.people.hr import HEADER

    OrgUnitFactory(code="QA")
    rows = [
        read_row(dict(zip(HEADER.split(","), row.split(","), strict=True))) for row in staff(200)
    ]
    with transaction.atomic():
        hold_inbound()
        with django_assert_max_num_queries(30):
            applied = apply_rows(
                [(n, row, digest_of(row)) for n, row in enumerate(rows)],
                inbound=Inbound(InboundChannel.COMMAND, None, AT),
            )
    assert {one.said for one in applied.outcomes} == {"created"}


@pytest.mark.django_db
def test_the_signature_and_the_inbox_follow_who_leads(client):
    """The head leaves in HR; the next head is asked, by the job and not by anybody's hand."""
    from core.jobs import run_waiting
    from tests.factories.sign_offs import in_review
    from workflows.models import StepAssignment

    boss, successor = PersonFactory(source_id="W-1"), PersonFactory(source_id="W-2")
    review = in_review(boss=boss)
    unit = review.redesign.workflow.unit
    client.force_login(successor)
    assert review.redesign.workflow.name not in client.get("/sign-offs/").content.decode()
    token = key("hr:write")
    headed = [one for one in (unit, unit.parent) if one is not None and one.head_id == boss.pk]

    assert put(client, token, "W-1", {"active": False}).status_code == 200
    for one in headed:
        answer = client.put(
            f"/api/v1/hr/units/{one.code}",
            data='{"head": "W-2"}',
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200
    run_waiting()

    waiting = StepAssignment.objects.filter(
        step__route__redesign=review.redesign, ended_at__isnull=True
    )
    assert set(waiting.values_list("person__source_id", flat=True)) == {"W-2"}
    client.force_login(successor)
    assert review.redesign.workflow.name in client.get("/sign-offs/").content.decode()
    assert not Job.objects.filter(state=JobState.FAILED).exists()
