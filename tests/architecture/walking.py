"""Every role opens every address; what was answered and what changed is written down once."""

from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler

from tests.architecture.addresses import Address, addresses
from tests.architecture.scene import ROLES, Scene

# Rows that opening a page may touch: who is signed in, and until when.
MAY_CHANGE = {"django_session"}
TWICE = "workflow owner"  # the role that sees most opens each page a second time


@dataclass(frozen=True)
class Visit:
    address: Address
    method: str
    role: str
    response: HttpResponseBase
    changed: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """How the table of roles writes an answer."""
        response = self.response
        where = response.headers.get("Location") or response.headers.get("HX-Redirect") or ""
        return "sign in" if where.startswith("/account/login/") else str(response.status_code)

    def __str__(self) -> str:
        return f"{self.role}: {self.method} /{self.address.route} -> {self.told}"


def client_of(scene: Scene, role: str) -> Client:
    client = Client(raise_request_exception=False)
    # One chain of middleware for all: each reads every static file's name when it is made.
    client.handler = shared_handler()
    if role != "anonymous":
        client.force_login(scene.people[role])
    return client


@cache
def shared_handler() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


def walked(scene: Scene) -> list[Visit]:
    return [visit for role in ROLES for visit in _walked_by(scene, role)]


def _walked_by(scene: Scene, role: str) -> list[Visit]:
    client = client_of(scene, role)
    signed_in = client.cookies.output()
    visits = []
    before = checksums()
    for address in asked_by(role):
        path = address.path(scene.ids)
        first = client.get(path)
        if role == TWICE:
            client.get(path)
        now = checksums()
        changed = tuple(sorted(t for t in now if now[t] != before.get(t) and t not in MAY_CHANGE))
        visits.append(Visit(address, "GET", role, first, changed))
        before = now
        for method in address.methods[1:]:
            visits.append(Visit(address, method, role, sent(client, path, address, method)))
            client.cookies.load(signed_in.replace("Set-Cookie: ", ""))
    return visits


def asked_by(role: str) -> tuple[Address, ...]:
    """All; of the records' pages one stands for the rest where a role must not come in."""
    return tuple(
        address
        for address in addresses()
        if role in {"anonymous", "administrator"}
        or not address.route.startswith("admin/")
        or address.route == "admin/"
    )


def sent(client: Client, path: str, address: Address, method: str) -> HttpResponseBase:
    """An empty write, taken back, so that every question meets the same state."""
    kind = "application/json" if address.is_machine else "application/x-www-form-urlencoded"
    with transaction.atomic():
        answer = client.generic(method, path, content_type=kind)
        transaction.set_rollback(True)
    return answer


def checksums() -> dict[str, tuple[int, int]]:
    """Of every table: how many rows, and a sum over what is in them."""
    tables = connection.introspection.table_names()
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM \"{table}\" t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(parts)
        return {table: (rows, int(total)) for table, rows, total in cursor.fetchall()}
