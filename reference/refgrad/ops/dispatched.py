"""`unique` and its like: flags among their arguments choose one of four functions, as torch's `boolean_dispatch` does.

Which one runs shows in what comes out, and in what Python says of arguments that it does not take.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from .registry import FUNCTIONS

__all__ = ["called", "publish_by_flags"]

# What each of the four returns, by (`return_inverse`, `return_counts`): its name, and parts of all results.
_RETURNED: dict[tuple[bool, bool], tuple[str, Callable[[tuple[Any, ...]], Any]]] = {
    (False, False): ("return_output", lambda found: found[0]),
    (False, True): ("return_counts", lambda found: (found[0], found[2])),
    (True, False): ("return_inverse", lambda found: (found[0], found[1])),
    (True, True): ("return_inverse_and_counts", tuple),
}


def publish_by_flags(
    name: str, compute: Callable[..., tuple[Any, ...]], prefix: str, inverse_at: int, counts_at: int
) -> None:
    """Publish as `torch.name` what calls `compute` and returns the parts that the flags ask for.

    `inverse_at` and `counts_at` are the places at which flags given by position are looked for.
    """

    def chosen(*args: Any, **named: Any) -> Any:
        flags = [
            bool(named[flag] if flag in named else args[at] if at < len(args) else False)
            for flag, at in (("return_inverse", inverse_at), ("return_counts", counts_at))
        ]
        returned, parts = _RETURNED[flags[0], flags[1]]
        return parts(called(compute, prefix + returned)(*args, **named))

    chosen.__name__ = chosen.__qualname__ = name
    FUNCTIONS[name] = chosen


def called(compute: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Return the function under a name by which Python calls it where it refuses arguments."""
    made = FunctionType(compute.__code__, compute.__globals__, name, compute.__defaults__)
    made.__qualname__ = name
    return made
