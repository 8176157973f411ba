"""Rows about people: what comes in, what is refused and why, and that twice is once."""

import gzip
import io
import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from core.choices import JobState
from core.jobs.working import run_waiting
from core.models import AuditEvent, Job
from measurement.choices import ImportChannel, UseKind
from measurement.errors import FileRefusedError, ImportOverError
from measurement.models import Entitlement, UsageWeek, UseImport, UseRejection
from measurement.operations import imports, use_imports
from measurement.operations.use_imports import running, staging
from people.models import TrainingCompletion
from tests.factories.people import PersonFactory, TrainingFactory
from tests.factories.use import EntitlementFactory
from tests.factories.workflows import AiToolFactory

pytestmark = pytest.mark.django_db
USAGE = "person,tool,week,active_days,assisted_cases,worked_days"
WEEK = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def tool():
    return AiToolFactory(name="Assistant", version="4.1")


@pytest.fixture
def person():
    return PersonFactory(source_id="E-1", email="ada@example.test")


def receive(text, kind=UseKind.USAGE, **given):
    content = text if isinstance(text, bytes) else text.encode()
    options = {key: given.pop(key) for key in ("tool", "encoding") if key in given}
    return use_imports.receive_people(
        kind=kind,
        actor=None,
        upload=io.BytesIO(content),
        options=options,
        channel=ImportChannel.API,
        **given,
    ).use_import


def brought_in(text, kind=UseKind.USAGE, **given):
    """Received and worked through; the delivery as it stands then."""
    made = receive(text, kind, **given)
    run_waiting()
    made.refresh_from_db()
    return made


def counts(made):
    return (
        made.rows_read,
        made.rows_created,
        made.rows_updated,
        made.rows_unchanged,
        made.rows_rejected,
    )


def refusals(made):
    return [(row.line, row.column, row.code) for row in made.rejections.order_by("line")]


def test_person_weeks_come_in_once(person, tool):
    EntitlementFactory(person=person, tool=tool)
    text = f"{USAGE}\nE-1,Assistant 4.1,2026-03-02,3,7,5\nE-1,{tool.public_id},2026-W11,0,,0\n"

    made = brought_in(text)

    assert counts(made) == (2, 2, 0, 0, 0)
    assert list(
        UsageWeek.objects.order_by("week").values_list(
            "week", "person", "tool", "active_days", "assisted_cases", "worked_days"
        )
    ) == [(WEEK, person.pk, tool.pk, 3, 7, 5), (date(2026, 3, 9), person.pk, tool.pk, 0, None, 0)]
    assert (made.without_access, made.stored_name) == (0, "")
    assert AuditEvent.objects.filter(verb="use.imported").count() == 1
    job = Job.objects.get()
    assert (job.state, job.read, job.created) == (JobState.DONE, 2, 2)


def test_the_same_bytes_again_are_the_same_delivery(person, tool):
    text = f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n"
    made = brought_in(text)
    assert receive(text) == made
    assert Job.objects.count() == 1


def test_other_bytes_with_the_same_rows_change_nothing(person, tool):
    row = "E-1,Assistant,2026-03-02,3,2,5\n"
    brought_in(f"{USAGE}\n{row}")
    again = brought_in(f"{USAGE}\n\n{row}")
    assert counts(again) == (1, 0, 0, 1, 0)
    changed = brought_in("person,tool,week,active_days\nE-1,Assistant,2026-03-02,4\n")
    assert counts(changed) == (1, 0, 1, 0, 0)
    week = UsageWeek.objects.get()
    # A file that does not know them takes nothing of them away.
    assert (week.active_days, week.assisted_cases, week.worked_days) == (4, 2, 5)


def test_the_last_of_repeated_rows_counts(person, tool):
    made = brought_in(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\nE-1,Assistant 4.1,2026-03-02,5,,\n")
    assert (counts(made), made.duplicate_rows) == ((2, 1, 0, 0, 0), 1)
    assert UsageWeek.objects.get().active_days == 5


def test_use_without_access_is_kept_and_counted(person, tool):
    EntitlementFactory(
        person=person, tool=tool, valid=DateRange(date(2026, 3, 8), date(2026, 3, 9))
    )
    made = brought_in(
        f"{USAGE}\nE-1,Assistant,2026-03-02,1,,\nE-1,Assistant,2026-03-09,1,,\n"
        "E-1,Assistant,2026-03-16,0,,\n"
    )
    assert (counts(made), made.without_access) == ((3, 3, 0, 0, 0), 1)


@pytest.mark.parametrize(
    "row, column, code",
    [
        ("E-9,Assistant,2026-03-02,3,,", "person", "unknown_person"),
        (",Assistant,2026-03-02,3,,", "person", "no_person"),
        ("E-1,Other 1,2026-03-02,3,,", "tool", "unknown_tool"),
        ("E-1,,2026-03-02,3,,", "tool", "no_tool"),
        ("E-1,Assistant,2026-03-03,3,,", "week", "not_a_monday"),
        ("E-1,Assistant,2999-01-07,3,,", "week", "in_the_future"),
        ("E-1,Assistant,1999-12-27,3,,", "week", "too_long_ago"),
        ("E-1,Assistant,02.03.2026,3,,", "week", "not_a_day"),
        ("E-1,Assistant,2026-W60,3,,", "week", "not_a_day"),
        ("E-1,Assistant,2026-02-30,3,,", "week", "not_a_day"),
        ("E-1,Assistant,2026-03-02,8,,", "active_days", "too_many_days"),
        ("E-1,Assistant,2026-03-02,-1,,", "active_days", "not_whole"),
        ("E-1,Assistant,2026-03-02,2.5,,", "active_days", "not_whole"),
        ("E-1,Assistant,2026-03-02,,,", "active_days", "not_whole"),
        ("E-1,Assistant,2026-03-02,3,x,", "assisted_cases", "not_whole"),
        ("E-1,Assistant,2026-03-02,3,100001,", "assisted_cases", "too_many"),
        ("E-1,Assistant,2026-03-02,3,,9", "worked_days", "too_many_days"),
        ("E-1,Assistant,2026-03-02", "", "wrong_cells"),
    ],
)
def test_bad_rows_stop_it_with_line_and_reason(person, tool, row, column, code):
    made = brought_in(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n{row}\n")

    assert refusals(made) == [(3, column, code)]
    assert UseRejection.objects.get().reason
    assert UsageWeek.objects.count() == 0
    assert made.job.state == JobState.NEEDS_REVIEW
    assert counts(made) == (2, 0, 0, 0, 1)


def test_good_rows_go_in_when_somebody_says_so(person, tool):
    made = brought_in(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\nE-9,Assistant,2026-03-02,3,,\n")
    imports.confirm_import(case_import=made, actor=PersonFactory())
    run_waiting()
    made.refresh_from_db()
    assert counts(made) == (2, 1, 0, 0, 1)
    assert UsageWeek.objects.count() == 1
    with pytest.raises(ImportOverError):
        imports.confirm_import(case_import=made, actor=None)


def test_good_rows_go_in_at_once_when_told_to_skip(person, tool):
    made = brought_in(
        f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\nE-9,x,2026-03-02,3,,\n", skip_bad_rows=True
    )
    assert (counts(made), made.job.state) == ((2, 1, 0, 0, 1), JobState.DONE)


def test_nothing_of_a_person_is_kept_of_a_refused_row(person, tool):
    made = brought_in(f"{USAGE}\nE-SECRET,Assistant,2026-03-02,3,,\nE-1,Assistant,2026-03-02,8,,\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM measurement_usestage")
        assert cursor.fetchone() == (0,)
    kept = json.dumps(list(UseRejection.objects.values())) + json.dumps(
        list(AuditEvent.objects.values("before", "after")), default=str
    )
    assert "E-SECRET" not in kept
    assert "E-1" not in kept
    assert refusals(made)


def test_a_discarded_delivery_leaves_nothing(person, tool):
    made = brought_in(f"{USAGE}\nE-9,Assistant,2026-03-02,3,,\n")
    imports.cancel_import(case_import=made, actor=None)
    made.refresh_from_db()
    assert (made.stored_name, made.rejections.count(), made.job.state) == ("", 0, "cancelled")


def test_versions_must_be_named_where_there_are_several(person, tool):
    AiToolFactory(name="Assistant", version="5.0")
    made = brought_in(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n")
    assert refusals(made) == [(2, "tool", "which_version")]
    assert brought_in(f"{USAGE}\nE-1,Assistant 5.0,2026-03-02,3,,\n").rows_created == 1


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (USAGE.encode(), "no_rows"),
        (b"%PDF-1.7", "other_format"),
        (b"case_id,started_at,completed_at\nA,,\n", "column_missing"),
        (b"person,tool,from,to\nE-1,Assistant,2026-01-01,\n", "other_layout"),
        (b"person,person,week\n", "column_twice"),
        (b"PersonId,MetricDate,Total_Copilot_active_days\n1,2026-03-01,2\n", "tool_missing"),
        (b"person,week,active_days\nE-1,2026-03-02,2\n", "column_missing"),
        (b'{"person": 1', "broken_json"),
        (b"person,tool\0,week\n", "nul_byte"),
    ],
)
def test_files_that_cannot_be_read_are_refused_at_once(content, code):
    with pytest.raises(FileRefusedError) as refusal:
        receive(content)
    assert refusal.value.reason == code
    assert str(refusal.value)
    assert UseImport.objects.count() == 0


def test_a_tool_that_is_not_there_is_refused():
    with pytest.raises(FileRefusedError, match="register"):
        receive(f"{USAGE}\n", tool=str(uuid4()))
    with pytest.raises(FileRefusedError, match="register"):
        receive(f"{USAGE}\n", tool="Assistant")


@pytest.mark.parametrize("kind", ["list", "lines", "gzip"])
def test_json_in_every_shape(person, tool, kind):
    rows = [
        {"person": "E-1", "tool": "Assistant", "week": "2026-03-02", "active_days": 2},
        {"person": "E-1", "tool": "Assistant", "week": "2026-03-09", "active_days": 1.0, "x": []},
    ]
    text = json.dumps(rows) if kind == "list" else "\n".join(map(json.dumps, rows))
    made = brought_in(gzip.compress(text.encode()) if kind == "gzip" else text)
    assert counts(made) == (2, 2, 0, 0, 0)


def test_viva_export(person, tool):
    made = brought_in(
        "PersonId,MetricDate,Emails_sent,Total_Copilot_active_days,Organization\n"
        "E-1,2026-03-01,33,2,Quality\nE-1,3/8/2026,33,2,Quality\n",
        tool=str(tool.public_id),
        skip_bad_rows=True,
    )
    assert made.options["layout"] == "viva"
    assert made.options["ignored"] == ["Emails_sent", "Organization"]
    assert UsageWeek.objects.get().week == WEEK  # the Sunday before it
    assert refusals(made) == [(3, "MetricDate", "not_a_day")]


def test_copilot_report_knows_one_day_at_least(person, tool):
    UsageWeek.objects.create(week=WEEK, person=person, tool=tool, active_days=4)
    other = PersonFactory(email="ben@example.test")
    made = brought_in(
        "Report Refresh Date,User Principal Name,Display Name,Last Activity Date,Report Period\n"
        "2026-03-12,Ada@example.test,Ada,2026-03-05,7\n"
        "2026-03-12,ben@example.test,Ben,,7\n",
        tool=str(tool.public_id),
    )
    assert (made.options["layout"], counts(made)) == ("copilot", (2, 1, 0, 1, 0))
    assert UsageWeek.objects.get(person=person).active_days == 4
    found = UsageWeek.objects.get(person=other)
    assert (found.week, found.active_days) == (date(2026, 3, 9), 0)


@pytest.mark.parametrize(
    "broken",
    [(staging, "stage"), (staging, "resolve"), (running, "merge"), (staging, "clear_stage")],
)
def test_a_delivery_that_dies_at_any_stage_is_whole_after_the_next_try(
    person, tool, monkeypatch, broken
):
    made = receive(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n")
    whole = getattr(*broken)

    def dies(*args, **kwargs):
        whole(*args, **kwargs)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(*broken, dies)
        run_waiting()
    made.refresh_from_db()
    assert (UsageWeek.objects.count(), made.merged_at) == (0, None)

    Job.objects.update(run_after=None)
    run_waiting()

    made.refresh_from_db()
    assert (counts(made), UsageWeek.objects.count()) == ((1, 1, 0, 0, 0), 1)


# --- access --------------------------------------------------------------------------------------
def access(rows, **given):
    return brought_in(f"person,tool,from,to\n{rows}\n", UseKind.ENTITLEMENTS, **given)


def test_access_from_a_day_to_a_day(person, tool):
    made = access("E-1,Assistant,2026-01-01,2026-06-30\nE-1,Assistant,2026-09-01,")
    assert counts(made) == (2, 2, 0, 0, 0)
    assert list(Entitlement.objects.order_by("valid").values_list("valid", flat=True)) == [
        DateRange(date(2026, 1, 1), date(2026, 7, 1)),
        DateRange(date(2026, 9, 1), None),
    ]
    again = access("E-1,Assistant,2026-01-01,2026-06-30\nE-1,Assistant,2026-09-01,\n")
    assert counts(again) == (2, 0, 0, 2, 0)


def test_access_that_ends_makes_room_for_the_next(person, tool):
    access("E-1,Assistant,2026-01-01,")
    made = access("E-1,Assistant,2026-01-01,2026-02-28\nE-1,Assistant,2026-03-01,")
    assert counts(made) == (2, 1, 1, 0, 0)


def test_an_end_far_away_is_none(person, tool):
    access("E-1,Assistant,2026-01-01,9999-12-31")
    assert Entitlement.objects.get().valid == DateRange(date(2026, 1, 1), None)


def test_access_that_overlaps_is_refused(person, tool):
    access("E-1,Assistant,2026-01-01,")
    made = access("E-1,Assistant,2026-03-01,2026-04-01")
    assert refusals(made) == [(2, "", "overlaps")]
    made = access("E-1,Assistant,2025-01-01,2025-03-01\nE-1,Assistant,2025-02-01,2025-04-01")
    assert refusals(made) == [(3, "", "overlaps")]


def test_all_repetitions_of_what_overlaps_are_refused(person, tool):
    access("E-1,Assistant,2026-01-01,")
    made = access("E-1,Assistant,2026-03-01,2026-03-05\nE-1,Assistant,2026-03-01,2026-04-01")
    assert refusals(made) == [(2, "", "overlaps"), (3, "", "overlaps")]


def test_rows_of_one_line_keep_their_order(person, tool):
    """A list as machines write it: all on one line, and still the later of two is refused."""
    rows = [
        {"person": "E-1", "tool": "Assistant", "from": first, "to": last}
        for first, last in (("2025-01-01", "2025-03-01"), ("2025-02-01", "2025-04-01"))
    ]
    made = brought_in(json.dumps(rows), UseKind.ENTITLEMENTS)
    assert refusals(made) == [(2, "", "overlaps")]


def test_what_was_to_replace_an_access_and_is_refused_leaves_it_in_the_way(person, tool):
    access("E-1,Assistant,2026-02-01,")
    made = access("E-1,Assistant,2026-01-01,2026-03-01\nE-1,Assistant,2026-02-01,2026-04-01")
    assert refusals(made) == [(2, "", "overlaps"), (3, "", "overlaps")]
    assert Entitlement.objects.get().valid.lower == date(2026, 2, 1)


def test_access_that_ends_before_it_begins_is_refused(person, tool):
    assert refusals(access("E-1,Assistant,2026-03-01,2026-02-01")) == [(2, "to", "ends_before")]


# --- trainings ------------------------------------------------------------------------------------
def test_the_first_day_of_a_training_stays(person):
    training = TrainingFactory(code="BASICS")
    head = "person,training,completed_date\n"
    made = brought_in(f"{head}E-1,BASICS,2026-03-04\nE-1,BASICS,2026-03-02\n", UseKind.COMPLETIONS)
    assert (counts(made), made.duplicate_rows) == ((2, 1, 0, 0, 0), 1)
    later = brought_in(f"{head}E-1,BASICS,2026-05-01\n", UseKind.COMPLETIONS)
    assert counts(later) == (1, 0, 0, 1, 0)
    earlier = brought_in(f"{head}E-1,BASICS,2026-01-01\n", UseKind.COMPLETIONS)
    assert counts(earlier) == (1, 0, 1, 0, 0)
    done = TrainingCompletion.objects.get()
    assert (done.training, done.completed_date) == (training, date(2026, 1, 1))


def test_trainings_of_the_future_or_unknown_are_refused(person):
    TrainingFactory(code="BASICS")
    tomorrow = timezone.localdate() + timedelta(days=1)
    made = brought_in(
        f"person,training,completed_date\nE-1,BASICS,{tomorrow}\nE-1,OTHER,2026-03-02\n",
        UseKind.COMPLETIONS,
    )
    assert refusals(made) == [
        (2, "completed_date", "in_the_future"),
        (3, "training", "unknown_training"),
    ]


def test_xapi_statements(person):
    TrainingFactory(code="BASICS")
    worker = PersonFactory(employee_number="4711")

    def statement(name, verb):
        return {
            "actor": {"account": {"name": name, "homePage": "https://lms.example.test"}},
            "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}", "display": {"en": verb}},
            "object": {"id": "https://lms.example.test/courses/BASICS", "objectType": "Activity"},
            "timestamp": "2026-03-02T10:20:30.000Z",
        }

    made = brought_in(
        json.dumps(
            [
                statement("4711", "completed"),
                statement("E-1", "passed"),
                statement("E-1", "launched"),
            ]
        ),
        UseKind.COMPLETIONS,
        skip_bad_rows=True,
    )
    assert made.options["layout"] == "xapi"
    assert [code for _line, _column, code in refusals(made)] == ["other_verb"]
    assert set(TrainingCompletion.objects.values_list("person", flat=True)) == {
        person.pk,
        worker.pk,
    }


# --- a look first -----------------------------------------------------------------------------------
def test_a_delivery_waits_until_it_was_recognised_rightly(person, tool):
    made = receive(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n", starts=False)
    assert (made.job, Job.objects.count()) == (None, 0)
    assert made.options["columns"]["person"] == "person"
    use_imports.start_import(use_import=made, actor=None)
    with pytest.raises(ImportOverError):
        use_imports.start_import(use_import=made, actor=None)
    run_waiting()
    assert UsageWeek.objects.count() == 1


def test_a_machine_starts_what_a_person_had_not(person, tool):
    text = f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n"
    waits = receive(text, starts=False)
    assert receive(text) == waits
    assert Job.objects.count() == 1


def test_what_is_not_started_can_be_discarded_and_is_swept(person, tool):
    text = f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n"
    made = receive(text, starts=False)
    imports.cancel_import(case_import=made, actor=None)
    with pytest.raises(ImportOverError):
        imports.cancel_import(case_import=made, actor=None)
    late = receive(text, starts=False)
    assert late != made
    imports.sweep_files(at=timezone.now() + timedelta(days=2))
    late.refresh_from_db()
    assert late.stored_name
    imports.sweep_files(at=timezone.now() + timedelta(days=40))
    late.refresh_from_db()
    assert late.stored_name == ""


# --- the database ------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [{"active_days": 8}, {"worked_days": 8}, {"week": "2026-03-03"}])
def test_the_database_refuses_nonsense(person, tool, change):
    row = {"week": WEEK, "person": person, "tool": tool, "active_days": 1} | change
    with pytest.raises(IntegrityError), transaction.atomic():
        UsageWeek.objects.create(**row)


def test_what_a_delivery_was_never_changes(person, tool):
    made = receive(f"{USAGE}\nE-1,Assistant,2026-03-02,3,,\n")
    with pytest.raises(IntegrityError), transaction.atomic():
        UseImport.objects.filter(pk=made.pk).update(kind="completions")
