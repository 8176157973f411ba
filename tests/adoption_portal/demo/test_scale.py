"""``seed_scale``: a whole organisation from one command, and only beside nobody real."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from adoption_portal.console.models import ScopeFigures
from adoption_portal.console.operations.counting import refresh
from measurement.models import Case, Reading, UsageWeek
from people.models import Person
from tests.factories.people import PersonFactory
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def test_a_small_one_is_filled_and_counted():
    call_command("seed_scale", people=60, workflows=100, cases=200)
    refresh(at=timezone.now())

    assert Person.objects.filter(is_simulated=False).count() == 0
    assert (Person.objects.count(), Workflow.objects.count()) == (60, 100)
    assert Reading.objects.exists()
    assert UsageWeek.objects.exists()
    assert Case.objects.count() >= 200
    assert ScopeFigures.objects.get(kind="all").people == 59  # one of fifty is on long leave


def test_real_people_keep_simulated_ones_out():
    PersonFactory(is_simulated=False)

    with pytest.raises(CommandError, match="real people"):
        call_command("seed_scale", people=60, workflows=1, cases=0)
    with pytest.raises(CommandError, match="between"):
        call_command("seed_scale", people=1, workflows=1, cases=0)
