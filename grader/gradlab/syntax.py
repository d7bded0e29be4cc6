"""Syntax trees of Python source, one at a time."""

from __future__ import annotations

import ast
from threading import RLock

__all__ = ["parse"]

# CPython 3.11 counts the depth of the tree that it builds for the whole interpreter, not for each thread. The garbage
# collector may run Python code in between (a finalizer, a callback), and with it another thread: if that one builds a
# tree, too, the counts are mixed up, and `ast.parse` raises SystemError.
_one_at_a_time = RLock()


def parse(source: str, file: str = "<unknown>") -> ast.Module:
    """Return the tree of `source`; `file` is named in errors. Any number of threads may call it at once.

    Raises SyntaxError, ValueError, RecursionError or MemoryError, as `ast.parse` does.
    """
    with _one_at_a_time:
        return ast.parse(source, file)
