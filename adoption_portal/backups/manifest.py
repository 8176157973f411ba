"""What a backup says about itself: when, of what, and the checksum of every part."""

import hashlib
import json
import re
import tarfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import CommandError

FORMAT = 1
NAME, DUMP, UPLOADS = "manifest.json", "database.dump", "uploads/"
UPLOAD = re.compile(r"uploads/(cases|people)/[A-Za-z0-9_.-]{1,200}")
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """``size`` in bytes."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``head`` is the newest seal of the audit trail (core.sealing), empty before the first.

    ``missing`` names uploads that the database knows and the disk did not have.
    """

    made_at: str
    server: int
    migrations: list[str]
    events: int
    head: str
    parts: dict[str, Part] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    def text(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()


def measured(stream: IO[bytes], out: IO[bytes] | None = None) -> Part:
    """Size and SHA-256 of what is left of the stream; written to ``out`` on the way."""
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
        if out is not None:
            out.write(piece)
    return Part(size, digest.hexdigest())


def measured_file(path: Path) -> Part:
    with path.open("rb") as file:
        return measured(file)


def place_of(name: str) -> Path:
    """Where the upload called ``name`` in a backup lies in the data folder."""
    return Path(settings.DATA_DIR) / name


def read(archive: tarfile.TarFile) -> Manifest:
    """CommandError for anything that is not a whole manifest of a format we know."""
    try:
        first = archive.extractfile(NAME)
        told: dict[str, Any] = json.loads(first.read()) if first else {}
        if told.get("format") != FORMAT:
            raise CommandError("This is a backup of a format that this release does not know.")
        parts = {name: Part(**part) for name, part in told.pop("parts").items()}
        found = Manifest(parts=parts, **told)
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise CommandError(
            "This is not a backup of the portal, or its start is damaged."
        ) from fault
    strange = [name for name in found.parts if name != DUMP and not UPLOAD.fullmatch(name)]
    if strange or DUMP not in found.parts or any(".." in name for name in found.parts):
        raise CommandError("This backup names files that no backup of the portal holds.")
    return found
