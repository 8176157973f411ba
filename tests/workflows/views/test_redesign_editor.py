"""The editor: what is typed is saved, kept or refused in words; every button works without script."""

from decimal import Decimal

import pytest
from django.urls import reverse

from measurement.queries.calls import registered_design
from people.choices import Role
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
    WorkCalendarFactory,
)
from tests.factories.sign_offs import NOON, in_review, put_into
from tests.factories.workflows import (
    AiToolFactory,
    GuardrailFactory,
    RedesignFactory,
    WorkflowFactory,
)
from tests.workflows.editing import Page
from workflows.choices import Change, RedesignState
from workflows.models import Revision
from workflows.operations.redesigns import propose_redesign

pytestmark = pytest.mark.django_db


@pytest.fixture
def redesign():
    return RedesignFactory()


@pytest.fixture
def editor(client, redesign):
    client.force_login(redesign.proposer)
    return Page(client, redesign)


def saved(redesign):
    return Revision.objects.get(redesign=redesign, pk=redesign.current_revision_id)


def test_saving_what_is_shown_changes_nothing(editor, redesign):
    GuardrailFactory(hypothesis=redesign.current_revision.hypothesis)
    before = {
        step.step_key: (step.title, step.change, step.touch_minutes, step.share_of_cases)
        for step in redesign.current_revision.activities.all()
    }

    response = editor.post()

    assert response.status_code == 302
    assert response.url == editor.address
    revision = saved(redesign)
    assert {
        step.step_key: (step.title, step.change, step.touch_minutes, step.share_of_cases)
        for step in revision.activities.all()
    } == before
    assert revision.hypothesis.target_ratio == Decimal("0.8")
    assert revision.hypothesis.guardrails.get().margin == Decimal("0.02")
    assert revision.summary == redesign.current_revision.summary


def test_save_and_look_goes_to_the_page(editor, redesign):
    assert editor.post("finish").url == redesign.get_absolute_url()


def test_typed_values_are_saved(editor, redesign):
    tool, calendar = AiToolFactory(), WorkCalendarFactory()
    other = WorkflowFactory(unit=redesign.workflow.unit)

    response = editor.post(
        summary="The assistant reads first",
        tool=tool.pk,
        data_classes=["internal", "batch_record"],
        gxp_impact="indirect",
        automation="samples",
        oversight_sample_percent="25",
        promise="33.3",
        margin="2.5",
        after_days="",
        planned_go_live_date="2027-02-01",
        comparison=other.pk,
        calendar=calendar.pk,
        steps__0__touch_minutes="12.5",
        steps__0__share="40",
        steps__1__change="removed",
    )

    assert response.status_code == 302
    revision = saved(redesign)
    assert revision.tool == tool
    assert revision.data_classes == ["batch_record", "internal"]
    assert revision.oversight_sample_percent == 25
    hypothesis = revision.hypothesis
    assert hypothesis.target_ratio == Decimal("0.667")
    assert hypothesis.margin == Decimal("0.025")
    assert hypothesis.after_days is None
    assert (hypothesis.comparison, hypothesis.calendar) == (other, calendar)
    first, second, _third = revision.activities.order_by("position")
    assert (first.touch_minutes, first.share_of_cases) == (Decimal("12.5"), Decimal("0.4"))
    assert second.change == Change.REMOVED


@pytest.mark.parametrize(
    "name, value",
    [
        ("promise", "100"),
        ("margin", "-1"),
        ("before_days", "83"),
        ("washout_days", "-1"),
        ("after_days", "41"),
        ("oversight_sample_percent", "101"),
        ("oversight_sample_percent", "-1"),
        ("oversight_sample_percent", "ten"),
        ("planned_go_live_date", "31.31.2027"),
        ("tool", "999999"),
        ("tool", "x"),
        ("overseer", "999999"),
        ("calendar", "999999"),
        ("comparison", "999999"),
        ("ai_act_risk", "harmless"),
        ("data_classes", "secret"),
        ("summary", "x" * 301),
        ("row_version", "abc"),
        ("steps__0__title", ""),
        ("steps__0__title", "x" * 201),
        ("steps__0__touch_minutes", "-1"),
        ("steps__0__touch_minutes", "525601"),
        ("steps__0__wait_minutes", "NaN"),
        ("steps__0__share", "101"),
        ("steps__0__change", "nonsense"),
        ("steps__0__step_key", "nonsense"),
        ("steps__0__origins", "nonsense"),
        ("steps__TOTAL_FORMS", "abc"),
        ("steps__TOTAL_FORMS", "9999"),
    ],
)
def test_bad_input_is_refused_in_words_and_kept(editor, redesign, name, value):
    response = editor.post(**{"summary": "Kept as typed", name: value})

    assert response.status_code == 422
    said = response.content.decode()
    assert 'role="alert"' in said or "ap-field-error" in said
    if name != "summary":
        assert 'value="Kept as typed"' in said
    redesign.refresh_from_db()
    assert redesign.row_version == 1


@pytest.mark.parametrize("value", ["NaN", "1e309", "9" * 5000])
def test_what_is_no_number_is_refused_in_every_field_at_once(editor, redesign, value):
    numbers = ["promise", "margin", "before_days", "washout_days", "after_days"]

    response = editor.post(**dict.fromkeys([*numbers, "tool", "comparison", "calendar"], value))

    assert response.status_code == 422
    assert {*numbers, "tool", "comparison", "calendar"} == set(
        response.context["editor"].form.errors
    )
    assert response.context["editor"].form["promise"].value() == value
    redesign.refresh_from_db()
    assert redesign.row_version == 1


def test_the_workflow_itself_is_no_comparison(editor, redesign):
    response = editor.post(comparison=redesign.workflow_id)

    assert response.status_code == 422
    assert "Choose another workflow" in response.content.decode()


def test_a_comparison_out_of_reach_or_being_redesigned_is_refused(editor, redesign):
    far = WorkflowFactory()
    busy = RedesignFactory(workflow=WorkflowFactory(unit=redesign.workflow.unit)).workflow

    assert editor.post(comparison=far.pk).status_code == 422
    assert editor.post(comparison=busy.pk).status_code == 302  # a draft disturbs nobody


# --- the guards on the baseline -----------------------------------------------------------------
GUARDS = ["placebo", "drift_key", "standardise"]


def part_of(response):
    """The disclosure of the guards: whether it stands open, and its words."""
    html = response.content.decode()
    part = html[html.index('<details class="ap-disclosure" id="guards"') :]
    return " open>" in part[: part.index("<summary")], part[: part.index("</details>")]


def test_the_guards_are_on_in_a_closed_part_that_says_what_switching_off_costs(editor):
    is_open, part = part_of(editor.client.get(editor.address))

    assert is_open is False
    assert part.count(" checked") == 3
    assert "how the reading guards against change that was there before" in part
    assert part.count("Switched off, the grade is C at most.") == 2
    assert "never counts among the measurable improvements" in part


@pytest.mark.parametrize("off", GUARDS)
def test_one_guard_is_switched_off_and_on_again(editor, redesign, off):
    fields = editor.fields()
    del fields[off]

    assert editor.post(base=fields).status_code == 302

    hypothesis = saved(redesign).hypothesis
    assert {name: getattr(hypothesis, name) for name in GUARDS} == {
        name: name != off for name in GUARDS
    }
    is_open, part = part_of(editor.client.get(editor.address))
    assert (is_open, part.count(" checked")) == (True, 2)
    assert editor.post(**{off: "on"}).status_code == 302
    assert getattr(saved(redesign).hypothesis, off) is True


def test_a_guard_stays_off_while_rows_are_arranged_and_after_a_mistake(editor):
    fields = editor.fields()
    del fields["placebo"]

    for response in (
        editor.post("down-0", base=dict(fields)),
        editor.post(base=fields | {"promise": "nonsense"}),
    ):
        assert "placebo" not in editor.fields(response)
        assert "drift_key" in editor.fields(response)


def test_what_somebody_else_switched_off_is_told_before_it_is_lost(editor, redesign):
    mine = editor.fields()
    theirs = dict(mine)
    del theirs["drift_key"]
    assert editor.post(base=theirs).status_code == 302

    response = editor.post(base=mine)

    assert response.status_code == 409
    conflict = response.content.decode()
    assert "Look for a trend before go-live" in conflict[: conflict.index('id="editor"')]
    assert saved(redesign).hypothesis.drift_key is False


def test_every_part_of_the_design_is_reached_from_the_page(editor, redesign):
    """What the statistics take is what was typed: product.md's Design, field by field."""
    calendar = WorkCalendarFactory()
    other = WorkflowFactory(unit=redesign.workflow.unit)
    fields = editor.fields()
    for name in GUARDS:
        del fields[name]

    response = editor.post(
        base=fields,
        promise="12.5",
        margin="2.5",
        before_days="2555",
        washout_days="0",
        after_days="",
        comparison=other.pk,
        calendar=calendar.pk,
        planned_go_live_date="2027-02-01",
        **guardrail(kind="mean", margin="0.25", worse="higher"),
    )

    assert response.status_code == 302
    hypothesis = saved(redesign).hypothesis
    assert registered_design(hypothesis, None) == {
        "before_days": 2555,
        "washout_days": 0,
        "after_days": None,
        "target_ratio": 0.875,
        "margin": 0.025,
        "placebo": False,
        "drift_key": False,
        "standardise": False,
        "early": False,
        "planned_information": None,
        "horizon_days": None,
        "post_hoc": False,
    }
    assert (hypothesis.comparison, hypothesis.calendar) == (other, calendar)
    assert hypothesis.planned_go_live_date.isoformat() == "2027-02-01"
    row = hypothesis.guardrails.get()
    assert (row.kind, row.margin, row.worse) == ("mean", Decimal("0.25"), "higher")


def guardrail(**values):
    row = {"name": "Right first time", "field": "rft", "kind": "share", "worse": "lower"}
    row |= {"margin": "2"} | values
    return {f"guardrails__0__{name}": value for name, value in row.items()} | {
        "guardrails__TOTAL_FORMS": "1"
    }


def test_a_guardrail_is_typed_in_points(editor, redesign):
    assert editor.post(**guardrail()).status_code == 302

    row = saved(redesign).hypothesis.guardrails.get()
    assert (row.name, row.field, row.margin) == ("Right first time", "rft", Decimal("0.02"))


def test_an_average_keeps_its_own_unit(editor, redesign):
    assert editor.post(**guardrail(kind="mean", margin="0.3")).status_code == 302

    assert saved(redesign).hypothesis.guardrails.get().margin == Decimal("0.3")


def test_an_empty_guardrail_row_is_none(editor, redesign):
    assert editor.post(**guardrail(name="", field="", margin="")).status_code == 302

    assert not saved(redesign).hypothesis.guardrails.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"field": ""},
        {"name": ""},
        {"margin": ""},
        {"margin": "-1"},
        {"margin": "NaN"},
        {"margin": "101"},
        {"kind": "median"},
        {"worse": "sideways"},
    ],
)
def test_a_half_guardrail_is_refused(editor, values):
    response = editor.post(**guardrail(**values))

    assert response.status_code == 422
    assert "#guardrails" in response.content.decode()


def test_two_guardrails_of_one_name_are_refused(editor):
    second = {
        name.replace("__0__", "__1__"): value
        for name, value in guardrail().items()
        if "__0__" in name
    }

    response = editor.post(**(guardrail() | second | {"guardrails__TOTAL_FORMS": "2"}))

    assert response.status_code == 422


# --- arranging ----------------------------------------------------------------------------------
def titles(fields):
    total = int(fields["steps-TOTAL_FORMS"][0])
    return [fields[f"steps-{index}-title"][0] for index in range(total)]


def test_moving_keeps_what_was_typed_and_saves_nothing(editor, redesign):
    start = titles(editor.fields())

    response = editor.post("down-0", summary="Typed", promise="nonsense")

    assert response.status_code == 200
    assert "Not saved yet" in response.content.decode()
    fields = editor.fields(response)
    assert titles(fields) == [start[1], start[0], start[2]]
    assert (fields["summary"], fields["promise"]) == (["Typed"], ["nonsense"])
    redesign.refresh_from_db()
    assert redesign.row_version == 1


def test_an_added_step_is_saved_where_it_was_added(editor, redesign):
    fields = editor.fields(editor.post("add-0"))
    assert titles(fields)[1] == ""

    response = editor.post(base=fields, steps__1__title="Brand new")

    assert response.status_code == 302
    row = saved(redesign).activities.order_by("position")[1]
    assert (row.title, row.change) == ("Brand new", Change.ADDED)


def test_ticked_steps_are_merged_and_freed_again(editor, redesign):
    response = editor.post("merge", steps__0__tick="on", steps__2__tick="on")
    fields = editor.fields(response)
    keys = [fields[f"steps-{at}-step_key"][0] for at in range(3)]
    assert fields["steps-0-origins"] == [f"{keys[0]} {keys[2]}"]
    assert fields["steps-2-change"] == ["removed"]

    assert editor.post(base=fields).status_code == 302
    first = saved(redesign).activities.get(position=1)
    assert [str(key) for key in first.origin_keys] == [keys[0], keys[2]]
    assert (
        "merged from steps 1, 3" in editor.client.get(redesign.get_absolute_url()).content.decode()
    )

    assert editor.fields(editor.post("free-0"))["steps-0-origins"] == [""]


def test_one_ticked_step_alone_is_not_merged(editor):
    fields = editor.fields(editor.post("merge", steps__0__tick="on"))

    assert fields["steps-0-origins"] == [""]


def test_a_split_step_names_its_origin(editor):
    fields = editor.fields(editor.post("split-1"))

    assert fields["steps-2-origins"] == fields["steps-1-step_key"]
    assert fields["steps-2-change"] == ["added"]


def test_remove_marks_a_step_of_today_and_drops_a_new_one(editor):
    marked = editor.fields(editor.post("drop-1"))
    assert marked["steps-1-change"] == ["removed"]

    added = editor.fields(editor.post("add"))
    assert len(titles(added)) == 4
    assert len(titles(editor.fields(editor.post("drop-3", base=added)))) == 3


def test_guardrail_rows_come_and_go(editor):
    more = editor.fields(editor.post("guard"))
    assert more["guardrails-TOTAL_FORMS"] == ["1"]

    assert editor.fields(editor.post("unguard-0", base=more))["guardrails-TOTAL_FORMS"] == ["0"]


@pytest.mark.parametrize(
    "do", ["up-0", "down-2", "up-99", "up--1", "up-x", "nonsense", "drop-", "unguard-7", "-"]
)
def test_a_button_that_makes_no_sense_changes_nothing(editor, do):
    start = titles(editor.fields())

    response = editor.post(do)

    assert response.status_code == 200
    assert titles(editor.fields(response)) == start


def test_a_post_without_anything_is_refused(editor):
    assert editor.client.post(editor.address, {}).status_code == 422


# --- somebody else ------------------------------------------------------------------------------
def test_a_stale_page_shows_what_differs_keeps_what_was_typed_and_can_still_save(
    client, editor, redesign
):
    mine = editor.fields()
    other = OrgUnitFactory(head=PersonFactory(given_name="Karim", family_name="Aziz"))
    redesign.workflow.unit.parent = other
    redesign.workflow.unit.save()
    client.force_login(other.head)
    assert editor.post(summary="Theirs").status_code == 302
    client.force_login(redesign.proposer)

    response = editor.post(base=mine, summary="Mine")

    assert response.status_code == 409
    said = response.content.decode()
    assert "Karim Aziz saved this draft" in said
    assert "Theirs" in said
    assert 'value="Mine"' in said
    assert saved(redesign).summary == "Theirs"

    assert editor.post(base=editor.fields(response)).status_code == 302
    assert saved(redesign).summary == "Mine"


def test_a_stale_save_of_a_draft_nobody_saved_keeps_what_was_typed(client):
    workflow = WorkflowFactory()
    draft = propose_redesign(workflow=workflow, actor=workflow.owner, at=NOON)
    client.force_login(workflow.owner)
    page = Page(client, draft)

    response = page.post(summary="Mine", row_version="999")

    assert response.status_code == 409
    assert 'value="Mine"' in response.content.decode()
    assert not hasattr(saved(draft), "hypothesis")


@pytest.mark.parametrize("role", [Role.QUALITY, Role.AUDITOR])
@pytest.mark.parametrize("do", ["save", "finish", "step-add", ""])
def test_the_editor_does_not_open_by_posting_for_whoever_may_not_edit(client, role, do):
    reader = RoleGrantFactory(role=role).person
    review = in_review(gxp=True, quality=reader if role == Role.QUALITY else None)
    client.force_login(reader)
    address = reverse("workflows:redesign_edit", args=[review.redesign.public_id])

    response = client.post(address, {"do": do})

    assert response.status_code == 403
    assert 'id="editor"' not in response.content.decode()


def test_the_editor_of_what_was_submitted_leads_to_the_page(client, redesign):
    put_into(redesign, RedesignState.WITHDRAWN)
    client.force_login(redesign.proposer)
    address = reverse("workflows:redesign_edit", args=[redesign.public_id])

    response = client.get(address)

    assert response.status_code == 302
    assert response.url == redesign.get_absolute_url()


def test_saving_what_was_submitted_meanwhile_is_refused_with_the_text_kept(editor, redesign):
    fields = editor.fields()
    put_into(redesign, RedesignState.WITHDRAWN)

    response = editor.post(base=fields, summary="Mine")

    assert response.status_code == 409
    assert 'value="Mine"' in response.content.decode()


def test_people_of_other_units_are_not_offered_as_overseers(editor, redesign):
    here = AssignmentFactory(unit=redesign.workflow.unit).person
    elsewhere = AssignmentFactory().person

    said = editor.client.get(editor.address).content.decode()

    assert here.full_name in said
    assert elsewhere.full_name not in said
    assert editor.post(overseer=elsewhere.pk).status_code == 422


def test_unapproved_tools_are_marked_and_retired_ones_left_out(editor, redesign):
    AiToolFactory(name="Fresh", approved=False)
    AiToolFactory(name="Gone", retired_at=redesign.created_at)

    said = editor.client.get(editor.address).content.decode()

    assert "Fresh 4.1 (not approved yet)" in said
    assert "Gone" not in said


def test_saving_asks_the_same_for_few_and_for_many_steps(client, django_assert_max_num_queries):
    counts = []
    for steps in (1, 60):
        redesign = RedesignFactory(workflow=WorkflowFactory(steps=steps))
        client.force_login(redesign.proposer)
        page = Page(client, redesign)
        fields = page.fields()
        with django_assert_max_num_queries(45) as asked:
            assert page.post(base=fields).status_code == 302
        counts.append(len(asked))

    assert counts[0] == counts[1], counts


def test_something_worth_a_look_is_not_called_nothing(editor, redesign):
    """The factory's draft may be submitted, without a date for go-live and without guardrails."""
    text = editor.client.get(editor.address).content.decode()

    assert "It may be signed; 2 things are worth a look before." in text
    assert "Nothing is missing." not in text
