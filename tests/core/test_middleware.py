"""What surrounds every answer: headers, an id, a closed door, and nothing kept in between."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from core.choices import Channel
from core.context import surroundings
from core.middleware import RequestIdMiddleware, remote_address
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


@pytest.mark.parametrize("path", ["/account/login/", "/static/css/base.css", "/api/v1/jobs/1"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "testserver:8000@evil",
        "testserver:8001",
        "localhost",
    ],
)
def test_foreign_host_is_refused(client, host, path):
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 400
    assert_guarded(answer)


@pytest.mark.parametrize(
    "base_url, host, status",
    [
        ("https://portal.example", "portal.example", 301),  # to https, where the cookies are
        ("https://portal.example", "portal.example:443", 301),
        ("https://portal.example", "PORTAL.example", 301),
        ("https://portal.example", "portal.example:8000", 400),
        ("https://portal.example", "web:8000", 400),
        ("http://localhost:8123", "localhost:8123", 200),
        ("http://localhost:8123", "127.0.0.1:8123", 200),
        ("http://localhost:8123", "[::1]:8123", 200),
        ("http://localhost:8123", "localhost", 400),
        ("http://localhost:8123", "localhost:8000", 400),
        ("http://portal.internal:8080", "portal.internal:8080", 200),
        ("http://portal.internal:8080", "localhost:8080", 400),
    ],
)
def test_only_the_place_of_base_url_is_answered(client, settings, base_url, host, status):
    settings.BASE_URL = base_url
    settings.SECURE_SSL_REDIRECT = base_url.startswith("https")
    settings.SECURE_SSL_HOST = "portal.example"
    settings.ALLOWED_HOSTS = ["*"]

    answer = client.get("/account/login/", headers={"Host": host})

    if base_url.startswith("https"):  # the redirect comes first, and leads to BASE_URL alone
        assert answer["Location"] == "https://portal.example/account/login/"
        answer = client.get("/account/login/", headers={"Host": host}, secure=True)
        status = 200 if status == 301 else status
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_by_any_allowed_name(client, path):
    assert client.get(path, headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_forwarded_host_is_ignored(client):
    page = client.get("/account/login/", headers={"X-Forwarded-Host": "evil.example"})

    assert page.status_code == 200
    assert b"evil.example" not in page.content


def test_static_files_may_be_kept(client):
    file = client.get("/static/css/base.css")

    assert b"".join(file.streaming_content)
    file.close()
    assert file["Cache-Control"] == "max-age=60, public"


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/", "/static/../workflows/x.css"])
def test_a_missing_file_is_no_page_of_the_person_and_is_not_kept(client, path):
    """Web cache deception: a cache keeps what ends in .css, and shows it to who asks next."""
    person = PersonFactory(given_name="Maraldine", email="maraldine@example.org")
    client.force_login(person)

    answer = client.get(path)

    assert answer.status_code == 404
    assert_guarded(answer)
    if path.startswith("/static/nothing"):
        assert b"Maraldine" not in answer.content
        assert b"maraldine" not in answer.content
        assert b"/account/logout/" not in answer.content


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
        ("http://testserver/workflows/", "/workflows/"),
        ("https://evil.example/", "/"),
        ("", "/"),
    ],
)
def test_fragment_asked_by_a_stranger_moves_the_whole_page(client, page, back):
    answer = client.get("/workflows/", headers={"HX-Request": "true", "HX-Current-URL": page})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == f"/account/login/?next={back}"


def test_person_who_left_is_a_stranger_at_once(client):
    person = PersonFactory()
    client.force_login(person)
    assert client.get("/workflows/").status_code == 200

    get_user_model().objects.filter(pk=person.pk).update(is_active=False, signing_enabled=False)

    assert client.get("/workflows/").status_code == 302
