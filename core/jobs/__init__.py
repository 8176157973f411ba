"""Background work, neither lost nor done twice: ask with ``enqueue``, work in ``claimed``."""

from core.jobs.asking import cancel, enqueue, newest_job, resume, retry
from core.jobs.following import work_here
from core.jobs.results import errors_url, errors_url_for
from core.jobs.working import Claim, LeaseLost, claimed, run_waiting

__all__ = [
    "Claim",
    "LeaseLost",
    "cancel",
    "claimed",
    "enqueue",
    "errors_url",
    "errors_url_for",
    "newest_job",
    "resume",
    "retry",
    "run_waiting",
    "work_here",
]
