"""A fault tried by a fork of one warm process: hundreds of faults a minute, for pure code.

The process imports the heavy libraries and nothing of ours. Faults in functions are tried in place
(in_place.py); the others by forks that find the faulty source where the module would be and import
everything anew.
"""

import importlib.abc
import importlib.util
import os
import sys

from benchmarks.mutants import in_place
from benchmarks.mutants.faults import ROOT, planted

TESTS = "tests/measurement/statistics"
# No Django, no random order, no examples remembered from another fault.
OPTIONS = (
    *("-q", "-x", "-c", os.devnull, f"--rootdir={ROOT}", f"--confcutdir={ROOT / TESTS}"),
    *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:django", "-p", "no:xdist"),
    *("-p", "no:cov", "-W", "error", "--import-mode=importlib"),
    # Plugins are imported before pytest could rewrite their assertions.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
PATIENCE = 120


class Faulty(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Serves one module from a text instead of from its file."""

    def __init__(self, path, text):
        self.name, self.text = ".".join(path.with_suffix("").parts), text
        self.path = str(ROOT / path)

    def find_spec(self, name, path=None, target=None):  # noqa: ARG002 - the finder's protocol
        if name == self.name:
            return importlib.util.spec_from_loader(name, self, origin=self.path)
        return None

    def get_source(self, fullname):  # noqa: ARG002
        return self.text


def warm_up():
    """Import what costs time; nothing of ours may be among it."""
    for name in ("hypothesis", "lifelines", "pytest", "scipy.stats", "statsmodels.api"):
        importlib.import_module(name)
    ours = [name for name in sys.modules if name.startswith("measurement")]
    if ours:
        raise SystemExit(f"imported too early: {', '.join(ours)}")
    os.chdir(ROOT)


def run_tests(tests, plugins=()):
    import pytest
    from hypothesis import Phase, settings

    # A failing example is enough: nobody reads the smallest one here.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", derandomize=True, database=None, phases=phases)
    settings.load_profile("mutants")
    return pytest.main([*OPTIONS, *tests], plugins=plugins)


def forked(tests, faulty):
    """The process id of a fork that ends with 0 when every test passes."""
    child = os.fork()
    if child:
        return child
    in_place.limit(PATIENCE)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code = 1
    try:
        sys.meta_path.insert(0, faulty)
        code = run_tests(tests)
    finally:
        os._exit(int(code))


def survivors(places, jobs):
    """Those of (path, tests, number) that no test notices, ``jobs`` at a time."""
    warm_up()
    inside = {path: in_place.in_functions(path) for path in {path for path, _, _ in places}}
    quick = [place for place in places if place[2] in inside[place[0]]]
    slow = [place for place in places if place[2] not in inside[place[0]]]
    for place, sure in in_place.unnoticed(quick, jobs, lambda trier: run_tests([TESTS], [trier])):
        if sure:
            yield place[0], place[2]
        else:
            slow.append(place)
    waiting, running = slow[::-1], {}
    while waiting or running:
        while waiting and len(running) < jobs:
            path, tests, number = waiting.pop()
            text, _, _ = planted(path, number)
            running[forked(tests, Faulty(path, text))] = path, number
        child, status = os.wait()
        place = running.pop(child)
        if os.waitstatus_to_exitcode(status) == 0:
            yield place
