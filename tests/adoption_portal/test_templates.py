"""Rules that every template of every app keeps."""

import re
from pathlib import Path

import pytest
from django.template import engines

from adoption_portal import settings

ROOT = settings.BASE_DIR
TEMPLATES = sorted(
    path
    for folder in ("adoption_portal", "core", "people", "workflows", "surveys", "measurement")
    for path in (ROOT / folder).rglob("templates/**/*.html")
)
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE)
HANDLER = re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//")
UNSAFE = re.compile(r"\|\s*safe\b|\{%\s*autoescape off")
HX_EVAL = re.compile(r"hx-on|hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_compiles(path):
    assert engines["django"].from_string(path.read_text()) is not None


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
@pytest.mark.parametrize(
    "pattern", [SCRIPT, HANDLER, STYLE, ELSEWHERE, UNSAFE, HX_EVAL],
    ids=["script", "handler", "style", "elsewhere", "unsafe", "hx-eval"],
)  # fmt: skip
def test_template_keeps_the_policy(path, pattern):
    assert pattern.findall(path.read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_post_forms_carry_the_token(path):
    for form in re.findall(
        r"<form[^>]*method=[\"']post[\"'].*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE
    ):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_icons_in_use_are_in_the_sprite(path):
    sprite = (ROOT / "adoption_portal/templates/components/_sprite.html").read_text()
    drawn = set(re.findall(r'id="i-([\w-]+)"', sprite))
    text = path.read_text()
    asked = set(re.findall(r'\{% icon "([\w-]+)" %\}', text)) | set(
        re.findall(r'\bicon="([\w-]+)"', text)
    )
    assert asked <= drawn


def test_own_script_is_small():
    """Each page loads app.js and at most one editor's script."""
    for path in (ROOT / "adoption_portal/static/js").glob("*.js"):
        assert path.stat().st_size <= 5 * 1024, path.name


def test_vendored_files_have_their_licence():
    vendor = ROOT / "adoption_portal/static/vendor"
    for folder in filter(Path.is_dir, vendor.iterdir()):
        assert any(name.exists() for name in (folder / "LICENSE", folder / "OFL.txt")), folder.name
