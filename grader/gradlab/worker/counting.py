"""The worker's own account of memory: how many bytes arrays take.

A submission shares this interpreter and can make it say anything, so it explains a verdict and never gives one: see
`gradlab.isolation.memory` for the account from outside.
"""

from __future__ import annotations

import ctypes
import tracemalloc
from collections.abc import Callable

import numpy as np

__all__ = ["bytes_in_arrays", "give_back_free_memory", "stop_counting"]

_ARRAYS = np.lib.tracemalloc_domain


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def bytes_in_arrays() -> int:
    """Return a number that grows and shrinks by the bytes of arrays that are made and given back.

    With glibc it is what malloc has given out, which costs nothing: numpy's data come from there, Python's small objects
    do not. Elsewhere numpy's allocations are traced from the first call on.
    """
    if _mallinfo is not None:
        info = _mallinfo()
        return int(info.uordblks + info.hblkhd)
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return sum(trace.size for trace in tracemalloc.take_snapshot().traces if trace.domain == _ARRAYS)


def give_back_free_memory() -> None:
    """Let the system have what malloc holds and nobody uses, as after compiling. Only glibc can."""
    if _mallinfo is not None:
        ctypes.CDLL(None).malloc_trim(0)


def stop_counting() -> None:
    """Let allocations be quick again where they were traced."""
    if tracemalloc.is_tracing():
        tracemalloc.stop()


def _glibc() -> Callable[[], _Mallinfo] | None:
    try:
        function = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):  # older, another library, Windows
        return None
    function.restype = _Mallinfo
    function.argtypes = ()
    return function


_mallinfo = _glibc()
