"""How the run's processes share the tests: a file stays together, so that what it sets up for all
its tests is set up once; so do the folders that start a whole portal.

The groups of pytest-xdist itself do nothing under pytest 9: they are told by a changed node id,
which pytest no longer reads.
"""

from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/adoption_portal/demo/": "demo",
    "tests/e2e/": "browser",
    "tests/launcher/test_boot.py": "boot",
    "tests/core/faults/": "faults",
}
# Long ones, in one transaction each.
FIRST = (
    "tests/architecture/test_walk.py",
    "demo",
    "tests/architecture/test_scopes.py",
    "tests/architecture/test_query_counts.py",
)
LAST = ("browser", "boot", "faults")  # each starts a portal of its own beside the others


def scope_of(nodeid):
    file = nodeid.split("::", 1)[0]
    return next((name for start, name in TOGETHER.items() if file.startswith(start)), file)


def in_order(items):
    """Long ones first, then files that leave nothing behind, those that empty tables, portals."""
    emptying = {scope_of(item.nodeid) for item in items if empties_tables(item)}

    def place(item):
        scope = scope_of(item.nodeid)
        if scope in FIRST:
            return FIRST.index(scope)
        if scope in LAST:
            return len(FIRST) + 2 + LAST.index(scope)
        return len(FIRST) + (scope in emptying)

    items.sort(key=place)


def empties_tables(item):
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(
        mark and mark.kwargs.get("transaction", False)
    )


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid):
        return scope_of(nodeid)
