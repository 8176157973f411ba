"""A portal of its own under load: 16 people who read the main pages without a pause.

Two web processes on the simulated organisation, on 127.0.0.1. The clients run on the same machine
and take their share of it: what is told is an upper bound of what the portal alone would need.
"""

import http.client
import io
import itertools
import os
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.database import scratch_database

CLIENTS = 16
SECONDS = 20
PROCESSES = 2
PATIENCE = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def filled_with_the_demo():
    """Pages to read, and a session cookie of each of the people who read them."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from people.models import Person
    from workflows.models import Redesign
    from workflows.queries.redesigns import redesigns_visible_to

    settings.DEMO = True
    call_command("seed_demo", stdout=io.StringIO())
    redesign = Redesign.objects.filter(readings__isnull=False).first() or Redesign.objects.first()
    pages = [
        *("/", "/redesigns/", "/sign-offs/", "/workflows/", "/evidence/"),
        redesign.get_absolute_url(),
        redesign.workflow.get_absolute_url(),
        reverse("measurement:evidence", args=[redesign.public_id]),
    ]
    # Those who may see all of the pages, so that each answer is a page.
    people = [
        person
        for person in Person.objects.filter(is_active=True).order_by("pk")
        if redesigns_visible_to(person).filter(pk=redesign.pk).exists()
    ]
    cookies = []
    for person in people[:CLIENTS]:
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}")
    return pages, cookies


class Reader(threading.Thread):
    """One person: a page, the next page, over one connection. ``seen``: (page, status, seconds)."""

    def __init__(self, port, pages, cookie, until):
        super().__init__()
        self.port, self.pages, self.until = port, pages, until
        self.headers = {"Host": f"localhost:{port}", "Cookie": cookie}
        self.seen = []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while time.monotonic() < self.until:
            page = next(self.pages)
            begun = time.perf_counter()
            try:
                connection.request("GET", page, headers=self.headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = 0
            self.seen.append((page, status, time.perf_counter() - begun))
        connection.close()


def percentile(sorted_seconds, share):
    place = min(int(len(sorted_seconds) * share), len(sorted_seconds) - 1)
    return sorted_seconds[place] * 1000


def told(name, seen):
    spent = sorted(seconds for _, _, seconds in seen)
    wrong = [status for _, status, _ in seen if status != http.client.OK]
    p50, p95, p99 = (percentile(spent, share) for share in (0.50, 0.95, 0.99))
    print(
        f"{name:<58} {len(seen):>6,} {p50:>7.0f} {p95:>7.0f} {p99:>7.0f} {len(wrong):>7}"
        f"{f'  {sorted(set(wrong))}' if wrong else ''}"
    )


def web_environment(port):
    from django.db import connection

    given = urlsplit(os.environ["DATABASE_URL"])
    scratch = given._replace(path=f"/{connection.settings_dict['NAME']}")
    return dict(os.environ) | {
        "DATABASE_URL": urlunsplit(scratch),
        "BASE_URL": f"http://localhost:{port}",
        "WEB_WORKERS": str(PROCESSES),
        "LOG_LEVEL": "ERROR",
        "PORTAL_DEMO": "1",
    }


def main():
    """0 when every page was answered; 1 after a fault of the portal (5xx), or no answer at all."""
    from adoption_portal.launcher import folders, portal
    from adoption_portal.launcher.journal import Journal
    from adoption_portal.launcher.signals import StopSignals
    from adoption_portal.launcher.supervisor import Service, Supervisor

    with scratch_database(), tempfile.TemporaryDirectory(prefix="portal-load-") as folder:
        pages, cookies = filled_with_the_demo()
        port = free_port()
        shared = web_environment(port)
        supervisor = Supervisor(Journal(), StopSignals(), Path(folder) / "processes")
        try:
            static = Service("static", portal.prepare("static"), shared, folder=str(folders.ROOT))
            supervisor.finish(supervisor.start(static))
            web = supervisor.start(portal.web(shared, host="127.0.0.1", port=port))
            supervisor.wait_for(web, lambda: portal.answers("127.0.0.1", port), PATIENCE)
            seen = under_load(port, pages, cookies)
        finally:
            supervisor.stop_all()
    return 1 if any(faulty(status) for _, status, _ in seen) else 0


def faulty(status):
    return status == 0 or status >= http.client.INTERNAL_SERVER_ERROR


def under_load(port, pages, cookies):
    until = time.monotonic() + SECONDS
    readers = [
        Reader(
            port,
            itertools.cycle(pages[number % len(pages) :] + pages[: number % len(pages)]),
            cookies[number % len(cookies)],
            until,
        )
        for number in range(CLIENTS)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    seen = [one for reader in readers for one in reader.seen]
    print(f"{CLIENTS} clients, {PROCESSES} web processes, {SECONDS} s")
    print(f"{'page':<58} {'asked':>6} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'errors':>7}")
    for page in pages:
        told(page, [one for one in seen if one[0] == page])
    told(f"all, {len(seen) / SECONDS:.0f} pages a second", seen)
    return seen


if __name__ == "__main__":
    sys.exit(main())
