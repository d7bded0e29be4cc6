"""What no observer asks for: that the program ran to its end, what it read on its way, and which hooks were called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from gradlab import Check, Finding, Observation, hookimpl, pairs
from gradlab.wire import Missing, Raised, Scalar, Seq
from gradlab_plugins.comparing import cut, difference, finding, in_words, location, named
from gradlab_plugins.wording import said

__all__ = ["judge"]

REACHED = Scalar("reached")
TASK = re.compile(r"[Tt]ask\s+(\d+(?:\.\d+)*)")


@hookimpl
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Find an early end, other answers on the way, and hooks called otherwise."""
    help_ = check.help or None
    end = _end(actual)
    if end is not None and end.payload != REACHED:
        return [*_reads(check, expected, actual), _stopped(end, help_)]
    return [
        *_reads(check, expected, actual),
        *_calls(expected, actual, help_),
        *_one_sided(expected, actual, end, help_),
    ]


def _end(observations: Sequence[Observation]) -> Observation | None:
    return next((seen for seen in observations if seen.kind == "end"), None)


def _stopped(end: Observation, help_: str | None) -> Finding:
    """Say why the program did not reach its end."""
    payload = end.payload
    if isinstance(payload, Missing):
        return Finding("program", f"There is no {cut(payload.name)} in this engine.", help=help_)
    if not isinstance(payload, Raised):
        return Finding("program", "The program did not reach its end.", help=help_)
    place = location(payload)
    if payload.class_name == "NotImplementedError":
        task = TASK.search(payload.message)
        text = f"Not implemented yet (task {task[1]})." if task else "Not implemented yet."
        return Finding("program", text, location=place)
    what = named(end.label) if end.label else "The program"
    return Finding(
        "program",
        f"{what} raises {said(payload)}, the reference raises nothing.",
        expected="no error",
        actual=payload.class_name,
        help=help_,
        location=place,
        sid=end.sid,
        kind=f"raises {payload.class_name}",
    )


def _reads(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Iterator[Finding]:
    for wanted, got in pairs(expected, actual, ("read",)):
        found = difference(named(wanted.label), wanted.payload, got.payload, check.tolerance)
        if found is not None:
            yield finding("program", found, check, wanted)


def _calls(
    expected: Sequence[Observation], actual: Sequence[Observation], help_: str | None
) -> Iterator[Finding]:
    """Compare how often, and in which order, the engine called the check's functions."""
    want, got = _called(expected), _called(actual)
    if want == got:
        return
    often, found = Counter(want), Counter(got)
    for name in dict.fromkeys([*want, *got]):
        if often[name] != found[name]:
            yield Finding(
                "program",
                f"The function {name} was {_called_times(found[name])}, the reference {_calls_it(often[name])}.",
                expected=_times(often[name]),
                actual=_times(found[name]),
                help=help_,
                kind=f"{name} called {'too often' if found[name] > often[name] else 'too seldom'}",
            )
    if often == found:
        yield Finding(
            "program",
            f"The functions were called in the order {_listed(got)}; the reference calls them in the order "
            f"{_listed(want)}.",
            expected=_listed(want),
            actual=_listed(got),
            help=help_,
            kind="order",
        )


def _called(observations: Sequence[Observation]) -> list[str]:
    payload = next((seen.payload for seen in observations if seen.kind == "calls"), None)
    if not isinstance(payload, Seq):
        return ["(unknown)"]
    return [str(item.value) for item in payload.items if isinstance(item, Scalar)]


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _called_times(count: int) -> str:
    return f"called {_times(count)}" if count else "never called"


def _calls_it(count: int) -> str:
    return f"calls it {_times(count)}" if count else "never calls it"


def _listed(names: Sequence[str]) -> str:
    return cut(", ".join(names), 120) or "none"


def _one_sided(
    expected: Sequence[Observation],
    actual: Sequence[Observation],
    end: Observation | None,
    help_: str | None,
) -> Iterator[Finding]:
    """The submission claims to have reached the end: then it made every observation, and no other."""
    want = {(seen.sid, seen.nth): seen for seen in expected}
    got = {(seen.sid, seen.nth): seen for seen in actual}
    if end is None:
        yield Finding("program", "The submission did not say how the program ended.", help=help_)
    for key, seen in want.items():
        if key not in got and seen.kind not in ("calls", "end"):
            yield Finding(
                "program",
                f"{named(seen.label)} was never made.",
                expected="made" if seen.payload == Scalar(None) else in_words(seen.payload),
                actual="never made",
                help=help_,
                sid=seen.sid,
                kind="never made",
            )
    extra = [seen for key, seen in got.items() if key not in want]
    if extra and _called(expected) == _called(actual):
        said = f"{named(extra[0].label)} was made once too often."
        yield Finding("program", said, help=help_, sid=extra[0].sid, kind="made too often")
