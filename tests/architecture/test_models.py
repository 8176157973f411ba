"""What holds for every table of ours."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from tests.architecture.sources import APPS

# Foreign keys that may take rows with them, and why.
MAY_CASCADE = {
    "people.OrgUnitClosure.ancestor": "a cache of the tree",
    "people.OrgUnitClosure.descendant": "a cache of the tree",
    # Parts of a draft; once frozen, the database refuses that any of them goes.
    "workflows.Activity.version": "a part of the version",
    "workflows.RevisionActivity.revision": "a part of the revision",
    "workflows.RevisionAuthor.revision": "a part of the revision",
    "workflows.Hypothesis.revision": "a part of the revision",
    "workflows.Guardrail.hypothesis": "a part of the promise",
    "measurement.ImportRejection.case_import": "says what was wrong with one delivery",
    "people.PeopleRejection.people_import": "says what was wrong with one delivery",
    "measurement.UseRejection.use_import": "says what was wrong with one delivery",
    "measurement.CaseSummary.workflow": "counts that are made again at any time",
}
OURS = [model for model in apps.get_models() if model._meta.app_label in {*APPS, "console"}]


def keys_of(model):
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and not field.auto_created
    ]


def named(field):
    return f"{field.model._meta.label}.{field.name}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_key_to_a_person_keeps_the_person(model):
    loose = [
        named(field)
        for field in keys_of(model)
        if field.related_model._meta.label == settings.AUTH_USER_MODEL
        and field.remote_field.on_delete is not models.PROTECT
    ]
    assert loose == []


def test_no_other_key_takes_rows_with_it_but_the_reasoned():
    cascading = {
        named(field)
        for model in OURS
        for field in keys_of(model)
        if field.remote_field.on_delete is not models.PROTECT and field.model in OURS
    }
    assert cascading - set(MAY_CASCADE) == set()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_model_sorts_behind_the_callers_back(model):
    assert list(model._meta.ordering) == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_who_and_when_stand_together(model):
    """A column that says who did something has one beside it that says when."""
    names = {field.name for field in model._meta.get_fields()}
    who = {name.removesuffix("_by") for name in names if name.endswith("_by")}
    lonely = {
        name
        for name in who - {"requested"}  # a job: its created_at
        if not names & {f"{name}_at", f"{name}_date", "created_at", "at", "merged_at"}
    }
    assert lonely == set()


@pytest.mark.parametrize(
    "model",
    [model for model in OURS if any(f.name == "public_id" for f in model._meta.get_fields())],
    ids=lambda model: model._meta.label,
)
def test_public_ids_are_ordered_uuids_that_nobody_edits(model):
    field = model._meta.get_field("public_id")
    assert (field.unique, field.editable, field.default().version) == (True, False, 7)


@pytest.mark.django_db
def test_every_row_says_what_it_is(tmp_path, settings):
    """One of each kind that a whole organisation has; a text, and never Django's "X object (1)"."""
    from tests.architecture import scene

    settings.DATA_DIR = tmp_path
    scene.build()
    seen = []
    for model in OURS:
        row = model._default_manager.first()
        if row is None:
            continue
        seen.append(model._meta.label)
        has_words = model.__str__ is not models.Model.__str__
        assert not has_words or (str(row) and " object (" not in str(row)), model
    assert {"people.Person", "workflows.Redesign", "measurement.Reading", "core.Job"} <= set(seen)
