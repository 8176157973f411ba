"""Where the rejected rows of a job can be fetched; apps say so for their own subjects."""

from collections.abc import Callable

from core.models import Job

ErrorsUrl = Callable[[Job], str | None]
_registered: dict[str, ErrorsUrl] = {}


def errors_url_for(subject_type: str) -> Callable[[ErrorsUrl], ErrorsUrl]:
    """Register ``address(job) -> str | None`` for jobs about ``"app.model"``; in ``ready()``."""

    def register(address: ErrorsUrl) -> ErrorsUrl:
        _registered[subject_type] = address
        return address

    return register


def errors_url(job: Job) -> str | None:
    address = _registered.get(job.subject_type)
    return address(job) if address else None
