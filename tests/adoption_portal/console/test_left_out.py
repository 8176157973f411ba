"""Who is left out is answered of whole groups that may be shown, and of no other."""

import re

import pytest

from adoption_portal.console.models import ScopeFigures
from adoption_portal.console.queries import people
from tests.adoption_portal.console import scene as scenes

HIDDEN = None


def rung(count, of=40, word=""):
    return {"count": count, "of": of, "word": word}


def figures(active):
    return ScopeFigures(kind="all", ladder={"active": active})


def test_the_answer_names_where_few_use_it_and_counts_who_does_not():
    units = [
        ("Finance", rung(30)),
        ("Legal", rung(19)),
        ("Commercial", rung(None, 12, "nearly_none")),
    ]

    assert people.answer_of(figures(rung(1_500, 4_000)), units) == (
        "In Commercial and Legal fewer than half of those with access use AI."
        " 2,500 of 4,000 people with access have not used AI in 28 days."
    )


def test_the_answer_names_three_and_counts_the_rest():
    units = [(name, rung(count)) for count, name in enumerate("ABCDE")]

    assert people.answer_of(None, units) == (
        "In A, B, C and 2 more units fewer than half of those with access use AI."
    )


def test_half_is_not_few():
    told = people.answer_of(None, [("Legal", rung(20))])

    assert told == "In no unit shown here do fewer than half of those with access use AI."


@pytest.mark.parametrize(
    "word, told",
    [
        ("nearly_all", "Nearly all of 12 people with access used AI in 28 days."),
        ("nearly_none", "Hardly any of 12 people with access used AI in 28 days."),
    ],
)
def test_a_word_stays_a_word(word, told):
    assert people.answer_of(figures(rung(None, 12, word)), []) == told


def test_what_is_hidden_is_neither_named_nor_counted():
    assert people.answer_of(figures(HIDDEN), [("Legal", HIDDEN)]) == ""
    assert people.few_in_work([HIDDEN, rung(30), rung(2, 8)]) == (
        "In 1 of 2 live workflows shown here, fewer than half of those assigned use AI."
    )
    assert people.few_in_work([HIDDEN, rung(30)]) == ""


@pytest.mark.django_db
def test_the_page_opens_with_the_answer_and_leaves_the_small_group_out(client):
    scene = scenes.build()
    scenes.worked(scene, name="Tiny", count=1)
    scenes.counted()
    client.force_login(scene.office)
    shown = {
        row.name
        for row in ScopeFigures.objects.filter(kind="unit", depth=1)
        if people.is_few(row.ladder["active"])
    }

    told = lead_of(client.get("/console/adoption/"))

    assert shown
    assert "Tiny" not in shown
    assert told.startswith(f"In {' and '.join(sorted(shown))} fewer than half")
    assert "Tiny" not in told


@pytest.mark.django_db
def test_a_filter_is_answered_of_its_group_alone(client):
    scene = scenes.build()
    scenes.counted()
    client.force_login(scene.office)
    tiny, quality = scene.units["Tiny"], scene.units["Quality"]

    def told(query):
        return lead_of(client.get(f"/console/adoption/?{query}"))

    assert "the group is protected" in told(f"unit={tiny.public_id}")
    assert "Take all but one away" in told(f"unit={quality.public_id}&function=Quality")
    assert "fewer than half" not in told(f"unit={quality.public_id}")


def lead_of(answer):
    return re.search(r'<p class="ap-lead">(.*?)</p>', answer.content.decode())[1]
