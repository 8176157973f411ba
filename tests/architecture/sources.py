"""The product's own Python and templates, for rules that are read out of the text."""

import ast
from functools import cache

from adoption_portal.launcher.folders import ROOT

APPS = ("adoption_portal", "core", "measurement", "people", "surveys", "workflows")


@cache
def python_files():
    return tuple(
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def trees():
    return tuple((name, ast.parse(text)) for name, text in python_files())


@cache
def templates():
    return tuple(
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*"))
        if path.suffix in {".html", ".txt"} and "templates" in path.parts
    )


def called(node):
    """The last name of what a call calls: ``x.y.enqueue(...)`` -> "enqueue"."""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")
