"""How the run's processes share the tests: a file stays together, so that what it sets up for all
its tests is set up once; so do the folders that start a whole portal.

The groups of pytest-xdist itself do nothing under pytest 9: they are told by a changed node id,
which pytest no longer reads.
"""

from xdist.scheduler import LoadScopeScheduling

# What takes longest begins first, so that no process is left with it at the end.
TOGETHER = {
    "tests/e2e/": "browser",
    "tests/core/faults/": "faults",
    "tests/launcher/test_boot.py": "boot",
    "tests/adoption_portal/demo/": "demo",
    "tests/architecture/": "architecture",
}


def scope_of(nodeid):
    file = nodeid.split("::", 1)[0]
    return next((name for start, name in TOGETHER.items() if file.startswith(start)), file)


def longest_first(items):
    order = list(TOGETHER.values())

    def place(item):
        scope = scope_of(item.nodeid)
        return order.index(scope) if scope in order else len(order)

    items.sort(key=place)


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return scope_of(nodeid)
