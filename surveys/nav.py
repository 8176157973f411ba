"""The count beside "Trust": surveys this person may still answer."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from core.frame import counted
from surveys.models import Wave
from surveys.queries import waves_to_answer


def to_answer(request: HttpRequest) -> QuerySet[Wave]:
    return waves_to_answer(acting_person(request), timezone.localdate())


QUESTIONS = {"surveys": to_answer}
COUNTS = {"trust": lambda request: counted(request, "surveys")}
