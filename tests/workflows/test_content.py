"""What signatures bind to: the same bytes for the same facts, others for any other fact."""

import hashlib
import json
import uuid
from datetime import date
from decimal import Decimal

import pytest

from tests.factories.people import PersonFactory, WorkCalendarFactory
from tests.factories.workflows import (
    AiToolFactory,
    GuardrailFactory,
    RedesignFactory,
    WorkflowFactory,
)
from workflows.choices import Change
from workflows.content import (
    canonical_bytes,
    canonical_content,
    content_sha256,
    decimal_text,
    version_content,
)
from workflows.models import Revision


@pytest.mark.parametrize(
    "value, text",
    [
        (Decimal("1.500"), "1.5"),
        (Decimal("30.0"), "30"),
        (Decimal("0.000"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("-0.05"), "-0.05"),
        (Decimal("1E+2"), "100"),
        (Decimal(100), "100"),
        ("0.800", "0.8"),
        (7, "7"),
        (None, None),
    ],
)
def test_decimals_have_one_text(value, text):
    assert decimal_text(value) == text


def test_bytes_are_sorted_tight_and_utf8():
    assert canonical_bytes({"b": [1, None], "a": "Zürich"}) == (
        b'{"a":"Z\xc3\xbcrich","b":[1,null]}'
    )


@pytest.mark.parametrize("content", [{"a": 0.1}, {"a": [{"b": 1.0}]}, {"a": (2.0,)}])
def test_floats_are_refused(content):
    with pytest.raises(TypeError):
        canonical_bytes(content)


@pytest.fixture
def revision(db):
    redesign = RedesignFactory()
    GuardrailFactory(hypothesis=redesign.current_revision.hypothesis)
    return redesign.current_revision


def sha(revision):
    return content_sha256(canonical_content(Revision.objects.get(pk=revision.pk)))


def test_hash_is_checked_with_nothing_but_the_standard_library(revision):
    content = canonical_content(revision)

    stored = json.loads(json.dumps(content))  # as a JSON column gives it back

    text = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == content_sha256(content)


def test_hash_does_not_depend_on_who_asks_or_how_rows_are_read(revision):
    steps = list(revision.activities.order_by("-position"))
    prefetched = Revision.objects.prefetch_related("activities").get(pk=revision.pk)

    assert sha(revision) == content_sha256(canonical_content(prefetched)) == sha(revision)
    assert len(steps) == 3


CHANGES = {
    "summary": "Other words",
    "change_note": "What is new",
    "data_classes": ["internal", "personal"],
    "ai_act_risk": "high",
    "gxp_impact": "direct",
    "personal_data": "special",
    "automation": "none",
    "oversight_what": "Other",
    "oversight_sample_percent": 11,
    "oversight_stop": "Other",
    "oversight_fallback": "Other",
}


@pytest.mark.parametrize("field", CHANGES)
def test_hash_feels_each_field_of_the_revision(revision, field):
    before = sha(revision)

    Revision.objects.filter(pk=revision.pk).update(**{field: CHANGES[field]})

    assert sha(revision) != before


@pytest.mark.parametrize("field, make", [("tool", AiToolFactory), ("overseer", PersonFactory)])
def test_hash_feels_who_and_with_what(revision, field, make):
    before = sha(revision)

    Revision.objects.filter(pk=revision.pk).update(**{field: make()})
    other = sha(revision)
    Revision.objects.filter(pk=revision.pk).update(**{field: None})

    assert len({before, other, sha(revision)}) == 3


STEP_CHANGES = {
    "title": "Other",
    "role": "Other",
    "system": "Other",
    "touch_minutes": Decimal("31.5"),
    "wait_minutes": None,
    "share_of_cases": Decimal("0.5"),
    "change": Change.CHANGED,
    "detail": "Other",
    "origin_keys": [uuid.UUID(int=7)],
    "step_key": uuid.UUID(int=8),
}


@pytest.mark.parametrize("field", STEP_CHANGES)
def test_hash_feels_each_field_of_a_step(revision, field):
    before = sha(revision)

    revision.activities.filter(position=2).update(**{field: STEP_CHANGES[field]})

    assert sha(revision) != before


def test_hash_feels_the_order_of_the_steps(revision):
    before = sha(revision)

    revision.activities.filter(position=1).update(position=99)

    assert sha(revision) != before


HYPOTHESIS_CHANGES = {
    "target_ratio": Decimal("0.75"),
    "margin": Decimal("0.06"),
    "before_days": 365,
    "washout_days": 28,
    "after_days": None,
    "planned_go_live_date": date(2027, 1, 1),
    "standardise": False,
    "season": True,
    "placebo": False,
    "drift_key": False,
}


@pytest.mark.parametrize("field", HYPOTHESIS_CHANGES)
def test_hash_feels_each_field_of_the_promise(revision, field):
    before = sha(revision)

    type(revision.hypothesis).objects.update(**{field: HYPOTHESIS_CHANGES[field]})

    assert sha(revision) != before


@pytest.mark.parametrize(
    "field, make", [("comparison", WorkflowFactory), ("calendar", WorkCalendarFactory)]
)
def test_the_promise_names_what_it_names_by_id_and_name(revision, field, make):
    named = make()
    type(revision.hypothesis).objects.update(**{field: named})

    content = canonical_content(Revision.objects.get(pk=revision.pk))

    assert content["hypothesis"][field] == {"id": str(named.public_id), "name": named.name}


@pytest.mark.parametrize(
    "field, make", [("comparison", WorkflowFactory), ("calendar", WorkCalendarFactory)]
)
def test_hash_feels_what_the_promise_names(revision, field, make):
    before = sha(revision)

    type(revision.hypothesis).objects.update(**{field: make()})

    assert sha(revision) != before


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", "Other"),
        ("field", "other"),
        ("kind", "mean"),
        ("margin", Decimal("0.03")),
        ("worse", "higher"),
    ],
)
def test_hash_feels_each_field_of_a_guardrail(revision, field, value):
    before = sha(revision)

    revision.hypothesis.guardrails.update(**{field: value})

    assert sha(revision) != before


def test_hash_feels_the_work_it_builds_on(revision):
    before = sha(revision)
    base = revision.redesign.base_version

    type(base).objects.filter(pk=base.pk).update(sha256="a" * 64, frozen_at=revision.created_at)

    assert sha(revision) != before


def test_version_content_feels_its_steps(db):
    version = WorkflowFactory().current_version
    before = content_sha256(version_content(version))

    version.activities.filter(position=1).update(kind="wait")

    assert content_sha256(version_content(version)) != before


def test_equal_amounts_written_differently_are_the_same(revision):
    before = sha(revision)

    revision.activities.update(touch_minutes=Decimal("30.0"))

    assert sha(revision) == before
