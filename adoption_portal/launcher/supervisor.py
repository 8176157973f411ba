"""Starts processes, passes on what they say, starts crashed ones again, ends every one."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adoption_portal.launcher import liveness
from adoption_portal.launcher.errors import CannotStart
from adoption_portal.launcher.journal import Journal
from adoption_portal.launcher.signals import StopSignals

LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0  # seconds of life after which a crash counts as the first again
TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Service:
    """One process to keep running. ``before`` runs ahead of each start (stale files)."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None = None  # a file instead of the console
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0  # seconds between the stop signal and SIGKILL
    layer: int = 1  # layer 0 (servers) is stopped after layer 1 (those who use them)
    folder: str | None = None
    before: Callable[[], None] | None = None
    once: Callable[[int], None] | None = None  # not started again; told its exit code


@dataclass(slots=True)
class Child:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    restart_at: float | None = None
    rest: bytes = b""  # an unfinished line
    tail: list[str] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.process.poll() is None


class Supervisor:
    """Single-threaded. Each child leads a process group, so that its own children end with it."""

    def __init__(self, journal: Journal, signals: StopSignals, ledger: Path) -> None:
        self.journal = journal
        self.signals = signals
        self.ledger = ledger
        self.children: list[Child] = []
        self._selector = selectors.DefaultSelector()

    def start(self, service: Service) -> Child:
        if service.before:
            service.before()
        with self.signals.held():
            child = Child(service, self._spawn(service), time.monotonic())
            self.children.append(child)
            self._listen(child)
            self._write_ledger()
        return child

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        sink = None
        if service.log:
            service.log.parent.mkdir(parents=True, exist_ok=True)
            sink = service.log.open("ab")
        try:
            return subprocess.Popen(
                service.command,
                env=dict(service.environment),
                stdin=subprocess.DEVNULL,
                stdout=sink or subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=service.folder,
                start_new_session=True,
            )
        except OSError as error:
            raise CannotStart(f"{service.name} cannot be started: {error}") from error
        finally:
            if sink:
                sink.close()

    def _listen(self, child: Child) -> None:
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def pump(self, seconds: float) -> None:
        """Pass on lines for at most ``seconds``."""
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _events in self._selector.select(seconds):
            self._drain(key.data)

    def _drain(self, child: Child) -> None:
        stream = child.process.stdout
        if stream is None or stream.closed:
            return
        try:
            read = os.read(stream.fileno(), 65536)
        except BlockingIOError:
            return
        if not read:
            self._selector.unregister(stream)
            stream.close()
            if child.rest:
                self._tell(child, child.rest)
            child.rest = b""
            return
        *lines, child.rest = (child.rest + read).split(b"\n")
        for line in lines:
            self._tell(child, line)

    def _tell(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            child.tail = [*child.tail[1 - TAIL_LINES :], text]
            self.journal.told(child.service.name, text)

    def finish(self, child: Child) -> int:
        """Wait for a process that ends by itself; its exit code."""
        while child.running:
            self.pump(0.05)
        self._let_go(child)
        return child.process.returncode

    def wait_for(self, child: Child, ready: Callable[[], bool], seconds: float) -> None:
        """Until ``ready()``; raises CannotStart when the process ends or time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not child.running:
                raise CannotStart(f"{child.service.name} ended at once{self._last_words(child)}")
            if time.monotonic() > deadline:
                raise CannotStart(f"{child.service.name} is not ready after {seconds:.0f} seconds.")
            self.pump(0.02)

    def _last_words(self, child: Child) -> str:
        lines = child.tail
        if child.service.log and child.service.log.exists():
            lines = child.service.log.read_text(errors="replace").splitlines()
        return f": {lines[-1]}" if lines else "."

    def keep_running(self, each_round: Callable[[], None]) -> None:
        """Restart what crashes, until a signal raises StopRequested."""
        while True:
            self.pump(0.2)
            for child in list(self.children):
                self._revive(child)
            each_round()

    def _revive(self, child: Child) -> None:
        if child.running:
            return
        if child.service.once:
            self._let_go(child)
            child.service.once(child.process.returncode)
            return
        now = time.monotonic()
        if child.restart_at is None:
            self._drain(child)
            settled = now - child.started > SETTLED_AFTER
            child.failures = 1 if settled else child.failures + 1
            pause = min(LONGEST_PAUSE, 2.0 ** (child.failures - 1))
            child.restart_at = now + pause
            end_group(child.process.pid)
            self.journal.told(
                child.service.name,
                f"ended ({ending(child.process.returncode)}); starting it again in {pause:.0f} s",
            )
        elif now >= child.restart_at:
            failures = child.failures
            self._let_go(child)
            self.start(child.service).failures = failures

    def _let_go(self, child: Child) -> None:
        while child.process.stdout and not child.process.stdout.closed:
            before = child.rest
            self._drain(child)
            if child.rest == before:
                break
        if child.process.stdout and not child.process.stdout.closed:
            with suppress(KeyError):
                self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
        end_group(child.process.pid)
        if child in self.children:
            self.children.remove(child)
        self._write_ledger()

    def stop(self, child: Child) -> None:
        self._stop([child])

    def stop_all(self) -> None:
        """Every process ends: users first, then servers; those that do not listen are killed."""
        self.signals.requested = True  # from here a signal only asks for haste
        for layer in sorted({child.service.layer for child in self.children}, reverse=True):
            self._stop([child for child in self.children if child.service.layer == layer])
        self.ledger.unlink(missing_ok=True)

    def _stop(self, children: list[Child]) -> None:
        begun = time.monotonic()
        for child in children:
            if child.running:
                with suppress(ProcessLookupError):
                    child.process.send_signal(child.service.stop_signal)
        while any(child.running for child in children):
            for child in children:
                late = time.monotonic() - begun > child.service.patience
                hasty = self.signals.in_haste and child.service.layer > 0
                if child.running and (late or hasty):
                    end_group(child.process.pid)
            self.pump(0.05)
        for child in list(children):
            self._let_go(child)

    def _write_ledger(self) -> None:
        lines = [
            f"{child.process.pid} {liveness.identity(child.process.pid)} "
            f"{int(child.service.stop_signal)}\n"
            for child in self.children
            if child.running
        ]
        draft = self.ledger.with_suffix(".new")
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(liveness.boot() + "\n" + "".join(lines))
        draft.rename(self.ledger)


def ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def end_group(leader: int) -> None:
    """Kill what is left of a process group; a group leader's number is not reused before."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_leftovers(ledger: Path, *, patience: float = 5.0) -> int:
    """End the processes of a launcher that was killed; their number. Strangers are spared.

    A process number alone proves nothing, so the ledger also keeps when each process began, and
    in which boot of the machine.
    """
    try:
        boot, *lines = ledger.read_text().splitlines() or [""]
    except FileNotFoundError:
        return 0
    ledger.unlink()
    if boot != liveness.boot():
        return 0
    left = []
    for line in lines:
        number, begun, stop_signal = line.split()
        now = liveness.identity(int(number))
        if now not in {None, begun}:
            continue  # the number is a stranger's by now
        if now == begun or liveness.group_members(int(number)):
            # A dead leader's group may live on (worker children); its number stays taken.
            left.append(int(number))
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(number), int(stop_signal))
    deadline = time.monotonic() + patience
    for pid in left:
        liveness.wait_until_gone(pid, max(0.0, deadline - time.monotonic()))
        end_group(pid)
    return len(left)
