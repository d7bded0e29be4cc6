"""`observe.error`: the same exception where the reference raises, none where it does not, and the same words as far as
the assignment asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs, quoted
from gradlab.wire import NO_ERROR, Payload, Raised, Unmade
from gradlab_plugins.comparing import Difference, cut, finding, location, named
from gradlab_plugins.wording import is_a, said, says_the_same

__all__ = ["judge", "register_observers"]


def error(recording: Recording) -> AbstractContextManager[None]:
    """Observe whether the block raises, and what: `with observe.error(): loss.backward()`."""
    return recording.catch()


@hookimpl
def register_observers() -> Sequence[Observer]:
    """Offer it."""
    return [Observer("error", error)]


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find every exception that is not the reference's."""
    findings = []
    for wanted, got in pairs(expected, actual, ("error",)):
        found = _difference(wanted, got.payload, check.errors)
        if found is not None:
            findings.append(finding("errors", found, check, wanted))
    return findings


def _difference(wanted: Observation, got: Payload, mode: str) -> Difference | None:
    want = wanted.payload
    what = named(wanted.label) if wanted.label else "The block"
    if want == NO_ERROR == got:
        return None
    if isinstance(want, Raised) and isinstance(got, Raised):
        return _between(what, want, got, mode)
    if isinstance(got, Raised):
        sentence = f"{what} raises {said(got)}, the reference raises nothing."
        return Difference(sentence, "no error", got.class_name, location(got), f"raises {got.class_name}")
    if isinstance(want, Raised) and got == NO_ERROR:
        sentence = f"{what} raises nothing, the reference raises {said(want)}"
        return Difference(sentence, want.class_name, "no error", kind="no error")
    if isinstance(got, Unmade):
        return Difference(f"{what} was never reached.", _short(want), "never reached", kind="never made")
    return Difference(f"{what} did not say whether it raises.", _short(want), "unknown")


def _between(what: str, want: Raised, got: Raised, mode: str) -> Difference | None:
    if not is_a(got, want):
        sentence = f"{what} raises {said(got)}, the reference raises {said(want)}"
        kind = f"raises {got.class_name}"
        return Difference(sentence, want.class_name, got.class_name, location(got), kind)
    if says_the_same(got, want, mode):
        return None
    expected = quoted(want.message) if mode == "quoted" else want.message
    sentence = f"{what} says {cut(got.message)!r}, the reference {cut(expected)!r}."
    return Difference(sentence, repr(cut(expected)), repr(cut(got.message)), location(got), "message")


def _short(payload: Payload) -> str:
    return payload.class_name if isinstance(payload, Raised) else "no error"
