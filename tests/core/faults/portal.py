"""A portal whose processes are killed one by one, and what can be asked about it."""

import http.client
import os
import random
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode
from uuid import uuid4

from django.db import connection

from adoption_portal.launcher import liveness
from adoption_portal.launcher.portal import process_environment
from core.choices import ENDED, JobState
from core.jobs.presence import SPACE
from core.models import AuditEvent, Job
from measurement.models import CaseImport
from tests.core.faults.work import MARK
from tests.e2e.portal import LivePortal

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')
HASTE = {"JOB_SWEEP_SECONDS": "0.5", "JOB_LEASE_SECONDS": "20", "SCHEDULE_TICK_SECONDS": "0.5"}
AT_WORK = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = %s
  AND a.datname = current_database() AND a.application_name = %s
"""


def until(ready, seconds, what):
    """Ask again and again; the test fails when time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, (
            f"not in {seconds} s: {what() if callable(what) else what}"
        )
        time.sleep(0.02)


class ShakenPortal(LivePortal):
    """Short intervals, a worker that knows the tests' tasks, and a second one of each kind."""

    def environment(self):
        return super().environment() | HASTE

    def background(self, shared):
        services = {service.name: service for service in super().background(shared)}
        worker, scheduler = services["worker"], services["scheduler"]
        known = ("--include", "tests.core.faults.work")
        services["worker"] = replace(worker, command=[*worker.command, *known])
        services["scheduler"] = replace(
            scheduler, command=[sys.executable, "-m", "tests.core.faults.scheduler"]
        )
        for name in ("worker", "relay", "scheduler"):
            second = replace(
                services[name],
                name=f"{name}-2",
                environment=process_environment(shared, name) | {"PORTAL_PROCESS": f"{name}-2"},
                log=self.folder / f"{name}-2.log",
            )
            self.services[second.name] = second
        return list(services.values())

    def kill(self, name):
        """The whole process group, as the machine's end would."""
        child = self.children.pop(name)
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.supervisor.stop(child)

    def stop(self):
        """Nobody waits for those whose end is tested anyway."""
        for name in self.children.keys() - {"web"}:
            self.kill(name)
        super().stop()

    def kill_a_child(self, chance: random.Random):
        leader = self.children["worker"].process.pid
        others = sorted(set(liveness.group_members(leader)) - {leader})
        if others:
            os.kill(chance.choice(others), signal.SIGKILL)

    def check(self):
        """As the launcher does: what ended by itself is started again.

        A worker may: kombu 5.7 can fail while it gives up a lost connection to Redis.
        """
        for name, child in list(self.children.items()):
            if not child.running:
                self.restart(name)

    def end_seconds(self):
        """One of each again."""
        for name in [name for name in self.children if name.endswith("-2")]:
            self.supervisor.stop(self.children.pop(name))

    def logs(self):
        return "\n".join(f"--- {name}\n{self.log(name)[-1500:]}" for name in self.children)


def at_work(name):
    with connection.cursor() as cursor:
        cursor.execute(AT_WORK, [SPACE, name])
        return cursor.fetchone()[0]


@dataclass
class Outcome:
    """What became of the jobs of one name."""

    name: str
    jobs: dict = field(init=False)

    def __post_init__(self):
        self.look()

    def look(self):
        self.jobs = {str(job.public_id): job for job in Job.objects.filter(name=self.name)}
        return self

    def in_state(self, state):
        return sum(job.state == state for job in self.jobs.values())

    @property
    def done(self):
        return self.in_state(JobState.DONE)

    def done_now(self):
        return Job.objects.filter(name=self.name, state=JobState.DONE).count()

    def all_ended_now(self):
        return not Job.objects.filter(name=self.name).exclude(state__in=ENDED).exists()

    def marks(self):
        subjects = AuditEvent.objects.filter(verb=MARK).values_list("subject_id", flat=True)
        return [subject for subject in subjects if subject in self.jobs]

    @property
    def lost(self):
        return len(self.jobs) - len(set(self.marks()))

    @property
    def doubled(self):
        marks = self.marks()
        return len(marks) - len(set(marks))

    def states(self):
        found = {}
        for job in self.jobs.values():
            found[job.state] = found.get(job.state, 0) + 1
        return found


class Visitor:
    """Somebody at a browser or a feed; remembers how long the slowest answer took."""

    def __init__(self, portal, *, cookies=None, token=""):
        self.portal = portal
        self.headers = {"Host": f"localhost:{portal.port}"}
        self.csrf = uuid4().hex
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if cookies is not None:
            named = {**cookies, "portal-csrf": self.csrf}
            self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in named.items())
        self.slowest = 0.0
        self.answers = 0

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, body, kind):
        return self._ask("POST", path, body, {"Content-Type": kind, "X-CSRFToken": self.csrf})

    def bring(self, workflow, content):
        """A file of cases by the pages: taken in, looked at, started. The last answer."""
        status, text = self.upload(f"/workflows/{workflow.public_id}/cases/upload/", content)
        assert status == 302, text
        made = CaseImport.objects.filter(source__workflow=workflow).latest("pk")
        path = f"/imports/{made.public_id}/mapping/"
        status, text = self.get(path)
        assert status == 200, text
        said = {"do": "import", "layout": "cases", "seen": SEEN.search(text)[1]}
        said |= {f"column_{name}": name for name in ("case_id", "started_at", "completed_at")}
        return self.post(path, urlencode(said), "application/x-www-form-urlencoded")

    def upload(self, path, content):
        """The form with one file and nothing else filled in."""
        edge = uuid4().hex
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="cases.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{content}\r\n--{edge}--\r\n"
        )
        return self.post(path, body.encode(), f"multipart/form-data; boundary={edge}")

    def _ask(self, method, path, body=None, headers=None):
        line = http.client.HTTPConnection("127.0.0.1", self.portal.port, timeout=30)
        begun = time.monotonic()
        try:
            line.request(method, path, body, {**self.headers, **(headers or {})})
            answer = line.getresponse()
            text = answer.read().decode()
        finally:
            line.close()
        self.slowest = max(self.slowest, time.monotonic() - begun)
        self.answers += 1
        return answer.status, text
