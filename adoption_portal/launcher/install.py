"""`make env`: the virtual environment, rebuilt only when the lock has changed.

Run by the machine's own Python, before anything is installed: standard library only. Asked for
``runtime``, an environment that already has the development set is kept as that.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 the point is to say so to those who have an older one
    sys.exit("Adoption Portal needs Python 3.11 or newer, this is " + sys.version.split()[0] + ".")

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
HOME = Path(".venv")
PYTHON = HOME / "bin" / "python"
STAMP = HOME / "installed"
GUARD = Path("var") / "install.lock"


def wanted_set(asked: str) -> str:
    try:
        return "dev" if STAMP.read_text().startswith("dev ") else asked
    except FileNotFoundError:
        return asked


def fingerprint(kind: str) -> str:
    """Of the lock's text, and of the place: an environment cannot be moved."""
    content = Path(LOCKS[kind]).read_bytes() + os.fsencode(Path.cwd())
    return f"{kind} {hashlib.sha256(content).hexdigest()}"


def make_environment() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0:
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make virtual environments: install the package “python3-venv”."
        )
    shutil.rmtree(HOME, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)


def find_uv() -> list[str] | None:
    """Uv on the machine, else fetched by pip into the environment, else none."""
    if found := shutil.which("uv"):
        return [found]
    own = HOME / "bin" / "uv"
    if not own.exists():
        quiet = ["--quiet", "--disable-pip-version-check"]
        pip = [str(PYTHON), "-m", "pip", "install", *quiet, "uv"]
        subprocess.run(pip, check=False)
    return [str(own)] if own.exists() else None


def install(lock: str) -> None:
    environment = os.environ | {"UV_COMPILE_BYTECODE": "1", "VIRTUAL_ENV": str(HOME.absolute())}
    if uv := find_uv():
        command = [*uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), lock]
        if subprocess.run(command, env=environment, check=False).returncode == 0:
            return
        print("uv did not manage it; trying pip ...")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)


def main(asked: str) -> None:
    GUARD.parent.mkdir(exist_ok=True)
    with GUARD.open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # two `make` at once build it once
        kind = wanted_set(asked)
        if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint(kind):
            return
        print(f"Installing the {kind} packages into .venv ...", flush=True)
        make_environment()
        STAMP.unlink(missing_ok=True)
        install(LOCKS[kind])
        STAMP.write_text(fingerprint(kind))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except subprocess.CalledProcessError:
        sys.exit("The packages could not be installed; the lines above say why.")
