"""Planted answers, and every place where something is written down: none of them holds one.

PostgreSQL logs every statement here, with its parameters and its faults; Django logs at its loudest.
"""

import json
import logging
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import override_settings

from core.jobs import run_waiting
from core.logs import JsonFormatter, told
from core.models import AuditEvent, Job
from surveys import operations
from surveys.errors import AlreadyAnswered, BadAnswers
from surveys.models import Ballot, Comment, Response
from surveys.operations import answering, releasing
from tests.factories.sign_offs import NOON
from tests.factories.surveys import opened, send

CANARY = "kanarienvogel-4711"
PATTERN = [1, 5, 2, 4, 3, 5, 1, 4, 2, 3, 1, 5, 4, 2, 5, 1]
# As Python and as PostgreSQL and JSON write it.
SIGNS = [
    CANARY.encode(),
    ", ".join(map(str, PATTERN)).encode(),
    ",".join(map(str, PATTERN)).encode(),
]


class Everything(logging.Handler):
    """What any logger says, as our formatter writes it and as Python's own does."""

    def __init__(self):
        super().__init__(level=0)
        self.lines = []

    def emit(self, record):
        self.lines += [JsonFormatter().format(record), record.getMessage()]


@pytest.fixture
def everything():
    """All loggers down to DEBUG; django.db.backends tells every statement then."""
    handler, root = Everything(), logging.getLogger()
    quiet = {
        name: logging.getLogger(name).level
        for name in ("", "django", "django.db.backends", "celery", "core", "surveys")
    }
    logging.getLogger("factory").setLevel(logging.INFO)  # the tests' own, and endless
    root.addHandler(handler)
    for name in quiet:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    for name, level in quiet.items():
        logging.getLogger(name).setLevel(level)


def server_log():
    """The log file of the server that runs for the tests; not there when another one serves them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('data_directory')")
        return Path(cursor.fetchone()[0]).parents[1] / "logs" / "postgres.log"


@pytest.fixture
def loud_server(transactional_db):
    log = server_log()
    if not log.exists():
        pytest.skip(
            "THE SERVER'S LOG IS NOT READ: only the embedded server keeps it in a file of ours"
        )
    with connection.cursor() as cursor:
        cursor.execute("SET log_statement = 'all'")
        cursor.execute("SET log_min_duration_statement = 0")
        cursor.execute("SET log_min_error_statement = 'debug5'")
        cursor.execute("SET log_error_verbosity = 'verbose'")
    start = log.stat().st_size
    yield lambda: log.read_bytes()[start:]
    connection.close()


def found(text):
    text = text if isinstance(text, bytes) else text.encode()
    return [sign for sign in SIGNS if sign in text]


def rows_of(*leaving_out):
    """Every row of every table but those where opened answers belong."""
    return {
        model._meta.label: [str(row) for row in model._default_manager.values()]
        for model in apps.get_models()
        if model not in leaving_out
    }


def dump(rows):
    return json.dumps(rows, ensure_ascii=False)


def test_signs_would_be_found():
    assert found(str(PATTERN)) == [SIGNS[1]]
    assert found(f"ARRAY[{','.join(map(str, PATTERN))}] {CANARY}") == [SIGNS[0], SIGNS[2]]


def test_no_sink_holds_an_answer(tmp_path, settings, loud_server, everything, capfd):
    settings.DATA_DIR = tmp_path
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    asked = opened((60,))
    with override_settings(DEBUG=True):  # connection.queries and loud errors
        connection.queries_log.clear()
        for number, person in enumerate(asked.team):
            send(asked, person, PATTERN, comment=f"{CANARY} {number}")
        with pytest.raises(AlreadyAnswered) as again:
            send(asked, asked.team[0], PATTERN, comment=CANARY)
        with pytest.raises(BadAnswers) as bad:
            answering._sealed(asked.wave, place_of(asked), [*PATTERN, 9], CANARY, "en")
        sent = str(connection.queries)
        open_tables = dump(rows_of())
        operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
        connection.queries_log.clear()
        run_waiting()
        counted = str(connection.queries)
    assert Response.objects.count() == 60
    assert Comment.objects.count() == 60

    logged = loud_server()
    assert b"INSERT INTO" in logged  # it is the log of this test
    assert b"COPY surveys_response" in logged
    out = capfd.readouterr()
    sinks = {
        "statements of sending": sent,
        "statements of counting": counted,
        "tables while it was open": open_tables,
        "tables after": dump(rows_of(Response, Comment)),
        "audit": dump([str(row) for row in AuditEvent.objects.values()]),
        "jobs": dump([str(row) for row in Job.objects.values()]),
        "loggers": "\n".join(everything.lines),
        "stdout": out.out,
        "stderr": out.err,
        "mails": "\n".join(f"{one.subject}\n{one.body}" for one in mail.outbox),
        "refusals": told(again.value) + told(bad.value) + str(again.value) + str(bad.value),
        "the server's log": logged,
        "files": b"\n".join(p.read_bytes() for p in Path(tmp_path).rglob("*") if p.is_file()),
    }
    assert {name: found(text) for name, text in sinks.items() if found(text)} == {}
    assert mail.outbox


def place_of(asked):
    from surveys.models import Participation

    return Participation.objects.get(wave=asked.wave, person=asked.team[0])


def test_a_fault_of_the_database_repeats_no_answer(
    tmp_path, settings, loud_server, everything, monkeypatch
):
    """The release meets a refusal in the middle of its COPY: statement, detail and context are logged."""
    settings.DATA_DIR = tmp_path
    asked = opened((60,))
    for number, person in enumerate(asked.team):
        send(asked, person, PATTERN, comment=f"{CANARY} {number}")
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER planted BEFORE INSERT ON surveys_response FOR EACH ROW"
            " EXECUTE FUNCTION portal_refuse_change('planted')"
        )
    try:
        with pytest.raises(psycopg.Error) as fault:
            operations.release(wave=asked.wave, at=NOON)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER planted ON surveys_response")
    logging.getLogger("surveys").error("told as a job tells it", exc_info=fault.value)

    assert found(told(fault.value)) == []
    assert found("\n".join(line for line in everything.lines if line.startswith("{"))) == []
    assert b"planted" in loud_server()
    assert found(loud_server()) == []
    assert Ballot.objects.count() == 60


def test_error_reports_leave_out_what_was_answered(rf):
    """Django's own report of an error, where somebody has switched it on."""
    from django.views.debug import ExceptionReporter

    request = rf.post("/surveys/x/answer/", {})
    try:
        operations.answer(
            wave=None, person=None, answers=PATTERN, comment=CANARY, at=NOON, language="en"
        )
    except AttributeError:
        import sys

        report = ExceptionReporter(request, *sys.exc_info()).get_traceback_text()
        frames = ExceptionReporter(request, *sys.exc_info()).get_traceback_frames()
    inside = [dict(frame["vars"]) for frame in frames if frame["function"] == "answer"]
    assert inside
    assert "answers" in inside[0]
    assert not any(found(str(value)) for value in inside[0].values())
    assert CANARY not in report.split("test_canaries.py")[-1]


def test_releasing_is_sensitive_all_the_way_down():
    """Every function on the way of opened sheets hides its variables from error reports."""
    from surveys.operations import publishing

    ways = [releasing._opened, releasing._counted, publishing.publish, publishing._copy]
    assert all(hasattr(way, "__wrapped__") for way in ways)
