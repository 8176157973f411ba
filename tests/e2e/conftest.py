"""Browser tests: one real portal and one Chromium for them all, a fresh context for each test."""

import os

import pytest

from adoption_portal.launcher.development import chromium
from tests.conftest import NO_BROWSER
from tests.e2e.portal import LivePortal
from tests.e2e.watching import Watched

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SERIOUS = {"serious", "critical"}
WIDTHS = {1440: 900, 390: 844}
LOOKS = ((1440, "light"), (390, "dark"))
if os.environ.get("ALL_LOOKS"):  # both widths in both colours: twice as many pictures
    LOOKS = tuple((width, scheme) for width in WIDTHS for scheme in ("light", "dark"))


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def portal_processes(application_role, tmp_path_factory):
    """Web, worker, relay and scheduler on the test database, with the application's role."""
    portal = LivePortal(tmp_path_factory.mktemp("portal"))
    try:
        portal.start()
        yield portal
    finally:
        portal.stop()


@pytest.fixture
def live_portal(transactional_db, portal_processes):
    """The running portal (``.url``); what a test commits it sees, and the other way round."""
    portal_processes.check()
    return portal_processes


@pytest.fixture(scope="package")
def browser(django_db_setup):
    path = chromium.find()
    if path is None:
        pytest.skip(NO_BROWSER)
    # Playwright leaves an event loop in this thread, which Django takes for asynchronous code and
    # gives a database connection of its own: neither may outlive what it was opened in.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from django.db import connection
    from playwright.sync_api import sync_playwright

    connection.close()
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chrome
        connection.close()
        chrome.close()


@pytest.fixture
def new_page(browser, live_portal):
    """Makes pages, each in a context of its own: one for each person of a test."""
    pages = []

    def make(**options):
        context = browser.new_context(
            base_url=live_portal.url,
            locale=options.pop("locale", "en"),
            viewport=options.pop("viewport", {"width": 1440, "height": 900}),
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        pages.append((page, Watched(page)))
        return page

    yield make
    complaints = [line for _, watched in pages for line in watched.complaints]
    for page, _ in pages:
        page.context.close()
    assert complaints == []


@pytest.fixture
def page(new_page):
    """A page at 1440 px; any console error, CSP message or script error fails the test."""
    return new_page()


@pytest.fixture
def sign_in(live_portal):
    """``sign_in(page, person)``: the person's session in the page's cookies, without the form."""
    from django.conf import settings
    from django.test import Client

    def give_session(page, person):
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_portal.url}]
        )

    return give_session


@pytest.fixture
def axe():
    """``axe(page)``: no serious or critical finding of the accessibility rules.

    ``axe(page, only="color-contrast")`` looks at one rule.
    """
    from axe_playwright_python.sync_playwright import Axe

    rules = Axe()

    def check(page, *, only=None):
        options = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(rules.axe_script)
        found = page.evaluate("options => axe.run(document, options)", options)["violations"]
        told = [
            f"{rule['id']}: {rule['help']}: {node['target']}"
            for rule in found
            if rule["impact"] in SERIOUS
            for node in rule["nodes"]
        ]
        assert told == []

    return check


@pytest.fixture
def shoot():
    """``shoot(page, name)``: pictures of LOOKS under var/screens."""
    from adoption_portal.launcher.folders import ROOT

    folder = ROOT / "var" / "screens"

    def take(page, name):
        before = page.viewport_size
        folder.mkdir(parents=True, exist_ok=True)
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": WIDTHS[width]})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)

    return take
