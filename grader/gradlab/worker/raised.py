"""Describe an exception as data, without trusting its class."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from gradlab import wire

__all__ = ["MAX_MESSAGE", "describe", "innermost"]

MAX_MESSAGE = 4000  # characters; PyTorch's longest messages are shorter
_MAX_FRAMES = 100_000


def describe(error: BaseException, own_file: Callable[[str], str | None]) -> wire.Raised:
    """Return the exception's class, ancestors, message, and the innermost place in the submission's own files.

    `own_file` turns a code object's file name into the name that the student knows, or None for foreign code.
    """
    kind = type(error)
    file, line = innermost(error.__traceback__, own_file)
    if file is None and isinstance(error, SyntaxError) and error.filename:
        file, line = own_file(error.filename), error.lineno
    bases = tuple(base.__name__ for base in kind.__mro__[1:] if base is not object)
    return wire.Raised(kind.__name__, bases, _text(error), file, line)


def innermost(
    trace: TracebackType | None, own_file: Callable[[str], str | None]
) -> tuple[str | None, int | None]:
    """Return file and line of the innermost frame that belongs to the submission."""
    file, line = None, None
    for _ in range(_MAX_FRAMES):
        if trace is None:
            break
        if (own := own_file(trace.tb_frame.f_code.co_filename)) is not None:
            file, line = own, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def _text(error: BaseException) -> str:
    try:
        text = str(error)
        return text[:MAX_MESSAGE].encode("utf-8", "backslashreplace").decode()
    except BaseException:  # its __str__ is the submission's
        return ""
