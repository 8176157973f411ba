"""Nothing is computed for nobody: what the scoring offers is asked for by the portal itself."""

import ast
from pathlib import Path

import pytest

from surveys import scoring

ROOT = Path(scoring.__file__).resolve().parents[2]
SCORING = ROOT / "surveys" / "scoring"
# The paper's rule itself: the choice of groups is held against it.
FOR_TESTS = {"is_safe"}
APPS = ("adoption_portal", "core", "measurement", "people", "surveys", "workflows")


def parsed():
    """Every module of the portal, without its tests."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
    }


@pytest.fixture(scope="module")
def modules():
    return parsed()


def imported_from_scoring(tree):
    return {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[:2] == ["surveys", "scoring"]
        for name in node.names
    }


def used(tree):
    """Names a module reads, whatever they are of."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
    }


def test_every_name_it_exports_has_a_caller_outside(modules):
    called = {
        name
        for path, tree in modules.items()
        if SCORING not in path.parents
        for name in imported_from_scoring(tree) & used(tree)
    }

    assert set(scoring.__all__) - called == set()
    assert {"release", "marked"} <= called


def test_every_function_and_class_in_it_is_used(modules):
    offered = {
        node.name
        for path, tree in modules.items()
        if SCORING in path.parents
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    read = set().union(
        *(
            used(tree)
            for path, tree in modules.items()
            if SCORING in path.parents or imported_from_scoring(tree)
        )
    )

    assert offered - read == FOR_TESTS
    assert {"alpha", "omega", "item_rest", "spearman_brown", "one_factor"} <= offered
