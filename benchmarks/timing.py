"""Time several things in interleaved rounds, so that a machine that slows down slows all of them."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["IMPORT_NUMPY", "command", "interleave", "ratio_line"]

IMPORT_NUMPY = (sys.executable, "-c", "import numpy")


def command(arguments: Sequence[str], *, cwd: str | None = None) -> Callable[[], None]:
    """Return a function that runs a whole process and fails if it does not start."""

    def run() -> None:
        subprocess.run(arguments, cwd=cwd, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def interleave(things: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each thing over `rounds` rounds of A B C A B C ..., after one round of warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in things}
    for number in range(rounds + 1):
        for name, thing in things.items():
            started = time.perf_counter()
            thing()
            if number:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(times) for name, times in seconds.items()}


def ratio_line(what: str, ratio: float, limit: float) -> tuple[str, bool]:
    """Return a line of the table, and whether the ratio keeps within its limit."""
    good = ratio <= limit
    return f"{what:<58} {ratio:6.2f}  (at most {limit:g})  {'ok' if good else 'TOO SLOW'}", good
