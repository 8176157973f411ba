"""Faults planted in the pure code, one at a time: does a test notice?

``python -m benchmarks.mutants [COUNT [SEED]]`` draws a sample of all the faults it could plant,
tries each in a copy of the code, and runs the tests closest to it. What survives is printed: either
a test is missing, or the fault changes nothing anybody could see. (Few tests need a database.)
"""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("adoption_portal", "core", "people", "workflows", "surveys", "measurement", "tests")
STATISTICS = "tests/measurement/statistics"
SCORING = "tests/surveys/scoring"
COUNT = 30
PATIENCE = 600
SWAPPED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def sources():
    """Each file with the tests that are closest to it, the closest first."""
    for path in sorted((ROOT / "measurement/statistics").glob("*.py")):
        near = ROOT / STATISTICS / f"test_{path.name}"
        own = [str(near.relative_to(ROOT))] if near.exists() else []
        yield path.relative_to(ROOT), [*own, STATISTICS]
    for path in sorted((ROOT / "surveys/scoring").glob("*.py")):
        near = ROOT / SCORING / f"test_{path.name}"
        own = [str(near.relative_to(ROOT))] if near.exists() else []
        yield path.relative_to(ROOT), [*own, SCORING]
    for name in ("policy", "content"):
        yield Path(f"workflows/{name}.py"), [f"tests/workflows/test_{name}.py"]


def faults(tree):
    """Each place that can be changed: its line, and a function that changes it."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    options = {
        id(part) for one in classes for option in one.decorator_list for part in ast.walk(option)
    }
    for node in ast.walk(tree):
        if id(node) in options:  # frozen, slots: no test asks for them
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield node.lineno, lambda node=node: node.ops.__setitem__(0, swap(node.ops[0]))
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPPED:
            yield node.lineno, lambda node=node: setattr(node, "op", swap(node.op))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield node.lineno, lambda node=node: setattr(node, "value", node.value + 1)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node.lineno, lambda node=node: setattr(node, "value", not node.value)


def swap(operator):
    return SWAPPED[type(operator)]()


def without_types(tree):
    """Annotations are no behaviour: ``str | None`` must not become ``str & None``."""
    for node in ast.walk(tree):
        for part in ("annotation", "returns"):
            if getattr(node, part, None) is not None:
                setattr(node, part, ast.Constant("Any"))
    return tree


def planted(path, number):
    """The source with its ``number``-th fault, the line, and the line as it is."""
    text = (ROOT / path).read_text()
    tree = without_types(ast.parse(text))
    line, plant = list(faults(tree))[number]
    before = ast.unparse(tree)
    plant()
    after = ast.unparse(tree)
    pairs = zip(before.split("\n"), after.split("\n"), strict=False)
    changed = [f"{was.strip()}  ->  {now.strip()}" for was, now in pairs if was != now]
    return after, line, changed[0]


def complaint(folder, tests, patience=PATIENCE):
    """What pytest says when a test fails; None when all pass."""
    # The database of the tests of content is made once.
    options = ("-q", "-x", "--reuse-db", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end after {patience:.0f} s"
    return (done.stdout + done.stderr).decode() if done.returncode else None


def main(count=COUNT, seed=0):
    places = [
        (path, tests, number)
        for path, tests in sources()
        for number, _ in enumerate(faults(without_types(ast.parse((ROOT / path).read_text()))))
    ]
    drawn = random.Random(seed).sample(places, min(count, len(places)))
    print(f"{len(drawn)} of {len(places):,} possible faults, seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for name in COPIED:
            shutil.copytree(ROOT / name, Path(folder) / name, dirs_exist_ok=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        every_test = list(dict.fromkeys(test for _, tests, _ in drawn for test in tests))
        begun = time.monotonic()
        if words := complaint(folder, every_test):
            print(f"The tests fail on the code as it is:\n{words[-2000:]}")
            return 1
        # A fault may loop for ever: that is noticed too.
        patience = 60 + 5 * (time.monotonic() - begun)
        survived = 0
        for path, tests, number in drawn:
            text, line, changed = planted(path, number)
            target = Path(folder) / path
            target.write_text(text)
            if complaint(folder, tests, patience) is None:
                survived += 1
                print(f"survived: {path}:{line}: {changed}", flush=True)
            shutil.copy(ROOT / path, target)
    print(f"{len(drawn) - survived} killed, {survived} survived")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
