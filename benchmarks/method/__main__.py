"""How often the measuring method is wrong, on simulated workflows whose truth is known.

``python -m benchmarks.method``; REPEATS (400 a cell), SEED (1) and JOBS (one for each core) come
from the environment. The traps are those of the measurement method's section 9, the targets those
of its section 10. A target counts as missed when it is missed by more than two simulation errors.
"""

import os
import sys
import time

from benchmarks.method.cells import CELLS
from benchmarks.method.running import run
from benchmarks.method.telling import tables


def printed(title, heads, lines):
    print(f"\n## {title}\n")
    for line in (heads, ["---"] * len(heads), *lines):
        print(f"| {' | '.join(line)} |")


def main():
    repeats = int(os.environ.get("REPEATS") or 400)
    seed = int(os.environ.get("SEED") or 1)
    jobs = int(os.environ.get("JOBS") or os.cpu_count())
    begun = time.monotonic()
    print(f"{len(CELLS)} cells, {repeats} repetitions each, seed {seed}", flush=True)
    rows = run(CELLS, repeats=repeats, seed=seed, jobs=jobs)
    judged = []
    for title, heads, lines, figures in tables(rows):
        printed(title, heads, lines)
        judged += figures
    missed = [one for one in judged if not one.met]
    print(f"\n{len(judged) - len(missed)} targets met, {len(missed)} missed", flush=True)
    for one in missed:
        print(f"- {one.cell}, {one.figure}: {one.share}, asked {one.asked}; {one.told}")
    print(f"{time.monotonic() - begun:.0f} s on {jobs} processes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
