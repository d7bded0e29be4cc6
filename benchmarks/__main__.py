"""Run every benchmark; exit 1 if one is over its limit."""

import sys

from benchmarks import engine, grading, isolation, lint

# The engine first: it sets the number of threads, which NumPy reads once.
good = [benchmark.main() for benchmark in (engine, isolation, grading, lint)]
sys.exit(0 if all(good) else 1)
