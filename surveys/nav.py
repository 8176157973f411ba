"""The count beside "Trust": surveys this person may still answer."""

from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from surveys.queries.waiting import surveys_waiting


def waiting(request: HttpRequest) -> int:
    return len(surveys_waiting(acting_person(request), timezone.localdate()))


COUNTS = {"trust": waiting}
