"""What lists and panels need to know of a workflow's cases, counted once after each import."""

from django.db import models

from core.models import AppendOnly
from workflows.models import Workflow


class CaseSummary(models.Model):
    """Counts and weekly medians of one workflow; derived, replaced after every merged import.

    ``weekly`` is a list of ``[ISO date of the week's first day, median seconds or null, cases,
    finished ones]`` (older rows lack the last), by week of start, newest last, censoring-safe
    (Kaplan-Meier). ``covers_to`` is the end of the data: what the source said it covers, else its
    newest event.
    """

    workflow = models.OneToOneField(
        Workflow, models.CASCADE, primary_key=True, related_name="case_summary"
    )
    cases = models.PositiveIntegerField(default=0)
    completed = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    first_start = models.DateTimeField(null=True)
    covers_to = models.DateTimeField(null=True)
    weekly = models.JSONField(default=list)
    refreshed_at = models.DateTimeField()


class ReadingInput(AppendOnly):
    """The case arrays a reading saw, stored once by content, so that it recomputes for ever.

    ``arrays`` is zlib of a NumPy archive without names of cases or people.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    cases = models.PositiveIntegerField()
    arrays = models.BinaryField()
