"""What the source of a story delivers: a table of its cases, or the log of their steps."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from adoption_portal.demo.cases import simulated_csv
from adoption_portal.demo.catalogue import Story
from adoption_portal.demo.events import CANCELLED, RECEIVED, TimedStep, Ways, simulated_log
from measurement.choices import SourceLayout
from workflows.choices import Change


def delivered(
    story: Story, *, first: date, until: datetime, go_live: datetime | None
) -> tuple[bytes, dict[str, Any]]:
    """The file, and the facts of the source that say how it is read."""
    facts: dict[str, Any] = {"data_from": timezone.make_aware(datetime.combine(first, time()))}
    if not story.log:
        return simulated_csv(story.simulation, first=first, until=until, go_live=go_live), facts
    ways = ways_of(story)
    content = simulated_log(story.simulation, ways, first=first, until=until, go_live=go_live)
    return content, facts | {
        "layout": SourceLayout.EVENTS,
        "start_activities": [RECEIVED],
        "end_activities": ways.last,
        "cancel_activities": [CANCELLED],
    }


def ways_of(story: Story) -> Ways:
    """The story's steps as they are timed before the new way and in it."""
    before = [TimedStep(title, touch, wait) for title, _who, _system, touch, wait in story.steps]
    after = []
    for to_be in story.to_be:
        if to_be.change == Change.REMOVED:
            continue
        was = before[to_be.of - 1] if to_be.of > 0 else TimedStep("", 0, 0)
        after.append(
            TimedStep(
                to_be.title or was.title,
                was.touch if to_be.touch is None else to_be.touch,
                was.wait if to_be.wait is None else to_be.wait,
            )
        )
    return Ways(tuple(before), tuple(after))
