"""Answers: sealed while the wave is open, afterwards without any person."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import AppendOnly
from people.models import OrgUnit
from surveys.choices import CellScope, Subset
from surveys.models.waves import Wave


class Ballot(models.Model):
    """A sealed answer. Every box of a wave has the same size; nothing else is known of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="ballots")
    box = models.BinaryField()


class Response(models.Model):
    """Opened answers of one respondent, written at the release only, in random order.

    ``atom`` is the remainder of trust-survey-method 3.1 it belongs to: the place of its published
    cell, -1 for respondents in no published cell. ``answers``: one value per item by position,
    1 to 5 or null.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="responses")
    atom = models.IntegerField()
    answers = ArrayField(models.PositiveSmallIntegerField(null=True))


class AttributeTally(AppendOnly):
    """Answers to one item by one attribute in one published unit; aggregates only.

    ``category_group``: places in the snapshot's list of categories, such as ``"0,3"`` for two that
    are shown together. ``value`` 0 is "cannot say".
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="tallies")
    block = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    attribute = models.CharField(max_length=32)
    category_group = models.CharField(max_length=300)
    item = models.CharField(max_length=8)
    value = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "wave",
                "block",
                "attribute",
                "category_group",
                "item",
                "value",
                name="attributetally_once",
            ),
            models.CheckConstraint(name="attributetally_value_known", condition=Q(value__lte=5)),
        ]


class Comment(models.Model):
    """A free text, linked to a published unit and to nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="comments")
    block = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    text = models.TextField()
    withheld = models.BooleanField(default=False)


class ReleasedCell(AppendOnly):
    """One published figure, frozen: every page, export, API and chart reads this table only.

    A figure that is not shown has no row; nothing says whether it was too small or protected.
    ``metric`` is ``respondents``, ``index``, ``scale:REL``, ``item:REL1``, ``quadrants``,
    ``careless`` or ``coherence``.
    ``mean`` is 1 to 5 after reversing, ``low`` and ``high`` its 95 % t interval; ``favourable`` a
    share 0 to 1, ``detail`` what else the metric has (distribution, shares, words in place of
    numbers). ``n`` counts those with a valid score for this metric.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="cells")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    scope = models.CharField(max_length=6, choices=CellScope)
    subset = models.CharField(max_length=8, choices=Subset, default=Subset.ALL)
    metric = models.CharField(max_length=24)
    n = models.PositiveIntegerField()
    mean = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    sd = models.FloatField(null=True)
    favourable = models.FloatField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "wave", "unit", "scope", "subset", "metric", name="releasedcell_once"
            ),
            models.CheckConstraint(
                name="releasedcell_scope_known", condition=Q(scope__in=CellScope.values)
            ),
            models.CheckConstraint(
                name="releasedcell_subset_known", condition=Q(subset__in=Subset.values)
            ),
            models.CheckConstraint(name="releasedcell_not_under_floor", condition=Q(n__gte=5)),
        ]
