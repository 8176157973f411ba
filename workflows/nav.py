"""Counts beside the navigation's entries; decision 0050."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.acting import acting_person
from core.frame import counted
from workflows.models import Redesign
from workflows.queries.inbox import waiting_redesigns
from workflows.queries.turns import open_turns_of


def turns(request: HttpRequest) -> QuerySet[Any]:
    return open_turns_of(acting_person(request), timezone.now())


def redesigns(request: HttpRequest) -> QuerySet[Redesign]:
    return waiting_redesigns(acting_person(request))


def things(request: HttpRequest) -> int:
    return counted(request, "turns") + counted(request, "redesigns")


QUESTIONS = {"turns": turns, "redesigns": redesigns}
COUNTS = {"inbox": things, "sign_offs": lambda request: counted(request, "turns")}
