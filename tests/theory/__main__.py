"""The conformance table: `python -m tests.theory [--seed N] [--only WORD] [--write]`.

With another seed everything is drawn anew: what was apart by bad luck is not apart again.
"""

from __future__ import annotations

import argparse
import sys

from tests.theory import table
from tests.theory.conformance import CASES, SEED


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.theory", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="where random numbers begin")
    parser.add_argument("--only", default="", help="only models whose name contains this")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/conformance.md"
    )
    asked = parser.parse_args()
    if asked.write and (asked.only or asked.seed != SEED):
        parser.error("the page shows the whole table of the seed that the tests use")
    rows, good = [], True
    for case in (case for case in CASES if asked.only in case.name):
        for row in case.judged(seed=asked.seed):
            fine = row.conforms and row.exact_enough
            rows.append(row)
            good &= fine
            print(table.line(row), f"{row.seconds:.1f} |", "" if fine else "FAILS", flush=True)
    if asked.write:
        table.write(rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
