"""Somebody with every right on the database tries to say whose answer is whose.

300 people answer one after the other, each in a way nobody else does. The script below joins and
ranks all it can read: transaction numbers (xmin, xmax), places in the table file (ctid), ids, sizes,
orders of insertion, sizes of rows, and the raw table files. Before the release it may tie a person to
a *box* (every database does), never to an answer. After it a guess must do no better than chance.

The bound: to pair 300 people with 300 answers by any fixed order, when the answers are in a random
one, gives a number of hits that is Poisson(1) for the whole, and Poisson(m) within m atoms. More than
``bound`` hits have a probability of less than 1e-6 for one attack (1e-4 for all of them together); the
links of section 2.1 of the method gave 300.
"""

import itertools
import math
from pathlib import Path

import pytest
from django.db import connection

from surveys import keys, operations
from surveys.models import Ballot, Response
from surveys.sealing import BoxNotOpened, new_private_key, unseal
from tests.factories.sign_offs import NOON
from tests.factories.surveys import opened, send

PEOPLE = 300
ONE_IN_A_MILLION = 1e-6


def bound(mean):
    """The most hits that are still chance: P(more) < 1e-6 for a Poisson number with this mean."""
    hits, left = 0, 1 - math.exp(-mean)
    term = math.exp(-mean)
    while left > ONE_IN_A_MILLION:
        hits += 1
        term *= mean / hits
        left -= term
    return hits


def own_answer(number):
    """Of everybody another one: the number written with the digits 1 to 5."""
    digits = []
    for _ in range(16):
        digits.append(number % 5 + 1)
        number //= 5
    return digits


def read(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


# Everything about a row that a superuser can sort by.
ORDERS_OF_PEOPLE = {
    "xmin": "xmin::text::bigint",
    "xmax": "xmax::text::bigint, ctid",
    "ctid": "ctid",
    "person": "person_id",
    "unit": "unit_id, person_id",
    "hash": "md5(person_id::text)",
}
ORDERS_OF_ANSWERS = {
    "xmin": "xmin::text::bigint, ctid",
    "ctid": "ctid",
    "id": "id",
    "id backwards": "reverse(id::text)",
    "atom": "atom, ctid",
    "size": "pg_column_size(answers), ctid",
    "answers": "answers",
}


@pytest.fixture
def superuser(transactional_db):
    [(is_super,)] = read("SELECT usesuper FROM pg_user WHERE usename = current_user")
    assert is_super, "the attack needs every right"


@pytest.fixture
def asked(tmp_path, settings, superuser):
    """One transaction for each answer, in an order that is not that of the person's id."""
    settings.DATA_DIR = tmp_path
    asked = opened((120, 90, 60, 30))
    asked.truth = {}
    team = sorted(asked.team, key=lambda person: hash((person.pk * 2654435761) % 2**32))
    for number, person in enumerate(team):
        asked.truth[person.pk] = tuple(own_answer(number))
        send(asked, person, own_answer(number))
    return asked


def people_by(order):
    return [
        person
        for (person,) in read(
            f"SELECT person_id FROM surveys_participation WHERE done ORDER BY {order}"
        )
    ]


def hits(people, answers, truth):
    return sum(
        tuple(answer) == truth[person] for person, answer in zip(people, answers, strict=True)
    )


def test_the_attack_works_where_it_should():
    """The same script finds everybody when answers lie in the order they came in."""
    truth = {person: tuple(own_answer(person)) for person in range(PEOPLE)}
    people = list(truth)

    assert hits(people, list(truth.values()), truth) == PEOPLE
    assert bound(1) == 9
    assert bound(4) == 17


def test_before_the_release_boxes_are_tied_to_people_and_say_nothing(asked):
    tied = read(
        "SELECT p.person_id, b.box FROM surveys_participation p JOIN surveys_ballot b"
        " ON b.xmin = p.xmin WHERE p.done"
    )
    # This is what no table design prevents, and why the box must stay shut for ever.
    assert len(tied) == PEOPLE

    boxes = [bytes(box) for _person, box in tied]
    assert {len(box) for box in boxes} == {8240}
    for box in boxes[:20]:
        with pytest.raises(BoxNotOpened):
            unseal(box, private_key=new_private_key())
    # A box is as random as random bytes: nothing of it can be matched with an answer.
    counts = [0] * 256
    for box in boxes:
        for byte in box:
            counts[byte] += 1
    expected = sum(counts) / 256
    chi_square = sum((count - expected) ** 2 / expected for count in counts)
    assert chi_square < 255 + 6 * math.sqrt(2 * 255)
    # And no table holds an answer yet.
    assert not Response.objects.exists()
    for table in ("surveys_response", "surveys_comment", "surveys_releasedcell"):
        assert read(f"SELECT count(*) FROM {table}") == [(0,)]


def test_after_the_release_no_order_of_anything_beats_chance(asked):
    before = {name: people_by(order) for name, order in ORDERS_OF_PEOPLE.items()}
    boxes = read(
        "SELECT p.person_id, b.id, b.ctid::text, b.box FROM surveys_participation p"
        " JOIN surveys_ballot b ON b.xmin = p.xmin WHERE p.done"
    )
    private_key = keys.read(asked.wave.public_id)
    truth = asked.truth
    opened_now = sum(
        unseal(bytes(box), private_key=private_key).answers == truth[person]
        for person, _id, _place, box in boxes
    )
    assert opened_now == PEOPLE  # with the key and the database everybody is found: hence its end
    # What an attacker could note down while the wave was open, to be joined with later.
    before["box id"] = [person for person, _id, _place, _box in sorted(boxes, key=lambda b: b[1])]
    before["box place"] = [
        person for person, _id, place, _box in sorted(boxes, key=lambda b: place_of(b[2]))
    ]

    operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    assert Response.objects.count() == PEOPLE
    after = {name: people_by(order) for name, order in ORDERS_OF_PEOPLE.items()}
    answers = {
        name: [
            answer for (answer,) in read(f"SELECT answers FROM surveys_response ORDER BY {order}")
        ]
        for name, order in ORDERS_OF_ANSWERS.items()
    }
    attacks = 0
    for (people_order, people), (_name, rows) in itertools.product(
        [*before.items(), *after.items()], answers.items()
    ):
        for way in (people, people[::-1]):
            attacks += 1
            assert hits(way, rows, truth) <= bound(1), (people_order, _name)
    assert attacks == (8 + 6) * 7 * 2


def test_within_an_atom_no_order_beats_chance_either(asked):
    """Who knows the unit of everybody tries in each published remainder by itself."""
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
    operations.release(wave=asked.wave, at=NOON)
    sizes = dict(read("SELECT atom, count(*) FROM surveys_response GROUP BY atom"))
    assert sorted(sizes.values()) == [30, 60, 90, 120]
    people_of = dict(
        read(
            "SELECT unit_id, array_agg(person_id ORDER BY ctid) FROM surveys_participation"
            " GROUP BY unit_id"
        )
    )
    found = dict.fromkeys(("ctid", "id", "xmin::text::bigint, ctid"), 0)
    for atom, size in sizes.items():
        [people] = [people for people in people_of.values() if len(people) == size]
        for order in found:
            rows = [
                answer
                for (answer,) in read(
                    f"SELECT answers FROM surveys_response WHERE atom = %s ORDER BY {order}", atom
                )
            ]
            found[order] += hits(people, rows, asked.truth)
    assert max(found.values()) <= bound(len(sizes)), found


def test_transaction_numbers_say_one_thing_of_everybody(asked):
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    assert len(read("SELECT DISTINCT xmin::text FROM surveys_response")) == 1
    joined = read(
        "SELECT count(*) FROM surveys_participation p JOIN surveys_response r"
        " ON r.xmin = p.xmin OR r.xmin = p.xmax"
    )
    assert joined == [(0,)]
    # No column anywhere beside an answer that could be joined with a person.
    columns = read(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'surveys_response'"
    )
    assert {name for (name,) in columns} == {"id", "wave_id", "atom", "answers"}


def test_deleted_boxes_stay_shut(asked, tmp_path):
    """Rows not yet vacuumed, and files of the server, still hold boxes; the key is nowhere."""
    some = [bytes(box) for box in Ballot.objects.values_list("box", flat=True)[:5]]
    private_key = keys.read(asked.wave.public_id)
    operations.close_wave(wave=asked.wave, actor=asked.office, reason="All here", at=NOON)
    operations.release(wave=asked.wave, at=NOON)

    assert not Ballot.objects.exists()
    everywhere = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    assert not any(private_key in path.read_bytes() for path in everywhere)
    [(where,)] = read("SELECT current_setting('data_directory')")
    if Path(where).exists():
        held = [path for path in Path(where, "base").rglob("*") if path.is_file()]
        assert not any(private_key in content(path) for path in held)
    for box in some:
        with pytest.raises(BoxNotOpened):
            unseal(box, private_key=new_private_key())


def content(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # of another test's database, which is gone


def place_of(text):
    page, row = text.strip("()").split(",")
    return int(page), int(row)
