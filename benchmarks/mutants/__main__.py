"""Faults planted in the pure code, one at a time: does a test notice?

``python -m benchmarks.mutants [COUNT [SEED]]`` draws a sample of all the faults it could plant;
``all-statistics`` instead of a count tries every one of ``measurement/statistics``, and a name
after it only those of that file. What survives is printed: either a test is missing, or the fault
changes nothing anybody could see. (Few tests need a database.)
"""

import os
import random
import sys
from pathlib import Path

from benchmarks.mutants import cold, warm
from benchmarks.mutants.faults import ROOT, count, planted

STATISTICS = Path("measurement/statistics")
SCORING = Path("surveys/scoring")
COUNT = 30
JOBS = int(os.environ.get("JOBS", "0")) or os.cpu_count()


def sources():
    """Each file with the tests that are closest to it, the closest first."""
    for folder in (STATISTICS, SCORING):
        for path in sorted((ROOT / folder).glob("*.py")):
            near = Path("tests") / folder / f"test_{path.name}"
            own = [str(near)] if (ROOT / near).exists() else []
            yield path.relative_to(ROOT), [*own, f"tests/{folder}"]
    for name in ("policy", "content"):
        yield Path(f"workflows/{name}.py"), [f"tests/workflows/test_{name}.py"]


def places():
    return [(path, tests, n) for path, tests in sources() for n in range(count(path))]


def tried(drawn):
    """The survivors among ``drawn``, printed as they are found."""
    pure = [place for place in drawn if place[0].parent == STATISTICS]
    rest = [place for place in drawn if place[0].parent != STATISTICS]
    survived = 0
    for survivors in (
        warm.survivors(pure, JOBS) if pure else (),
        cold.survivors(rest) if rest else (),
    ):
        for path, number in survivors:
            _, line, changed = planted(path, number)
            survived += 1
            print(f"survived: {path}:{line}: {changed}", flush=True)
    return survived


def main(arguments):
    every = places()
    if arguments[:1] == ["all-statistics"]:
        drawn = [place for place in every if place[0].parent == STATISTICS]
        if names := arguments[1:]:
            drawn = [place for place in drawn if place[0].stem in names]
        print(f"all {len(drawn):,} faults of {STATISTICS}", flush=True)
    else:
        numbers = [int(argument) for argument in arguments]
        size, seed = (*numbers, *(COUNT, 0)[len(numbers) :])[:2]
        drawn = random.Random(seed).sample(every, min(size, len(every)))
        print(f"{len(drawn)} of {len(every):,} possible faults, seed {seed}", flush=True)
    survived = tried(drawn)
    killed = len(drawn) - survived
    print(f"{killed:,} killed ({killed / max(1, len(drawn)):.1%}), {survived} survived")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
