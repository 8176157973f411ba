"""What is signed, as text that stands on its own. Pure; the standard library only.

A *manifest* is the canonical JSON (sorted keys, no spaces, UTF-8) of one signature. It carries the
hash of the content and the hash of the manifest signed before it on the same route, so that a
signature can neither be moved to another content nor be left out of the row.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

FORMAT = "adoption-portal-signature-1"
PACKAGE_FORMAT = "adoption-portal-sign-off-1"


@dataclass(frozen=True, slots=True)
class PrintedPerson:
    """Somebody as they are called at the moment of signing."""

    id: str
    name: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Signing:
    """All a manifest says. ``previous`` is empty for the first signature of a route."""

    decision: str
    route: str
    redesign: str
    workflow: str
    revision: int
    content_sha256: str
    policy: str
    policy_sha256: str
    step: str
    role: str
    sequence: int
    signer: PrintedPerson
    on_behalf_of: PrintedPerson | None
    verdict: str
    comment: str
    meaning: str
    meaning_text: str
    level: int
    method: str
    signed_at: datetime
    zone: str
    previous: str


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def canonical_text(value: Any) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def manifest_of(signing: Signing) -> str:
    """The moment is written twice: in UTC, and as the signer's clock showed it with its offset."""
    facts = asdict(signing)
    moment = facts.pop("signed_at")
    local = moment.astimezone(ZoneInfo(signing.zone))
    facts["format"] = FORMAT
    facts["signed_at_utc"] = moment.astimezone(UTC).isoformat(timespec="microseconds")
    facts["signed_at_local"] = f"{local.isoformat(timespec='seconds')} {local.tzname()}"
    return canonical_text(facts)


def problems_of(package: Mapping[str, Any]) -> list[str]:
    """Everything that is not as it was signed; empty when the package is whole.

    ``package`` is what ``/sign-offs/<id>/manifest/`` gives: a list of revisions, each with its
    content, and of routes, each with its signatures in order.
    """
    found: list[str] = []
    hashes: dict[int, str] = {}
    for revision in package["revisions"]:
        number, stated = revision["number"], revision["sha256"]
        hashes[number] = stated
        if sha256(canonical_text(revision["content"])) != stated:
            found.append(f"revision {number}: the content is not what was hashed")
    for route in package["routes"]:
        found += _route_problems(route, hashes)
    return found


def _route_problems(route: Mapping[str, Any], hashes: Mapping[int, str]) -> list[str]:
    found: list[str] = []
    previous = ""
    signatures: Sequence[Mapping[str, Any]] = route["signatures"]
    for place, signature in enumerate(signatures, start=1):
        where = f"route {route['id']}, signature {place}"
        manifest = json.loads(signature["manifest"])
        if sha256(signature["manifest"]) != signature["manifest_sha256"]:
            found.append(f"{where}: the manifest is not what was hashed")
        if hashes.get(manifest["revision"]) != manifest["content_sha256"]:
            found.append(f"{where}: signed for another content")
        if manifest["route"] != route["id"]:
            found.append(f"{where}: signed on another route")
        if manifest["previous"] != previous:
            found.append(f"{where}: does not follow the signature before it")
        previous = signature["manifest_sha256"]
    if route["head"] != previous:
        found.append(f"route {route['id']}: the last signature is missing")
    return found
