"""``manage.py measure``: what is due is read before it returns, and told."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from measurement.models import Reading
from tests.factories.cases import NOW, imported, simulated
from tests.factories.people import PersonFactory
from tests.factories.sign_offs import live, workflow_below

pytestmark = pytest.mark.django_db
LIVE_AT = NOW - timedelta(weeks=24)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def went_live():
    boss = PersonFactory()
    workflow = workflow_below(boss, is_simulated=True)
    review = live(at=LIVE_AT - timedelta(days=3), live_at=LIVE_AT, boss=boss, workflow=workflow)
    imported(workflow, simulated(go_live=LIVE_AT, effect=0.6))
    return review.redesign


def said(*args):
    out = StringIO()
    call_command("measure", *args, stdout=out)
    return out.getvalue().splitlines()


def test_what_is_due_is_read_and_told():
    redesign = went_live()

    lines = said("--at", NOW.isoformat())

    reading = Reading.objects.get(redesign=redesign)
    assert lines == [
        f"{redesign.workflow.name}: Reading, Improved (B), ratio {reading.ratio:.3f} "
        f"({reading.low:.3f} to {reading.high:.3f})"
    ]
    assert reading.measured_at == NOW
    assert said("--at", NOW.isoformat()) == [f"{redesign.workflow.name}: nothing due"]


def test_a_workflow_is_named_by_id_or_slug_and_no_other_is_read():
    redesign, other = went_live(), went_live()

    said(str(redesign.workflow.public_id), "--at", "2026-10-01")
    assert set(Reading.objects.values_list("redesign", flat=True)) == {redesign.pk}
    said(other.workflow.slug, "--at", "2026-10-01")
    assert Reading.objects.count() == 2


@pytest.mark.parametrize("args", [("nobody",), ("--at", "2999-01-01")])
def test_what_cannot_be_is_refused(args):
    with pytest.raises(CommandError):
        said(*args)
