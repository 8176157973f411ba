"""The evidence of a redesign: page, list, JSON, asking for a reading, recomputing one."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from core.charts import words
from core.jobs import run_waiting
from core.models import AuditEvent, Job
from measurement.choices import ImportChannel
from measurement.models import CaseImport, Reading
from measurement.operations.imports import import_cases, receive_file
from measurement.operations.readings import measure_redesign
from measurement.operations.summaries import refresh_summary
from measurement.queries.provenance import deliveries_behind
from people.choices import Role
from tests.factories.cases import NOW, imported, simulated
from tests.factories.measurement import LogSourceFactory, reading_of
from tests.factories.people import AssignmentFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import Review, in_review, live, sign, some_policy, workflow_below
from tests.factories.workflows import RedesignFactory
from workflows.models import Hypothesis
from workflows.operations import approval
from workflows.operations.go_live import go_live

pytestmark = pytest.mark.django_db
LIVE_AT = NOW - timedelta(weeks=24)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def went_live():
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    return live(
        at=LIVE_AT - timedelta(days=3), live_at=LIVE_AT, boss=boss, workflow=workflow
    ).redesign


@pytest.fixture
def redesign():
    return went_live()


@pytest.fixture
def reading(redesign):
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=1.5))
    return measure_redesign(redesign_id=redesign.pk, at=NOW)


@pytest.fixture
def owner(client, redesign):
    client.force_login(redesign.workflow.owner)
    return redesign.workflow.owner


def url(name, redesign, **more):
    return reverse(f"measurement:{name}", kwargs={"public_id": redesign.public_id, **more})


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_page_says_the_stored_verdict_and_that_it_is_simulated(client, owner, redesign, reading):
    answer = client.get(url("evidence", redesign))

    page = answer.context["page"]
    assert (page.reading, page.claim) == (reading, page.claim)
    assert "less time" in page.claim
    assert page.claim in strip_tags(text_of(answer))
    assert "imulated" in text_of(answer)
    assert len(page.gates) == 8 + ("G9" in reading.result["gates"]) + (
        "G10" in reading.result["gates"]
    )


def test_page_has_the_chart_as_a_table_too(client, owner, redesign, reading):
    """Whoever cannot see the picture reads its weeks."""
    chart = client.get(url("evidence", redesign)).context["chart"]

    assert chart is not None
    assert "<table" in text_of(client.get(url("evidence", redesign)))


def test_page_before_any_reading_says_so(client, owner, redesign):
    answer = client.get(url("evidence", redesign))

    assert answer.status_code == 200
    assert answer.context["page"].reading is None
    assert "less time" not in answer.context["page"].claim


def test_json_is_the_reading_whole(client, owner, redesign, reading):
    answer = client.get(url("evidence_json", redesign))

    body = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert body["redesign"] == str(redesign.public_id)
    told = body["reading"]
    assert told["result"]["ratio"] == reading.result["ratio"]
    assert told["result_sha256"] == reading.result_sha256
    assert told["input_sha256"] == reading.input_id
    assert told["call"] == reading.design
    assert told["simulated"] is True


def test_json_withholds_figures_of_too_few_cases(client, owner, redesign, reading, settings):
    settings.MINIMUM_GROUP = reading.result["done_after"] + 1

    told = json.loads(client.get(url("evidence_json", redesign)).content)["reading"]

    assert "after" in told["withheld"]
    assert (told["result"]["median_after"], told["result"]["ratio"]) == (None, None)


def test_taking_the_evidence_away_is_written_down(client, owner, redesign, reading):
    client.get(url("evidence", redesign))
    client.get(url("evidence_json", redesign))

    told = AuditEvent.objects.get(verb="export")
    assert (told.actor, told.subject_id) == (owner, str(redesign.public_id))
    assert told.after == {"what": "evidence.json"}


def table_of(answer):
    body = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(body)))


def test_csv_has_the_figures_of_the_page_and_the_files_behind_them(
    client, owner, redesign, reading
):
    answer = client.get(url("evidence_csv", redesign))
    rows = table_of(answer)

    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    effect = next(row for row in rows if row["name"] == "ratio")
    assert float(effect["value"]) == reading.result["ratio"]
    assert [row["name"] for row in rows if row["part"] == "gate"] == [f"G{n}" for n in range(1, 11)]
    lines = {row["name"] for row in rows if row["part"] == "sensitivity"}
    assert lines == {line["name"] for line in reading.chart["sensitivity"]} != set()
    delivered = [row["name"] for row in rows if row["part"] == "delivery"]
    assert delivered == list(CaseImport.objects.values_list("sha256", flat=True))
    assert AuditEvent.objects.get(verb="export").after == {"what": "evidence.csv"}


def test_csv_withholds_figures_of_too_few_cases(client, owner, redesign, reading, settings):
    settings.MINIMUM_GROUP = reading.result["done_after"] + 1

    rows = {row["name"]: row for row in table_of(client.get(url("evidence_csv", redesign)))}

    assert (rows["ratio"]["value"], rows["raw_ratio"]["value"], rows["median"]["after"]) == (
        "",
    ) * 3
    assert rows["withheld"]["value"] == "after"


def test_csv_without_a_reading_is_a_header(client, owner, redesign):
    assert table_of(client.get(url("evidence_csv", redesign))) == []


def test_page_shows_other_ways_and_where_it_comes_from(client, owner, redesign, reading):
    answer = client.get(url("evidence", redesign))
    page = text_of(answer)

    delivery = CaseImport.objects.get()
    assert answer.context["sensitivity"].plot is not None
    assert delivery.sha256 in page
    assert reading.code_version in page
    assert "mean of the logarithms" in page
    cases = f"{words.number(reading.result['n_after'])} cases"
    assert cases in answer.context["provenance"].windows[1][1]


def test_a_file_that_came_in_later_did_not_feed_it(redesign, reading):
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=0.1))
    first, later = CaseImport.objects.order_by("pk")
    CaseImport.objects.filter(pk=first.pk).update(merged_at=reading.measured_at)
    assert list(deliveries_behind(reading)) == [later, first]

    reading.is_simulated = False  # a simulated one is dated by its story, not by the clock

    assert list(deliveries_behind(reading)) == [first]


def with_chart(reading, **parts):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE measurement_reading DISABLE TRIGGER USER")
    Reading.objects.filter(pk=reading.pk).update(chart=reading.chart | parts)


def test_a_guardrail_of_too_few_cases_leaves_by_no_way(client, owner, redesign, reading):
    guard = {
        "name": "Rework",
        "field": "rework",
        "kind": "share",
        "margin": 0.02,
        "worse": "higher",
    }
    told = {"name": "Rework", "before": 0.125, "after": 0.5, "low": 0.1, "high": 0.6}
    with_chart(reading, guards=[[40, 4]])
    Reading.objects.filter(pk=reading.pk).update(
        design=reading.design | {"guards": [guard]},
        result=reading.result | {"guardrails": [told | {"state": "not_shown"}]},
    )

    page = text_of(client.get(url("evidence", redesign)))
    body = json.loads(client.get(url("evidence_json", redesign)).content)["reading"]
    rows = table_of(client.get(url("evidence_csv", redesign)))

    assert "40 cases before and 4 after tell it" in page
    assert "50.0%" not in page
    assert body["result"]["guardrails"][0]["after"] is None
    (line,) = [row for row in rows if row["part"] == "guardrail"]
    assert (line["before"], line["after"], line["note"]) == ("", "", "not_shown")


def test_page_asks_as_often_for_many_files_and_readings_as_for_one(
    client, owner, redesign, reading
):
    def asked():
        client.get(url("evidence", redesign))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("evidence", redesign))
        return len(queries)

    few = asked()
    for _more in range(3):
        imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=0.1))
        reading_of(redesign, kind="early", result=reading.result, design=reading.design)

    assert asked() == few


def with_season():
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    some_policy()
    redesign = RedesignFactory(workflow=workflow)
    Hypothesis.objects.filter(revision=redesign.current_revision).update(season=True)
    at = LIVE_AT - timedelta(days=3)
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=at)
    redesign.refresh_from_db()
    sign(Review(redesign, route, boss), boss, at=at)
    redesign.refresh_from_db()
    go_live(redesign=redesign, actor=workflow.owner, at_instant=LIVE_AT, at=at)
    return redesign


def test_a_registered_season_is_taken_out_where_two_years_are_there(client):
    redesign = with_season()
    cases = simulated(go_live=LIVE_AT, effect=0.6, per_day=2.0, weeks_before=110)
    imported(redesign.workflow, cases, data_from=LIVE_AT - timedelta(weeks=109))

    taken = measure_redesign(redesign_id=redesign.pk, at=NOW)
    client.force_login(redesign.workflow.owner)
    page = text_of(client.get(url("evidence", redesign)))

    assert (taken.design["season"], taken.grade) == (True, "C")
    assert [line["name"] for line in taken.chart["sensitivity"]][-1] == "this_year"
    assert "The season is taken out by the same weeks of last year." in page
    assert "it is the season" in page


def test_old_cases_alone_do_not_decide_whether_a_season_is_taken_out():
    """Who brings them in later would choose the verdict: the source must have said so."""
    redesign = with_season()
    imported(
        redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=2.0, weeks_before=110)
    )

    taken = measure_redesign(redesign_id=redesign.pk, at=NOW)

    assert taken.design["data_from_first_case"]
    assert "season" not in taken.design


def test_where_the_time_went_is_drawn_with_its_table(client, owner, redesign, reading):
    side = {"share": 1.0, "wait": 90_000.0, "touch": 1800.0}
    activities = [
        {"name": "Review", "before": side, "after": side | {"wait": 3600.0}},
        {"name": "Copy", "before": side, "after": None},
    ]
    stored = {"horizon_days": 20.0, "cases_before": 90, "cases_after": 40, "touch_known": True}
    with_chart(reading, activities=stored | {"activities": activities})

    page = client.get(url("evidence", redesign))

    table = page.context["time_spent"].table()
    assert [row[0] for row in table.rows] == ["Review", "Copy"]
    assert table.rows[0][3:5] == ("1 day", "1 h")
    assert "Where the time went" in text_of(page)


def steps_of(rows):
    """A log of two steps a case: half of its time until the check, the rest until it is closed."""
    yield "case_id,activity,at"
    for row in csv.DictReader(io.StringIO(rows.decode())):
        if not row["completed_at"]:
            continue
        start, end = (datetime.fromisoformat(row[name]) for name in ("started_at", "completed_at"))
        for at, step in ((start, "Open"), (start + (end - start) / 2, "Check"), (end, "Close")):
            yield f"{row['case_id']},{step},{at.isoformat()}"


def test_a_log_s_reading_keeps_where_the_time_went(client, owner, redesign):
    source = LogSourceFactory(workflow=redesign.workflow, data_from=None)
    log = "\n".join(steps_of(simulated(go_live=LIVE_AT, effect=0.6, per_day=1.5))).encode()
    received = receive_file(
        source=source, actor=None, upload=io.BytesIO(log), options={"covers_to": NOW},
        channel=ImportChannel.COMMAND,
    )  # fmt: skip
    import_cases(import_id=received.case_import.pk)
    refresh_summary(workflow_id=redesign.workflow_id, at=NOW)

    taken = measure_redesign(redesign_id=redesign.pk, at=NOW)
    table = client.get(url("evidence", redesign)).context["time_spent"].table()

    stored = taken.chart["activities"]
    assert (taken.kind, stored["touch_known"]) == ("primary", False)
    assert [row[0] for row in table.rows] == ["Open", "Check", "Close"]
    check = stored["activities"][1]
    assert check["after"]["wait"] < 0.8 * check["before"]["wait"]


def test_where_the_time_of_too_few_cases_went_is_not_drawn(client, owner, redesign, reading):
    stored = {"cases_before": 90, "cases_after": 4, "touch_known": True}
    side = {"share": 1.0, "wait": 1.0, "touch": 1.0}
    with_chart(
        reading, activities=stored | {"activities": [{"name": "A", "before": side, "after": side}]}
    )

    page = client.get(url("evidence", redesign))

    assert page.context["time_spent"] is None
    assert "Where the time went" not in text_of(page)


def test_json_without_a_reading_says_null(client, owner, redesign):
    assert json.loads(client.get(url("evidence_json", redesign)).content)["reading"] is None


def recomputing():
    return Job.objects.filter(name="measurement.recompute_reading")


def test_recomputing_is_a_job_whose_page_tells_how_it_went(client, owner, redesign, reading):
    address = url("recompute", redesign, reading_id=reading.public_id)
    assert "Not computed again yet" in text_of(client.get(address))

    for _twice in range(2):
        assert client.post(address)["Location"] == address

    assert recomputing().get().requested_by == owner
    waiting = text_of(client.get(address))
    assert f'hx-get="{address}" hx-trigger="every 2s"' in waiting
    assert f'<a href="{address}">Look again</a>' in waiting
    assert "<form" not in waiting[waiting.index("recomputing") :]

    assert run_waiting()

    done = client.get(address)
    assert done.context["page"].outcome.is_same
    assert "The same to the last byte" in text_of(done)
    assert "hx-trigger" not in text_of(done)
    assert text_of(done).count(reading.result_sha256) == 2


def test_recomputing_that_fails_says_so_and_can_be_asked_again(client, owner, redesign, reading):
    address = url("recompute", redesign, reading_id=reading.public_id)
    client.post(address)
    recomputing().update(state="failed", last_error="The worker ended.", finished_at=NOW)

    page = text_of(client.get(address))

    assert "It could not be computed again" in page
    assert "The worker ended." in page
    assert "hx-trigger" not in page
    assert f'<form method="post" action="{address}">' in page


def test_no_request_evaluates_a_stored_input(client, owner, redesign, reading, monkeypatch):
    def refuse(*args):
        raise AssertionError

    monkeypatch.setattr("measurement.operations.readings.recomputing.evaluated", refuse)
    monkeypatch.setattr("measurement.operations.readings.recomputing.unpacked", refuse)
    address = url("recompute", redesign, reading_id=reading.public_id)

    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    assert client.get(url("evidence", redesign)).status_code == 200
    assert client.get(url("evidence_json", redesign)).status_code == 200


def test_recompute_takes_only_the_redesigns_own_readings(client, owner, redesign, reading):
    other = went_live()
    client.force_login(RoleGrantFactory().person)

    answer = client.get(url("recompute", other, reading_id=reading.public_id))

    assert answer.status_code == 404


def test_asking_queues_one_reading_in_the_askers_name(client, owner, redesign):
    Job.objects.all().delete()

    for _twice in range(2):
        answer = client.post(url("measure", redesign))

    job = Job.objects.get()
    assert answer["Location"] == url("evidence", redesign)
    assert (job.name, job.requested_by) == ("measurement.measure_redesign", owner)
    assert job.args == {"redesign_id": redesign.pk, "with_data_as_it_is": True}


@pytest.mark.parametrize("role, may", [(Role.PROGRAM_OFFICE, True), (Role.AUDITOR, False)])
def test_an_auditor_reads_and_asks_for_nothing(client, redesign, role, may):
    Job.objects.all().delete()
    client.force_login(RoleGrantFactory(role=role).person)

    page = text_of(client.get(url("evidence", redesign)))
    answer = client.post(url("measure", redesign))

    assert (url("measure", redesign) in page) is may
    assert answer.status_code == (302 if may else 403)
    assert Job.objects.exists() is may


def test_asking_by_get_does_nothing(client, owner, redesign):
    assert client.get(url("measure", redesign)).status_code == 405


@pytest.mark.parametrize("name", ["evidence", "evidence_json", "evidence_csv", "measure"])
def test_evidence_out_of_reach_is_missing(client, redesign, name):
    client.force_login(PersonFactory())
    ask = client.post if name == "measure" else client.get

    assert ask(url(name, redesign)).status_code == 404


def test_what_is_not_live_has_no_evidence(client):
    review = in_review()
    client.force_login(review.redesign.workflow.owner)

    assert client.get(url("evidence", review.redesign)).status_code == 404


def test_list_shows_own_reach_with_counts_and_filters(client, owner, redesign, reading):
    went_live()

    everything = client.get(reverse("measurement:evidence_list"))
    worse = client.get(reverse("measurement:evidence_list"), {"verdict": "worse"})

    assert [row.redesign for row in everything.context["rows"]] == [redesign]
    assert everything.context["counts"].verdicts == [("improved", "Improved", 1)]
    assert worse.context["rows"] == []


def test_chosen_reading_is_shown_and_a_strange_one_is_not(client, owner, redesign, reading):
    for chosen in (str(reading.public_id), "not an id", str(redesign.public_id)):
        answer = client.get(url("evidence", redesign), {"reading": chosen})
        assert answer.context["page"].reading == reading


def test_redesign_page_shows_the_evidence_panel(client, owner, redesign, reading):
    page = text_of(client.get(redesign.get_absolute_url()))

    assert url("evidence", redesign) in page
    assert Reading.objects.count() == 1


def test_asking_for_what_is_final_says_why_nothing_came(client, owner, redesign, reading):
    run_waiting()
    client.post(url("measure", redesign))
    assert "is final" not in text_of(client.get(url("evidence", redesign)))
    run_waiting()

    page = text_of(client.get(url("evidence", redesign)))

    due = words.day(redesign.go_live.reading_at + timedelta(days=90))
    assert Reading.objects.filter(kind="primary").count() == 1
    assert (
        f"The reading of {words.day(reading.cutoff)} is final; rows that arrive later never move "
        f"it. The next one is due on {due}, once the data reach that day."
    ) in page


def test_asking_without_cases_says_when_the_first_can_be_read(client, owner, redesign):
    client.post(url("measure", redesign))
    run_waiting()

    page = text_of(client.get(url("evidence", redesign)))

    assert f"The reading is due on {words.day(redesign.go_live.reading_at)}, once" in page


def test_before_its_first_reading_a_job_under_way_is_told(client, owner, redesign):
    imported(redesign.workflow, simulated(go_live=LIVE_AT, per_day=0.2))
    assert "Not read yet" in text_of(client.get(redesign.get_absolute_url()))

    client.post(url("measure", redesign))

    page = text_of(client.get(redesign.get_absolute_url()))
    assert "Being calculated now" in page
    assert "Not read yet" not in page


def refused(reading):
    """Stored as refused: the table takes no second final reading and no change of the first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE measurement_reading DISABLE TRIGGER USER")
    Reading.objects.filter(pk=reading.pk).update(
        verdict="refused", result=reading.result | {"verdict": "refused"}
    )
    return Reading.objects.get(pk=reading.pk)


def test_a_refused_figure_never_looks_like_a_result(client, owner, redesign, reading):
    shown = words.percent_change(reading.ratio)
    address = reverse("measurement:evidence_list")
    assert f"<b>{shown}</b>" in text_of(client.get(address))
    refused(reading)

    for page in (address, reverse("workflows:list")):
        told = text_of(client.get(page))
        assert f"<b>{shown}</b>" not in told
        assert f'<span class="ap-dim">{shown}</span>' in told
    evidence = text_of(client.get(url("evidence", redesign)))
    assert f'<span class="ap-dim">Not counted: {shown}' in evidence
    assert "The true change" not in evidence


def test_guardrails_stand_before_the_checks(client, owner, redesign, reading):
    page = text_of(client.get(url("evidence", redesign)))

    assert page.index("No guardrail was agreed") < page.index('id="gates"')


def test_evidence_out_of_reach_is_said_to_be_so(client, redesign):
    colleague = AssignmentFactory(unit=redesign.workflow.unit).person
    client.force_login(colleague)

    text = text_of(client.get(reverse("measurement:evidence_list")))

    assert "Evidence is not within your reach" in text
    assert "No redesign has gone live yet" not in text
    client.force_login(PersonFactory())
    assert "No redesign has gone live yet" in text_of(
        client.get(reverse("measurement:evidence_list"))
    )


def test_counts_of_verdicts_lead_to_their_rows(client, owner, redesign, reading):
    page = client.get(reverse("measurement:evidence_list"))

    (code, _word, count) = page.context["counts"].verdicts[0]
    assert f'<a class="ap-chip" href="?verdict={code}">' in text_of(page)
    rows = client.get(reverse("measurement:evidence_list"), {"verdict": code}).context["rows"]
    assert len(rows) == count == 1


def test_an_early_reading_counts_apart_and_not_as_its_verdict(client, owner, redesign):
    reading_of(redesign, kind="early")
    address = reverse("measurement:evidence_list")

    page = client.get(address)

    assert page.context["counts"].verdicts == []
    assert "1 early reading does not count yet." in text_of(page)
    assert client.get(address, {"verdict": "improved"}).context["rows"] == []
    [row] = client.get(address, {"verdict": "early"}).context["rows"]
    assert row.redesign == redesign


def test_an_early_reading_is_forgotten_once_the_date_has_come(client, owner, redesign):
    reading_of(redesign, kind="early", verdict="worse")
    reading_of(redesign, verdict="improved")

    page = client.get(reverse("measurement:evidence_list"))

    assert page.context["counts"].verdicts == [("improved", "Improved", 1)]
    assert "not count yet" not in text_of(page)
