"""No row, page or file of the console holds a figure of fewer people than the minimum group."""

import io
import json
import re
import zipfile

import pytest

from adoption_portal.console.models import ScopeFigures, Snapshot, WorkflowRow
from tests.adoption_portal.console import scene as scenes

pytestmark = pytest.mark.django_db

PAGES = ("", "evidence/", "adoption/", "trust/", "sign-offs/", "quality/")
EXPORTS = [page.strip("/") or "overview" for page in PAGES]


@pytest.fixture
def scene():
    """Units of 14, 12 and 3; the three share no site or function with anybody."""
    found = scenes.build()
    scenes.worked(found, name="Tiny", count=1)
    scenes.worked(found, name="Quality", count=1)
    return found


def rungs_in(value):
    """Every rung anywhere in a JSON value."""
    if isinstance(value, dict):
        if "of" in value and "count" in value:
            yield value
        for inner in value.values():
            yield from rungs_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from rungs_in(inner)


def test_no_snapshot_row_holds_a_group_under_the_minimum(scene):
    scenes.counted()
    seen = 0
    for row in ScopeFigures.objects.all():
        assert row.people is None or row.people == 0 or row.people >= 5
        for rung in rungs_in([row.ladder, row.coverage, row.concentration]):
            seen += 1
            assert rung["of"] >= 5
        if row.concentration:
            assert row.concentration["of"] >= 30
        for told in row.latency.values():
            assert told["of"] >= 1
    for rung in rungs_in(Snapshot.objects.get().heat):
        assert rung["of"] >= 5
    for rung in rungs_in(list(WorkflowRow.objects.values_list("use", flat=True))):
        assert rung["of"] >= 5
    assert seen > 3  # the search finds something


def test_the_small_group_is_hidden_whatever_names_it(scene):
    scenes.counted()
    tiny = scene.units["Tiny"]
    keys = {str(tiny.public_id), str(tiny.site.public_id), "Tiny"}
    rows = ScopeFigures.objects.filter(key__in=keys)
    assert rows.count() == 3
    for row in rows:
        assert row.people in {None, 0}
        assert all(row.ladder[rung] is None for rung in ("access", "active", "habitual"))


def test_what_is_left_between_shown_groups_is_no_small_group(scene):
    """The whole, less the units and functions that are shown, is nobody or five and more."""
    scenes.counted()
    whole = ScopeFigures.objects.get(kind="all").people
    for kind in ("unit", "site", "function"):
        shown = [
            people
            for people in ScopeFigures.objects.filter(kind=kind, depth__in=[0, 1])
            .exclude(name="Alpina")
            .values_list("people", flat=True)
            if people
        ]
        assert whole - sum(shown) == 0 or whole - sum(shown) >= 5


def test_no_page_says_a_figure_of_the_small_group(client, scene):
    scenes.counted()
    client.force_login(scene.office)
    tiny = scene.units["Tiny"]
    for query in (f"unit={tiny.public_id}", f"site={tiny.site.public_id}", "function=Tiny"):
        for page in PAGES:
            told = client.get(f"/console/{page}?{query}").content.decode()
            assert not re.search(
                r"\b[0-4] of [1-4]\b(?! (readings?|rows|that|worked))", visible(told)
            ), page
            assert "3 people" not in told


def visible(html):
    """Without what is told of workflows: the funnel's, the verdicts' and the sources' lines."""
    html = re.sub(
        r'<section[^>]*id="(funnel|effects|list|lasting|gaps|rate)".*?</section>',
        "",
        html,
        flags=re.DOTALL,
    )
    return re.sub(r'<p class="ap-lead.*?</p>', "", html, flags=re.DOTALL)


@pytest.mark.parametrize("page", EXPORTS)
def test_no_file_says_a_figure_of_the_small_group(client, scene, page):
    scenes.counted()
    client.force_login(scene.office)
    query = f"unit={scene.units['Tiny'].public_id}"
    lines = b"".join(client.get(f"/console/export/{page}.csv?{query}").streaming_content).decode()
    book = client.get(f"/console/export/{page}.xlsx?{query}").content
    cells = texts_of(book)
    for told in (lines, "\n".join(cells)):
        people = re.findall(r"(\d+) of (\d+)(?! worked)", people_lines(told))
        assert [pair for pair in people if int(pair[1]) < 5] == []
    if page in {"overview", "adoption"}:
        assert "hidden" in lines
        assert "hidden" in cells


def people_lines(text):
    names = ("Have access", "Active", "Habitual", "In changed work", "Managers", "People trained")
    return "\n".join(line for line in text.splitlines() if line.startswith(names))


def texts_of(book):
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        found = []
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") or name.endswith("sharedStrings.xml"):
                found += re.findall(r"<t[^>]*>([^<]*)</t>", archive.read(name).decode())
        return found


def test_no_person_is_named_anywhere_in_the_counts(scene):
    scenes.counted()
    told = json.dumps(
        [
            list(ScopeFigures.objects.values("name", "key", "ladder", "coverage", "latency")),
            list(Snapshot.objects.values("heat", "sources", "quality")),
        ]
    )
    for person in scene.people:
        assert person.family_name not in told
        assert str(person.public_id) not in told
