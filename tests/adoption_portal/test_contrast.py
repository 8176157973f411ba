"""WCAG 2.2 AA for every pair of colours in use, in both themes."""

import re
from pathlib import Path

import pytest

import adoption_portal
from core.charts.looks import LOOKS, PALETTES

CSS = Path(adoption_portal.__file__).parent / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
TEXT, GRAPHIC = 4.5, 3.0

SURFACES = ("bg", "surface", "surface-2")
TEXT_PAIRS = [
    *[(ink, under) for ink in ("ink", "ink-2", "ink-3") for under in SURFACES],
    ("accent", "bg"), ("accent", "surface"), ("accent-ink", "accent-weak"), ("ink", "accent-weak"), ("ink-2", "accent-weak"),
    ("on-accent", "accent"), ("on-accent", "accent-hover"),
    *[(tone, f"{tone}-weak") for tone in ("good", "warn", "bad", "info")],
    *[("ink", f"{tone}-weak") for tone in ("good", "warn", "bad", "info")],
    *[(tone, "surface") for tone in ("good", "warn", "bad", "info")],
    *[(tone, "bg") for tone in ("good", "warn", "bad")],
    *[(f"ramp-ink-{step}", f"ramp-{step}") for step in range(1, 6)],
]  # fmt: skip
GRAPHIC_PAIRS = [
    ("line-strong", "surface"), ("line-strong", "bg"), ("before", "surface"), ("before", "bg"),
    ("after", "surface"), ("after", "surface-2"), ("accent", "surface-2"), ("bad", "surface"), ("surface", "bad"),
]  # fmt: skip


def block(opening):
    start = TOKENS.index(opening) + len(opening)
    return TOKENS[start : TOKENS.index("}", start)]


def colours(text):
    return dict(re.findall(r"--ap-([\w-]+): (#[0-9a-f]{6});", text))


LIGHT = colours(block(":root {"))
DARK = LIGHT | colours(block('\n[data-bs-theme="dark"] {'))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("front, under", TEXT_PAIRS)
def test_text_can_be_read(theme, front, under):
    assert contrast(theme[front], theme[under]) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("front, under", GRAPHIC_PAIRS)
def test_graphics_can_be_seen(theme, front, under):
    assert contrast(theme[front], theme[under]) >= GRAPHIC


def test_dark_by_system_equals_dark_by_choice():
    squeezed = [re.sub(r"\s+", " ", block(opening)) for opening in (
        ':root:not([data-bs-theme="light"]) {', '\n[data-bs-theme="dark"] {',
    )]  # fmt: skip
    assert squeezed[0] == squeezed[1]


def test_no_other_style_sheet_names_a_colour():
    for sheet in CSS.glob("*.css"):
        if sheet.name in {"tokens.css", "print.css"}:
            continue
        text = re.sub(r'url\(".*?"\)', "", sheet.read_text())
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*})", text) == [], sheet.name


def test_every_variable_in_use_is_a_token():
    named = set(re.findall(r"--ap-[\w-]+(?=:)", TOKENS))
    for sheet in CSS.glob("*.css"):
        assert set(re.findall(r"var\((--ap-[\w-]+)\)", sheet.read_text())) <= named, sheet.name


def test_chart_looks_are_the_same_on_screen_and_on_paper():
    sheet = (CSS / "charts.css").read_text()
    rules = re.findall(r"^\.ap-chart \.k-([\w-]+) \{ (.*?) \}$", sheet, re.MULTILINE)
    told = {
        name: {
            key: re.sub(r"var\(--ap-([\w-]+)\)", r"\1", value).replace("px", "")
            for key, value in (part.strip().split(": ") for part in body.split(";") if part.strip())
        }
        for name, body in rules
    }
    assert told == LOOKS


@pytest.mark.parametrize("palette, theme", [("light", LIGHT), ("dark", DARK)])
def test_paper_colours_are_the_tokens(palette, theme):
    assert PALETTES[palette] == {name: theme[name] for name in PALETTES[palette]}
