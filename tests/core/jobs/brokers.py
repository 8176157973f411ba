"""A broker of the test's own: it remembers, and can be told to be away."""

from redis.exceptions import ConnectionError as RedisAway


class Recorder:
    """``sent`` holds public ids in order; fails after ``works_for`` messages when that is given."""

    def __init__(self, *, works_for=None, waiting=None):
        self.sent = []
        self.works_for = works_for
        self.waiting = waiting or {}
        self.forgotten = 0

    def send(self, job):
        if self.works_for is not None:
            if self.works_for == 0:
                raise RedisAway
            self.works_for -= 1
        self.sent.append(str(job.public_id))

    def waiting_in(self, queue):
        if self.works_for == 0:
            raise RedisAway
        return self.waiting.get(queue, 0)

    def forget(self):
        self.forgotten += 1
