"""``python -m benchmarks [NAME ...]``: all subjects, or the named ones.

Each subject is a file with a ``main()`` that prints one line for each comparison. Figures never go
into tests: what is measured here depends on the machine and on what else it does.
"""

import importlib
import sys

SUBJECTS = (
    *("readings", "business_time", "parsing", "imports", "verdicts"),
    *("suppression", "use", "people", "console"),
)


def main(names):
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        print(f"no bench named {', '.join(unknown)}; there are: {', '.join(SUBJECTS)}")
        return 2
    for name in names or SUBJECTS:
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
