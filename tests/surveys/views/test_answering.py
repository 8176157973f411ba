"""Answering: what is promised, one form, nothing lost, and nothing told."""

import html
import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.models import AuditEvent, Job
from surveys import operations
from surveys.choices import WaveState
from surveys.models import Ballot, Instrument, Participation, Wave
from tests.factories.people import PersonFactory
from tests.factories.workflows import WorkflowFactory
from tests.surveys.views.waves import answered, opened, planned

pytestmark = pytest.mark.django_db

PROMISE = (
    "Your name is not stored with your answers. They are sealed when you send them. When the survey"
    " closes they are opened once, all together, and the key is destroyed: from then on nobody,"
    " including the database administrators, can find out which answers are yours. Until then the"
    " portal has no way to show them; only someone with access to both the key and the database"
    " could. You can answer once. We know whether you have answered, only to stop reminders. You"
    " cannot change or withdraw your answers after sending."
)
FULL = {f"answer_{place}": str(1 + place % 5) for place in range(16)}
CANARY = "Canary-7f3a9 would change the form"


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(plain).split())


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def asked():
    return opened()


@pytest.fixture
def invited(asked):
    return signed_in(asked.people[0])


def places(asked):
    return list(asked.wave.instrument.items.order_by("position").values_list("position", flat=True))


def full(asked, **changes):
    return {f"answer_{place}": str(1 + place % 5) for place in places(asked)} | changes


def test_first_screen_gives_the_promise_word_for_word(asked, invited):
    response = invited.get(asked.path)

    text = text_of(response)
    assert PROMISE in text
    assert "16 short statements in four parts." in text
    assert "Shown only for 5 or more people." in text
    assert "privacy@example.test" in text


def test_first_screen_is_not_there_for_who_was_not_invited(asked):
    assert signed_in(PersonFactory()).get(asked.path).status_code == 404
    assert signed_in(PersonFactory()).get(f"{asked.path}answer/").status_code == 404


def test_office_is_led_from_the_survey_to_how_it_stands(asked):
    response = signed_in(asked.office).get(asked.path)

    assert (response.status_code, response["Location"]) == (302, f"{asked.path}wave/")


def test_form_holds_every_statement_once_with_six_answers_and_none_chosen(asked, invited):
    body = invited.get(f"{asked.path}answer/").content.decode()

    assert body.count("<fieldset") == 16
    assert body.count('type="radio"') == 96
    assert " checked" not in body
    assert body.count("Does not apply / cannot say") == 16


def test_statements_are_shuffled_inside_their_parts_only(asked, invited):
    orders = set()
    for _ in range(6):
        told = invited.get(f"{asked.path}answer/").context["form"].order_told.split("-")
        orders.add(tuple(told))
        numbers = [int(place) for place in told]
        first = min(places(asked))
        assert [sorted(numbers[at : at + 4]) for at in (0, 4, 8, 12)] == [
            list(range(first + at, first + at + 4)) for at in (0, 4, 8, 12)
        ]
    assert len(orders) > 1


def test_sending_seals_the_answers_and_leads_to_the_page_that_is_the_same_for_all(asked, invited):
    response = invited.post(f"{asked.path}answer/", full(asked, comment="Shorter forms"))

    assert (response.status_code, response["Location"]) == (303, "/surveys/sent/")
    assert response.content == b""
    assert Ballot.objects.filter(wave=asked.wave).count() == 1
    assert Participation.objects.get(wave=asked.wave, person=asked.people[0]).done


def test_sent_page_has_the_same_bytes_for_everybody(asked, invited):
    other = signed_in(PersonFactory())

    assert invited.get("/surveys/sent/").content == other.get("/surveys/sent/").content
    assert "nobody" not in text_of(invited.get("/surveys/sent/"))


def test_cannot_say_and_no_answer_are_stored_as_missing(asked, invited, monkeypatch):
    given = {}
    monkeypatch.setattr(operations, "answer", lambda **facts: given.update(facts))
    first, second, *_rest = places(asked)

    invited.post(
        f"{asked.path}answer/",
        full(asked, **{f"answer_{first}": "0", f"answer_{second}": "", "gaps": "yes"}),
    )

    assert given["answers"][:3] == [None, None, 1 + places(asked)[2] % 5]


def test_gaps_are_warned_about_once(asked, invited):
    first = places(asked)[0]
    partly = full(asked, comment="Typed before")
    del partly[f"answer_{first}"]

    warned = invited.post(f"{asked.path}answer/", partly)

    assert warned.status_code == 422
    assert "1 statement has no answer." in text_of(warned)
    body = warned.content.decode()
    assert 'name="gaps" value="yes"' in body
    assert body.count(" checked") == 15
    assert "Typed before" in body
    assert not Ballot.objects.exists()

    assert invited.post(f"{asked.path}answer/", partly | {"gaps": "yes"}).status_code == 303
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("answer", "6", "Choose one of the answers shown."),
        ("answer", "<script>", "Choose one of the answers shown."),
        ("comment", "x" * 1001, "1 character too many. At most 1,000 fit."),
        ("comment", "x" * 1002, "2 characters too many. At most 1,000 fit."),
        ("comment", "bell \x07 rings", "It contains characters that cannot be seen."),
        ("comment", "nul \x00", "It contains characters that cannot be seen."),
    ],
)
def test_faulty_form_comes_back_with_words_and_with_all_that_was_typed(
    asked, invited, field, value, words
):
    name = f"answer_{places(asked)[4]}" if field == "answer" else field
    order = invited.get(f"{asked.path}answer/").context["form"].order_told

    response = invited.post(f"{asked.path}answer/", full(asked, **{name: value, "order": order}))

    assert response.status_code == 422
    assert words in text_of(response)
    assert "Nothing has been sent yet." in text_of(response)
    assert response.context["form"].order_told == order
    assert response.content.decode().count(" checked") == (15 if field == "answer" else 16)
    assert not Ballot.objects.exists()


def test_line_breaks_of_a_browser_count_once(asked, invited):
    response = invited.post(
        f"{asked.path}answer/", full(asked, comment="x" * 499 + "\r\n" + "y" * 500)
    )

    assert response.status_code == 303


def test_order_that_is_not_ours_is_made_anew(asked, invited):
    response = invited.post(f"{asked.path}answer/", {"order": "3-3-99", "comment": "kept"})

    assert response.status_code == 422
    told = [int(place) for place in response.context["form"].order_told.split("-")]
    assert sorted(told) == places(asked)


def test_language_buttons_keep_what_was_chosen_and_send_nothing(asked, invited):
    partly = full(asked, language="de", comment="So geht es")
    del partly[f"answer_{places(asked)[0]}"]

    response = invited.post(f"{asked.path}answer/", partly)

    body = response.content.decode()
    assert response.status_code == 200
    assert "Stimme voll zu" in body
    assert body.count(" checked") == 15
    assert "So geht es" in body
    assert "data-errors" not in body
    assert response.cookies["portal-language"].value == "de"
    assert not Ballot.objects.exists()
    assert dict(invited.session).keys() <= {
        "_auth_user_id",
        "_auth_user_backend",
        "_auth_user_hash",
        *invited.session.keys(),
    }
    assert "So geht es" not in str(dict(invited.session))


def test_second_sending_is_told_and_not_stored(asked, invited):
    invited.post(f"{asked.path}answer/", full(asked))

    again = invited.post(f"{asked.path}answer/", full(asked))

    assert again.status_code == 409
    assert "You have already answered." in text_of(again)
    assert Ballot.objects.count() == 1
    assert invited.get(f"{asked.path}answer/").status_code == 200
    assert "You have already answered." in text_of(invited.get(asked.path))


def test_two_sendings_that_both_saw_the_form_store_one(asked, invited, monkeypatch):
    """The second finds the person's row done only when it writes."""
    from surveys.errors import AlreadyAnswered

    def late(**facts):
        raise AlreadyAnswered

    monkeypatch.setattr(operations, "answer", late)

    response = invited.post(f"{asked.path}answer/", full(asked))

    assert response.status_code == 409
    assert "You have already answered." in text_of(response)


def test_closed_survey_takes_nothing_and_gives_the_reason(asked, invited):
    operations.close_wave(
        wave=asked.wave, actor=asked.office, reason="All sites are back", at=timezone.now()
    )

    sent = invited.post(f"{asked.path}answer/", full(asked))

    assert sent.status_code == 409
    assert "This survey is closed." in text_of(sent)
    assert "All sites are back" in text_of(invited.get(asked.path))
    assert not Ballot.objects.exists()


def test_answers_meet_no_log_job_audit_mail_or_session(asked, invited, caplog):
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        invited.post(f"{asked.path}answer/", full(asked, comment=CANARY))
        invited.post(f"{asked.path}answer/", full(asked, comment=CANARY))

    sinks = [
        caplog.text,
        str([query["sql"] for query in queries]),
        str(list(AuditEvent.objects.values())),
        str(list(Job.objects.values())),
        str([message.body for message in mail.outbox]),
        str(dict(invited.session)),
    ]
    assert [sink for sink in sinks if "Canary" in sink] == []


def test_fault_while_sending_reports_no_answer(asked, invited, monkeypatch, rf):
    """What an error report would hold: form data and local variables, both starred out."""
    from django.views.debug import ExceptionReporter

    def broken(**facts):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(operations, "answer", broken)
    invited.raise_request_exception = True
    with pytest.raises(RuntimeError) as fault:
        invited.post(f"{asked.path}answer/", full(asked, comment=CANARY))

    import sys

    request = None
    trace = fault.tb
    while trace:
        request = trace.tb_frame.f_locals.get("request", request)
        trace = trace.tb_next
    report = ExceptionReporter(request, fault.type, fault.value, fault.tb)
    # The test's own frames hold the canary; those of the portal must not.
    told = "".join(
        str(frame["vars"])
        for frame in report.get_traceback_frames()
        if "/surveys/" in frame["filename"] and "/tests/" not in frame["filename"]
    )
    assert "broken" not in sys.modules
    assert told
    assert "Canary" not in told
    assert "Canary" not in str(report.get_traceback_data()["filtered_POST_items"])


def test_form_is_never_kept_by_a_browser_or_proxy(asked, invited):
    response = invited.get(f"{asked.path}answer/")

    assert "no-store" in response["Cache-Control"]


def lock_of(client, asked):
    body = client.get(f"{asked.path}answer/").content.decode()
    (lock,) = re.findall(r'data-lock="([0-9a-f]{64})"', body)
    return lock


def test_what_is_kept_in_the_browser_is_locked_for_its_person_and_survey(asked, invited):
    locks = [
        lock_of(invited, asked),
        lock_of(signed_in(asked.people[0]), asked),  # signed in anew
        lock_of(signed_in(asked.people[1]), asked),
    ]
    beside = WorkflowFactory(unit=asked.wave.workflow.unit, is_simulated=True)
    again = opened(people=0, boss=asked.boss, workflow=beside)

    assert locks[0] == locks[1] != locks[2]
    assert lock_of(invited, again) not in locks


def test_answer_page_is_small_and_asks_little(asked, invited):
    """60 KB with style, script and font, the page itself uncompressed."""
    import gzip

    from django.contrib.staticfiles import finders

    invited.get(f"{asked.path}answer/")
    with CaptureQueriesContext(connection) as queries:
        body = invited.get(f"{asked.path}answer/").content
    parts = ["css/tokens.css", "css/survey.css", "js/survey_draft.js", "js/survey.js"]
    files = [gzip.compress(Path(finders.find(part)).read_bytes()) for part in parts]
    font = Path(finders.find("vendor/inter/inter-survey.woff2")).read_bytes()

    assert len(body) + sum(map(len, files)) + len(font) <= 60 * 1024
    assert set(re.findall(rb'(?:href|src)="/static/([\w/.-]+?)"', body)) <= {
        b"favicon.svg",
        *(part.encode() for part in parts),
    }
    assert len(queries) <= 12


def test_survey_before_go_live_is_one_short_part():
    from tests.factories.people import AssignmentFactory, RoleGrantFactory
    from tests.factories.sign_offs import in_review

    review = in_review()
    people = [AssignmentFactory(unit=review.redesign.workflow.unit).person for _ in range(5)]
    today = timezone.localdate()
    wave = operations.plan_wave(
        actor=RoleGrantFactory().person,
        redesign=review.redesign,
        instrument=Instrument.objects.get(code="AWB-5"),
        opens_date=today,
        closes_date=today + timedelta(days=14),
        minimum_group=5,
        asks_comment=False,
        attributes=[],
        contact="Privacy",
        agreement="",
        at=timezone.now(),
    )
    operations.open_wave(wave=wave, at=timezone.now())
    client = signed_in(people[0])

    assert "5 short statements. Under a minute." in text_of(
        client.get(f"/surveys/{wave.public_id}/")
    )
    body = client.get(f"/surveys/{wave.public_id}/answer/").content.decode()
    assert (body.count("<fieldset"), "Part 1" in body, "<textarea" in body) == (5, False, False)


def test_survey_that_is_planned_is_not_there_for_the_team():
    asked = planned(opens_date=timezone.localdate() + timedelta(days=3))

    response = signed_in(asked.people[0]).get(asked.path)

    assert response.status_code == 404
    assert Wave.objects.get().state == WaveState.DRAFT


def test_inbox_and_navigation_tell_of_an_open_survey(asked):
    answered(asked, asked.people[1:2])
    waits, done = (signed_in(person).get("/") for person in asked.people[:2])

    assert f"Trust survey: {asked.wave.workflow.name}" in text_of(waits)
    assert "1 trust survey asks for your answers." in text_of(waits)
    assert trust_count(waits) == 1
    assert "Trust survey" not in text_of(done)
    assert not trust_count(done)


def trust_count(response):
    entries = response.context["shell"].entries
    return next(entry.count for entry in entries if entry.label == "Trust")
