"""Lines of managers as a whole: how deep they are, and where they run in a circle."""

from collections.abc import Mapping


def depth_of(manager_of: Mapping[int, int | None]) -> int:
    """Levels of the deepest line: 1 when nobody has a manager, 0 for nobody. Circles count once."""
    depth: dict[int, int] = {}
    for start in manager_of:
        line: list[int] = []
        one: int | None = start
        seen: set[int] = set()
        while one is not None and one in manager_of and one not in depth and one not in seen:
            line.append(one)
            seen.add(one)
            one = manager_of[one]
        above = depth.get(one, 0) if one is not None else 0
        for person in reversed(line):
            above += 1
            depth[person] = above
    return max(depth.values(), default=0)


def loops_in(manager_of: Mapping[int, int | None]) -> list[list[int]]:
    """Each circle once, beginning with its smallest id."""
    done: set[int] = set()
    found: list[list[int]] = []
    for start in manager_of:
        line: list[int] = []
        at: dict[int, int] = {}
        one: int | None = start
        while one is not None and one in manager_of and one not in done and one not in at:
            at[one] = len(line)
            line.append(one)
            one = manager_of[one]
        if one is not None and one in at:
            circle = line[at[one] :]
            turn = circle.index(min(circle))
            found.append(circle[turn:] + circle[:turn])
        done.update(line)
    return found
