# ruff: noqa: ANN001, ANN201, PTH123  (a script for people who have Python alone)
"""Verify a sign-off package offline: python3 verify_signatures.py sign-off-….json

Needs nothing but Python 3. Prints every problem, or that the package is whole; exit code 1 or 0.
"""

import hashlib
import json
import sys


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def problems(package):
    found, hashes = [], {}
    for revision in package["revisions"]:
        hashes[revision["number"]] = sha256(canonical(revision["content"]))
        if hashes[revision["number"]] != revision["sha256"]:
            found.append(f"revision {revision['number']}: not the content that was hashed")
    for route in package["routes"]:
        previous = ""
        for place, signature in enumerate(route["signatures"], start=1):
            where, said = (
                f"route {route['id']}, signature {place}",
                json.loads(signature["manifest"]),
            )
            if sha256(signature["manifest"]) != signature["manifest_sha256"]:
                found.append(f"{where}: not the text that was signed")
            if said["content_sha256"] != hashes.get(said["revision"]):
                found.append(f"{where}: signed for another content")
            if said["route"] != route["id"] or said["redesign"] != package["redesign"]:
                found.append(f"{where}: signed elsewhere")
            if said["previous"] != previous:
                found.append(f"{where}: does not follow the signature before it")
            previous = sha256(signature["manifest"])
        if route["head"] != previous:
            found.append(f"route {route['id']}: the last signature is missing")
    return found


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = problems(json.load(file))
    print("\n".join(found) or "whole: every content, signature and link is as it was signed")
    sys.exit(bool(found))
