"""How a plugin adds `observe.<name>`: while a check is recorded, it expands into steps and probes.

Probes are a closed set that the worker knows; a plugin never ships code to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from gradlab.model import Observation

__all__ = ["PROBES", "Observer", "Probe", "Recording", "pairs"]

Probe = Literal["value", "grad", "flags", "shares", "same", "alive", "text", "mark", "memory"]
PROBES: tuple[Probe, ...] = ("value", "grad", "flags", "shares", "same", "alive", "text", "mark", "memory")


class Recording(Protocol):
    """What a recorder lends to an observer while a check runs."""

    def probe(self, probe: Probe, *values: Any) -> None:
        """Record a probe of `values`; its observation carries the observer's name."""

    def mark(self, label: str) -> None:
        """Record that this place was reached; its observation carries `label`."""

    def watch(self, value: Any) -> Any:
        """Record a weak reference to `value` and return a token for `probe("alive", token)`."""

    def weigh(self) -> Any:
        """Record that memory in use is read here, by the engine's account and from outside; return the reading."""

    def compare(self, start: Any, built: Any) -> None:
        """Record a third reading, observed together with two earlier ones as `wire.Released`."""

    def catch(self) -> AbstractContextManager[None]:
        """Record a block whose exception is observed (as kind: the observer's name) and swallowed."""

    def warnings(self) -> AbstractContextManager[None]:
        """Record a block whose warnings are observed, as a list, and go no further."""


@dataclass(frozen=True)
class Observer:
    """One `observe.<name>`. `record(recording, *args, **kwargs)` runs when the check calls it; what it returns
    the check receives."""

    name: str
    record: Callable[..., Any]


def pairs(
    expected: Sequence[Observation], actual: Sequence[Observation], kinds: Sequence[str]
) -> Iterator[tuple[Observation, Observation]]:
    """Yield (expected, actual) for each observation of `kinds` that both sides made, in program order.

    What only one side made is the `program` plugin's business, not the caller's.
    """
    got = {(seen.sid, seen.nth): seen for seen in actual if seen.kind in kinds}
    for wanted in expected:
        if wanted.kind in kinds and (seen := got.get((wanted.sid, wanted.nth))) is not None:
            yield wanted, seen
