"""What `grade lint` costs, mutants included, as a multiple of `import numpy` in the same run."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import IMPORT_NUMPY, command, processor_time

__all__ = ["main"]

COURSE = Path(__file__).parents[1] / "assignments"
ASSIGNMENTS = ("backward", "zero_grad", "retain_grad", "view_reshape")
LIMIT = 250  # by the clock, on two processors
ROUNDS = 5  # of `import numpy`, around each lint


def main() -> bool:
    """Measure each shipped assignment and print the ratios. Return whether none is over the limit."""
    measured = [_measured(name) for name in ASSIGNMENTS]
    return all(measured)


def _measured(name: str) -> bool:
    lint = command((sys.executable, "-m", "gradlab.cli", "lint", name, "--course", str(COURSE)))
    imports = [_cost(command(IMPORT_NUMPY)) for _ in range(ROUNDS)]
    clock, processors = _cost(lint)
    imports += [_cost(command(IMPORT_NUMPY)) for _ in range(ROUNDS)]
    by_clock = clock / statistics.median(seconds for seconds, _ in imports)
    by_processor = processors / statistics.median(seconds for _, seconds in imports)
    verdict = "ok" if by_clock <= LIMIT else "OVER"
    print(
        f"lint {name}: {clock:.1f} s, {by_clock:.0f} times import numpy (limit {LIMIT}): {verdict}; "
        f"{processors:.1f} s of processor time, {by_processor:.0f} times"
    )
    return by_clock <= LIMIT


def _cost(run: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds that a command takes, by the clock and of processor time."""
    started, worked = time.perf_counter(), processor_time()
    run()
    return time.perf_counter() - started, processor_time() - worked


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
