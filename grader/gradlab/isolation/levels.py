"""The levels of isolation, and the walls that each is made of."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from typing import NamedTuple

from gradlab.errors import UsageError

__all__ = ["CAP_VARIABLE", "LEVELS", "SANDBOX", "Plan", "Refused", "capped", "plans"]

LEVELS = ("none", "partial", "standard", "strong")  # from weak to strong
CAP_VARIABLE = "GRADLAB_LEVEL_CAP"

# What a probe child must fail to do. With seccomp "nofs": everything that it tries. With the filter that leaves files,
# landlock or another user id keeps them shut, but not what is known about them. Without any filter: the least that makes
# sense.
_LEAST = frozenset({"read a file", "write a file", "start a process", "take more memory than allowed"})
_CALLS = _LEAST | {
    "create a file",
    "connect",
    "listen",
    "start a thread",
    "run a program",
    "signal the parent",
    "make a file in memory",
    "map machine code",
    "share memory",
    "raise its own limits",
}


class Refused(NamedTuple):
    """Walls that were tried for a level and did not hold, and what showed it."""

    level: str
    walls: tuple[str, ...]
    why: str


class Plan(NamedTuple):
    """A level, the walls to put up for it, and what must then be impossible (None: everything that is tried)."""

    level: str
    walls: tuple[str, ...]
    must_stop: frozenset[str] | None


# macOS, whose sandbox limits neither memory nor machine code.
SANDBOX = Plan(
    "partial",
    ("sandbox-exec",),
    _CALLS
    - {
        "take more memory than allowed",
        "raise its own limits",
        "start a thread",
        "map machine code",
        "share memory",
    },
)


def capped(cap: str | None) -> str:
    """Return the strongest level that `cap` and the environment allow. They can only lower it."""
    asked = [level for level in (cap, os.environ.get(CAP_VARIABLE)) if level]
    for level in asked:
        if level not in LEVELS:
            expected = ", ".join(reversed(LEVELS))
            raise UsageError(f"The isolation level can be capped at {expected}, not at {level!r}.")
    return min([*asked, "strong"], key=LEVELS.index)


def plans(available: Collection[str], cap: str) -> Iterator[Plan]:
    """Yield what to try on a machine that offers these walls, strongest first. Ends when only "none" is left."""
    extras = (("uid", "landlock"), ("landlock",), ("uid",))
    wanted = [
        *(Plan("strong", ("limits", *extra, "seccomp"), None) for extra in extras),
        Plan("standard", ("limits", "seccomp"), None),
        *(Plan("partial", ("limits", *extra, "calls"), _CALLS) for extra in extras),
        *(Plan("partial", ("limits", *extra), _LEAST) for extra in extras),
    ]
    for plan in wanted:
        if LEVELS.index(plan.level) <= LEVELS.index(cap) and set(plan.walls) <= set(available):
            yield plan
