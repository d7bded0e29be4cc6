"""Time several things in interleaved rounds, so that a machine that slows down slows all of them."""

from __future__ import annotations

import math
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["IMPORT_NUMPY", "command", "interleave", "processor_time", "ratio_line"]

IMPORT_NUMPY = (sys.executable, "-c", "import numpy")


def command(arguments: Sequence[str], *, cwd: str | None = None) -> Callable[[], None]:
    """Return a function that runs a whole process and fails if it does not start."""

    def run() -> None:
        subprocess.run(arguments, cwd=cwd, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def processor_time() -> float:
    """Return the seconds of processor time of this process, with its threads, and of its children that have ended.

    For work on one thread it passes as the clock does on a machine that does nothing else, and it hardly feels what
    others do beside it.
    """
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def interleave(
    things: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Return the median seconds of each thing over rounds in which each runs once, after one round of warm-up.

    Their order changes from round to round: whatever runs after a large library finds the caches cold.
    """
    seconds: dict[str, list[float]] = {name: [] for name in things}
    names, draw = list(things), random.Random(0)
    for number in range(rounds + 1):
        draw.shuffle(names)
        for name in names:
            started = clock()
            things[name]()
            if number:
                seconds[name].append(clock() - started)
    return {name: statistics.median(times) for name, times in seconds.items()}


def ratio_line(what: str, ratio: float, limit: float) -> tuple[str, bool]:
    """Return a line of the table, and whether the ratio keeps within its limit, if it has one."""
    if math.isinf(limit):
        return f"{what:<58} {ratio:6.2f}", True
    good = ratio <= limit
    return f"{what:<58} {ratio:6.2f}  (at most {limit:g})  {'ok' if good else 'TOO SLOW'}", good
