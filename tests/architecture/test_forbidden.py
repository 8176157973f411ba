"""Words that open a hole: none of them beyond a short list with its reasons."""

import ast
import re

import pytest

from tests.architecture.sources import called, python_files, templates, trees

# (file, word): why it may stand there.
REASONED: dict[tuple[str, str], str] = {
    ("core/charts/canvas.py", "mark_safe"): "each part was escaped when it was added",
    ("adoption_portal/templatetags/records.py", "mark_safe"): "cells as the admin escaped them",
}


def test_no_dangerous_call_or_import():
    found = set()
    for file, tree in trees():
        for node in ast.walk(tree):
            names = set()
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names} | {(node.module or "").split(".")[0]}
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names = {node.func.id}
            found |= {
                (file, name)
                for name in names
                & {"mark_safe", "csrf_exempt", "eval", "exec", "pickle", "marshal", "shelve"}
            }
    assert found - set(REASONED) == set()


def test_no_shell():
    assert [
        file
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            any(word.arg == "shell" for word in node.keywords)
            or (
                isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func) in {"os.system", "os.popen"}
            )
        )
    ] == []


def test_texts_made_safe_by_hand_are_constants():
    """``SafeString`` and ``format_html`` with a text put together before are as good as no escape."""
    loose = [
        f"{file}:{node.lineno}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called(node) in {"SafeString", "format_html", "format_html_join"}
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert loose == SAFE_BY_REASON


# A template's own output, which has been escaped already.
SAFE_BY_REASON: list[str] = []


def test_templates_switch_no_escaping_off():
    assert [
        name
        for name, text in templates()
        if re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text)
    ] == []


def test_templates_hold_no_inline_script_style_or_handler():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:", re.IGNORECASE
    )
    assert [name for name, text in templates() if inline.search(text)] == []


def test_pages_and_machines_never_take_rows_unscoped():
    """Reach lives in the queries: a view or an API that asks a table itself can forget it."""
    unscoped = {
        f"{file}: {ast.unparse(node.func)}"
        for file, tree in trees()
        if re.search(r"(^|/)(views|api)(/|\.py)", file)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"all", "get", "first", "last", "iterator", "in_bulk"}
        and ast.unparse(node.func.value).endswith(".objects")
    }
    assert unscoped == {"core/api/jobs.py: Job.objects.all"}  # behind the scope jobs:read


def test_requests_name_their_patience():
    """Whatever calls out says how long it waits."""
    assert [
        f"{file}:{node.lineno}"
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and re.fullmatch(
            r"(requests|httpx)\.(get|post|put|patch|delete|head|request)|urlopen|urllib\.request\.urlopen",
            ast.unparse(node.func),
        )
        and not any(word.arg == "timeout" for word in node.keywords)
    ] == []


@pytest.mark.parametrize("word", ['fields = "__all__"', "exclude ="])
def test_what_a_machine_sees_is_written_out(word):
    assert [
        file
        for file, text in python_files()
        if ("/api/" in file or "serial" in file) and word in text
    ] == []
