"""The simulated organisation, seeded once: it shows everything, and says that it is simulated."""

import re

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from tests.factories.sign_offs import some_policy

pytestmark = pytest.mark.django_db

# Kinds of pages that every role opens for whatever it can see.
FOLLOWED = re.compile(
    r'href="(/(?:workflows|redesigns|sign-offs|evidence|imports|surveys)/[^"#]*)"'
)
LISTS = (
    "/",
    "/workflows/",
    "/redesigns/",
    "/sign-offs/",
    "/surveys/",
    "/evidence/",
    "/account/",
    "/help/",
)
EACH_KIND = 2


class Seeded:
    def __init__(self):
        self.verdicts = set()
        self.verdict_of = {}  # workflow -> verdict at its date
        self.logs = {}  # workflow brought as an event log -> where the time went
        self.rejected = set()  # rows of deliveries not read
        self.quarters = {}  # first day -> (due, outstanding, final)
        self.due = {}  # first day of a quarter that has begun -> how many are due in it
        self.calendar_versions = {}
        self.states = set()
        self.dates = []  # (created, updated) of each redesign
        self.logins = []
        self.pages = []  # (role, path, status, body)
        self.waves = {}  # (workflow, days after go-live) -> (state, simulated)
        self.cells = {}  # (workflow, days after go-live) -> metric -> cell of the whole
        self.comments = []
        self.sealed = set()  # waves with a key or ballots
        self.open_waves = set()
        self.waiting = []  # workflows the employee is asked about
        self.answered = None  # about how many of the open wave, in percent
        self.console = []  # (workflow, days after go-live)
        self.mails = None
        self.asked_again = None


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker, tmp_path_factory):
    """One seeding, rolled back at the end; what the tests look at is read out before."""
    from django.conf import settings

    from adoption_portal.demo import seed

    told = Seeded()
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "DATA_DIR", tmp_path_factory.mktemp("demo"))
        patch.setattr(settings, "DEMO", True)
        with transaction.atomic():
            some_policy()
            at = timezone.now()
            seed.seed_work(seed.seed_people(at=at), at=at, say=[].append)
            look(told)
            look_at_measuring(told, at)
            look_at_surveys(told, at)
            transaction.set_rollback(True)
    return told


def look(told):
    from adoption_portal.views import demo_logins
    from measurement.models import Reading
    from people.models import Person
    from workflows.models import Redesign

    told.verdicts = set(Reading.objects.values_list("verdict", flat=True))
    told.states = set(Redesign.objects.values_list("state", flat=True))
    told.dates = list(Redesign.objects.values_list("created_at", "updated_at"))
    told.logins = demo_logins()
    handler = ClientHandler(enforce_csrf_checks=False)
    for login in told.logins:
        client = Client(raise_request_exception=False)
        client.handler = handler
        client.force_login(Person.objects.get(email=login["email"]))
        pending, kinds = list(LISTS), {}
        while pending:
            path = pending.pop(0)
            answer = client.get(path)
            body = "" if answer.streaming else answer.content.decode()
            told.pages.append((login["role"], path, answer.status_code, body))
            if path in LISTS:
                pending += new_kinds(body, kinds)


def look_at_measuring(told, at):
    from django.db.models import Count

    from measurement.models import CaseImport, PortfolioReading, Reading
    from measurement.queries.portfolios import due_in_quarters
    from people.models import WorkCalendar

    for reading in Reading.objects.filter(kind="primary").select_related("redesign__workflow"):
        name = reading.redesign.workflow.name
        told.verdict_of[name] = reading.verdict
        if reading.redesign.workflow.case_source.layout == "events":
            told.logs[name] = reading.chart["activities"]
    told.rejected = set(CaseImport.objects.values_list("rows_rejected", flat=True))
    for quarter in PortfolioReading.objects.order_by("pk"):
        told.quarters[quarter.quarter] = quarter.due, quarter.outstanding, quarter.is_final
    for quarter in due_in_quarters().filter(quarter__lte=at).values_list("quarter", flat=True):
        told.due[quarter.date()] = told.due.get(quarter.date(), 0) + 1
    told.calendar_versions = dict(
        WorkCalendar.objects.annotate(number=Count("versions")).values_list("name", "number")
    )


def look_at_surveys(told, at):
    from adoption_portal.console.models import TrustRow
    from adoption_portal.demo.organisation import existing_organisation
    from adoption_portal.demo.trust import seed_trust
    from people.models import Person
    from surveys import keys
    from surveys.models import Ballot, Comment, ReleasedCell, Wave
    from surveys.queries.waves import waves_to_answer

    for wave in Wave.objects.select_related("workflow", "redesign__go_live"):
        live = timezone.localdate(wave.redesign.go_live.at)
        place = wave.workflow.name, (wave.opens_date - live).days
        told.waves[place] = wave.state, wave.is_simulated
        whole = ReleasedCell.objects.filter(
            wave=wave, unit=wave.workflow.unit_id, scope="roll", subset="all"
        )
        told.cells[place] = {cell.metric: cell for cell in whole}
    told.comments = list(Comment.objects.values_list("text", flat=True))
    told.sealed = keys.waves_with_a_key() | set(
        Ballot.objects.values_list("wave__public_id", flat=True)
    )
    running = Wave.objects.filter(state="open")
    told.open_waves = set(running.values_list("public_id", flat=True))
    told.answered = running.get().answered_percent
    employee = Person.objects.get(email="qa-br.4@alpina.example")
    told.waiting = [wave.workflow.name for wave in waves_to_answer(employee, at)]
    told.console = list(TrustRow.objects.values_list("name", "days_after"))
    told.mails = mails_of(Wave.objects.all())
    before = Wave.objects.count()
    seed_trust(existing_organisation(), at=at)
    told.asked_again = Wave.objects.count() - before


def mails_of(waves):
    """How many the jobs of the surveys send when their turn comes."""
    from surveys.operations import mailing

    mail.outbox = []
    for wave in waves.filter(state__in=["open", "done"]):
        mailing.tell_invited(wave_id=wave.pk, at=timezone.now())
        if wave.state == "done":
            mailing.tell_results(wave_id=wave.pk)
    return len(mail.outbox)


def new_kinds(body, kinds):
    """Of each kind of address the first few."""
    found = []
    for path in dict.fromkeys(FOLLOWED.findall(body)):
        kind = re.sub(r"[0-9a-f-]{36}", "{id}", path.split("?")[0])
        if "{id}" in kind and kinds.get(kind, 0) < EACH_KIND:
            kinds[kind] = kinds.get(kind, 0) + 1
            found.append(path)
    return found


def test_every_verdict_appears(seeded):
    from measurement.choices import ReadingVerdict

    assert seeded.verdicts == set(ReadingVerdict.values)


def test_two_workflows_are_measured_from_the_log_of_their_steps(seeded):
    assert set(seeded.logs) == {"Complaint intake", "Patient narratives"}
    assert seeded.verdict_of["Complaint intake"] == "improved"
    assert seeded.verdict_of["Patient narratives"] == "worse"
    for spent in seeded.logs.values():
        assert spent["touch_known"]
        waits = [one["before"]["wait"] for one in spent["activities"] if one["before"]]
        works = [one["before"]["touch"] or 0 for one in spent["activities"] if one["before"]]
        assert sum(waits) > sum(works) > 0
    assert seeded.rejected == {0}


def test_every_quarter_that_has_begun_is_read_with_all_that_are_due_in_it(seeded):
    assert {quarter: due for quarter, (due, _waits, _final) in seeded.quarters.items()} == (
        seeded.due
    )
    assert len(seeded.quarters) > 1
    assert all(not outstanding for _due, outstanding, final in seeded.quarters.values() if final)


def test_one_calendar_has_a_second_version(seeded):
    assert sorted(seeded.calendar_versions.values()) == [1, 1, 2]


def test_every_state_appears(seeded):
    from workflows.choices import RedesignState

    assert seeded.states == set(RedesignState.values)


def test_redesigns_began_and_were_touched_on_many_days(seeded):
    begun, touched = zip(*seeded.dates, strict=True)
    assert all(first < last for first, last in seeded.dates)
    assert len({moment.date() for moment in begun}) > len(begun) / 2
    assert len({moment.date() for moment in touched}) > len(touched) / 3


def test_every_role_has_a_login(seeded):
    assert [login["role"] for login in seeded.logins] == [
        "employee",
        "manager",
        "workflow owner",
        "quality",
        "data protection",
        "program office",
        "auditor",
        "administrator",
    ]


def test_every_page_a_role_is_led_to_opens(seeded):
    assert [
        (role, path, status) for role, path, status, _body in seeded.pages if status != 200
    ] == []
    kinds = {
        re.sub(r"[0-9a-f-]{36}", "{id}", path.split("?")[0]) for _r, path, _s, _b in seeded.pages
    }
    assert {"/workflows/{id}/", "/redesigns/{id}/", "/sign-offs/{id}/", "/evidence/{id}/"} <= kinds


def test_every_page_says_that_the_organisation_is_simulated(seeded):
    silent = [
        (role, path)
        for role, path, _status, body in seeded.pages
        if "<html" in body and "simulated" not in body.lower()
    ]
    assert silent == []


RECORDS, INVOICES = "Batch record review", "Invoice approval"


def index_of(seeded, name, days):
    return seeded.cells[name, days]["index"]


def over_reliant(seeded, name, days):
    return seeded.cells[name, days]["quadrants"].detail["shares"]["over_reliant"]


def test_surveys_are_counted_open_and_planned_and_all_simulated(seeded):
    assert seeded.waves == {
        (RECORDS, 30): ("done", True),
        (RECORDS, 90): ("done", True),
        (RECORDS, 180): ("open", True),
        (INVOICES, 30): ("done", True),
        (INVOICES, 90): ("done", True),
        (INVOICES, 180): ("draft", True),
    }


def test_trust_rises_a_little_and_over_reliance_in_one_workflow(seeded):
    for name in (RECORDS, INVOICES):
        before, now = index_of(seeded, name, 30), index_of(seeded, name, 90)
        assert 0.2 <= now.mean - before.mean <= 0.6
        assert min(before.n, now.n) >= 50
    assert over_reliant(seeded, INVOICES, 90) > over_reliant(seeded, INVOICES, 30) + 0.1
    assert abs(over_reliant(seeded, RECORDS, 90) - over_reliant(seeded, RECORDS, 30)) < 0.1


def test_not_everybody_answers_and_some_cannot_say(seeded):
    assert seeded.answered is not None
    assert seeded.answered < 75
    fair = seeded.cells[INVOICES, 90]["item:FAI1"].detail
    assert fair["often_cannot_say"]


def test_comments_are_in_three_languages(seeded):
    from adoption_portal.demo.opinions import COMMENTS

    said = set(seeded.comments)
    assert {language for language, texts in COMMENTS.items() if said & set(texts)} == set(COMMENTS)
    assert said <= {text for texts in COMMENTS.values() for text in texts}


def test_only_the_open_survey_has_a_key_and_ballots(seeded):
    assert len(seeded.open_waves) == 1
    assert seeded.sealed == seeded.open_waves


def test_the_employee_has_a_survey_to_answer(seeded):
    assert seeded.waiting == [RECORDS]


def test_console_shows_trust_of_every_counted_survey(seeded):
    assert sorted(seeded.console) == [(RECORDS, 30), (RECORDS, 90), (INVOICES, 30), (INVOICES, 90)]


def test_nobody_gets_mail_about_surveys_of_the_past(seeded):
    assert seeded.mails == 0


def test_surveys_are_seeded_once(seeded):
    assert seeded.asked_again == 0
