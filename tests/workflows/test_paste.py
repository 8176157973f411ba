from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import paste
from workflows.paste import Column, Step


@pytest.mark.parametrize(
    "text, expected",
    [
        ("90", "90"),
        ("1,5", "1.5"),
        ("0.05", "0"),
        ("1 h 30", "90"),
        ("1h30", "90"),
        ("1 h 30 min", "90"),
        ("1 hour and 30 minutes", "90"),
        ("1 Std. 30 Min.", "90"),
        ("1 heure et 30 minutes", "90"),
        ("1½ h", "90"),
        ("1:30", "90"),
        ("0:00:30", "0.5"),
        ("30 s", "0.5"),
        ("2 d", "2880"),
        ("2 Tage", "2880"),
        ("3 jours", "4320"),
        ("1 d 2 h", "1560"),
        ("1 w", "10080"),
        ("1'200", "1200"),
        ("1.200", "1200"),
        ("1,200", "1200"),
        ("1 200 min", "1200"),
        ("0.500", "0.5"),
        ("1.250 h", "75"),
        ("  45\u00a0min ", "45"),
    ],
)
def test_minutes_reads_what_people_write(text, expected):
    assert paste.minutes(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_minutes_of_nothing_is_none(text):
    assert paste.minutes(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "-5", "−5", "nan", "inf", "1e309", "9" * 39, "9" * 50_000, "abc", "1 min 1 h", "5 h 90",
        "1:75", "1,2,3", "5 bananas", "٣", "<b>5</b>", "1 h h",
    ],
)  # fmt: skip
def test_minutes_refuses_what_is_no_time(text):
    with pytest.raises(ValueError):
        paste.minutes(text)


@given(st.decimals(min_value=0, max_value=525_600, places=1))
def test_minutes_reads_its_own_writing(value):
    assert paste.minutes(f"{value:f} min") == value
    assert paste.minutes(f"{value:f}".replace(".", ",") + " min") == value


@given(st.integers(0, 400), st.integers(0, 59))
def test_minutes_reads_hours_and_minutes(hours, rest):
    total = hours * 60 + rest
    assert paste.minutes(f"{hours} h {rest}") == total
    assert paste.minutes(f"{hours}:{rest:02}") == total
    assert paste.minutes(f"{hours} Std {rest} Min") == total


@pytest.mark.parametrize(
    "text, fractions, expected",
    [
        ("80", False, "80"), ("80 %", True, "80"), ("0,8", True, "80"), ("0.8", False, "0.8"),
        ("1", True, "100"), ("12.5%", False, "12.5"),
    ],
)  # fmt: skip
def test_percent_reads_shares(text, fractions, expected):
    assert paste.percent(text, fractions=fractions) == Decimal(expected)


@pytest.mark.parametrize("text", ["101", "-1", "1e3", "half", "5 % %x"])
def test_percent_refuses_what_is_no_share(text):
    with pytest.raises(ValueError):
        paste.percent(text)


def test_read_takes_a_german_table_with_hours_and_days():
    read = paste.read(
        "Nr;Schritt;Wer;System;Dauer (h);Wartezeit (Tage);Anteil\n"
        "1;Drucken;QA;LIMS;0,5;2;80%\n"
        "2;Prüfen;QP;;1;;100 %"
    )

    assert read.has_header
    assert read.columns == (
        Column.IGNORE, Column.TITLE, Column.ROLE, Column.SYSTEM, Column.TOUCH, Column.WAIT,
        Column.SHARE,
    )  # fmt: skip
    assert read.steps == (
        Step("Drucken", "QA", "LIMS", "", "30", "2880", "80"),
        Step("Prüfen", "QP", "", "", "60", "", "100"),
    )
    assert read.unread == 0


def test_read_takes_french_headers():
    read = paste.read(
        "Étape\tResponsable\tOutil\tTravail (min)\tAttente\nImprimer\tAQ\tSAP\t5\t1 j"
    )

    assert read.steps == (Step("Imprimer", "AQ", "SAP", "", "5", "1440"),)


@pytest.mark.parametrize(
    "header",
    ["Activity\tWho does it\tSystem\tKind\tWork\tWaiting\tCases, %", "Step\tSystem owner\tIT\tType\tMinutes\tDelay\tShare"],
)  # fmt: skip
def test_read_takes_the_headings_of_the_form_itself(header):
    read = paste.read(f"{header}\nPrint\tQA\tLIMS\ttask\t30\t90\t50%")

    assert read.steps == (Step("Print", "QA", "LIMS", "task", "30", "90", "50"),)


def test_read_guesses_columns_without_a_header():
    read = paste.read("Print\tQA\tLIMS\t30\t1 h 30\t50%\nCheck\tQP\tSAP\t5\t2 d\t100%")

    assert not read.has_header
    assert read.columns == (
        Column.TITLE, Column.ROLE, Column.SYSTEM, Column.TOUCH, Column.WAIT, Column.SHARE,
    )  # fmt: skip
    assert read.steps[1] == Step("Check", "QP", "SAP", "", "5", "2880", "100")


def test_read_leaves_numbers_of_lines_out():
    assert paste.read("1\tPrint\n2\tCheck").steps == (Step("Print"), Step("Check"))
    assert paste.read("1. Print\n2. Check").steps == (Step("Print"), Step("Check"))
    assert paste.read("• Print\n• Check").steps == (Step("Print"), Step("Check"))


def test_read_keeps_a_number_that_is_no_list_mark():
    assert paste.read("2 people read it\nSign").steps == (Step("2 people read it"), Step("Sign"))


def test_read_names_kinds_in_three_languages():
    read = paste.read("Title\tKind\nA\tWarten\nB\tdécision\nC\thand-over")

    assert [step.kind for step in read.steps] == ["wait", "decision", "handover"]


def test_read_takes_fractions_for_shares_when_all_are():
    assert [step.share_percent for step in paste.read("Step\tShare\nA\t0,5\nB\t1").steps] == [
        "50",
        "100",
    ]
    assert [step.share_percent for step in paste.read("Step\tShare\nA\t5\nB\t1").steps] == [
        "5",
        "1",
    ]


def test_read_keeps_the_text_of_a_cell_it_cannot_read():
    read = paste.read("Step\tWork\nA\tsoon\nB\t5")

    assert read.steps[0].touch_minutes == "soon"
    assert read.unread == 1


def test_read_obeys_the_columns_a_person_chose():
    read = paste.read("A\t5", [Column.ROLE, Column.WAIT], has_header=False)

    assert read.steps == (Step(role="A", wait_minutes="5"),)


def test_read_puts_two_columns_of_one_name_together():
    read = paste.read("Read\tthe record", [Column.TITLE, Column.TITLE], has_header=False)

    assert read.steps == (Step(title="Read the record"),)


def test_read_takes_too_few_chosen_columns_as_leaving_out():
    assert paste.read("A\t5\tx", [Column.TITLE], has_header=False).steps == (Step("A"),)


def test_read_joins_a_cell_of_several_lines():
    assert paste.read('"a\nb"\t5\nc\t6').steps == (
        Step("a b", touch_minutes="5"),
        Step("c", touch_minutes="6"),
    )


def test_read_takes_an_inch_sign_as_it_is():
    assert [step.title for step in paste.read('5" pipe\t5\nc\t6').steps] == ['5" pipe', "c"]


def test_read_of_nothing_is_nothing():
    assert paste.read(" \n\t\n;;").steps == ()


def test_read_refuses_more_lines_than_a_workflow_has_steps():
    assert len(paste.read("step\n" + "x\n" * 300).steps) == 300
    with pytest.raises(paste.TooMuch) as refused:
        paste.read("x\n" * 10_000)
    assert refused.value.lines == 10_000


def test_read_refuses_too_much_text():
    with pytest.raises(paste.TooMuch):
        paste.read("x" * (paste.MAX_TEXT + 1))


def test_read_leaves_out_what_cannot_be_seen():
    step = paste.read("Pay\u202eroll\0 \u2066x\u2069\x07\u200b").steps[0]

    assert step.title == "Payroll x"


def test_read_keeps_markup_as_words():
    assert paste.read("<script>alert(1)</script>").steps[0].title == "<script>alert(1)</script>"


@given(st.text(max_size=400))
def test_read_never_fails_on_any_text(text):
    read = paste.read(text)

    for step in read.steps:
        for cell in (step.title, step.role, step.system):
            assert cell == paste.one_line(cell)
            assert "\n" not in cell
            assert "\0" not in cell


CELL = st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=12)


@given(
    st.lists(st.tuples(CELL, st.integers(0, 9999), st.integers(0, 9999)), min_size=1, max_size=30)
)
def test_read_gives_back_every_line_in_order(rows):
    text = "Activity\tWork\tWaiting\n" + "\n".join(f"{a}\t{b}\t{c}" for a, b, c in rows)

    read = paste.read(text)

    assert [(s.title, s.touch_minutes, s.wait_minutes) for s in read.steps] == [
        (a, str(b), str(c)) for a, b, c in rows
    ]
