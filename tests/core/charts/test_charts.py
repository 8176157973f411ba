"""Every chart, for odd data too: valid XML, named, inside its area, no style, text escaped."""

import itertools
import math
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from core import charts
from core.charts.canvas import Canvas
from core.charts.looks import LOOKS

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script> & \x00\ud800"
WIDTHS = (charts.WIDE, charts.HALF, charts.PHONE)
VERDICTS = (
    "improved",
    "faster_but_worse",
    "no_measurable_change",
    "insufficient_evidence",
    "worse",
    "refused",
    "new",
)

numbers = (
    st.none()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.floats(0, 1e7)
    | st.integers(-5, 10**20)
)
labels = st.text(max_size=40) | st.just(HOSTILE)
days = st.dates(date(2020, 1, 1), date(2027, 1, 1))
weeks = st.builds(
    lambda first, rows: tuple(
        charts.Week(first + timedelta(weeks=i), value, 3, ripe=ripe) for i, (value, ripe) in enumerate(rows)
    ),
    days, st.lists(st.tuples(numbers, st.booleans()), max_size=30),
)  # fmt: skip
plain = st.floats(allow_nan=True, allow_infinity=True)
effects = st.builds(
    charts.Effect,
    label=labels,
    ratio=numbers,
    low=numbers,
    high=numbers,
    verdict=st.sampled_from(VERDICTS),
    promised=numbers,
)
shares = st.lists(st.tuples(st.floats(0, 100), numbers), max_size=12).map(tuple)
ANY = st.one_of(
    st.builds(
        charts.ControlChart, weeks, go_live=st.none() | days, washout_until=st.none() | days, reading_date=st.none() | days,
        limits=st.none() | st.builds(charts.Limits, plain, plain, plain), title=labels,
    ),
    st.builds(charts.Sparkline, st.lists(numbers, max_size=30).map(tuple), after_from=st.none() | st.integers(-3, 40)),
    st.builds(charts.IntervalPlot, effects, title=labels),
    st.builds(charts.ForestPlot, st.lists(effects, max_size=6).map(tuple), pooled=st.none() | effects),
    st.builds(charts.QuantilePlot, shares, shares),
    st.builds(
        charts.Bars, st.lists(st.builds(charts.BarRow, labels, st.lists(numbers, max_size=4).map(tuple)), max_size=4).map(tuple),
        st.just(("work", "waiting")), durations=st.booleans(),
    ),
    st.builds(charts.Funnel, st.lists(st.builds(charts.FunnelRow, labels, numbers, labels, numbers), max_size=7).map(tuple)),
    st.builds(
        charts.Trend, st.lists(st.builds(charts.TrendPoint, labels, numbers, numbers, numbers), max_size=6).map(tuple),
        notes=st.lists(st.tuples(st.floats(0, 6), labels), max_size=3).map(tuple), percent=st.booleans(),
    ),
    st.builds(
        charts.PrecisionPlot, st.lists(st.builds(charts.PrecisionPoint, labels, numbers, numbers, st.sampled_from(VERDICTS)), max_size=6).map(tuple),
        pooled=numbers,
    ),
    st.builds(
        charts.WaitingPlot,
        st.lists(
            st.builds(charts.WaitingCurve, labels, st.lists(st.tuples(plain, st.floats(0, 1)), max_size=5).map(tuple), numbers, st.integers(0, 99)),
            max_size=6,
        ).map(tuple),
    ),
    st.builds(
        charts.HeatMap, st.just(("a", "b")),
        st.lists(st.tuples(labels, st.lists(st.builds(charts.HeatCell, numbers, st.booleans(), st.just("") | labels), max_size=3).map(tuple)), max_size=4).map(tuple),
    ),
    st.builds(
        charts.Diverging,
        st.lists(
            st.builds(charts.DivergingRow, labels, st.none() | st.lists(numbers, min_size=4, max_size=6).map(tuple), instead=labels, note=labels),
            max_size=4,
        ).map(tuple),
        st.just(("a", "b", "c", "d", "e")), title=labels,
    ),
    st.builds(charts.RangePlot, effects, st.lists(effects, max_size=5).map(tuple), title=labels),
    st.builds(
        charts.TimeSpent,
        st.lists(
            st.builds(charts.SpentRow, labels, *[st.none() | st.builds(charts.Spent, numbers, numbers, numbers)] * 2), max_size=5,
        ).map(tuple),
        touch_known=st.booleans(), working=st.booleans(), title=labels,
    ),
    st.builds(
        charts.WeekStrips,
        st.lists(
            st.builds(
                charts.WeekStrip, labels,
                st.lists(
                    st.builds(
                        charts.StripDay, labels, st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)), max_size=3).map(tuple),
                        labels, st.integers(0, 4320), labels, st.booleans(),
                    ),
                    max_size=7,
                ).map(tuple),
            ),
            max_size=4,
        ).map(tuple),
        st.just(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")), title=labels,
    ),
    st.builds(charts.Lorenz, st.lists(st.tuples(plain, plain), max_size=6).map(tuple), top_share=numbers),
)  # fmt: skip


def parsed(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own output


def places(root):
    for element in root.iter():
        tag = element.tag.removeprefix(SVG)
        if tag == "path":
            yield from re.findall(r"[ML](\S+) (\S+?)(?=[ LZ]|$)", element.get("d"))
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if element.get(x) is not None:
                yield element.get(x), element.get(y)
        if tag == "rect":
            yield (
                float(element.get("x")) + float(element.get("width")),
                float(element.get("y")) + float(element.get("height")),
            )


@settings(max_examples=250, deadline=None)
@given(ANY, st.sampled_from(WIDTHS), st.sampled_from([None, "light", "dark"]))
def test_chart_is_sound_for_any_data(data, width, palette):
    svg = charts.draw(data, width=width, palette=palette)
    root = parsed(svg)
    _x, _y, right, bottom = map(float, root.get("viewBox").split())
    for x, y in places(root):
        assert 0 <= float(x) <= right + 0.1
        assert 0 <= float(y) <= bottom + 0.1
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc").text
    assert "style=" not in svg
    assert "<script" not in svg
    assert "nan" not in re.sub(r">[^<]*<", "><", svg)
    assert {e.get("class") for e in root.iter() if e is not root} <= {
        None,
        *(f"k-{look}" for look in LOOKS),
    }
    if palette:
        assert not any(e.get("class") for e in root.iter() if e is not root)
    table = data.table()
    assert all(len(row) <= len(table.headers) + 3 for row in table.rows)


def weekly():
    first = date(2026, 4, 27)
    values = [9.0] * 8 + [6.0] * 6
    rows = tuple(
        charts.Week(first + timedelta(weeks=i), v * 86_400, 10, ripe=i < 13)
        for i, v in enumerate(values)
    )
    return charts.ControlChart(
        rows,
        go_live=first + timedelta(weeks=8),
        limits=charts.Limits(9 * 86_400, 7 * 86_400, 11 * 86_400),
    )


def test_control_chart_tells_its_numbers():
    desc = parsed(charts.control_chart(weekly())).find(f"{SVG}desc").text
    assert desc == (
        "14 weeks. Centre 9 days and limits 7 days to 11 days come from the weeks before go-live and are carried on "
        "unchanged. After go-live on 22 Jun the middle of the weekly medians is 6 days. "
        "5 of 5 complete weeks after go-live lie below the lower limit."
    )


def test_control_chart_is_grey_before_indigo_after_and_hollow_while_unripe():
    svg = charts.control_chart(weekly())
    classes = [e.get("class") for e in parsed(svg).iter(f"{SVG}circle")]
    assert classes == ["k-before"] * 8 + ["k-after"] * 5 + ["k-after-hollow"]


@pytest.mark.parametrize("weeks", [(0, 1, 9, 10), (0, 1, 3, 4)])
def test_control_chart_bridges_no_week_without_a_point(weeks):
    first = date(2026, 1, 5)
    rows = tuple(charts.Week(first + timedelta(weeks=w), 86_400.0 * 3) for w in weeks)
    lines = list(parsed(charts.control_chart(charts.ControlChart(rows))).iter(f"{SVG}path"))
    assert len(lines) == 2


def test_sparkline_turns_indigo_at_go_live():
    svg = charts.sparkline(charts.Sparkline((3.0, 3.0, 1.0, 1.0), after_from=2))
    assert [e.get("class") for e in parsed(svg).iter(f"{SVG}path")] == [
        "k-before-line",
        "k-after-line",
    ]


def test_forest_plot_names_every_row_with_interval_and_verdict():
    rows = (charts.Effect("Review", 0.62, 0.55, 0.7, "improved", 0.75),)
    desc = parsed(charts.forest_plot(charts.ForestPlot(rows))).find(f"{SVG}desc").text
    assert desc == "Review −38% (95% interval −45 to −30): Improved (promised −25%)"


@pytest.mark.parametrize("verdict", VERDICTS[:6])
def test_each_verdict_has_its_own_shape(verdict):
    from core.charts.marks import draw_mark

    drawn = {}
    for other in VERDICTS[:6]:
        canvas = Canvas(20, 20)
        draw_mark(canvas, 10, 10, other)
        drawn[other] = re.sub(r"<title>.*?</title>", "", "".join(canvas.parts))
    assert list(drawn.values()).count(drawn[verdict]) == 1


def test_hidden_cell_is_hatched_and_says_nothing_of_why():
    data = charts.HeatMap(("A",), (("Row", (charts.HeatCell(7.0, hidden=True),)),))
    svg = charts.heat_map(data)
    assert "k-hatch" in svg
    assert "7" not in re.findall(r"<desc>(.*?)</desc>", svg)[0]
    assert data.table().rows == (("Row", "hidden"),)


def test_text_of_people_stays_text():
    svg = charts.funnel(charts.Funnel((charts.FunnelRow(HOSTILE, 3),)))
    assert "&lt;script&gt;" in svg
    assert parsed(svg) is not None


def test_part_with_no_place_is_left_out():
    canvas = Canvas(10, 10)
    canvas.line(0, math.nan, 1, 1, "grid")
    canvas.path([(0, 0), (math.inf, 1)], "grid")
    assert canvas.parts == []


def test_phone_picture_is_drawn_anew_not_shrunk():
    data = weekly()
    wide, phone = (
        parsed(charts.control_chart(data, width=w)).get("viewBox")
        for w in (charts.WIDE, charts.PHONE)
    )
    assert (wide, phone) == ("0 0 1030 262", "0 0 340 224")


def test_unknown_data_is_refused():
    with pytest.raises(KeyError):
        charts.draw(object(), width=340)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("weeks_after", [8, 12, 20])
def test_words_of_go_live_and_reading_do_not_overlap(language, width, weeks_after):
    live = date(2026, 5, 25)
    rows = tuple(
        charts.Week(live + timedelta(weeks=i), 9e5, 3, ripe=True) for i in range(-52, weeks_after)
    )
    reading = live + timedelta(weeks=weeks_after) - timedelta(days=1)
    data = charts.ControlChart(rows, go_live=live, reading_date=reading)

    with translation.override(language):
        root = parsed(charts.draw(data, width=width))

    spans = []
    for text in root.iter(f"{SVG}text"):
        if float(text.get("y")) == 21:
            length = (7 if "strong" in text.get("class") else 6) * len(text.text)
            x = float(text.get("x"))
            spans.append((x - length, x) if text.get("text-anchor") == "end" else (x, x + length))
    spans.sort()
    assert 1 <= len(spans) <= 2
    assert all(one[1] <= two[0] for one, two in itertools.pairwise(spans))
    assert spans[-1][1] <= width


def test_on_a_phone_a_control_chart_has_fewer_weeks_before_and_all_after():
    first = date(2025, 1, 6)
    weeks = tuple(charts.Week(first + timedelta(weeks=n), 5.0, 9) for n in range(60))
    chart = charts.ControlChart(weeks, go_live=weeks[50].start)

    assert chart.for_phone.weeks == weeks[34:]
    assert len(chart.table().rows) == 60


def test_a_note_stands_between_the_points_it_lies_between():
    points = tuple(charts.TrendPoint(name, 3.0) for name in ("Q1", "Q2", "Q3"))
    data = charts.Trend(points, title="Trust", notes=((1.4, "sources linked"),))
    assert "sources linked" in str(charts.draw(data, width=charts.SIDE))
    assert [row[-1] for row in data.table().rows] == ["", "sources linked", ""]


@pytest.mark.parametrize(
    "ends, axis",
    [
        ([(3.0, 3.4), (3.3, 3.7)], (2.5, 4.5)),
        ([(4.6, 4.9)], (3.0, 5.0)),
        ([(1.0, 1.2)], (1.0, 3.0)),
        ([(2.0, 3.6)], (1.0, 5.0)),
        ([(None, None)], (1.0, 5.0)),
        ([], (1.0, 5.0)),
    ],
)
def test_the_axis_of_trust_holds_every_interval(ends, axis):
    points = [charts.TrendPoint("", low, low, high) for low, high in ends]
    assert charts.trust_axis(points) == axis


def test_the_last_label_of_a_trend_is_whole():
    points = (charts.TrendPoint("after 30 days", 3.2), charts.TrendPoint("after 90 days", 3.6))
    for width in (charts.PHONE, charts.SIDE, charts.WIDE):
        svg = str(charts.draw(charts.Trend(points, title="Trust"), width=width))
        assert ">after 30 days<" in svg
        assert ">after 90 days<" in svg


def test_the_funnel_draws_the_time_before_as_a_line_and_tells_it():
    data = charts.Funnel(
        (charts.FunnelRow("Logged", 10, earlier=5), charts.FunnelRow("Live", 4, earlier=0))
    )
    assert str(charts.draw(data, width=charts.HALF)).count('class="k-promise"') == 2
    assert data.table().headers[-1] == "Before"
    assert [row[-1] for row in data.table().rows] == ["5", "0"]


def test_a_hatched_cell_is_two_parts_however_wide():
    data = charts.HeatMap(("a",), (("x", (charts.HeatCell(None, hidden=True),)),))
    svg = str(charts.draw(data, width=charts.HALF))
    assert svg.count('class="k-hatch"') == 1
    assert data.table().rows == (("x", "hidden"),)
