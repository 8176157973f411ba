"""Counts beside the navigation's entries; decision 0050."""

from django.http import HttpRequest

from core.frame import counted
from workflows.queries.inbox import waiting_redesigns
from workflows.queries.turns import open_turns_of


def things(request: HttpRequest) -> int:
    return counted(request, "turns") + counted(request, "redesigns")


QUESTIONS = {
    "turns": open_turns_of,
    "redesigns": lambda person, _at: waiting_redesigns(person),
}
COUNTS = {"inbox": things, "sign_offs": lambda request: counted(request, "turns")}
