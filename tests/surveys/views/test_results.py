"""Results: the same page for team and manager, from what was published alone."""

import csv
import io

import pytest
from django.conf import settings
from django.utils import timezone

from core.models import AuditEvent
from surveys import operations
from surveys.models import ReleasedCell
from surveys.operations.closing import WENT_LIVE
from tests.factories.people import AssignmentFactory, OrgUnitFactory, PersonFactory
from tests.surveys.views.test_answering import signed_in, text_of
from tests.surveys.views.waves import answered, ended, opened, released

pytestmark = pytest.mark.django_db


def teams(*sizes, answers=None):
    """A wave over units of these sizes below the workflow's own, everybody answering."""
    from tests.factories.sign_offs import workflow_below

    boss = PersonFactory(given_name="Ines", family_name="Marchetti")
    workflow = workflow_below(boss, is_simulated=True)
    below = [OrgUnitFactory(parent=workflow.unit, name=f"Team {at}") for at in range(len(sizes))]
    people = [
        [AssignmentFactory(unit=unit).person for _ in range(size)]
        for unit, size in zip(below, sizes, strict=True)
    ]
    asked = opened(boss=boss, workflow=workflow, people=0)
    answered(asked, [person for team in people for person in team], answers)
    return ended(asked), below, people


@pytest.fixture(scope="module")
def agreeing():
    return [4, 2, 4, 4, 4, 2, 4, 2, 4, 4, 4, 4, 4, 4, 4, 2]


def test_team_manager_and_office_open_the_same_figures():
    asked = released(people=12)
    pages = [
        signed_in(person).get(f"{asked.path}result/")
        for person in (asked.people[0], asked.boss, asked.office)
    ]

    assert [page.status_code for page in pages] == [200, 200, 200]
    texts = [text_of(page) for page in pages]
    mean = f"{ReleasedCell.objects.get(metric='index', subset='all', scope='roll').mean:.1f}"
    assert all(f"Trust index, 1 to 5 {mean}" in text for text in texts)
    assert all("100% of 12 invited people answered." in text for text in texts)
    assert all("Pilot." in text for text in texts)
    assert ["Careless answers" in text for text in texts] == [False, False, True]


def test_address_in_the_mail_leads_to_the_result():
    asked = released()

    response = signed_in(asked.people[0]).get(asked.path)

    assert (response.status_code, response["Location"]) == (302, f"{asked.path}result/")


def pages_of_a_closed_wave(asked, language):
    """Texts of the pages that say why, to who has not answered: two at once, then the result."""
    client = signed_in(asked.people[0])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    texts = [text_of(client.get(path)) for path in (asked.path, f"{asked.path}wave/")]
    operations.release(wave=asked.wave, at=timezone.now())
    return [*texts, text_of(client.get(f"{asked.path}result/"))]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_wave_the_portal_closed_is_not_laid_at_the_offices_door(
    language, german_reasons, monkeypatch
):
    monkeypatch.setattr("surveys.operations.closing.went_live", lambda _wave, _at: True)
    asked = opened()
    answered(asked, asked.people[1:])
    asked.wave = operations.close_wave(wave=asked.wave, actor=None, reason="", at=timezone.now())

    texts = pages_of_a_closed_wave(asked, language)

    told = f"It was closed early: {WENT_LIVE}" if language == "en" else german_reasons[WENT_LIVE]
    assert [told in text for text in texts] == [True] * 3
    wrong = "by the program office" if language == "en" else "Das Programmbüro hat sie"
    assert not any(wrong in text for text in texts)


def test_the_words_of_the_office_are_shown_as_they_are(german_reasons):
    asked = opened()
    answered(asked, asked.people[1:])
    asked.wave = operations.close_wave(
        wave=asked.wave, actor=asked.office, reason=WENT_LIVE, at=timezone.now()
    )

    texts = pages_of_a_closed_wave(asked, "de")

    told = f"Das Programmbüro hat sie vorzeitig geschlossen: {WENT_LIVE}"
    assert [told in text for text in texts] == [True] * 3


def test_strangers_find_nothing():
    asked = released()
    stranger = signed_in(PersonFactory())

    assert stranger.get(f"{asked.path}result/").status_code == 404
    assert stranger.get(f"{asked.path}result.csv").status_code == 404


def test_open_wave_has_no_result_and_no_file():
    asked = opened()
    answered(asked)
    office = signed_in(asked.office)

    page = office.get(f"{asked.path}result/")

    assert "There is no result yet" in text_of(page)
    assert office.get(f"{asked.path}result.csv").status_code == 409


def test_too_few_answers_give_no_number():
    asked = opened(people=8)
    answered(asked, asked.people[:3])
    ended(asked)
    client = signed_in(asked.people[0])

    page = client.get(f"{asked.path}result/")

    assert "Too few people answered" in text_of(page)
    assert " 3 " not in text_of(page)


def test_hidden_unit_is_hatched_and_explained_and_its_figures_are_nowhere(agreeing):
    asked, below, _people = teams(6, 7, 2, answers=agreeing)
    office = signed_in(asked.office)

    page = office.get(f"{asked.path}result/")
    own = office.get(f"{asked.path}result/", {"unit": below[2].pk})

    rows = {row.label: row for row in page.context["rows"]}
    assert rows["Team 2"].people == ""
    assert set(rows["Team 2"].cells) == {None}
    assert "ap-hidden-cell" in page.content.decode()
    assert "Hidden to protect people" in text_of(own)
    assert (
        "Fewer than 5 people, or protected so that a smaller group can't be worked out."
        in text_of(own)
    )
    lines = list(csv.reader(io.StringIO(office.get(f"{asked.path}result.csv").content.decode())))
    hidden = [line for line in lines if line[0] == "Team 2"]
    assert hidden
    assert {tuple(line[4:]) for line in hidden} == {("hidden", *[""] * 9)}


def test_member_sees_the_whole_and_the_own_unit_only(agreeing):
    asked, below, people = teams(6, 7, answers=agreeing)

    page = signed_in(people[0][0]).get(f"{asked.path}result/")
    other = signed_in(people[0][0]).get(f"{asked.path}result/", {"unit": below[1].pk})

    names = [unit.name for unit in page.context["units"]]
    assert "Team 0" in names
    assert "Team 1" not in names
    assert other.context["unit"].unit == page.context["page"].whole.unit


def test_csv_says_what_the_page_says_and_is_written_down(agreeing):
    asked, _below, _people = teams(10, 12, answers=agreeing)

    answer = signed_in(asked.boss).get(f"{asked.path}result.csv")

    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    index = next(line for line in lines if line["figure"] == "index")
    assert (index["people"], index["mean"]) == ("22", "4.0")
    assert [event.after for event in AuditEvent.objects.filter(verb="export")] == [
        {"what": "trust.csv"}
    ]


def test_unanimity_is_told_in_words(agreeing):
    asked, _below, _people = teams(10, 12, answers=agreeing)

    text = text_of(signed_in(asked.boss).get(f"{asked.path}result/"))

    assert "nearly all" in text
    assert "100%" not in text.replace("100% of 22 invited people answered.", "")


def test_print_view_has_the_tables_open(agreeing):
    asked, _below, _people = teams(10, 12, answers=agreeing)

    body = signed_in(asked.boss).get(f"{asked.path}result/", {"view": "print"}).content.decode()

    assert "<details" not in body[body.index("<main") :]
    assert "Answers to each statement" in body


def test_workflow_page_shows_trust_once_it_is_there():
    asked = opened(people=12)
    boss = signed_in(asked.boss)
    path = f"/workflows/{asked.wave.workflow.public_id}/"

    assert "A survey is open until" in text_of(boss.get(path))
    answered(asked)
    ended(asked)

    assert "Trust index" in text_of(boss.get(path))


def test_comments_are_for_the_office(agreeing):
    asked, _below, _people = teams(10, 12, answers=agreeing)

    office, boss = (
        text_of(signed_in(person).get(f"{asked.path}result/"))
        for person in (asked.office, asked.boss)
    )

    assert "Comments are shown from 10 comments and 50 answers on." in office
    assert "Comments" not in boss


COHERENCE = "How well do the statements hang together?"


def test_everybody_reads_how_well_the_questions_hang_together():
    from tests.factories.sign_offs import workflow_below
    from tests.surveys.scoring.test_coherence import opinions

    boss = PersonFactory(given_name="Ines", family_name="Marchetti")
    workflow = workflow_below(boss, is_simulated=True)
    asked = opened(boss=boss, workflow=workflow, people=104)
    for person, row in zip(asked.people, opinions(104).tolist(), strict=True):
        answered(asked, [person], row)
    ended(asked)
    detail = ReleasedCell.objects.get(metric="coherence").detail
    low, high = detail["omega_95"]

    for reader in (asked.people[0], asked.boss, asked.office):
        text = text_of(signed_in(reader).get(f"{asked.path}result/"))
        assert COHERENCE in text
        assert (
            f"Omega is {detail['omega']:.2f} (95% interval {low:.2f} to {high:.2f}), of 104 people "
            "who answered every statement." in text
        )
        assert "stays a pilot until 300 people" in text
        assert f"Reliability {detail['pairs']['REL']:.2f}" in text


def test_of_few_people_it_is_said_why_there_is_no_figure():
    asked = released(people=12)

    text = text_of(signed_in(asked.people[0]).get(f"{asked.path}result/"))

    assert COHERENCE in text
    assert "Shown where 100 people and more answered every statement" in text
    assert "Omega" not in text
