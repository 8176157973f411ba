"""The simulated company: a tree of units, a few hundred people in it, sites, calendars, roles."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange

from people.choices import RECORDS_ROLES, SIGNING_ROLES, Role
from people.models import (
    Assignment,
    Employment,
    LegalEntity,
    OrgUnit,
    Person,
    RoleGrant,
    Site,
    WorkCalendarVersion,
)
from people.operations.calendars import publish_calendar

DOMAIN = "alpina.example"
PASSWORD = "calm-river-2026"  # noqa: S105 - published with the demo, refused elsewhere
SITES = (("BSL", "Basel", "CH", "BS", "Europe/Zurich"), ("LYS", "Lyon", "FR", "", "Europe/Paris"), ("OPO", "Porto", "PT", "", "Europe/Lisbon"))  # fmt: skip
EARLY_FRIDAY = "OPO"  # the site whose calendar has a second version
GIVEN = (
    "Ada Aylin Amara Anouk Bastien Beatriz Carla Cédric Chiara Daan Dario Elif Elin Emil Enzo Eva "
    "Farid Filipa Finn Giulia Hanna Hugo Ida Inês Ivo Jana João Jonas Julie Kenji Klara Lars Lea "
    "Leonor Liam Lina Luca Luís Maëlle Mara Marc Mina Miriam Nadia Nils Noa Nora Oliver Olivia Paul "
    "Pia Rafael Rana Remo Rosa Samir Sara Selin Simon Sofia Tariq Teresa Theo Tomás Urs Valérie Vera "
    "Viktor Yara Yusuf Zoé"
).split()
FAMILY = (
    "Aebi Alves Amsler Arslan Baumann Bernard Bianchi Blanc Brunner Carvalho Castro Chevalier Costa "
    "Dubois Egger Fabre Ferreira Fischer Fontaine Frei Garnier Gerber Girard Gomes Graf Haas Huber "
    "Imhof Jansen Kaya Keller Koller Kunz Lambert Lang Leclerc Lehmann Lopes Marti Martins Meier Mercier "
    "Moreira Morel Moser Nunes Oliveira Perrin Pinto Ramos Renaud Ribeiro Rossi Roth Rousseau Santos "
    "Schmid Seiler Silva Simon Stalder Suter Tavares Vogel Wagner Weber Widmer Wyss Zimmermann"
).split()
# code, name, parent, site, function, people below the head
UNITS = (
    ("ALP", "Alpina Pharma", "", "BSL", "Management", 4),
    ("QA", "Quality", "ALP", "BSL", "Quality", 5),
    ("QA-BR", "Batch release", "QA", "LYS", "Quality", 21),
    ("QA-DQ", "Deviation quality", "QA", "BSL", "Quality", 16),
    ("QA-CP", "Complaints", "QA", "OPO", "Quality", 11),
    ("QA-AU", "Audits and suppliers", "QA", "BSL", "Quality", 9),
    ("OPS", "Operations", "ALP", "LYS", "Manufacturing", 4),
    ("OPS-SF", "Sterile filling", "OPS", "LYS", "Manufacturing", 27),
    ("OPS-PK", "Packaging", "OPS", "OPO", "Manufacturing", 24),
    ("OPS-PL", "Planning", "OPS", "LYS", "Supply", 12),
    ("OPS-MT", "Maintenance", "OPS", "LYS", "Manufacturing", 14),
    ("DEV", "Clinical development", "ALP", "BSL", "Development", 4),
    ("DEV-PV", "Drug safety", "DEV", "BSL", "Development", 18),
    ("DEV-MW", "Medical writing", "DEV", "BSL", "Development", 13),
    ("DEV-CO", "Clinical operations", "DEV", "BSL", "Development", 17),
    ("REG", "Regulatory affairs", "ALP", "BSL", "Regulatory", 15),
    ("FIN", "Finance", "ALP", "OPO", "Finance", 6),
    ("FIN-AP", "Accounts payable", "FIN", "OPO", "Finance", 14),
    ("FIN-PU", "Purchasing", "FIN", "OPO", "Finance", 12),
    ("HR", "People", "ALP", "BSL", "People", 9),
    ("IT", "Site IT", "ALP", "BSL", "IT", 12),
    ("PRO", "Programme office", "ALP", "BSL", "Management", 5),
    ("QA-BR-S", "Sterile records", "QA-BR", "LYS", "Quality", 28),
    ("QA-BR-N", "Non-sterile records", "QA-BR", "LYS", "Quality", 27),
    ("QA-BR-D", "Record desk", "QA-BR", "LYS", "Quality", 4),
    ("FIN-AP-D", "Domestic invoices", "FIN-AP", "OPO", "Finance", 27),
    ("FIN-AP-I", "Invoices from abroad", "FIN-AP", "OPO", "Finance", 25),
)  # fmt: skip


# role: the unit and the place among its members
ROLE_HOLDERS = {
    Role.QUALITY: ("QA-AU", 0),
    Role.IT: ("IT", 0),
    Role.PRIVACY: ("HR", 1),
    Role.WORKS_COUNCIL: ("OPS-PK", 2),
    Role.REGULATORY: ("REG", 1),
    Role.SAFETY: ("OPS-MT", 1),
    Role.PROGRAM_OFFICE: ("PRO", 0),
    Role.AUDITOR: ("QA-AU", 3),
    Role.ADMINISTRATOR: ("IT", 4),
}


DEPUTIES = {Role.QUALITY: ("REG", 4), Role.PRIVACY: ("PRO", 1)}


@dataclass(slots=True)
class Organisation:
    """Who can be asked for by what they do."""

    units: dict[str, OrgUnit] = field(default_factory=dict)
    heads: dict[str, Person] = field(default_factory=dict)
    members: dict[str, list[Person]] = field(default_factory=dict)
    holders: dict[str, Person] = field(default_factory=dict)
    calendars: dict[str, WorkCalendarVersion] = field(default_factory=dict)


def build_organisation(*, at: datetime, seed: int = 2026) -> Organisation:
    """About 400 people in 27 units on three sites. The caller holds the transaction."""
    chance = random.Random(seed)
    organisation = Organisation()
    sites = _sites(organisation, at.date())
    entity = LegalEntity.objects.create(code="ALPINA", name="Alpina Pharma AG (simulated)")
    names = [(given, family) for given in GIVEN for family in FAMILY]
    chance.shuffle(names)
    # One slow hash for all: they share the published password.
    hashed = make_password(PASSWORD)
    since = DateRange(at.date() - timedelta(days=3 * 365), None)
    for code, name, parent, site, function, size in UNITS:
        people = [_person(names.pop(), code, index, hashed) for index in range(size + 1)]
        Person.objects.bulk_create(people)
        head, *others = people
        unit = OrgUnit.objects.create(
            code=code,
            name=name,
            parent=organisation.units.get(parent),
            head=head,
            site=sites[site],
            function=function,
        )
        organisation.units[code] = unit
        organisation.heads[code] = head
        organisation.members[code] = others
        above = organisation.heads.get(parent)
        Employment.objects.bulk_create(
            Employment(person=person, legal_entity=entity, valid=since) for person in people
        )
        Assignment.objects.bulk_create(
            Assignment(
                person=person,
                unit=unit,
                manager=above if person is head else head,
                job_title=person.job_title,
                valid=since,
            )
            for person in people
        )
    _grant_roles(organisation)
    return organisation


def employee(organisation: Organisation) -> Person:
    """Whoever the published login of an employee belongs to."""
    return organisation.members["QA-BR"][3]


def existing_organisation() -> Organisation:
    """The same organisation, read back from the database."""
    organisation = Organisation()
    for unit in OrgUnit.objects.select_related("head").filter(code__in=[row[0] for row in UNITS]):
        organisation.units[unit.code] = unit
        if unit.head is not None:
            organisation.heads[unit.code] = unit.head
        organisation.members[unit.code] = list(
            Person.objects.filter(employee_number__startswith=f"{unit.code}-", is_simulated=True)
            .exclude(heads=unit)
            .filter(assignments__unit=unit)
            .order_by("employee_number")
        )
    for role, (code, index) in ROLE_HOLDERS.items():
        organisation.holders[role] = organisation.members[code][index]
    return organisation


def _sites(organisation: Organisation, today: date) -> dict[str, Site]:
    sites = {}
    office = {str(day): [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)}
    closed = [
        (date(year, 12, 24), date(year + 1, 1, 2)) for year in range(today.year - 4, today.year + 2)
    ]
    for code, name, country, region, zone in SITES:
        version = publish_calendar(
            name=f"{name} office hours",
            zone=zone,
            hours=office,
            first_day=date(today.year - 4, 1, 1),
            last_day=date(today.year + 2, 12, 31),
            country=country,
            subdivision=region,
            closed_periods=closed,
            actor=None,
        )
        if code == EARLY_FRIDAY:
            version = publish_calendar(
                name=f"{name} office hours",
                zone=zone,
                hours=office | {"4": [("08:00", "12:00"), ("13:00", "16:00")]},
                first_day=version.first_day,
                last_day=version.last_day,
                country=country,
                subdivision=region,
                closed_periods=closed,
                actor=None,
                reason="Fridays end an hour earlier, as agreed with the works council.",
            )
        organisation.calendars[code] = version
        sites[code] = Site.objects.create(
            code=code, name=name, country=country, calendar=version.calendar
        )
    return sites


def _person(name: tuple[str, str], unit: str, index: int, hashed: str) -> Person:
    given, family = name
    title = "Head of unit" if index == 0 else ("Specialist", "Associate", "Analyst")[index % 3]
    return Person(
        given_name=given,
        family_name=family,
        email=f"{unit.lower()}.{index}@{DOMAIN}",
        employee_number=f"{unit}-{index:03d}",
        source_id=f"HR-{unit}-{index:03d}",
        job_title=title,
        password=hashed,
        signing_enabled=index == 0,
        is_simulated=True,
    )


def _grant_roles(organisation: Organisation) -> None:
    """One holder a role, and a deputy for the signing ones.

    Some deputies are of another unit: nobody signs what the head of their own unit proposes.
    """
    for role, (code, index) in ROLE_HOLDERS.items():
        holder = organisation.members[code][index]
        _grant(holder, role)
        organisation.holders[role] = holder
        if role in SIGNING_ROLES:
            deputy, place = DEPUTIES.get(role, (code, index + 4))
            _grant(organisation.members[deputy][place], role)


def _grant(person: Person, role: Role) -> None:
    if role in SIGNING_ROLES and not person.signing_enabled:
        person.signing_enabled = True
        person.save(update_fields=["signing_enabled"])
    if role in RECORDS_ROLES:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
    RoleGrant.objects.create(person=person, role=role, reason="Simulated organisation")
