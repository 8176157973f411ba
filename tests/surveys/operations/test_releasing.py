"""Counting: what is published, what is left, and the same end wherever it is killed."""

import os
import random
from datetime import timedelta

import pytest
from django.db import connection

from core.models import AuditEvent, Job
from surveys import keys, operations
from surveys.models import AttributeTally, Ballot, Comment, Participation, ReleasedCell, Response
from surveys.operations import publishing, releasing
from tests.factories.people import SiteFactory
from tests.factories.sign_offs import NOON
from tests.factories.surveys import (
    BEFORE,
    TODAY,
    closed,
    opened,
    past_guards,
    planned,
    released,
    send,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST = "ctid = (SELECT min(ctid) FROM surveys_ballot)"


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def varied(number):
    """Different people answer differently, and nobody carelessly."""
    return [(number * 7 + place * 3) % 5 + 1 for place in range(16)]


def cells(wave, **wanted):
    return {
        (cell.unit_id, cell.scope, cell.metric): cell
        for cell in ReleasedCell.objects.filter(wave=wave, **wanted)
    }


def test_all_answers_come_out_without_people():
    asked = released((8, 6), answers=varied)

    wave = asked.fresh()
    assert wave.state == "done"
    stored = Response.objects.filter(wave=wave)
    assert sorted(stored.values_list("answers", flat=True)) == sorted(map(varied, range(14)))
    assert {field.name for field in Response._meta.get_fields()} == {
        "id",
        "wave",
        "atom",
        "answers",
    }
    found = cells(wave, subset="all")
    top = wave.workflow.unit_id
    assert found[top, "roll", "respondents"].n == 14
    assert found[asked.units[0].pk, "roll", "respondents"].n == 8
    assert {metric for _unit, _scope, metric in found} >= {"index", "scale:REL", "item:REL1"}
    assert min(cell.n for cell in found.values()) >= 5


def test_atoms_are_remainders_of_published_cells():
    asked = released((8, 6, 3), answers=varied)

    atoms = list(Response.objects.values_list("atom", flat=True))
    sizes = sorted(atoms.count(atom) for atom in set(atoms))
    assert sum(sizes) == 17
    assert min(sizes) >= 5
    assert asked.units[2].pk not in ReleasedCell.objects.values_list("unit", flat=True)


def test_nothing_of_key_and_ballots_is_left():
    asked = released()

    assert not Ballot.objects.exists()
    assert keys.waves_with_a_key() == set()
    verbs = AuditEvent.objects.filter(subject_id=str(asked.wave.public_id)).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "wave.planned",
        "wave.opened",
        "wave.closed",
        "wave.released",
        "wave.key_destroyed",
    ]
    assert Job.objects.filter(name="surveys.tell_results").count() == 1


def test_before_go_live_five_items_come_out_one_by_one():
    asked = released((7,), code=BEFORE, answers=lambda number: [number % 5 + 1] * 5)

    metrics = {metric for _unit, _scope, metric in cells(asked.wave)}
    assert metrics == {
        "respondents",
        *(f"item:{key}" for key in ["NOW", "HLP", "WOR", "PRE", "ASK"]),
    }


def test_open_wave_is_not_counted():
    asked = opened()
    assert operations.release(wave=asked.wave, at=NOON).state == "open"
    assert not Response.objects.exists()
    assert keys.read(asked.wave.public_id)


# --- ends without a result ------------------------------------------------------------------------
@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_answers_publish_no_number(count):
    asked = opened((9,))
    for person in asked.team[:count]:
        send(asked, person)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)

    wave = operations.release(wave=asked.wave, at=NOON)

    assert wave.state == "too_few"
    assert not Ballot.objects.exists()
    assert not ReleasedCell.objects.exists()
    assert not Response.objects.exists()
    assert keys.waves_with_a_key() == set()
    event = AuditEvent.objects.get(verb="wave.too_few")
    assert (event.after, event.reason) == ({"state": "too_few"}, "")


def lose_a_ballot(wave):
    with past_guards("surveys_ballot") as cursor:
        cursor.execute(f"DELETE FROM surveys_ballot WHERE {FIRST}")


def break_a_ballot(wave):
    with past_guards("surveys_ballot") as cursor:
        cursor.execute(
            "UPDATE surveys_ballot SET box = set_byte(box, 99, (get_byte(box, 99) + 1) % 256)"
            f" WHERE {FIRST}"
        )


def lose_the_key(wave):
    keys.destroy(wave.public_id)


def another_key(wave):
    keys.destroy(wave.public_id)
    keys.made_for(wave.public_id)


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lose_a_ballot, "counts differ"),
        (break_a_ballot, "box cannot be opened"),
        (lose_the_key, "key is gone"),
        (another_key, "box cannot be opened"),
    ],
)
def test_what_cannot_be_counted_ends_without_a_result(spoil, reason):
    asked = closed((9,))
    spoil(asked.wave)

    wave = operations.release(wave=asked.wave, at=NOON)

    assert wave.state == "stopped"
    assert AuditEvent.objects.get(verb="wave.stopped").reason == reason
    assert not Response.objects.exists()
    assert not ReleasedCell.objects.exists()
    assert not Ballot.objects.exists()
    assert keys.waves_with_a_key() == set()


def test_a_box_from_a_unit_that_was_not_asked_is_not_counted():
    from surveys.models import Wave
    from surveys.sealing import Sheet, seal

    asked = opened((6,))
    for person in asked.team[1:]:
        send(asked, person)
    wave = Wave.objects.get(pk=asked.wave.pk)
    Participation.objects.filter(wave=wave, person=asked.team[0]).update(done=True)
    sheet = Sheet(planned().units[0].pk, (), (3,) * 16)
    box = seal(sheet, public_key=bytes(wave.public_key), asks_comment=True)
    Ballot.objects.create(wave=wave, box=box)
    operations.close_wave(wave=wave, actor=asked.office, reason="Enough", at=NOON)

    assert operations.release(wave=wave, at=NOON).state == "stopped"


# --- comments -------------------------------------------------------------------------------------
def test_few_comments_are_not_kept():
    asked = released((60,), comments=lambda number: f"Wish {number}" if number < 9 else "")

    assert asked.fresh().state == "done"
    assert not Comment.objects.exists()


def test_comments_of_few_people_are_not_kept():
    released((40,), comments=lambda number: f"Wish {number}")

    assert not Comment.objects.exists()


def test_comments_stand_at_the_smallest_unit_that_may_show_them():
    asked = released((55, 30, 30), comments=lambda number: f"Wish {number}")

    by_block = {}
    for block, text in Comment.objects.values_list("block", "text"):
        by_block.setdefault(block, set()).add(text)
    first, top = asked.units[0].pk, asked.wave.workflow.unit_id
    assert by_block == {
        first: {f"Wish {number}" for number in range(55)},
        top: {f"Wish {number}" for number in range(55, 115)},
    }


def test_leftover_of_few_people_stays_unsaid():
    asked = released((55, 30), comments=lambda number: f"Wish {number}")

    assert set(Comment.objects.values_list("block", flat=True)) == {asked.units[0].pk}
    assert Comment.objects.count() == 55


def test_names_are_masked_before_they_are_stored():
    name = {}

    def wish(number):
        return f"Wish {number}: not Ines or Marchetti"

    asked = opened((60,))
    asked.units[0].head = asked.boss
    asked.units[0].save()
    for number, person in enumerate(asked.team):
        name[person.pk] = person.family_name
        send(asked, person, comment=wish(number))
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    texts = set(Comment.objects.values_list("text", flat=True))
    assert texts == {f"Wish {number}: not […] or […]" for number in range(60)}


# --- attributes -----------------------------------------------------------------------------------
def test_answers_are_tallied_by_attribute():
    asked = planned((40, 40), attributes=["site"])
    for place, unit in enumerate(asked.units):
        unit.site = SiteFactory(name=f"Site {place}")
        unit.save()
    asked.wave = operations.open_wave(wave=asked.wave, at=NOON)
    for number, person in enumerate(asked.team):
        send(asked, person, varied(number))
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="Enough", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    tallies = AttributeTally.objects.filter(wave=asked.wave)
    assert set(tallies.values_list("block", flat=True)) == {asked.wave.workflow.unit_id}
    assert set(tallies.values_list("category_group", flat=True)) == {"0", "1"}
    first = tallies.filter(item="REL1", category_group="0")
    assert sum(first.values_list("count", flat=True)) == 40
    assert set(tallies.values_list("attribute", flat=True)) == {"site"}


def test_small_waves_have_no_tallies():
    asked = released((12,), attributes=["site"])

    assert asked.fresh().state == "done"
    assert not AttributeTally.objects.exists()


# --- the same end, wherever it is killed ----------------------------------------------------------
class Killed(BaseException):
    """As a process that dies: nothing catches it."""


class Deadly:
    """Lets so many statements pass, then dies; ``after``: once the statement has run."""

    def __init__(self, passing, *, after):
        self.left, self.after = passing, after

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        result = execute(sql, params, many, context)
        if self.left == 0:
            raise Killed
        return result


def picture(wave):
    """Everything a release leaves, without what is random on purpose."""
    skipped = {"id", "wave_id"}
    rows = [
        sorted(
            str({k: v for k, v in row.items() if k not in skipped})
            for row in model.objects.filter(wave=wave).values()
        )
        for model in (Response, Comment, AttributeTally, ReleasedCell, Participation)
    ]
    events = AuditEvent.objects.filter(subject_id=str(wave.public_id)).order_by("pk")
    wave.refresh_from_db()
    return {
        "rows": rows,
        "state": wave.state,
        "ballots": Ballot.objects.filter(wave=wave).count(),
        "key": keys.path_of(wave.public_id).exists(),
        "events": list(events.values_list("verb", flat=True)),
        "mails": Job.objects.filter(name="surveys.tell_results", args__wave_id=wave.pk).count(),
    }


def statements_of(wave):
    """How many statements a whole release takes, counted on a wave that is rolled back."""
    counter = Deadly(10**6, after=False)
    with connection.execute_wrapper(counter):
        operations.release(wave=wave, at=NOON)
    return 10**6 - counter.left


def filled():
    return closed(
        (30, 25), answers=varied, comments=lambda number: f"Wish {number}", attributes=["site"]
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_statement_it_ends_the_same(after):
    """Each kill loses its transaction; the next run goes on. One wave, killed at every place."""
    whole = filled()
    total = statements_of(whole.wave)
    expected = picture(whole.wave)
    asked = filled()
    kills = 0
    for place in range(1, total + 5):
        try:
            with connection.execute_wrapper(Deadly(place, after=after)):
                operations.release(wave=asked.wave, at=NOON)
        except Killed:
            kills += 1
            connection.close()
            left = asked.fresh()
            assert left.state in {"closed", "released", "done"}
            if left.state == "closed":
                assert keys.path_of(left.public_id).exists()
                assert Ballot.objects.filter(wave=left).count() == 55
                assert not Response.objects.filter(wave=left).exists()
    operations.release(wave=asked.wave, at=NOON)

    assert kills >= total / 2
    found = picture(asked.wave)
    # The two waves differ in their units; everything else is equal.
    assert {**found, "rows": [len(rows) for rows in found["rows"]]} == {
        **expected,
        "rows": [len(rows) for rows in expected["rows"]],
    }
    assert found["rows"][0] == expected["rows"][0]


@pytest.mark.django_db(transaction=True)
def test_killed_anew_at_each_statement_of_a_fresh_wave_it_ends_the_same():
    """Where the one wave above went on, these begin: each dies at one place and is run again."""
    whole = filled()
    total = statements_of(whole.wave)
    expected = picture(whole.wave)
    places = random.Random(7).sample(range(1, total + 1), 6)  # noqa: S311
    for place in [*places, total - 1, total]:
        asked = filled()
        with pytest.raises(Killed), connection.execute_wrapper(Deadly(place, after=True)):
            operations.release(wave=asked.wave, at=NOON)
        connection.close()
        operations.release(wave=asked.wave, at=NOON)
        found = picture(asked.wave)
        assert (found["state"], found["key"], found["ballots"]) == ("done", False, 0)
        assert (found["events"], found["mails"]) == (expected["events"], expected["mails"])
        assert found["rows"][0] == expected["rows"][0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["surveys_response", "surveys_comment"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_beside_a_copy_it_ends_the_same(monkeypatch, table, after):
    """COPY goes past the statements above."""
    asked = filled()
    copied = publishing._copy

    def die(statement, *facts):
        if after or table not in statement:
            copied(statement, *facts)
        if table in statement:
            raise Killed

    monkeypatch.setattr(publishing, "_copy", die)
    with pytest.raises(Killed):
        operations.release(wave=asked.wave, at=NOON)
    assert asked.fresh().state == "closed"
    assert not Response.objects.exists()
    monkeypatch.undo()

    operations.release(wave=asked.wave, at=NOON)

    found = picture(asked.wave)
    assert (found["state"], found["key"], found["ballots"]) == ("done", False, 0)
    assert [len(rows) for rows in found["rows"][:2]] == [55, 55]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["unlink", "fsync"])
def test_killed_while_the_key_goes_it_ends_the_same(monkeypatch, step):
    asked = closed()
    real = getattr(os, step)

    def die(*args, **kwargs):
        monkeypatch.setattr(os, step, real)
        raise Killed

    monkeypatch.setattr(os, step, die)
    with pytest.raises(Killed):
        operations.release(wave=asked.wave, at=NOON)
    assert asked.fresh().state == "released"

    operations.release(wave=asked.wave, at=NOON)

    found = picture(asked.wave)
    assert (found["state"], found["key"], found["ballots"]) == ("done", False, 0)
    assert found["events"][-2:] == ["wave.released", "wave.key_destroyed"]
    assert len(found["rows"][0]) == 6


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_are_one(run_together):
    asked = closed((9,))

    outcomes = run_together(*[lambda: operations.release(wave=asked.wave, at=NOON)] * 3)

    assert {one.state for one in outcomes} <= {"done", "released"}
    assert asked.fresh().state == "done"
    assert Response.objects.count() == 9
    assert AuditEvent.objects.filter(verb="wave.key_destroyed").count() == 1


def test_no_second_release_of_a_wave():
    asked = released()
    before = picture(asked.wave)

    operations.release(wave=asked.wave, at=NOON + DAY)

    assert picture(asked.wave) == before


def test_order_of_rows_changes_no_figure():
    """Byte-identical however the rows come out of the database."""
    first, second = filled(), filled()
    for asked in (first, second):
        operations.release(wave=asked.wave, at=NOON)

    def figures(asked):
        place = {unit.pk: number for number, unit in enumerate(asked.units)}
        return sorted(
            str((place.get(row.pop("unit_id"), -1), row))
            for row in ReleasedCell.objects.filter(wave=asked.wave).values()
            if row.pop("id") and row.pop("wave_id")
        )

    assert figures(first) == figures(second)


def test_next_wave_prefers_what_the_last_one_published():
    from surveys.models import Wave

    asked = released((8, 6), answers=varied)
    wave = Wave(
        **{
            field.attname: getattr(asked.wave, field.attname)
            for field in Wave._meta.concrete_fields
            if field.attname not in {"id", "public_id"}
        }
    )
    wave.opens_date = TODAY + 90 * DAY

    assert releasing._published_before(wave) == {
        (asked.wave.workflow.unit_id, "roll"),
        *((unit.pk, "roll") for unit in asked.units),
    } | {
        (cell.unit_id, cell.scope)
        for cell in ReleasedCell.objects.filter(metric="respondents", scope="direct")
    }
