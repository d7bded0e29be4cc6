"""The worker's own account of memory: how many bytes numpy's arrays take, counted from the first question on.

A submission shares this interpreter and can make it say anything, so it explains a verdict and never gives one: see
`gradlab.isolation.memory` for the account from outside.
"""

from __future__ import annotations

import tracemalloc

import numpy as np

__all__ = ["bytes_in_arrays", "stop_counting"]

_ARRAYS = np.lib.tracemalloc_domain


def bytes_in_arrays() -> int:
    """Return the bytes of all arrays that were made since the first call, and still exist."""
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return sum(trace.size for trace in tracemalloc.take_snapshot().traces if trace.domain == _ARRAYS)


def stop_counting() -> None:
    """Forget, and let allocations be quick again."""
    if tracemalloc.is_tracing():
        tracemalloc.stop()
