"""`observe.error`: the same exception where the reference raises, none where it does not, and the same words as far as
the assignment asks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager

from gradlab import Check, Finding, Observation, Observer, Recording, hookimpl, pairs
from gradlab.wire import Payload, Raised, Scalar, Unmade
from gradlab_plugins.comparing import Difference, cut, location, named

__all__ = ["judge", "quoted", "register_observers"]

NO_ERROR = Scalar("no error")
ACCIDENT = "RecursionError"


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
            findings.append(
                Finding(
                    "errors",
                    found.message,
                    expected=found.expected,
                    actual=found.actual,
                    help=check.help or None,
                    location=found.location,
                    sid=wanted.sid,
                )
            )
    return findings


def quoted(message: str) -> str:
    """Return the part of a message that an assignment quotes: its first sentence, in single spaces."""
    text = " ".join(message.split())
    return re.split(r"(?<=[.:;!?]) ", text, maxsplit=1)[0].rstrip(".:;!?")


def _difference(wanted: Observation, got: Payload, mode: str) -> Difference | None:
    want = wanted.payload
    what = named(wanted.label) if wanted.label else "The block"
    if want == NO_ERROR == got:
        return None
    if isinstance(want, Raised) and isinstance(got, Raised):
        return _between(what, want, got, mode)
    if isinstance(got, Raised):
        said = f"{what} raises {_said(got)}, the reference raises nothing."
        return Difference(said, "no error", got.class_name, location(got))
    if isinstance(want, Raised) and got == NO_ERROR:
        said = f"{what} raises nothing, the reference raises {_said(want)}"
        return Difference(said, want.class_name, "no error")
    if isinstance(got, Unmade):
        return Difference(f"{what} was never reached.", _short(want), "never reached")
    return Difference(f"{what} did not say whether it raises.", _short(want), "unknown")


def _between(what: str, want: Raised, got: Raised, mode: str) -> Difference | None:
    if not _is_a(got, want):
        said = f"{what} raises {_said(got)}, the reference raises {_said(want)}"
        return Difference(said, want.class_name, got.class_name, location(got))
    if mode == "class" or got.message == want.message:
        return None
    if mode == "quoted" and quoted(want.message) in " ".join(got.message.split()):
        return None
    expected = quoted(want.message) if mode == "quoted" else want.message
    said = f"{what} says {cut(got.message)!r}, the reference {cut(expected)!r}."
    return Difference(said, repr(cut(expected)), repr(cut(got.message)), location(got))


def _is_a(got: Raised, want: Raised) -> bool:
    """Return whether an exception is of the wanted class, or of one derived from it. Running out of stack is an
    accident, though Python derives its class from RuntimeError."""
    if ACCIDENT in got.bases and want.class_name != ACCIDENT:
        return False
    is_builtin = want.class_name in want.bases
    return want.class_name in got.bases if is_builtin else want.class_name == got.class_name


def _said(raised: Raised) -> str:
    return f"{raised.class_name}: {cut(raised.message)}" if raised.message else raised.class_name


def _short(payload: Payload) -> str:
    return payload.class_name if isinstance(payload, Raised) else "no error"
