"""The list, the page and the form of workflows: what is typed is saved, kept or refused in words."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from core.models import AuditEvent
from people.choices import Role
from tests.factories.measurement import reading_of
from tests.factories.people import (
    AssignmentFactory,
    OrgUnitFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import in_review, live, put_into, sign
from tests.factories.workflows import AiToolFactory, RedesignFactory, WorkflowFactory
from workflows import paste as steps_paste
from workflows.choices import RedesignState, Verdict
from workflows.models import Workflow
from workflows.operations.freezing import freeze_version
from workflows.operations.redesigns import revise

pytestmark = pytest.mark.django_db
NEW = reverse("workflows:new")
LIST = reverse("workflows:list")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CELLS = ("title", "role", "system", "kind", "touch_minutes", "wait_minutes", "share_of_cases")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def unit():
    return OrgUnitFactory(name="Team")


@pytest.fixture
def manager(client, unit):
    client.force_login(unit.head)
    return unit.head


@pytest.fixture
def workflow(client):
    row = WorkflowFactory(name="Batch record review")
    client.force_login(row.owner)
    return row


def page_of(name, workflow):
    return reverse(f"workflows:{name}", args=[workflow.public_id])


def said(response):
    """The page's text as one line."""
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


def words(response):
    """The same without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", said(response)))


def typed(unit, **changes):
    """What a browser sends: the facts, and three blank lines of which tests fill some."""
    return {
        "name": "Batch record review",
        "purpose": "Release batches",
        "owner": unit.head.email,
        "unit": str(unit.pk),
        "function": "Quality",
        "yearly_volume": "1200",
        "do": "save",
        "steps-TOTAL_FORMS": "3",
        "steps-INITIAL_FORMS": "0",
    } | {name.replace("__", "-"): value for name, value in changes.items()}


def sent_again(response, **changes):
    """Every field of the page as it stands, as a browser would send it."""
    html = response.content.decode()
    html = re.sub(
        r"<template.*?</template>", "", html[html.index('id="workflow-form"') :], flags=re.DOTALL
    )
    html = html[: html.index("</form>")]
    fields = {}
    for tag in re.findall(r"<input\b[^>]*>", html):
        name = re.search(r'\bname="([^"]+)"', tag)
        value = re.search(r'\bvalue="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            fields[name[1]] = unescape(value[1]) if value else "on" if "checkbox" in tag else ""
    for name, inside in re.findall(
        r'<select\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        first = re.search(r'<option value="([^"]*)"', inside)
        fields[name] = (chosen or first)[1]
    for name, inside in re.findall(
        r'<textarea\b[^>]*\bname="([^"]+)"[^>]*>(.*?)</textarea>', html, re.DOTALL
    ):
        fields[name] = unescape(inside).removeprefix("\r\n").removeprefix("\n")
    fields.pop("csrfmiddlewaretoken")
    return {**fields, "do": "save"} | {
        name.replace("__", "-"): value for name, value in changes.items()
    }


def lines_of(response):
    """The cells of each filled line, as the page shows them."""
    fields = sent_again(response)
    count = int(fields["steps-TOTAL_FORMS"])
    rows = [tuple(fields[f"steps-{at}-{cell}"] for cell in CELLS) for at in range(count)]
    return [row for row in rows if row[0] or any(row[4:6])]


def titles(response):
    return [row[0] for row in lines_of(response)]


def steps_of(workflow):
    return [
        (step.position, step.title, step.touch_minutes, step.wait_minutes)
        for step in workflow.current_version.activities.order_by("position")
    ]


def acts_on(workflow):
    events = AuditEvent.objects.filter(subject_id=str(workflow.public_id))
    return list(events.values_list("verb", flat=True))


# --- the list -----------------------------------------------------------------------------------
def test_list_is_narrowed_by_its_address(client, unit, manager):
    WorkflowFactory(unit=unit, name="Release", function="Quality")
    WorkflowFactory(unit=unit, name="Complaints", function="Supply", purpose="Answer")
    WorkflowFactory(unit=unit, name="Old work", retired_at=NOON)
    WorkflowFactory(name="Out of reach")
    live = WorkflowFactory(unit=unit, name="Deviation triage", purpose="Sort them")
    RedesignFactory(workflow=live)

    def shown(**filters):
        return [row.workflow.name for row in client.get(LIST, filters).context["rows"]]

    assert shown() == ["Complaints", "Deviation triage", "Release"]
    assert shown(text="RELEA") == ["Release"]
    assert shown(function="Supply") == ["Complaints"]
    assert shown(stage="redesigned") == ["Deviation triage"]
    assert shown(whose="retired") == ["Old work"]
    assert shown(text="no such words") == []
    assert shown(stage="nonsense", unit="x", tool="\0") == shown()


def test_list_keeps_its_filters_from_page_to_page(client, unit, manager):
    for _row in range(26):
        WorkflowFactory(unit=unit)

    response = client.get(LIST, {"text": "Workflow"})

    assert len(response.context["rows"]) == 25
    assert 'href="?text=Workflow&page=2"' in said(response)
    assert len(client.get(LIST, {"text": "Workflow", "page": "2"}).context["rows"]) == 1


def test_list_asks_the_same_for_1_and_for_50_rows(
    client, unit, manager, django_assert_max_num_queries
):
    counts = []
    for more in (1, 49):
        for _row in range(more):
            RedesignFactory(workflow=WorkflowFactory(unit=unit))
        with django_assert_max_num_queries(12) as asked:
            client.get(LIST)
        counts.append(len(asked))

    assert counts[0] == counts[1], counts


def test_empty_list_offers_to_log_only_to_who_may(client, unit, manager):
    assert NEW in said(client.get(LIST))

    client.force_login(AssignmentFactory(unit=unit).person)

    assert NEW not in said(client.get(LIST))


# --- log a workflow -------------------------------------------------------------------------------
def test_form_starts_with_oneself_as_owner_and_blank_lines(client, unit, manager):
    response = client.get(NEW)

    fields = sent_again(response)
    assert fields["owner"] == f"{manager.full_name} <{manager.email}>"
    assert (fields["steps-TOTAL_FORMS"], fields["steps-0-title"]) == ("3", "")


def test_log_saves_facts_and_filled_lines_in_their_order(client, unit, manager):
    tool = AiToolFactory()
    sent = typed(
        unit, gxp="on", candidate_tools=[tool.pk],
        steps__0__title="Print the record", steps__0__role="QA reviewer", steps__0__touch_minutes="1 h 30",
        steps__2__title="Wait for the archive", steps__2__kind="wait", steps__2__wait_minutes="2 d",
        steps__2__share_of_cases="80",
    )  # fmt: skip

    response = client.post(NEW, sent)

    row = Workflow.objects.get()
    assert (response.status_code, response.url) == (302, row.get_absolute_url())
    assert (row.name, row.owner, row.unit, row.gxp) == ("Batch record review", manager, unit, True)
    assert list(row.candidate_tools.all()) == [tool]
    assert steps_of(row) == [
        (1, "Print the record", Decimal(90), None),
        (2, "Wait for the archive", None, Decimal(2880)),
    ]
    assert row.current_version.activities.get(position=2).share_of_cases == Decimal("0.8")


@pytest.mark.parametrize(
    "field, value, told",
    [
        ("name", "", "This field is required."),
        ("name", "x" * 151, "at most 150 characters"),
        ("purpose", "  ", "This field is required."),
        ("purpose", "a\0b", "Null characters are not allowed."),
        ("owner", "", "This field is required."),
        ("owner", "Nobody Here", "Nobody of this name is in your part of the organisation."),
        ("owner", "nobody@example.test", "Nobody of this name is in your part"),
        ("owner", "<>&\"'", "Nobody of this name is in your part"),
        ("unit", "999999999999999999999", "Select a valid choice."),
        ("unit", "x", "Select a valid choice."),
        ("yearly_volume", "many", "Enter a whole number."),
        ("yearly_volume", "0", "greater than or equal to 1"),
        ("yearly_volume", "100000001", "less than or equal to 100000000"),
        ("candidate_tools", "999999999999999999999", "999999999999999999999 is not one of the available"),
        ("row_version", "x", "Enter a whole number."),
        ("steps-1-title", "", "Say what is done in this step."),
        ("steps-1-title", "x" * 201, "at most 200 characters"),
        ("steps-1-touch_minutes", "soon", "Write minutes, or a time such as 1 h 30 or 2 d."),
        ("steps-1-wait_minutes", "-3", "Write minutes, or a time such as 1 h 30 or 2 d."),
        ("steps-1-wait_minutes", "600000", "At most a year."),
        ("steps-1-share_of_cases", "101", "Write a percentage from 0 to 100."),
        ("steps-1-kind", "nonsense", "nonsense is not one of the available choices"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words_and_everything_typed_stays(
    client, unit, manager, field, value, told
):
    good = typed(
        unit, steps__0__title="Print", steps__1__title="Check", steps__1__role="QA", steps__1__wait_minutes="15"
    )  # fmt: skip

    response = client.post(NEW, {**good, field: value})

    assert response.status_code == 422
    assert told in said(response)
    assert not Workflow.objects.exists()
    kept = sent_again(response)
    chosen = ("unit", "candidate_tools", "steps-1-kind")  # a choice there is not cannot be shown
    expected = {**good, field: value.replace("\0", "\0")}
    assert {name: kept.get(name) for name in expected if name not in chosen} == {
        name: value for name, value in expected.items() if name not in chosen
    }


def test_a_wrong_cell_is_marked_and_reached_from_the_top(client, unit, manager):
    response = client.post(
        NEW, typed(unit, steps__1__title="Check", steps__1__touch_minutes="soon")
    )

    html = said(response)
    assert 'href="#id_steps-1-touch_minutes"' in html
    assert "Line 2, Work: Write minutes" in html
    cell = re.search(r'<input[^>]*name="steps-1-touch_minutes"[^>]*>', html)[0]
    assert 'aria-invalid="true"' in cell
    assert re.search(r'aria-describedby="([^"]+)"', cell)[1] == "id_steps-1-touch_minutes_error"
    assert 'id="id_steps-1-touch_minutes_error"' in html


def test_hostile_words_stay_words(client, unit, manager):
    hostile = "<script>alert(1)</script>"

    response = client.post(
        NEW, typed(unit, name=hostile, yearly_volume="x", steps__0__title=hostile)
    )

    assert "<script>alert" not in response.content.decode()
    assert titles(response) == [hostile]


def test_a_unit_out_of_reach_is_refused(client, unit, manager):
    response = client.post(NEW, {**typed(unit), "unit": str(OrgUnitFactory().pk)})

    assert response.status_code == 422
    assert not Workflow.objects.exists()


def test_log_is_not_for_somebody_who_only_works_there(client, unit):
    client.force_login(AssignmentFactory(unit=unit).person)

    assert client.get(NEW).status_code == 403
    assert client.post(NEW, typed(unit)).status_code == 403


@pytest.mark.parametrize(
    "sent", [{}, {"do": "paste"}, {"do": "read-again"}, {"steps-TOTAL_FORMS": "x"}]
)
def test_a_broken_post_is_refused(client, manager, sent):
    response = client.post(NEW, sent)

    assert response.status_code in {200, 422}
    assert not Workflow.objects.exists()


def test_300_steps_arrive_and_301_are_refused(client, unit, manager):
    def full(count):
        cells = {"role": "QA", "system": "LIMS", "kind": "task", "touch_minutes": "5", "wait_minutes": "5",
                 "share_of_cases": "100", "step_key": "", "pasted": "1"}  # fmt: skip
        rows = {f"steps-{at}-title": f"Step {at}" for at in range(count)}
        rows |= {
            f"steps-{at}-{name}": value for at in range(count) for name, value in cells.items()
        }
        return typed(unit, steps__TOTAL_FORMS=str(count)) | rows

    refused = client.post(NEW, full(301))

    assert refused.status_code == 422
    assert "At most 300 steps. Leave some lines out." in said(refused)
    assert len(titles(refused)) == 301
    assert client.post(NEW, full(300)).status_code == 302
    assert Workflow.objects.get().current_version.activities.count() == 300


# --- the owner ------------------------------------------------------------------------------------
def test_owner_by_full_name_or_by_name_with_address(client, unit, manager):
    person = AssignmentFactory(
        unit=unit, person__given_name="Lara", person__family_name="Li"
    ).person
    for at in range(25):  # all of them hold both words, and come first by name
        AssignmentFactory(
            unit=unit, person__given_name=f"Claraline {at}", person__family_name="Aliesch"
        )

    for text in ("lara li", f"Lara Li <{person.email}>", person.email.upper()):
        assert client.post(NEW, typed(unit, owner=text)).status_code == 302
        assert Workflow.objects.latest("pk").owner == person


def test_an_owner_two_people_could_be_is_asked_for(client, unit, manager):
    two = [
        AssignmentFactory(unit=unit, person__given_name="Ana", person__family_name="Sá").person
        for _one in range(2)
    ]

    response = client.post(NEW, typed(unit, owner="Ana Sá"))

    assert response.status_code == 422
    assert "Several people have this name." in said(response)
    assert all(person.email in said(response) for person in two)


def test_half_a_name_is_answered_with_who_might_be_meant(client, unit, manager):
    AssignmentFactory(unit=unit, person__given_name="Ines", person__family_name="Marchetti")
    AssignmentFactory(person__given_name="Iris", person__family_name="Marchetti")

    response = client.post(NEW, typed(unit, owner="Marchetti"))

    assert "Did you mean Ines Marchetti" in said(response)
    assert "Iris" not in said(response)


def test_owner_suggestions_are_few_and_in_reach(client, unit, manager):
    for _one in range(12):
        AssignmentFactory(unit=unit, person__family_name="Meier")
    elsewhere = AssignmentFactory(person__family_name="Meier").person

    found = client.get(reverse("workflows:owners"), {"owner": "meie"}).content.decode()

    assert found.count("<option") == 10
    assert elsewhere.email not in found


@pytest.mark.parametrize("text", ["", "m", " ", "\0", "%", "<>", "x" * 5000])
def test_owner_suggestions_for_nothing_are_none(client, manager, text):
    response = client.get(reverse("workflows:owners"), {"owner": text})

    assert (response.status_code, response.content.count(b"<option")) == (200, 0)


def test_the_program_office_names_anybody(client, unit):
    office = PersonFactory()
    RoleGrantFactory(person=office, role=Role.PROGRAM_OFFICE)
    client.force_login(office)
    person = AssignmentFactory(person__family_name="Zweifel").person

    found = client.get(reverse("workflows:owners"), {"owner": "zweif"}).content.decode()

    assert person.email in found


# --- lines arranged by buttons --------------------------------------------------------------------
@pytest.mark.parametrize(
    "do, expected",
    [
        ("up-2", ["A", "C", "B"]),
        ("down-0", ["B", "A", "C"]),
        ("remove-1", ["A", "C"]),
        ("copy-0", ["A", "A", "B", "C"]),
        ("add", ["A", "B", "C"]),
        ("up-0", ["A", "B", "C"]),
        ("down-99", ["A", "B", "C"]),
        ("up--1", ["A", "B", "C"]),
        ("remove-²", ["A", "B", "C"]),
        ("nonsense", ["A", "B", "C"]),
    ],
)
def test_a_button_arranges_lines_and_judges_nothing(client, unit, manager, do, expected):
    sent = typed(
        unit, do=do, name="", steps__0__title="A", steps__1__title="B", steps__2__title="C", steps__0__touch_minutes="?"
    )  # fmt: skip

    response = client.post(NEW, sent)

    assert response.status_code == 200
    assert titles(response) == expected
    assert "This field is required" not in said(response)
    assert sent_again(response)["owner"] == sent["owner"]


def test_htmx_gets_the_steps_alone(client, unit, manager):
    response = client.post(NEW, typed(unit, do="copy-0", steps__0__title="A"), headers=HTMX)

    html = response.content.decode()
    assert html.lstrip().startswith('<div id="steps"')
    assert html.count('value="A"') == 2


# --- pasted lines ---------------------------------------------------------------------------------
SHEET = (
    "Activity\tWho\tSystem\tWork\tWaiting\n"
    "Print the record\tQA\tMES\t10\t0\n"
    "Check the entries\tQA\tMES\t1 h 30\t2 d\n"
)


def paste(client, unit, text, **more):
    return client.post(NEW, typed(unit, do="paste", paste__lines=text, **more))


def test_pasted_lines_become_steps_with_their_columns_shown(client, unit, manager):
    response = paste(client, unit, SHEET, steps__1__title="Was there")

    assert response.status_code == 200
    assert lines_of(response) == [
        ("Was there", "", "", "task", "", "", ""),
        ("Print the record", "QA", "MES", "task", "10", "0", ""),
        ("Check the entries", "QA", "MES", "task", "90", "2880", ""),
    ]
    assert "2 pasted lines became steps." in words(response)
    fields = sent_again(response)
    assert [fields[f"read-column-{at}"] for at in range(5)] == [
        "title", "role", "system", "touch_minutes", "wait_minutes"
    ]  # fmt: skip
    assert fields["read-has_header"] == "on"
    assert fields["paste-lines"] == ""


def test_lines_are_pasted_after_the_row_of_the_cursor(client, unit, manager):
    response = paste(
        client, unit, "X\nY\n", paste__at="0", steps__0__title="A", steps__1__title="B"
    )

    assert titles(response) == ["A", "X", "Y", "B"]


def test_a_changed_column_is_read_again_in_the_same_place(client, unit, manager):
    first = paste(
        client,
        unit,
        "Print\tQA\t10\nCheck\tQP\t20",
        paste__at="0",
        steps__0__title="A",
        steps__1__title="B",
    )
    moved = client.post(NEW, sent_again(first, do="up-1"))
    assert titles(moved) == ["Print", "A", "Check", "B"]

    again = client.post(
        NEW, sent_again(moved, do="read-again", **{"read-column-1": "system", "read-column-2": "wait_minutes"})
    )  # fmt: skip

    assert [row[:3] + row[4:6] for row in lines_of(again)] == [
        ("Print", "", "QA", "", "10"),
        ("Check", "", "QP", "", "20"),
        ("A", "", "", "", ""),
        ("B", "", "", "", ""),
    ]
    assert sent_again(again)["read-column-1"] == "system"


def test_a_first_line_taken_for_a_header_can_be_a_step(client, unit, manager):
    fields = sent_again(paste(client, unit, "Activity\tWho\nPrint\tQA"))
    fields.pop("read-has_header")

    again = client.post(NEW, {**fields, "do": "read-again"})

    assert titles(again) == ["Activity", "Print"]


def test_reading_again_after_the_pasted_lines_were_removed_brings_them_back(client, unit, manager):
    gone = client.post(NEW, sent_again(paste(client, unit, "Print\n"), do="remove-0"))
    assert titles(gone) == []

    assert titles(client.post(NEW, sent_again(gone, do="read-again"))) == ["Print"]


def test_the_choice_of_columns_stays_until_it_is_right(client, unit, manager):
    pasted = paste(client, unit, SHEET)

    assert "read-column-0" in sent_again(client.post(NEW, sent_again(pasted, do="add")))
    assert "read-column-0" in sent_again(client.post(NEW, sent_again(pasted, name="")))
    kept = client.post(NEW, sent_again(pasted, do="keep"))
    assert "read-column-0" not in sent_again(kept)
    assert len(titles(kept)) == 2


def test_a_second_paste_leaves_the_first_alone(client, unit, manager):
    first = paste(client, unit, "A\nB")
    second = client.post(NEW, sent_again(first, do="paste", paste__lines="C\nD"))
    assert titles(second) == ["A", "B", "C", "D"]

    again = client.post(NEW, sent_again(second, do="read-again", **{"read-column-0": "role"}))

    assert [row[:2] for row in lines_of(again)][:2] == [("A", ""), ("B", "")]


def test_a_cell_that_cannot_be_read_keeps_its_text_and_is_marked(client, unit, manager):
    response = paste(client, unit, "Activity\tMinutes\nPrint\t10\nCheck\tno idea")

    assert lines_of(response)[1][4] == "no idea"
    assert "1 cell could not be read and is marked." in words(response)
    assert 'id="id_steps-1-touch_minutes_error"' in said(response)


def test_pasted_steps_are_saved(client, unit, manager):
    pasted = paste(client, unit, SHEET)

    assert client.post(NEW, sent_again(pasted)).status_code == 302

    assert steps_of(Workflow.objects.get()) == [
        (1, "Print the record", Decimal(10), Decimal(0)),
        (2, "Check the entries", Decimal(90), Decimal(2880)),
    ]


@pytest.mark.parametrize("text", ["", "   \n\t\n", "-----\n====="])
def test_nothing_to_paste_says_so(client, unit, manager, text):
    response = paste(client, unit, text, steps__0__title="A")

    assert response.status_code == 422
    assert "There is no line to read." in said(response)
    assert titles(response) == ["A"]


def test_too_much_text_is_refused_in_words_and_not_sent_back(client, unit, manager):
    response = paste(client, unit, "x" * 200_001, steps__0__title="A")

    assert response.status_code == 422
    assert "This is too much text: at most 200000 characters are read at once." in said(response)
    assert sent_again(response)["paste-lines"] == ""
    assert titles(response) == ["A"]


@pytest.mark.parametrize(
    "cell, problem",
    [
        ("title", "At most 10000 characters are read."),
        ("touch_minutes", "Write minutes, or a time such as 1 h 30 or 2 d."),
        ("share_of_cases", "Write a percentage from 0 to 100."),
    ],
)
def test_an_endless_cell_is_refused_before_it_is_looked_at(
    client, unit, manager, monkeypatch, cell, problem
):
    lengths = []
    whole = steps_paste.one_line

    def counted(text):
        lengths.append(len(text))
        return whole(text)

    monkeypatch.setattr(steps_paste, "one_line", counted)

    response = client.post(NEW, typed(unit, **{f"steps__0__{cell}": "1" * 10_001}))

    assert response.status_code == 422
    assert problem in said(response)
    assert max(lengths, default=0) <= 10_000


@pytest.mark.parametrize("lines, filled", [(301, 0), (299, 2)])
def test_too_many_lines_are_refused_and_kept_in_the_box(client, unit, manager, lines, filled):
    text = "\n".join(f"Line {at}" for at in range(lines))
    rows = {f"steps-{at}-title": f"Row {at}" for at in range(filled)}

    response = paste(client, unit, text, **rows)

    assert response.status_code == 422
    assert "That makes 301 steps; a workflow has at most 300." in said(response)
    assert sent_again(response)["paste-lines"].splitlines() == text.splitlines()
    assert len(titles(response)) == filled


@pytest.mark.parametrize("columns", [["nonsense"], [""], ["title"] * 30])
def test_unknown_columns_are_left_out(client, unit, manager, columns):
    sent = typed(unit, do="read-again", read__lines="A\tB") | {
        f"read-column-{at}": name for at, name in enumerate(columns)
    }

    assert client.post(NEW, sent).status_code == 200


# --- edit -----------------------------------------------------------------------------------------
def test_saving_what_is_shown_changes_nothing(client, workflow):
    before = steps_of(workflow)

    response = client.post(
        page_of("edit", workflow), sent_again(client.get(page_of("edit", workflow)))
    )

    workflow.refresh_from_db()
    assert (response.status_code, steps_of(workflow)) == (302, before)
    assert workflow.row_version == 1
    assert not acts_on(workflow)


def test_edited_steps_keep_their_keys(client, workflow):
    keys = list(
        workflow.current_version.activities.order_by("position").values_list("step_key", flat=True)
    )
    moved = client.post(
        page_of("edit", workflow), sent_again(client.get(page_of("edit", workflow)), do="up-2")
    )

    client.post(
        page_of("edit", workflow), sent_again(moved, name="Review", steps__0__title="Changed")
    )

    workflow.refresh_from_db()
    steps = workflow.current_version.activities.order_by("position")
    assert workflow.name == "Review"
    assert [step.step_key for step in steps] == [keys[0], keys[2], keys[1]]
    assert steps[0].title == "Changed"
    assert workflow.current_version.number == 1


def test_a_broken_step_key_is_a_new_step(client, workflow):
    shown = client.get(page_of("edit", workflow))

    assert (
        client.post(
            page_of("edit", workflow), sent_again(shown, steps__0__step_key="x")
        ).status_code
        == 302
    )


def test_changed_steps_of_a_frozen_version_become_the_next_one(client, workflow):
    frozen = freeze_version(workflow.current_version, at=NOON)
    before = steps_of(workflow)
    shown = client.get(page_of("edit", workflow))
    assert "A redesign builds on version 1" in said(shown)

    client.post(page_of("edit", workflow), sent_again(shown, steps__0__title="Changed"))

    workflow.refresh_from_db()
    assert workflow.current_version.number == 2
    assert steps_of(workflow)[0][1] == "Changed"
    workflow.current_version = frozen
    assert steps_of(workflow) == before


def test_an_owner_who_left_the_unit_may_stay(client, unit, manager):
    row = WorkflowFactory(unit=unit, owner=PersonFactory())
    shown = client.get(page_of("edit", row))

    response = client.post(page_of("edit", row), sent_again(shown, name="Other"))

    assert response.status_code == 302
    row.refresh_from_db()
    assert row.name == "Other"


@pytest.mark.parametrize("name", ["workflow", "edit", "history"])
def test_pages_out_of_reach_are_not_there(client, workflow, name):
    client.force_login(OrgUnitFactory().head)

    assert client.get(page_of(name, workflow)).status_code == 404


@pytest.mark.parametrize("name", ["edit", "retire"])
def test_deeds_out_of_reach_are_not_there(client, workflow, name):
    client.force_login(OrgUnitFactory().head)

    assert client.post(page_of(name, workflow), {"reason": "x"}).status_code == 404
    workflow.refresh_from_db()
    assert (workflow.retired_at, workflow.row_version) == (None, 1)


def test_who_only_reads_may_not_edit(client, workflow):
    client.force_login(AssignmentFactory(unit=workflow.unit).person)

    html = said(client.get(page_of("workflow", workflow)))
    assert page_of("edit", workflow) not in html
    assert page_of("retire", workflow) not in html
    assert client.get(page_of("edit", workflow)).status_code == 403
    assert client.post(page_of("edit", workflow), {}).status_code == 403


# --- two people at once ---------------------------------------------------------------------------
@pytest.fixture
def overtaken(client, workflow):
    """The page as it was opened, before Karim Aziz saved another name, step and order."""
    boss = OrgUnitFactory(head__given_name="Karim", head__family_name="Aziz")
    workflow.unit.parent = boss
    workflow.unit.save()
    opened = client.get(page_of("edit", workflow))
    client.force_login(boss.head)
    theirs = client.post(page_of("edit", workflow), sent_again(opened, do="down-0"))
    client.post(
        page_of("edit", workflow), sent_again(theirs, name="Theirs", steps__0__title="Their step")
    )
    client.force_login(workflow.owner)
    return opened


def test_a_stale_save_shows_both_sides_and_keeps_what_was_typed(client, workflow, overtaken):
    response = client.post(
        page_of("edit", workflow),
        sent_again(
            overtaken, name="Mine", steps__2__title="My step", steps__2__touch_minutes="1 h"
        ),
    )

    assert response.status_code == 409
    told = words(response)
    assert "Karim Aziz saved this workflow on" in told
    assert "Theirs, saved Yours, not saved" in told
    assert "Name Theirs Mine" in told
    assert "Their step" in told
    assert "Order of the steps" in told
    assert "My step, Reviewer, LIMS, 1 h of work" in told
    kept = sent_again(response)
    assert (kept["name"], kept["steps-2-title"], kept["steps-2-touch_minutes"]) == (
        "Mine",
        "My step",
        "1 h",
    )
    workflow.refresh_from_db()
    assert workflow.name == "Theirs"


def test_mine_can_be_saved_over_theirs(client, workflow, overtaken):
    conflict = client.post(page_of("edit", workflow), sent_again(overtaken, name="Mine"))

    assert client.post(page_of("edit", workflow), sent_again(conflict)).status_code == 302

    workflow.refresh_from_db()
    assert workflow.name == "Mine"
    assert "Their step" not in [step[1] for step in steps_of(workflow)]


def test_theirs_can_be_taken(client, workflow, overtaken):
    conflict = client.post(page_of("edit", workflow), sent_again(overtaken, name="Mine"))

    assert f'href="{page_of("edit", workflow)}">Take theirs' in said(conflict)
    assert sent_again(client.get(page_of("edit", workflow)))["name"] == "Theirs"


def test_a_second_stale_save_is_refused_again(client, workflow, overtaken):
    conflict = client.post(page_of("edit", workflow), sent_again(overtaken, name="Mine"))
    Workflow.objects.filter(pk=workflow.pk).update(row_version=9)

    assert client.post(page_of("edit", workflow), sent_again(conflict)).status_code == 409


def test_a_save_without_its_version_is_stale(client, workflow):
    shown = client.get(page_of("edit", workflow))

    assert (
        client.post(page_of("edit", workflow), sent_again(shown, row_version="")).status_code == 409
    )


# --- out of use -----------------------------------------------------------------------------------
def test_retire_says_who_when_and_why(client, workflow):
    assert "Take out of use" in said(client.get(page_of("workflow", workflow)))

    response = client.post(page_of("retire", workflow), {"reason": "Done by the <b>supplier</b>"})

    assert (response.status_code, response.url) == (302, workflow.get_absolute_url())
    workflow.refresh_from_db()
    assert workflow.retired_at is not None
    html = client.get(page_of("workflow", workflow)).content.decode()
    assert "Done by the &lt;b&gt;supplier&lt;/b&gt;" in html
    assert f"{workflow.owner.full_name} took this workflow out of use on" in html
    assert page_of("edit", workflow) not in html
    assert page_of("retire", workflow) not in html


@pytest.mark.parametrize(
    "reason, told",
    [
        ("", "Say why, so that the team can act on it."),
        ("x" * 4001, "at most 4000"),
        ("turned \u202e around", "characters that cannot be seen"),
    ],
)
def test_retire_without_a_fit_reason_is_refused_with_the_text_kept(client, workflow, reason, told):
    response = client.post(page_of("retire", workflow), {"reason": reason})

    assert response.status_code == 422
    assert told in said(response)
    assert reason in said(response)
    assert re.search(r"<details[^>]* open[^>]*><summary[^>]*>Take out of use", said(response))
    workflow.refresh_from_db()
    assert workflow.retired_at is None


def test_retire_waits_for_an_open_redesign(client, workflow):
    redesign = RedesignFactory(workflow=workflow)

    response = client.post(page_of("retire", workflow), {"reason": "Outsourced"})

    assert response.status_code == 422
    told = "is in the way. It is now: Draft. Withdraw it first."
    assert told in said(response)
    assert f'<a href="{redesign.get_absolute_url()}">Open that redesign</a>' in said(response)
    assert "Outsourced" in said(response)
    put_into(redesign, RedesignState.WITHDRAWN)
    assert client.post(page_of("retire", workflow), {"reason": "Outsourced"}).status_code == 302


def test_retire_twice_is_refused(client, workflow):
    client.post(page_of("retire", workflow), {"reason": "Outsourced"})

    response = client.post(page_of("retire", workflow), {"reason": "Again"})

    assert response.status_code == 409
    assert "was taken out of use" in said(response)
    assert acts_on(workflow) == ["workflow.retired"]


def test_looking_retires_nothing(client, workflow):
    assert client.get(page_of("retire", workflow)).status_code == 405


def test_a_workflow_retired_meanwhile_is_not_saved_and_the_text_is_kept(client, workflow):
    shown = client.get(page_of("edit", workflow))
    Workflow.objects.filter(pk=workflow.pk).update(retired_at=NOON)

    response = client.post(page_of("edit", workflow), sent_again(shown, name="Mine"))

    assert response.status_code == 409
    assert "This workflow was taken out of use." in said(response)
    assert sent_again(response)["name"] == "Mine"
    assert client.get(page_of("edit", workflow)).url == workflow.get_absolute_url()


def test_a_redesign_out_of_reach_is_said_to_be_so(client):
    row = live().redesign.workflow
    colleague = AssignmentFactory(unit=row.unit).person
    client.force_login(colleague)

    text = said(client.get(page_of("workflow", row)))

    assert "is not within your reach" in text
    assert "No redesign has been submitted yet." not in text


def test_a_draft_of_others_is_not_hinted_at(client, workflow):
    RedesignFactory(workflow=workflow)
    client.force_login(AssignmentFactory(unit=workflow.unit).person)

    assert "No redesign has been submitted yet." in said(client.get(page_of("workflow", workflow)))


@pytest.mark.parametrize(
    "state, says",
    [
        (RedesignState.DRAFT, "Open the redesign"),
        (RedesignState.CHANGES_REQUESTED, "Revise the redesign"),
    ],
)
def test_what_is_done_most_stands_first_and_ending_it_last(client, state, says):
    review = in_review()
    row = review.redesign.workflow
    if state == RedesignState.CHANGES_REQUESTED:
        sign(review, review.boss, Verdict.CHANGES_REQUESTED)
    else:
        revise(redesign=review.redesign, actor=row.owner, at=NOON)
    client.force_login(row.owner)

    text = said(client.get(page_of("workflow", row)))

    order = [
        text.index(word) for word in (f">{says}<", ">Propose a redesign<", ">Take out of use<")
    ]
    assert order == sorted(order)
    assert "btn-primary" not in text[text.index(says) + 1 : text.index("Take out of use")]


def test_without_an_open_redesign_the_first_thing_is_to_propose_one(client, workflow):
    text = said(client.get(page_of("workflow", workflow)))

    assert "Open the redesign" not in text
    assert re.search(r'btn-primary" type="submit">Propose a redesign<', text)


def test_the_list_says_how_many_it_found_and_how_many_improved(client):
    head = OrgUnitFactory(parent=OrgUnitFactory()).head
    unit = head.heads.get()
    for name, verdict in (("North A", "improved"), ("North B", "worse"), ("Other", "improved")):
        row = WorkflowFactory(name=name, unit=unit, owner=head)
        reading_of(live(workflow=row, boss=unit.parent.head).redesign, verdict=verdict)
    WorkflowFactory(name="North C", unit=unit, owner=head)
    client.force_login(head)

    assert "4 workflows , 2 improved." in words(client.get(LIST))
    assert "3 workflows , 1 improved." in words(client.get(LIST, {"text": "North"}))


def test_filters_fold_away_but_the_search_does_not(client, manager):
    text = said(client.get(LIST, {"stage": "logged", "text": "x"}))

    folded = text[
        text.index("data-closed-on-phones") : text.index(
            "</details>", text.index("data-closed-on-phones")
        )
    ]
    assert "Filter (1)" in folded
    assert 'name="stage"' in folded
    assert 'name="text"' not in folded
