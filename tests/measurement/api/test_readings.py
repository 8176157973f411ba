"""Readings for machines: whole and checkable, and nothing of too few cases."""

from datetime import timedelta

import pytest

from core.tokens import create_token
from measurement.evaluating import sha256_of
from measurement.models import Reading
from measurement.operations.readings import measure_redesign
from tests.factories.cases import NOW, imported, simulated
from tests.factories.measurement import reading_of
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live, workflow_below

pytestmark = pytest.mark.django_db
LIVE_AT = NOW - timedelta(weeks=24)
ENOUGH = {"done_before": 50, "done_after": 50, "target": "met"}


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def ask(client):
    def call(path, key=None):
        key = key or create_token(name="reader", scopes=["evidence:read"])[1]
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})

    return call


def gone_live(boss=None):
    boss = boss or PersonFactory()
    return live(
        boss=boss,
        at=LIVE_AT - timedelta(days=3),
        live_at=LIVE_AT,
        workflow=workflow_below(boss, is_simulated=True),
    ).redesign


def measured(per_day=1.0):
    redesign = gone_live()
    imported(redesign.workflow, simulated(go_live=LIVE_AT, effect=0.6, per_day=per_day))
    measure_redesign(redesign_id=redesign.pk, at=NOW)
    return Reading.objects.get(redesign=redesign)


def test_reading_is_told_whole_and_its_hash_is_right(ask):
    reading = measured()

    told = ask(f"readings/{reading.public_id}").json()

    assert told["withheld"] == []
    assert told["result"] == reading.result
    assert sha256_of(told["result"]) == told["result_sha256"] == reading.result_sha256
    assert sha256_of(told["call"]) == told["call_sha256"]
    assert told["input_sha256"] == reading.input_id
    assert set(told["result"]["gates"]) >= {"G1", "G2"}
    assert (told["ratio"], told["low"], told["high"]) == (reading.ratio, reading.low, reading.high)
    assert (told["redesign"], told["workflow"]) == (
        str(reading.redesign.public_id),
        str(reading.redesign.workflow.public_id),
    )
    assert told["weekly"]
    assert all(week["median_seconds"] is None for week in told["weekly"] if week["cases"] < 5)
    assert "arrays" not in told


def test_figures_of_too_few_cases_are_withheld(ask):
    redesign = gone_live()
    result = {
        "done_before": 4, "done_after": 300, "target": "met",
        "median_before": 100.0, "p85_before": 200.0, "median_after": 70.0, "p85_after": 90.0,
        "ratio": 0.7, "low": 0.6, "high": 0.8, "raw_ratio": 0.7, "unguarded_ratio": 0.7,
        "gates": {"G1": {"passed": False}},
        "guardrails": [{"name": "Rework", "before": 0.1, "after": 0.2, "low": 0, "high": 1, "state": "held"}],
    }  # fmt: skip
    reading = reading_of(redesign, result=result)

    told = ask(f"readings/{reading.public_id}").json()
    (row,) = ask("readings").json()["results"]

    for shown in (told, row):
        assert shown["withheld"] == ["before"]
        assert [shown[name] for name in ("ratio", "low", "high")] == [None, None, None]
    hidden = ("median_before", "p85_before", "ratio", "low", "high", "raw_ratio", "unguarded_ratio")
    assert {told["result"][name] for name in hidden} == {None}
    assert told["result"]["median_after"] == 70.0
    assert told["result"]["guardrails"] == [
        {
            "name": "Rework",
            "before": None,
            "after": None,
            "low": None,
            "high": None,
            "state": "held",
        }
    ]
    assert told["result"]["gates"] == {"G1": {"passed": False}}


def test_survivor_of_the_portfolio_is_changed(ask):
    good = reading_of(gone_live(), result=ENOUGH)
    reading_of(gone_live(), result=ENOUGH, verdict="worse", p=0.9, ratio=1.2, low=1.1, high=1.3)
    early = reading_of(gone_live(), result=ENOUGH, kind="early")

    told = {row["id"]: row for row in ask("readings").json()["results"]}

    assert {row["id"] for row in told.values() if row["changed"]} == {str(good.public_id)}
    assert told[str(good.public_id)]["target"] == "met"
    assert told[str(early.public_id)]["kind"] == "early"


def test_readings_are_narrowed(ask):
    good = reading_of(gone_live(), result=ENOUGH)
    other = reading_of(gone_live(), result=ENOUGH, kind="early", verdict="insufficient_evidence")

    def ids(query):
        return [row["id"] for row in ask(f"readings?{query}").json()["results"]]

    assert ids("kind=primary") == [str(good.public_id)]
    assert ids("verdict=insufficient_evidence") == [str(other.public_id)]
    assert ids(f"redesign={good.redesign.public_id}") == [str(good.public_id)]
    assert ids(f"workflow={other.redesign.workflow.public_id}") == [str(other.public_id)]
    assert ids("measured_since=2999-01-01T00:00:00Z") == []


def test_reach_of_a_person_holds_for_readings_too(ask):
    boss = PersonFactory()
    own = reading_of(gone_live(boss), result=ENOUGH)
    far = reading_of(gone_live(), result=ENOUGH)
    key = create_token(name="reader", scopes=["evidence:read"], owner=boss)[1]

    assert [row["id"] for row in ask("readings", key).json()["results"]] == [str(own.public_id)]
    assert ask(f"readings/{far.public_id}", key).status_code == 404


def test_one_reading_costs_few_queries(ask, django_assert_max_num_queries):
    reading = reading_of(gone_live(), result=ENOUGH)
    key = create_token(name="reader", scopes=["evidence:read"])[1]
    ask("readings", key)

    with django_assert_max_num_queries(6):
        ask(f"readings/{reading.public_id}", key)
