"""Figures of groups as they were counted at a moment. Frozen: a new count is a new row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from adoption_portal.console.choices import ScopeKind

FLOOR = 5


class Snapshot(models.Model):
    """One count. The newest is what the pages show; older ones are the trend.

    ``data_to`` is the newest moment any source reaches. ``sources`` lists
    ``{"kind", "data_to", "fresh", "late", "named": [[name, address id, ISO moment], ...]}``, the
    oldest first and at most ten named. ``heat`` is ``{"units": [[id, public id, name], ...],
    "sites": the same, "cells": {"unit:site": rung or null}}``. ``quality`` holds counts of gaps.
    ``readings_to`` and ``cells_to`` are the newest keys that were counted.
    """

    taken_at = models.DateTimeField(unique=True)
    data_to = models.DateTimeField(null=True)
    use_to = models.DateField(null=True)
    minimum_group = models.PositiveSmallIntegerField()
    sources = models.JSONField(default=list)
    heat = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)
    readings_to = models.BigIntegerField(default=0)
    cells_to = models.BigIntegerField(default=0)
    is_simulated = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("count of the console")
        verbose_name_plural = _("counts of the console")
        constraints = [
            models.CheckConstraint(
                name="snapshot_minimum_group_not_under_floor",
                condition=Q(minimum_group__gte=FLOOR),
            ),
        ]

    def __str__(self) -> str:
        return f"counted {self.taken_at:%Y-%m-%d %H:%M}"


class ScopeFigures(models.Model):
    """What a snapshot says of one group of people: null is hidden, and never says why.

    ``key`` is what stands in an address: a public id, the name of a function, or empty for the
    organisation. ``reference`` is the primary key of unit, site or tool. ``gap`` is the share of
    habitual use minus the share in changed work. A *rung* is ``{"of", "count", "word"}`` or null.

    ``ladder``: rungs ``access, active, habitual, in_changed_work``, counts ``new, on_leave``, and
    ``first_use`` as [days, of]. ``concentration``: ``of, weeks, gini, low, high, top``, the rung
    ``below`` and ``lorenz`` as [share of people, share of use] pairs. ``coverage``: rungs
    ``managers, ready``, and ``trainings`` as [name, required of, rung]. ``latency``: by role
    ``title, of, decided, median`` in days, and ``curve`` as [days, share waiting].
    """

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="figures")
    kind = models.CharField(max_length=8, choices=ScopeKind)
    key = models.CharField(max_length=100, blank=True)
    reference = models.BigIntegerField(null=True)
    name = models.CharField(max_length=250)
    depth = models.PositiveSmallIntegerField(default=0)
    parent = models.BigIntegerField(null=True)
    people = models.PositiveIntegerField(null=True)
    gap = models.FloatField(null=True)
    ladder = models.JSONField(default=dict)
    concentration = models.JSONField(null=True)
    coverage = models.JSONField(default=dict)
    latency = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("figures of a group")
        verbose_name_plural = _("figures of groups")
        constraints = [
            models.UniqueConstraint("snapshot", "kind", "key", name="scopefigures_once"),
            models.CheckConstraint(
                name="scopefigures_kind_known", condition=Q(kind__in=ScopeKind.values)
            ),
            models.CheckConstraint(
                name="scopefigures_people_not_under_floor",
                condition=Q(people__isnull=True) | Q(people=0) | Q(people__gte=FLOOR),
            ),
            models.CheckConstraint(
                name="scopefigures_organisation_has_no_key",
                condition=(Q(kind=ScopeKind.ORGANISATION) & Q(key=""))
                | (~Q(kind=ScopeKind.ORGANISATION) & ~Q(key="")),
            ),
        ]
        indexes = [models.Index("kind", "key", "snapshot", name="scopefigures_over_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"
