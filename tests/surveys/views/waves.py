"""Waves that went the real way: planned, opened, answered, released."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from people.models import Person
from surveys import operations
from surveys.models import Instrument, Wave
from tests.factories.people import AssignmentFactory, PersonFactory, RoleGrantFactory
from tests.factories.sign_offs import live, workflow_below

CONTACT = "Data protection, privacy@example.test"


@dataclass
class Asked:
    wave: Wave
    people: list[Person]
    office: Person
    boss: Person

    @property
    def path(self):
        return f"/surveys/{self.wave.public_id}/"


def planned(*, people=6, days_live=40, boss=None, office=None, workflow=None, **facts):
    at = timezone.now()
    boss = boss or PersonFactory(given_name="Ines", family_name="Marchetti")
    workflow = workflow or workflow_below(boss, is_simulated=True)
    team = [AssignmentFactory(unit=workflow.unit).person for _ in range(people)]
    went = at - timedelta(days=days_live)
    redesign = live(at=went, live_at=went, boss=boss, workflow=workflow).redesign
    office = office or RoleGrantFactory().person
    today = timezone.localdate(at)
    wave = operations.plan_wave(
        actor=office,
        redesign=redesign,
        at=at,
        **{
            "instrument": Instrument.objects.get(code="AWT-16"),
            "opens_date": today,
            "closes_date": today + timedelta(days=21),
            "minimum_group": 5,
            "asks_comment": True,
            "attributes": [],
            "contact": CONTACT,
            "agreement": "",
            **facts,
        },
    )
    return Asked(wave, team, office, boss)


def opened(**facts):
    asked = planned(**facts)
    asked.wave = operations.open_wave(wave=asked.wave, at=timezone.now())
    assert asked.wave.state == "open"
    return asked


def answered(asked, people=None, answers=None, comment=""):
    for number, person in enumerate(people if people is not None else asked.people):
        operations.answer(
            wave=asked.wave,
            person=person,
            answers=answers or [1 + (number + place) % 5 for place in range(16)],
            comment=comment,
            at=timezone.now(),
        )


def released(**facts):
    asked = opened(**facts)
    answered(asked)
    return ended(asked)


def ended(asked):
    at = timezone.now()
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Everybody is back", at=at)
    asked.wave = operations.release(wave=asked.wave, at=at)
    return asked


def instruments_again():
    """Those of the migration; a test that emptied the tables took them along."""
    from django.apps import apps

    from surveys.instruments import publish

    publish(apps, codes=frozenset({("AWT-16", "1.0"), ("AWB-5", "1.0")}))
