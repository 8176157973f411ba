"""A Redis of a test's own, to be stopped, hung and emptied."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from adoption_portal.launcher import addresses, redis_server


class RedisServer:
    """A real server on a private socket. ``url`` stays the same over stop and start."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="portal-redis-"))
        self.socket_path = self.folder / "redis.sock"
        self.url = addresses.redis_url(self.socket_path)
        self.process = None

    def start(self) -> None:
        command = redis_server.command(
            redis_server.find_binary(),
            folder=self.folder,
            socket_path=self.socket_path,
            durable=False,
        )
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not redis_server.answers(self.socket_path):
            assert time.monotonic() < deadline, "Redis does not answer"
            time.sleep(0.02)

    def stop(self) -> None:
        """Gone with all it held, as after a crash without a disk."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
        self.socket_path.unlink(missing_ok=True)

    def hang(self) -> None:
        """Accepts connections and never answers."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def empty(self) -> None:
        self.client().flushall()

    def client(self):
        import redis

        return redis.Redis.from_url(self.url)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def redis_server_of_its_own():
    server = RedisServer()
    server.start()
    yield server
    server.remove()
