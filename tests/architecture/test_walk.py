"""Every role opens every address of the site: who is let in, what is changed, which headers.

The table of roles is a file: ``WRITE_ROLE_TABLE=1 pytest tests/architecture/test_walk.py`` writes
it anew; what changed in it is then read by whoever reviews the change.
"""

import csv
import os
import re
from pathlib import Path

import pytest

from tests.architecture.addresses import NOWHERE, addresses
from tests.architecture.scene import ROLES, SEE_ALL
from tests.architecture.walking import client_of

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("role_table.csv")
# What a stranger may open, and why.
PUBLIC = {
    "healthz": "asked by the supervisor",
    "readyz": "asked by the load balancer",
    "account_login": "the door",
    "account_inactive": "says why the door stays shut",
    "account_reset_password": "who has forgotten it cannot sign in",
    "account_reset_password_done": "the next step of it",
    "account_reset_password_from_key": "the link in the mail",
    "account_reset_password_from_key_done": "its last step",
    "colours": "light or dark, also on the sign-in page",
    "set_language": "also on the sign-in page",
    "robots": "for crawlers",
    "security_txt": "for who has found a hole",
    "favicon": "asked by every browser",
}
# Taking a file away is written down, and nothing else.
EXPORTS = {
    "workflows:manifest",
    "measurement:evidence_json",
    "measurement:evidence_csv",
    "measurement:quarter_csv",
    "measurement:import_rejections",
    "surveys:result_csv",
    "console:export",
    "people:import_rejections",
    "measurement:use_rejections",
}
WRITERS = {"workflow owner", "administrator"}
SHUT = {"sign in", "401", "403", "404"}
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'", "object-src 'none'",
}  # fmt: skip
# The only addition: the page may name its icons; from this site alone.
MANIFEST = "manifest-src 'self'"


def test_a_stranger_gets_in_nowhere_but_at_the_public_addresses(walk):
    inside = {
        visit.address.name or visit.address.route
        for visit in walk
        if visit.role == "anonymous" and visit.told not in SHUT
    }
    # Signing out is a way to the sign-in for who is signed out already.
    assert inside - {"account_logout", "account_signup"} == set(PUBLIC)


def test_no_visit_ends_in_a_fault(walk):
    assert [str(visit) for visit in walk if visit.response.status_code >= 500] == []


def test_opening_a_page_changes_nothing(walk):
    assert [f"{visit} changed {visit.changed}" for visit in walk if visit.changed] == [
        f"{visit} changed {('core_auditevent',)}"
        for visit in walk
        if visit.address.name in EXPORTS and visit.method == "GET" and visit.told == "200"
    ]


def test_every_answer_carries_the_policy_of_the_site(walk):
    wrong = [
        f"{visit}: {policy}"
        for visit in walk
        if (policy := policy_of(visit.response)) - {MANIFEST} != POLICY
    ]
    assert wrong == []


def policy_of(response):
    told = response.headers.get("Content-Security-Policy", "")
    return {part.strip() for part in told.split(";")}


@pytest.mark.parametrize(
    "header, value",
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "private, no-store"),
    ],
)
def test_every_answer_carries_the_header(walk, header, value):
    assert [str(visit) for visit in walk if visit.response.headers.get(header) != value] == []


def test_every_answer_names_its_request_and_shuts_the_devices(walk):
    for visit in walk:
        assert re.fullmatch(r"[0-9a-f]{32}", visit.response["X-Request-ID"]), visit
        assert "camera=()" in visit.response["Permissions-Policy"], visit


def test_roles_meet_what_the_table_says(walk):
    answered = table_of(walk)
    if os.environ.get("WRITE_ROLE_TABLE"):
        write(answered)
    with TABLE.open(newline="", encoding="utf-8") as file:
        stored = [row for row in csv.DictReader(file) if row["address"] in known_routes()]
    assert {(row["address"], row["method"]): row for row in stored} == {
        (row["address"], row["method"]): row for row in answered
    }


def table_of(walk):
    rows = {}
    for visit in walk:
        # The framework's own pages for records are walked above; one of them stands here.
        if visit.address.route.startswith("admin/") and visit.address.route != "admin/":
            continue
        key = (readable(visit.address), visit.method)
        rows.setdefault(key, {"address": key[0], "method": key[1]})[visit.role] = visit.told
    return list(rows.values())


def readable(address):
    return "/" + re.sub(r"%\((\w+)\)s", r"{\1}", address.route)


def known_routes():
    return {readable(address) for address in addresses()}


def write(rows):
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, ["address", "method", *ROLES], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


# --- what is out of reach reads as what is missing ------------------------------------------------
@pytest.fixture
def scene(db, tmp_path, settings):
    from tests.architecture import scene

    settings.DATA_DIR = tmp_path
    return scene.build()


def test_out_of_reach_reads_as_missing(scene):
    """Status and body, for every address with an id and every role that does not see all.

    Writes are tried by the two who may write most elsewhere.
    """
    differing = []
    for role in ROLES[1:]:
        if role in SEE_ALL:
            continue
        client = client_of(scene, role)
        for address in addresses():
            # The job's and the deliveries' machine pages are asked with tokens, elsewhere.
            if not address.subject or address.is_machine:
                continue
            for method in address.methods if role in WRITERS else ("GET",):
                far = client.generic(method, address.path(scene.elsewhere))
                missing = client.generic(method, address.path({}))
                if far.status_code not in {404, 405} or same(far) != same(missing):
                    differing.append(f"{role}: {method} {address.route} -> {far.status_code}")
    assert differing == []


def same(response):
    """The answer without what differs between any two: ids in the address, tokens of forms."""
    body = response.content.decode()
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    body = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", NOWHERE, body)
    return response.status_code, body
