"""Template tags: what they print, and that hostile text stays text."""

from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string

HOSTILE = "<script>alert(1)</script>\"'"


def render(source, request=None, **values):
    return engines["django"].from_string("{% load portal %}" + source).render(values, request)


@pytest.mark.parametrize(
    "source",
    [
        "{% badge x %}",
        "{% card x note=x %}a{% endcard %}",
        "{% note %}{{ x }}{% endnote %}",
        "{% state 'empty' x x action=x url='/' %}",
        "{% meter x 1 2 text=x note=x %}",
        "{% key_values pairs note=x %}",
        "{% crumbs x '/' x %}",
        "{% tabs tabs %}",
        "{% confirm x x text=x %}a{% endconfirm %}",
        "{% form_section x help=x %}a{% endform_section %}",
        "{% table_region x %}<tbody></tbody>{% endtable_region %}",
        "{% stage_rail stages %}",
        "{% stage_dashes 1 2 label=x %}",
        "{% signature_chain entries %}",
        "{% checks entries %}",
        "{% todo entries %}",
        "{% loading text=x %}",
    ],
)
def test_hostile_text_is_escaped(source):
    entry = SimpleNamespace(
        **dict.fromkeys(("label", "note", "title", "text", "name", "hash", "word", "tag"), HOSTILE),
        state="done",
        icon="check",
    )
    body = render(
        source,
        x=HOSTILE,
        pairs=[(HOSTILE, HOSTILE)],
        tabs=[(HOSTILE, "/", True)],
        stages=[entry],
        entries=[entry],
    )
    assert "<script" not in body
    assert "&lt;script&gt;" in body


def test_verdict_always_has_mark_and_word():
    body = render("{% verdict 'faster_but_worse' %}")
    assert '#v-faster_but_worse"' in body
    assert "Faster but worse" in body


def test_bar_stops_at_its_ends():
    assert 'width="100.0%"' in render("{% bar 9 3 %}")
    assert 'width="0.0%"' in render("{% bar -1 3 %}")
    assert 'width="0.0%"' in render("{% bar 1 0 %}")


def test_job_asks_again_only_while_open():
    def job(state):
        return SimpleNamespace(
            public_id="x",
            state=state,
            progress_done=5,
            progress_total=4,
            error_text="",
            get_state_display=state,
        )

    assert 'hx-trigger="every 2s"' in render("{% job_progress job '/job/' %}", job=job("running"))
    body = render("{% job_progress job '/job/' %}", job=job("done"))
    assert "hx-" not in body
    assert 'aria-valuenow="4"' in body


def test_pages_keep_the_filters(rf):
    request = rf.get("/", {"site": "lyon", "page": "2"})
    body = render("{% pages page %}", request, page=Paginator(range(60), 20).page(2))
    assert 'href="?site=lyon&amp;page=3"' in body
    assert 'href="?site=lyon&amp;page=1"' in body
    assert "21 to 40 of 60" in body


def test_filters_show_a_chip_that_takes_itself_away(rf):
    class Filter(forms.Form):
        site = forms.ChoiceField(required=False, choices=[("", "All"), ("lyon", "Lyon")])
        q = forms.CharField(required=False)

    request = rf.get("/list/", {"site": "lyon", "q": HOSTILE, "page": "3"})
    body = render("{% filters form %}", request, form=Filter(request.GET))
    assert "Lyon</b>" in body
    assert 'href="/list/?site=lyon"' in body
    assert "<script" not in body


def test_error_summary_links_to_the_fields():
    class Sample(forms.Form):
        name = forms.CharField()

    body = render("{% error_summary form %}", form=Sample({}))
    assert '<a href="#id_name">Name</a>: This field is required.' in body
    assert render("{% error_summary form %}", form=Sample()).strip() == ""


def test_choice_cards_preselect_nothing():
    class Sample(forms.Form):
        verdict = forms.ChoiceField(choices=[("", "---"), ("yes", "Yes"), ("no", "No")])

    body = render("{% choice_cards form.verdict %}", form=Sample())
    assert body.count('type="radio"') == 2
    assert "checked" not in body
    assert body.count("checked") + 1 == render(
        "{% choice_cards form.verdict %}", form=Sample({"verdict": "no"})
    ).count("checked")


def test_style_guide_draws_everything(rf, person):
    from adoption_portal.shell import Shell
    from adoption_portal.styleguide import samples

    request = rf.get("/styleguide/")
    request.user = person
    body = render_to_string("styleguide.html", samples(request), request)
    assert body.count("<svg xmlns") >= 20
    assert " style=" not in body
    assert Shell(request).person == person


def test_panel_draws_what_an_app_registered(rf, monkeypatch):
    from core import panels

    monkeypatch.setattr(
        panels,
        "_panels",
        {
            "x.y": lambda _request, subject: (
                ("components/_demo_banner.html", {}) if subject else None
            )
        },
    )
    source = "{% load panels %}[{% panel 'x.y' thing %}]"
    template = engines["django"].from_string(source)
    assert template.render({"thing": None}, rf.get("/")) == "[]"
    assert "Simulated demo data" in template.render({"thing": 1}, rf.get("/"))


@pytest.mark.parametrize("mode, reached", [("scroll", True), ("cards", True), ("plain", False)])
def test_a_table_that_scrolls_is_reached_by_keyboard(mode, reached):
    table = render(
        "{% table_region 'Work' mode=mode %}<tbody></tbody>{% endtable_region %}", mode=mode
    )

    assert ('tabindex="0" aria-label="Work"' in table) is reached
