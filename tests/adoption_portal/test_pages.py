"""The frame, the sign-in, the refusals and the small public files."""

import json

import pytest
from django.urls import reverse

from adoption_portal import shell
from people.choices import Role
from tests.adoption_portal.conftest import PASSWORD
from tests.factories.people import RoleGrantFactory

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "object-src 'none'",
    "manifest-src 'self'",
}  # fmt: skip
PUBLIC = [
    ("/account/login/", 200),
    ("/account/password/reset/", 200),
    ("/robots.txt", 200),
    ("/.well-known/security.txt", 200),
    ("/nothing-here/", 404),
]
OWN = ["/account/", "/help/", "/account/password/change/", "/account/logout/"]


def assert_headers(response):
    told = {part.strip() for part in response["Content-Security-Policy"].split(";")}
    assert told == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("path, status", PUBLIC)
def test_public_page_answers_with_all_headers(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert_headers(response)


@pytest.mark.parametrize("path", OWN)
def test_own_page_answers_with_all_headers(signed_in, path):
    response = signed_in.get(path)
    assert response.status_code == 200
    assert_headers(response)
    body = response.content.decode()
    assert body.count("<main") == body.count("<h1") == 1
    assert 'href="#main"' in body


@pytest.mark.django_db
@pytest.mark.parametrize("path", OWN[:3])
def test_own_page_sends_strangers_to_the_sign_in(client, path):
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=")


def test_sign_in_with_the_right_password(client, person):
    response = client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, reverse("home"))


def test_sign_in_with_a_wrong_password_says_it_in_the_summary(client, person):
    response = client.post("/account/login/", {"login": person.email, "password": "not this one"})
    assert response.status_code == 200
    assert 'role="alert" tabindex="-1" data-errors' in response.content.decode()


@pytest.mark.django_db
def test_sign_in_fills_in_the_address_escaped(client):
    body = client.get("/account/login/", {"email": '"><b>x'}).content.decode()
    assert 'value="&quot;&gt;&lt;b&gt;x"' in body


@pytest.mark.django_db
def test_demo_logins_are_listed_only_in_the_demo(client, settings, tmp_path):
    rows = [
        {"role": "Manager", "email": "m@example.org", "password": "shown on purpose", "name": "M"}
    ]
    (tmp_path / "demo.json").write_text(json.dumps(rows))
    settings.DATA_DIR = tmp_path
    settings.DEMO = False
    assert "shown on purpose" not in client.get("/account/login/").content.decode()
    settings.DEMO = True
    body = client.get("/account/login/").content.decode()
    assert "shown on purpose" in body
    assert "?email=m%40example.org" in body


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "not json", "3", '[{"role": 1}]'])
def test_broken_demo_file_is_no_demo_login(client, settings, tmp_path, text):
    (tmp_path / "demo.json").write_text(text)
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    body = client.get("/account/login/").content.decode()
    assert 'id="demo"' not in body


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", ["light", "dark", "system"])
def test_colours_are_kept_in_a_cookie_and_drawn_by_the_server(client, chosen):
    response = client.post("/account/colours/", {"colours": chosen, "next": "/help/"})
    assert response["Location"] == "/help/"
    cookie = response.cookies[shell.COLOURS_COOKIE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (chosen, True, "Lax")
    body = client.get("/account/login/").content.decode()
    assert (f'data-bs-theme="{chosen}"' in body) == (chosen != "system")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", ""]
)
def test_colours_never_send_elsewhere(client, target):
    response = client.post("/account/colours/", {"colours": "dark", "next": target})
    assert response["Location"] == "/"


@pytest.mark.django_db
def test_unknown_colours_change_nothing(client):
    response = client.post("/account/colours/", {"colours": '"><x', "next": "/help/"})
    assert shell.COLOURS_COOKIE not in response.cookies
    client.cookies[shell.COLOURS_COOKIE] = '"><x'
    assert "data-bs-theme" not in client.get("/account/login/").content.decode().split("<head>")[0]


@pytest.mark.django_db
def test_language_is_chosen_by_post(client):
    client.post("/account/language/", {"language": "de", "next": "/account/login/"})
    assert '<html lang="de"' in client.get("/account/login/").content.decode()


@pytest.mark.django_db
def test_csrf_refusal_is_a_page(client):
    client.handler.enforce_csrf_checks = True
    response = client.post("/account/colours/", {"colours": "dark"})
    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()


@pytest.mark.django_db
def test_missing_page_is_in_the_frame(signed_in):
    response = signed_in.get("/nothing-here/")
    assert response.status_code == 404
    assert 'class="ap-shell"' in response.content.decode()


def test_server_error_needs_no_database(rf):
    from adoption_portal.views import server_error

    request = rf.get("/", headers={"Cookie": f"{shell.COLOURS_COOKIE}=dark"})
    response = server_error(request)
    assert response.status_code == 500
    assert 'data-bs-theme="dark"' in response.content.decode()


def test_too_many_says_when(rf):
    from adoption_portal.views import too_many

    response = too_many(rf.post("/account/login/"))
    assert (response.status_code, response["Retry-After"]) == (429, "900")


def test_admin_refuses_who_is_not_staff(signed_in):
    response = signed_in.get("/admin/", follow=True)
    assert response.status_code == 403


def test_admin_wears_the_tokens(client, person):
    RoleGrantFactory(person=person, role=Role.ADMINISTRATOR)
    client.force_login(person)
    response = client.get("/admin/")
    assert "css/tokens.css" in response.content.decode()
    assert_headers(response)


@pytest.mark.django_db
def test_security_txt_has_what_the_standard_asks(client):
    body = client.get("/.well-known/security.txt").content.decode()
    assert "\nExpires: " in body
    assert body.startswith("Contact: mailto:")


@pytest.mark.django_db
def test_the_password_of_the_demo_is_said_once(client, settings, tmp_path):
    logins = [{"role": role, "email": f"{role}@x.example", "password": "calm"} for role in "abc"]
    (tmp_path / "demo.json").write_text(json.dumps(logins))
    settings.DEMO, settings.DATA_DIR = True, tmp_path

    text = client.get("/account/login/").content.decode()

    assert text.count("calm") == 1
    assert text.count("@x.example</a>") == 3


@pytest.mark.parametrize(
    "term", ["Grade", "Baseline", "Guardrail", "Start-up time", "Median", "GxP", "Post-hoc"]
)
def test_help_explains_the_words_of_the_method(signed_in, term):
    text = signed_in.get("/help/").content.decode()

    assert f"<dt>{term}</dt>" in text
