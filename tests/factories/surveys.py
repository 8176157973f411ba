"""Waves at every stage, each made by the operations, because the database refuses every other way."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connection

from people.models import OrgUnit, Person
from surveys import operations
from surveys.models import Instrument, Wave
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import NOON, in_review, live
from workflows.models import Redesign

TODAY = date(2026, 11, 24)
AFTER, BEFORE = "AWT-16", "AWB-5"
ITEMS = {AFTER: 16, BEFORE: 5}


@dataclass
class Asked:
    """A wave and those around it. ``people`` by unit, in the order of the units."""

    wave: Wave
    office: Person
    boss: Person
    redesign: Redesign
    units: list[OrgUnit]
    people: dict[int, list[Person]] = field(default_factory=dict)

    @property
    def team(self):
        return [person for unit in self.units for person in self.people[unit.pk]]

    def fresh(self):
        return Wave.objects.get(pk=self.wave.pk)


def instrument(code=AFTER):
    return Instrument.objects.get(code=code, version="1.0")


def office():
    return RoleGrantFactory(person=PersonFactory(given_name="Paula", family_name="Office")).person


def staffed(redesign, sizes):
    """Units below the workflow's own, one for each of ``sizes``, with so many people in it."""
    units = [OrgUnitFactory(parent=redesign.workflow.unit) for _ in sizes]
    people = {
        unit.pk: [AssignmentFactory(unit=unit).person for _ in range(size)]
        for unit, size in zip(units, sizes, strict=True)
    }
    return units, people


def planned(sizes=(6,), *, code=AFTER, at=NOON, live_days_ago=30, **fields):
    """A draft that opens on the day of ``at``; its workflow is marked as simulated."""
    boss = PersonFactory(given_name="Ines", family_name="Marchetti")
    if code == AFTER:
        review = live(
            at=at - timedelta(days=live_days_ago + 1),
            live_at=at - timedelta(days=live_days_ago),
            boss=boss,
        )
    else:
        review = in_review(boss=boss, at=at)
    units, people = staffed(review.redesign, sizes)
    planner = office()
    day = at.date()
    wave = operations.plan_wave(
        **{
            "actor": planner,
            "redesign": review.redesign,
            "instrument": instrument(code),
            "opens_date": day,
            "closes_date": day + timedelta(days=21),
            "minimum_group": 5,
            "asks_comment": code == AFTER,
            "attributes": [],
            "contact": "dpo@example.test",
            "agreement": "",
            "at": at,
        }
        | fields
    )
    return Asked(wave, planner, boss, review.redesign, units, people)


def opened(sizes=(6,), *, at=NOON, **fields):
    asked = planned(sizes, at=at, **fields)
    asked.wave = operations.open_wave(wave=asked.wave, at=at)
    return asked


def send(asked, person, values=None, *, comment="", at=NOON, language="en"):
    count = ITEMS[asked.wave.instrument.code]
    operations.answer(
        wave=asked.wave,
        person=person,
        answers=values or [4] * count,
        comment=comment,
        at=at,
        language=language,
    )


def closed(sizes=(6,), *, at=NOON, answers=None, comments=None, **fields):
    """Everybody answered; ``answers(number)`` and ``comments(number)`` give what."""
    asked = opened(sizes, at=at, **fields)
    for number, person in enumerate(asked.team):
        send(
            asked,
            person,
            answers(number) if answers else None,
            comment=comments(number) if comments else "",
            at=at,
        )
    asked.wave = operations.close_wave(
        wave=asked.wave, actor=asked.office, reason="Everybody has answered.", at=at
    )
    return asked


def released(sizes=(6,), *, at=NOON, **fields):
    asked = closed(sizes, at=at, **fields)
    asked.wave = operations.release(wave=asked.wave, at=at)
    return asked


@contextmanager
def past_guards(table):
    """What a superuser of the database can do, and nobody else: write past the table's triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no pending event may stand in the way
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER guard")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER guard")
