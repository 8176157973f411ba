"""Of the reference trees, pages, files and the machine interface together: nobody's group of one
to four follows from all that is said about who answered."""

import csv
import html
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from adoption_portal.api_docs import description
from adoption_portal.console.operations.counting import refresh
from core.api.scopes import SCOPES
from core.tokens import create_token
from people.models import OrgUnit, Person
from surveys.models import ReleasedCell
from tests.factories.people import AssignmentFactory, OrgUnitFactory, PersonFactory, SiteFactory
from tests.factories.sign_offs import some_policy
from tests.factories.workflows import WorkflowFactory
from tests.surveys.scoring.derivable import few_who_leak
from tests.surveys.scoring.references import reference
from tests.surveys.views.test_answering import signed_in, text_of
from tests.surveys.views.waves import Asked, answered, ended, opened

pytestmark = pytest.mark.django_db
MINIMUM = 5
DIRECTLY = ", directly in it"
HEAT_ROW = re.compile(
    r'<tr><th scope="row" class="ap-depth-\d+">(.*?)</th>'
    r'<td class="ap-n" data-label="Answers">(.*?)</td>(.*?)</tr>',
    re.DOTALL,
)
WAVE_ROW = re.compile(
    r'<tr><th scope="row"><a href="/workflows/[^>]*>[^<]*</a><div[^>]*>([^<]*)</div></th>'
    r'(?:(?!</tr>).)*?data-label="Answers" class="ap-n">(\d+)</td>',
    re.DOTALL,
)
NUMBER = re.compile(r"\d+")
WORKFLOW = "Deviation review"
Said = set[tuple[str, str, int]]  # unit's name, whose people, how many


@dataclass
class Organisation:
    """One reference tree with its people, everybody having answered."""

    asked: Asked
    units: list[OrgUnit]
    parent: list[int]
    own: list[int]  # people of each unit itself
    most: int  # how many figures can be published at all

    @property
    def names(self) -> dict[str, int]:
        return {unit.name: place for place, unit in enumerate(self.units)}

    def inside(self, place: int, scope: str) -> list[int]:
        """1 for each unit whose own people a figure counts."""
        if scope == "direct":
            return [int(one == place) for one in range(len(self.units))]
        return [int(place in self.above(one)) for one in range(len(self.units))]

    def above(self, place: int) -> Iterator[int]:
        while place >= 0:
            yield place
            place = self.parent[place]

    def people(self, row: list[int]) -> int:
        return sum(one * own for one, own in zip(row, self.own, strict=True))


def organised(case) -> Organisation:
    some_policy()
    rolls = case["kind"].count("roll")
    parent, own = case["parent"][:rolls], case["own"][:rolls]
    for place, kind in enumerate(case["kind"]):
        if kind == "direct":
            own[case["parent"][place]] += case["own"][place]
    boss = PersonFactory()
    units: dict[int, OrgUnit] = {}

    def placed(place):
        if place not in units:
            over = parent[place]
            above = placed(over) if over >= 0 else OrgUnitFactory(head=boss)
            units[place] = OrgUnitFactory(parent=above, site=SiteFactory(), name=f"Team-{place}x")
        return units[place]

    teams = [
        [AssignmentFactory(unit=placed(place)).person for _ in range(own[place])]
        for place in range(rolls)
    ]
    everybody = [person for team in teams for person in team]
    workflow = WorkflowFactory(unit=placed(0), is_simulated=True, name=WORKFLOW)
    asked = opened(boss=boss, workflow=workflow, people=0, days_live=90)
    answered(asked, everybody)
    ended(asked)
    for place, team in enumerate(teams):
        if team:  # one of them leads it
            OrgUnit.objects.filter(pk=placed(place).pk).update(head=team[0])
    asked.people = everybody
    return Organisation(
        asked, [placed(place) for place in range(rolls)], parent, own, case["max_published"]
    )


def cases():
    return reference("tree_cases.json")["cases"]


# The others have up to 242 people, each of whom answers: ALL_TREES=1 takes them, too.
TREES = range(10) if os.environ.get("ALL_TREES") else (0, 2, 5, 6, 7, 8)


@pytest.fixture(params=TREES)
def organisation(request):
    return organised(cases()[request.param])


def of_the_page(page) -> Said:
    """The table of all units."""
    said = set()
    for label, people, rest in HEAT_ROW.findall(page.content.decode()):
        name = html.unescape(label)
        scope = "direct" if name.endswith(DIRECTLY) else "all"
        told = NUMBER.findall(re.sub(r"<[^>]+>|data-label=\"[^\"]*\"", "", people))
        if told:
            said.add((name.removesuffix(DIRECTLY), scope, int(told[0])))
        else:  # nothing else of a hidden row may be there either
            assert not NUMBER.search(re.sub(r"<[^>]+>", "", rest))
    return said


def of_the_unit(page, name) -> Said:
    """The figures of the one unit that was asked for."""
    text = text_of(page)
    assert ("Answers in it" in text) != ("Nobody sees it, neither here nor in a file." in text)
    told = re.search(r"Answers in it (\d+)", text)
    return {(name, "all", int(told[1]))} if told else set()


def of_the_file(answer) -> Said:
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    said = set()
    for row in rows:
        if row["people"] != "hidden":
            said.add((row["unit"], row["people_of"], int(row["people"])))
        else:
            assert not any(row[name] for name in ("mean", "low", "favourable", "answers_1"))
    return said


def of_the_surveys(organisation: Organisation, reader: Person) -> Said:
    """All a person finds under the wave, also by asking for units that are not theirs."""
    asked, client = organisation.asked, signed_in(reader)
    said = of_the_file(client.get(f"{asked.path}result.csv"))
    page = client.get(f"{asked.path}result/?view=print")
    assert of_the_page(page) == (said if "Units side by side" in text_of(page) else set())
    if reader == asked.office:
        shown = {name for name, _scope, _people in said}
        units = [unit for unit in organisation.units if unit.name not in shown]
        for unit in [*units, *organisation.units[:3]]:
            page = client.get(f"{asked.path}result/", {"unit": unit.pk})
            said |= of_the_page(page) | of_the_unit(page, page.context["unit"].name)
    return said


def of_the_console(organisation: Organisation) -> Said:
    """What pages and files say of the wave under each filter."""
    refresh(at=timezone.now())
    client = signed_in(organisation.asked.office)
    root = organisation.units[0]
    filters = [f"unit={unit.public_id}" for unit in organisation.units[:4]]
    filters += ["", f"site={root.site.public_id}", f"function={root.function}"]
    said: Said = set()
    for query in filters:
        page = client.get(f"/console/trust/?{query}").content.decode()
        on_page = {(name, "all", int(people)) for name, people in WAVE_ROW.findall(page)}
        lines = client.get(f"/console/export/trust.csv?{query}")
        rows = csv.reader(io.StringIO(b"".join(lines.streaming_content).decode("utf-8-sig")))
        in_file = sorted(int(row[5]) for row in rows if row[:1] == [WORKFLOW])
        assert in_file == sorted(people for _name, _scope, people in on_page)
        book = client.get(f"/console/export/trust.xlsx?{query}").content
        assert texts_of(book).count(WORKFLOW) == len(in_file)
        said |= on_page
    return said


def texts_of(book: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheets = [name for name in archive.namelist() if name.endswith(".xml")]
        return [
            text
            for name in sheets
            for text in re.findall(r"<t[^>]*>([^<]*)</t>", archive.read(name).decode())
        ]


def of_the_machine_interface() -> str:
    client = Client()
    key = create_token(name="all", scopes=[*SCOPES])[1]
    paths = [
        path for path, calls in description()["paths"].items() if "get" in calls and "{" not in path
    ]
    assert {"/api/v1/workflows", "/api/v1/redesigns", "/api/v1/readings"} <= set(paths)
    told = [client.get(path, headers={"Authorization": f"Bearer {key}"}) for path in paths]
    assert {answer.status_code for answer in told} == {200}
    return json.dumps([answer.json() for answer in told if "json" in answer["Content-Type"]])


def test_no_small_group_follows_from_everything_that_is_shown(organisation):
    asked = organisation.asked
    readers = [asked.office, asked.boss, asked.people[0], asked.people[1], asked.people[-1]]

    by_reader = {reader: of_the_surveys(organisation, reader) for reader in readers}
    console = of_the_console(organisation)
    interface = of_the_machine_interface()
    said = set().union(console, *by_reader.values())

    # Everybody reads the same numbers, and no page has one of its own.
    assert all(some <= by_reader[asked.office] for some in by_reader.values())
    assert console <= by_reader[asked.office]
    rows = {}
    for name, scope, people in said:
        row = organisation.inside(organisation.names[name], scope)
        assert people == organisation.people(row) >= MINIMUM
        rows[name, scope] = row
    # A unit without others below it has one figure for both.
    assert len(set(map(tuple, rows.values()))) == organisation.most
    known = [(place, own) for place, own in enumerate(organisation.own) if own]
    sums = [[row[place] for place, _own in known] for row in rows.values()]
    assert few_who_leak(sums, known, MINIMUM) == []
    for word in ("respondents", "favourable", "trust", str(asked.wave.public_id)):
        assert word not in interface.lower()


def test_the_search_would_find_one_figure_too_many():
    """The same algebra with one figure more: a unit that is hidden because of the one beside it."""
    case = cases()[0]
    organisation = organised(case)
    shown = {
        (cell.unit_id, cell.scope)
        for cell in ReleasedCell.objects.filter(wave=organisation.asked.wave, metric="respondents")
    }
    rows = [
        organisation.inside(place, "direct" if scope == "direct" else "all")
        for place, unit in enumerate(organisation.units)
        for scope in ("roll", "direct")
        if (unit.pk, scope) in shown
    ]
    known = [(place, own) for place, own in enumerate(organisation.own) if own]

    def leaks(more):
        return few_who_leak([[row[place] for place, _own in known] for row in more], known, MINIMUM)

    large = [
        row
        for place, unit in enumerate(organisation.units)
        if (unit.pk, "roll") not in shown
        and organisation.people(row := organisation.inside(place, "all")) >= MINIMUM
    ]

    assert leaks(rows) == []
    assert large
    assert all(leaks([*rows, row]) for row in large)
