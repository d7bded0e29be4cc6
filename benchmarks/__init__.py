"""Benchmarks: ratios measured side by side in one run, medians of interleaved rounds. `python -m benchmarks`."""
