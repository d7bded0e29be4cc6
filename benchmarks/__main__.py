"""Run every benchmark; exit 1 if one is over its limit."""

import sys

from benchmarks import grading

sys.exit(0 if grading.main() else 1)
