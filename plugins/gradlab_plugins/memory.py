"""`observe.watch` and `observe.freed`: whether a tensor that the check no longer names still exists. `observe.memory` and
`observe.released`: which share of the memory that was taken is given back.

Whether a tensor exists is the submission's own word. Memory has two accounts: that of arrays and buffers, kept in the
worker, and for hidden checks the system's, read from outside. There a share counts as given back only if both say so,
for only the second cannot be forged, and only the first knows of memory that was taken and never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Alive, Payload, Released
from gradlab_plugins.comparing import Difference, cut, difference, finding

__all__ = ["judge", "register_observers"]

APART = 0.25  # shares may differ by so much
# Bytes that are not told from none: by the worker's account, which is nearly exact, and by the system's.
OWN_NOTHING = 16 << 10
OUTSIDE_NOTHING = 1 << 20
# What a submission's worker may hold before the first reading, beyond what the reference's does: its modules, above all.
# More is memory laid in to be given back instead of what should be.
LAID_IN = 5 << 19


def watch(recording: Recording, tensor: Any) -> Any:
    """Watch a tensor without keeping it alive: `w = observe.watch(y)`."""
    return recording.watch(tensor)


def freed(recording: Recording, watched: Any) -> None:
    """Observe whether a watched tensor is gone: `observe.freed(w)`."""
    recording.probe("alive", watched)


def memory(recording: Recording) -> Any:
    """Read how much memory is in use: `before = observe.memory()`. At the top level of a check only."""
    return recording.weigh()


def released(recording: Recording, start: Any, built: Any) -> None:
    """Observe which share of what was taken between two readings is given back by now: `observe.released(start, built)`.

    Between them a hidden check must take at least 4 MB, so that it is seen from outside, and a public one 64 kB. Memory
    costs time when it is first touched, about half a millisecond a megabyte: take little more.
    """
    recording.compare(start, built)


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer all four."""
    return [
        Observer("watch", watch),
        Observer("freed", freed),
        Observer("memory", memory),
        Observer("released", released),
    ]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every tensor that lives longer, or less long, than the reference's, and memory that is kept or given back
    otherwise."""
    return [*_tensors(check, expected, actual), *_shares(check, expected, actual)]


# --- one tensor --------------------------------------------------------------------------------------------------
def _tensors(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Iterator[Finding]:
    for wanted, got in pairs(expected, actual, ("freed",)):
        found = difference(wanted.label, wanted.payload, got.payload, check.tolerance)
        if found is not None:
            said = _sentence(wanted, got) or found.message
            yield finding("memory", replace(found, message=said), check, wanted)


def _sentence(wanted: Observation, got: Observation) -> str | None:
    if not isinstance(got.payload, Alive):
        return None
    if got.payload.alive:
        return f"{wanted.label} still exists; the reference has released it."
    return f"{wanted.label} is gone; the reference still has it."


# --- shares ------------------------------------------------------------------------------------------------------
class _Account(NamedTuple):
    """Three readings of one account, in bytes."""

    start: int
    built: int
    now: int

    @property
    def taken(self) -> int:
        return self.built - self.start

    def share(self, base: int, reference: _Account, nothing: int) -> float | None:
        """Return which share of what was taken is given back, from 0 to 1, where no more than `base` was there before;
        None if no more than `nothing` was taken.

        The whole is what was taken, but no more than the reference took: a loan that is paid back at once does not make
        what is kept look small.
        """
        whole, kept = min(self.taken, reference.taken), self.now - base
        if max(whole, kept) < nothing:
            return None
        return min(1.0, max(0.0, 1.0 - kept / max(whole, nothing)))


def _shares(
    check: Check, expected: Sequence[Observation], actual: Sequence[Observation]
) -> Iterator[Finding]:
    for wanted, got in pairs(expected, actual, ("released",)):
        found = _share_difference(wanted, got.payload)
        if found is not None:
            yield finding("memory", found, check, wanted)


def _share_difference(wanted: Observation, have: Payload) -> Difference | None:
    want = wanted.payload
    if not (isinstance(want, Released) and isinstance(have, Released)):
        return Difference("The memory in use was never read.", "read", "never read", kind="never made")
    when = f"after {cut(wanted.label)}" if wanted.label else "by now"
    right, mine = _own(want), _own(have)
    found = _apart(
        right.share(right.start, right, OWN_NOTHING),
        mine.share(mine.start, right, OWN_NOTHING),
        when,
        "your engine's memory",
    )
    seen, shown = _outside(want), _outside(have)
    if found is not None or seen is None:
        return found
    if shown is None:
        return Difference("The memory in use could not be read from outside.", "read", "not read")
    base = min(shown.start, seen.start + LAID_IN)
    whose = "the whole process, measured from outside"
    right_share, my_share = (
        seen.share(seen.start, seen, OUTSIDE_NOTHING),
        shown.share(base, seen, OUTSIDE_NOTHING),
    )
    return _apart(right_share, my_share, when, whose)


def _own(released: Released) -> _Account:
    return _Account(released.start.own, released.built.own, released.now.own)


def _outside(released: Released) -> _Account | None:
    seen = [weight.outside for weight in (released.start, released.built, released.now)]
    readings = [reading for reading in seen if reading is not None]
    return _Account(*readings) if len(readings) == len(seen) else None


def _apart(right: float | None, mine: float | None, when: str, whose: str) -> Difference | None:
    if right is None or mine is None or abs(right - mine) <= APART:
        return None
    said = (
        f"Of the memory that was taken, {_in_words(mine)} is given back {when} (counting {whose}); in the reference "
        f"{_in_words(right)} is."
    )
    kind = "kept" if mine < right else "given back"
    return Difference(said, f"{_in_words(right)} given back", f"{_in_words(mine)} given back", kind=kind)


def _in_words(share: float) -> str:
    """Return a share in words: tens of percents, for more is not known."""
    tens = round(share * 10)
    return {0: "nothing", 10: "all"}.get(tens, f"about {10 * tens} %")
