"""A job is asked for by name; each name must be a task, and each task a doorbell."""

import ast
import inspect

import pytest
from celery import current_app

from tests.architecture.sources import called, trees

# The scheduler's own call passes the name of a registered slot.
NAMES_FROM_ELSEWHERE = {"core/schedule.py"}


@pytest.fixture(scope="module")
def tasks():
    current_app.loader.import_default_modules()
    return {
        name: task
        for name, task in current_app.tasks.items()
        if not name.startswith(("celery.", "tests."))
    }


def calls_of(name):
    return [
        (file, node)
        for file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) == name
    ]


def test_every_name_asked_for_is_a_task(tasks):
    asked = {
        node.args[0].value
        for _file, node in calls_of("enqueue")
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert "workflows.tell_signers" in asked  # the search finds something
    assert asked - set(tasks) == set()


def test_names_are_written_out_where_a_job_is_asked_for():
    hidden = {
        file
        for file, node in calls_of("enqueue")
        if not (node.args and isinstance(node.args[0], ast.Constant))
    }
    assert hidden == NAMES_FROM_ELSEWHERE


def test_every_periodic_name_is_a_task(tasks):
    periodic = {node.args[0].value for _file, node in calls_of("periodic")}
    assert periodic
    assert periodic - set(tasks) == set()


def test_every_task_claims_its_job_first(tasks):
    """One `with claimed(job_id)` and nothing before it but the docstring."""
    unclaimed = []
    for name, task in tasks.items():
        function = ast.parse(inspect.getsource(task.run).lstrip()).body[0]
        first = [node for node in function.body if not isinstance(node, ast.Expr)]
        claims = (
            len(first) == 1
            and isinstance(first[0], ast.With)
            and called(first[0].items[0].context_expr) == "claimed"
        )
        if not claims or function.args.args[0].arg != "job_id":
            unclaimed.append(name)
    assert unclaimed == []


def test_every_task_is_rung_late_and_again_when_its_worker_dies(tasks):
    assert [
        name for name, task in tasks.items() if not (task.acks_late and task.reject_on_worker_lost)
    ] == []


def test_every_task_has_the_name_of_its_app(tasks):
    """The console is an app inside the package of the composition root."""
    assert [
        name
        for name, task in tasks.items()
        if name.split(".")[0] != task.__module__.removeprefix("adoption_portal.").split(".")[0]
    ] == []
