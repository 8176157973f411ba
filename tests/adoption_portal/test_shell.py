"""Navigation: only what exists, counts asked once, never without a person."""

import pytest
from django.contrib.auth.models import AnonymousUser

from adoption_portal import shell


@pytest.fixture(autouse=True)
def _nav_modules_have_spoken():
    """They register once for the process; later they would overwrite what a test puts in."""
    shell.nav_modules()


@pytest.fixture
def request_of(rf, person):
    request = rf.get("/help/")
    request.user = person
    return request


def test_entries_without_a_page_are_left_out(request_of, monkeypatch):
    monkeypatch.setattr(shell, "has_page", lambda path, _urlconf: path in {"", "workflows/"})
    assert [entry.url for entry in shell.Shell(request_of).entries] == ["/", "/workflows/"]


def test_entries_do_not_exist_for_strangers(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    frame = shell.Shell(request)
    assert (frame.person, frame.entries, frame.sections) == (None, [], [])


def test_request_without_user_has_no_person(rf):
    assert shell.Shell(rf.get("/")).person is None


def test_counts_are_asked_once(request_of, monkeypatch):
    asked = []
    monkeypatch.setitem(shell._counts, "inbox", lambda request: asked.append(request) or 4)
    frame = shell.Shell(request_of)
    assert (frame.entries[0].count, frame.entries[0].count) == (4, 4)
    assert asked == [request_of]


def test_entry_can_be_kept_for_some(request_of, monkeypatch):
    monkeypatch.setitem(shell._shown, "inbox", lambda _request: False)
    assert "Inbox" not in [str(entry.label) for entry in shell.Shell(request_of).entries]


def test_current_entry_is_marked(request_of, monkeypatch):
    monkeypatch.setattr(shell, "has_page", lambda _path, _urlconf: True)
    request_of.path = "/workflows/abc/"
    current = [entry.url for entry in shell.Shell(request_of).entries if entry.current]
    assert current == ["/workflows/"]


def test_initials_stand_for_a_team():
    assert shell.Entry("Batch release", "/").initials == "BR"
