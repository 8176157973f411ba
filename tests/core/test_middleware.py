"""What surrounds every answer: headers, an id, a closed door, and nothing kept in between."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from core.choices import Channel
from core.context import surroundings
from core.middleware import PrivateCacheMiddleware, RequestIdMiddleware, remote_address
from core.models import AuditEvent
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
    "manifest-src 'self'",
}  # fmt: skip
CLIENT_PROXY = "X-Forwarded-For"


def assert_guarded(answer):
    told = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert told == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Permissions-Policy"].count("=()") > 10
    assert answer["Cache-Control"] == "private, no-store"
    assert len(answer["X-Request-ID"]) == 32


@pytest.fixture
def broken(monkeypatch):
    """A page that falls over; the client sees what a browser would."""

    def fall(*args, **kwargs):
        raise RuntimeError("her answer")

    monkeypatch.setattr("adoption_portal.views.render", fall)
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "path, status",
    [
        ("/account/login/", 200),
        ("/help/", 302),
        ("/workflows/", 302),
        ("/nothing-here/", 404),
        ("/admin/", 302),
        ("/robots.txt", 200),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/api/v1/nothing", 404),
        ("/api/v1/jobs/01900000-0000-7000-8000-000000000000", 401),
    ],
)
def test_every_answer_is_guarded(client, path, status):
    answer = client.get(path)

    assert answer.status_code == status
    assert_guarded(answer)


@pytest.mark.parametrize(
    "path, status", [("/workflows/", 200), ("/nothing/", 404), ("/admin/login/", 403)]
)
def test_answer_to_a_person_is_guarded(client, path, status):
    client.force_login(PersonFactory())

    answer = client.get(path)

    assert answer.status_code == status
    assert_guarded(answer)


def test_fault_is_guarded_and_tells_nothing(broken):
    broken.force_login(PersonFactory())

    answer = broken.get("/help/")

    assert answer.status_code == 500
    assert_guarded(answer)
    assert b"her answer" not in answer.content


def test_refused_form_is_guarded():
    answer = Client(enforce_csrf_checks=True).post("/account/colours/", {"colours": "dark"})

    assert answer.status_code == 403
    assert_guarded(answer)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:8000@evil"])
def test_foreign_host_is_refused(client, host):
    assert client.get("/account/login/", headers={"Host": host}).status_code == 400


def test_forwarded_host_is_ignored(client):
    page = client.get("/account/login/", headers={"X-Forwarded-Host": "evil.example"})

    assert page.status_code == 200
    assert b"evil.example" not in page.content


def test_static_files_may_be_kept():
    def file(request):
        from django.http import HttpResponse

        return HttpResponse(headers={"Cache-Control": "max-age=315360000, public, immutable"})

    request = RequestFactory().get("/static/css/portal.0123.css")
    assert "immutable" in PrivateCacheMiddleware(file)(request)["Cache-Control"]
    request = RequestFactory().get("/workflows/")
    assert PrivateCacheMiddleware(file)(request)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "offered, kept",
    [
        ("request-12345", True),
        ("A" * 64, True),
        ("short", False),
        ("A" * 65, False),
        ("with space 1", False),
        ("<script>alert", False),
        ("line\nbreak-123", False),
        ("-starts-wrong", False),
    ],
)
def test_only_a_sane_request_id_is_taken_over(client, offered, kept):
    answer = client.get("/healthz", headers={"X-Request-ID": offered})

    assert (answer["X-Request-ID"] == offered) is kept


def test_request_id_reaches_the_audit_trail(client):
    client.post(
        "/account/login/",
        {"login": "stranger@example.test", "password": "x"},
        headers={"X-Request-ID": "request-12345"},
    )

    event = AuditEvent.objects.get(verb="person.sign_in_refused")
    assert (event.request_id, event.remote_addr) == ("request-12345", "127.0.0.1")


@pytest.mark.parametrize(
    "path, channel",
    [
        ("/workflows/", Channel.PAGE),
        ("/api/v1/jobs/1", Channel.API),
        ("/scim/v2/Users", Channel.API),
    ],
)
def test_channel_follows_the_address(path, channel):
    seen = []

    def view(request):
        from django.http import HttpResponse

        seen.append(surroundings().channel)
        return HttpResponse()

    RequestIdMiddleware(view)(RequestFactory().get(path))

    assert seen == [channel]
    assert surroundings().channel == Channel.COMMAND  # nothing is left behind


@pytest.mark.parametrize(
    "behind_proxy, hops, address",
    [
        (None, "203.0.113.9", "192.0.2.1"),
        (("HTTP_X_FORWARDED_PROTO", "https"), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (("HTTP_X_FORWARDED_PROTO", "https"), "not an address", None),
        (("HTTP_X_FORWARDED_PROTO", "https"), "", "192.0.2.1"),
    ],
)
def test_forwarded_address_is_believed_only_behind_the_proxy(settings, behind_proxy, hops, address):
    settings.SECURE_PROXY_SSL_HEADER = behind_proxy
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={CLIENT_PROXY: hops})

    assert remote_address(request) == address


def test_stranger_is_sent_to_the_sign_in_and_back(client):
    answer = client.get("/workflows/?page=2")

    assert answer["Location"] == "/account/login/?next=/workflows/%3Fpage%3D2"


@pytest.mark.parametrize(
    "page, back",
    [
        ("http://localhost:8000/workflows/", "/workflows/"),
        ("https://evil.example/", "/"),
        ("", "/"),
    ],
)
def test_fragment_asked_by_a_stranger_moves_the_whole_page(client, settings, page, back):
    settings.BASE_URL = "http://localhost:8000"

    answer = client.get("/workflows/", headers={"HX-Request": "true", "HX-Current-URL": page})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/account/login/?next={back}"


def test_person_who_left_is_a_stranger_at_once(client):
    person = PersonFactory()
    client.force_login(person)
    assert client.get("/workflows/").status_code == 200

    get_user_model().objects.filter(pk=person.pk).update(is_active=False, signing_enabled=False)

    assert client.get("/workflows/").status_code == 302
