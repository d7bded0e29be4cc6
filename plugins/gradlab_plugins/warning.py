"""`observe.warning`: the same warnings as the reference gives, none where it gives none, and the same words as far as
the assignment asks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs, quoted
from gradlab.wire import Payload, Raised, Seq
from gradlab_plugins.comparing import Difference, cut, finding, named
from gradlab_plugins.wording import is_a, said, says_the_same

__all__ = ["judge", "register_observers"]


def warning(recording: Recording) -> AbstractContextManager[None]:
    """Observe whether the block warns, and of what: `with observe.warning(): y.grad`."""
    return recording.warnings()


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("warning", warning)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every block that does not warn as the reference's does."""
    findings = []
    for wanted, got in pairs(expected, actual, ("warning",)):
        found = _difference(wanted, got.payload, check.errors)
        if found is not None:
            findings.append(finding("warning", found, check, wanted))
    return findings


def _difference(wanted: Observation, got: Payload, mode: str) -> Difference | None:
    what = _block(wanted.label)
    want, have = _warnings(wanted.payload), _warnings(got)
    if want is None or have is None:
        said_nothing = f"{what} did not say whether it warns."
        return Difference(said_nothing, _counted(want or []), "unknown")
    if len(want) != len(have):
        return Difference(
            f"{what} {_gives(have)}, the reference {_gives(want)}.",
            _counted(want),
            _counted(have),
            kind="warnings" if have else "no warning",
        )
    for right, mine in zip(want, have, strict=True):
        if not is_a(mine, right):
            sentence = f"{what} warns with {said(mine)}, the reference with {said(right)}"
            return Difference(sentence, right.class_name, mine.class_name, kind=f"warns {mine.class_name}")
        if not says_the_same(mine, right, mode):
            expected = quoted(right.message) if mode == "quoted" else right.message
            sentence = f"{what} warns {cut(mine.message)!r}, the reference {cut(expected)!r}."
            return Difference(sentence, repr(cut(expected)), repr(cut(mine.message)), kind="message")
    return None


def _block(label: str) -> str:
    """Return how a sentence speaks of the block. One that only observes is called by what it looks at."""
    if (seen := re.fullmatch(r"observe\.(gradient|value)\((.*)\)", label)) is not None:
        return f"Reading {named(seen[2], 'grad' if seen[1] == 'gradient' else '')}"
    return named(label) if label else "The block"


def _warnings(payload: Payload) -> list[Raised] | None:
    """Return the warnings of a block, or None if what a worker said are none."""
    if not isinstance(payload, Seq):
        return None
    found = [item for item in payload.items if isinstance(item, Raised)]
    return found if len(found) == len(payload.items) else None


def _gives(warnings: Sequence[Raised]) -> str:
    if not warnings:
        return "does not warn"
    times = "" if len(warnings) == 1 else f" {len(warnings)} times"
    return f"warns{times} ({warnings[0].class_name}: {cut(quoted(warnings[0].message))})"


def _counted(warnings: Sequence[Raised]) -> str:
    if not warnings:
        return "no warning"
    return warnings[0].class_name if len(warnings) == 1 else f"{len(warnings)} warnings"
