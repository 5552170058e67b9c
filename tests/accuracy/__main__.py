"""Print how well credentials are found: `python -m tests.accuracy [--gitleaks DIR] [--credsweeper
DIR]`.

The directories are checkouts of the public projects whose labelled samples are used; nothing of
them is in this repository.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.accuracy.corpus import SEED, corpus
from tests.accuracy.credsweeper import credsweeper
from tests.accuracy.gitleaks import gitleaks
from tests.accuracy.score import judge


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--rounds", type=int, default=10, help="how often each family is placed")
    parser.add_argument("--benign", type=int, default=3000, help="benign objects beside them")
    parser.add_argument("--gitleaks", type=Path, help="checkout of gitleaks/gitleaks")
    parser.add_argument("--credsweeper", type=Path, help="checkout of Samsung/CredSweeper")
    given = parser.parse_args()
    began = time.perf_counter()
    score = judge(corpus(given.seed, given.rounds, given.benign))
    print(f"generated corpus (seed {given.seed}), {time.perf_counter() - began:.1f} s")
    print("\n".join(score.lines()))
    if given.gitleaks:
        print(*gitleaks(given.gitleaks), sep="\n")
    if given.credsweeper:
        print(*credsweeper(given.credsweeper), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
