"""The command does the work where it is called, and says what became of it."""

import pytest
from django.core.management import CommandError, call_command

from people.models import Person
from tests.factories.people import OrgUnitFactory
from tests.people.hr import csv_of, staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_disk(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def file_with(tmp_path):
    OrgUnitFactory(code="QA")

    def write(*rows):
        path = tmp_path / "people.csv"
        path.write_bytes(csv_of(*rows))
        return path

    return write


def test_people_come_in_by_command(file_with, capsys):
    call_command("import_people", file_with(*staff(40), ",x,,,,,,,,,,"))

    said = capsys.readouterr().out
    assert "Read 41: created 40, updated 0, unchanged 0, stale 0, rejected 1; ended 0." in said
    assert "Line 42: “source_id” is missing" in said
    assert Person.objects.filter(source_id__isnull=False).count() == 40

    call_command("import_people", file_with(*staff(30, title="New")), "--dry-run", "--mode=full")
    assert "ended 10." in capsys.readouterr().out
    assert Person.objects.filter(is_active=True, source_id__isnull=False).count() == 40

    with pytest.raises(CommandError, match="must approve it first") as held:
        call_command("import_people", file_with(*staff(10)), "--mode=full")
    assert held.value.returncode == 2


def test_a_file_that_is_none_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_people", tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(CommandError, match="The file is empty"):
        call_command("import_people", tmp_path / "empty.csv")
