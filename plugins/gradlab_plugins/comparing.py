"""Compare what two engines answered, and say the difference in a sentence. Equal means proved equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradlab import Check, Comparison, Finding, Location, Observation
from gradlab.wire import Alive, Array, Flags, Missing, Opaque, Payload, Raised, Scalar, Seq, Unmade
from gradlab_plugins.side_by_side import number, side_by_side, written

__all__ = ["TOLERANCE", "Difference", "cut", "difference", "finding", "location", "named"]

# How far apart two elements may be, relative to the largest element of the expected array.
TOLERANCE: Mapping[str, float] = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-9}
SMALLEST_SCALE = 1e-3  # below it a difference counts absolutely: zero is never hit exactly
FEW = 6  # so many elements are written out
LONGEST = 300


@dataclass(frozen=True)
class Difference:
    """What is different, as a sentence, and both sides in a few characters. `kind` is the class of difference: two
    programs that show the same mistake have it in common."""

    message: str
    expected: str
    actual: str
    location: Location | None = None
    kind: str = "other"
    comparison: Comparison | None = None


def difference(
    name: str, expected: Payload, actual: Payload, tolerance: Mapping[str, float]
) -> Difference | None:
    """Return how `actual` differs from `expected`, or None if they are equal within the tolerance of their dtype.

    `name` is what the sentence speaks of (`"x.grad"`). NaN equals nothing.
    """
    if isinstance(actual, Raised):
        text = f"{actual.class_name}: {cut(actual.message)}"
        said = f"Reading {name} raises {text}"
        return Difference(said, in_words(expected), text, location(actual), f"raises {actual.class_name}")
    if isinstance(actual, Unmade):
        said = f"{name} was never made, because the function that makes it was not called as often."
        return Difference(said, in_words(expected), "never made", kind="never made")
    if isinstance(expected, Array) and isinstance(actual, Array):
        return _arrays(name, expected, actual, tolerance)
    if isinstance(expected, Scalar) and isinstance(actual, Scalar):
        return _scalars(name, expected, actual, tolerance)
    if isinstance(expected, Seq) and isinstance(actual, Seq):
        return _sequences(name, expected, actual, tolerance)
    if isinstance(expected, Alive | Flags) and expected == actual:
        return None
    want, got = in_words(expected), in_words(actual)
    if want == got:  # a number here, a tensor there
        want, got = _noun(expected), _noun(actual)
    return _plain(name, want, got, _kind(expected, actual))


def finding(plugin: str, found: Difference, check: Check, wanted: Observation) -> Finding:
    """Return a plugin's finding about an observation."""
    return Finding(
        plugin,
        found.message,
        expected=found.expected,
        actual=found.actual,
        help=check.help or None,
        location=found.location,
        sid=wanted.sid,
        comparison=found.comparison,
        kind=found.kind,
    )


def named(label: str, attribute: str = "") -> str:
    """Return how a sentence speaks of what the check's author wrote."""
    label = cut(label) or "the result"
    if not attribute:
        return label
    simple = label.replace(".", "").replace("_", "").isalnum() or label.endswith((")", "]"))
    return f"{label}.{attribute}" if simple and label[0] != "(" else f"({label}).{attribute}"


def location(raised: Raised) -> Location | None:
    """Return where in the student's files an exception came from."""
    return Location(raised.file, raised.line) if raised.file and raised.line else None


def cut(text: str, longest: int = LONGEST) -> str:
    """Return a text that is short enough for a sentence."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def in_words(payload: Payload) -> str:
    """Return what something is, in a few words."""
    match payload:
        case Scalar(value=value):
            return cut(repr(value))
        case Array():
            elements = _elements(payload)
            if elements.size <= FEW:
                return written(elements)
            return f"{_noun(payload)} of shape {tuple(payload.shape)}"
        case Seq():
            return f"a {payload.kind} of {len(payload.items)}"
        case Raised():
            return f"{payload.class_name}: {cut(payload.message)}"
        case Missing(name=name) | Opaque(class_name=name):
            return f"a {cut(name)}"
        case Alive(alive=alive):
            return "alive" if alive else "released"
        case Flags():
            return "flags"
    return "nothing"


def _plain(name: str, expected: str, actual: str, kind: str) -> Difference:
    return Difference(f"{name} is {actual}, the reference has {expected}.", expected, actual, kind=kind)


def _kind(expected: Payload, actual: Payload) -> str:
    """Return the class of difference between payloads that cannot be compared any further."""
    if isinstance(actual, Alive):
        return "alive" if actual.alive else "released"
    if actual == Scalar(None):
        return "None"
    return "not None" if expected == Scalar(None) else "type"


def _noun(payload: Payload) -> str:
    if isinstance(payload, Array):
        return "a tensor" if payload.tensor else "a numpy array"
    return (
        f"the {type(payload.value).__name__} {in_words(payload)}"
        if isinstance(payload, Scalar)
        else "something"
    )


def _elements(array: Array) -> np.ndarray[Any, Any]:
    return np.frombuffer(array.data, array.dtype).reshape(array.shape)


# --- arrays ------------------------------------------------------------------------------------------------------
def _arrays(name: str, expected: Array, actual: Array, tolerance: Mapping[str, float]) -> Difference | None:
    if expected.tensor != actual.tensor:
        return _plain(name, _noun(expected), _noun(actual), "type")
    if expected.shape != actual.shape:
        shapes = f"shape {tuple(expected.shape)}", f"shape {tuple(actual.shape)}"
        said = f"{name} has {shapes[1]}, the reference has {shapes[0]}."
        return Difference(said, *shapes, kind="shape")
    if expected.dtype != actual.dtype:
        said = f"{name} has dtype {actual.dtype}, the reference has {expected.dtype}."
        return Difference(said, expected.dtype, actual.dtype, kind="dtype")
    want, got = _elements(expected), _elements(actual)
    wrong = ~_close(want, got, _limit(expected.dtype, tolerance))
    return _elementwise(name, want, got, wrong) if wrong.any() else None


def _limit(dtype: str, tolerance: Mapping[str, float]) -> float:
    return tolerance.get(dtype, TOLERANCE.get(dtype, 0.0))


def _close(want: np.ndarray[Any, Any], got: np.ndarray[Any, Any], limit: float) -> np.ndarray[Any, Any]:
    """Return, element by element, whether two arrays agree."""
    if want.dtype.kind != "f" or not want.size:
        return np.asarray(want == got)
    want, got = want.astype(np.float64), got.astype(np.float64)
    with np.errstate(all="ignore"):
        scale = np.abs(want[np.isfinite(want)]).max(initial=SMALLEST_SCALE)
        return np.asarray((want == got) | (np.abs(want - got) <= limit * scale))


def _elementwise(
    name: str, want: np.ndarray[Any, Any], got: np.ndarray[Any, Any], wrong: np.ndarray[Any, Any]
) -> Difference:
    if want.size == 1:
        exact = written(want) == written(got)
        return _plain(name, written(want, exact), written(got, exact), "value")
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    exact = number(want[place]) == number(got[place])
    first, second = number(want[place], exact), number(got[place], exact)
    where = f"[{', '.join(map(str, place))}]"
    said = (
        f"{name} differs from the reference in {int(wrong.sum())} of {want.size} elements; {name}{where} is {second}, "
        f"the reference has {first}."
    )
    sides = f"{first} at {where}", f"{second} at {where}"
    if want.size <= FEW:
        exact = written(want) == written(got)
        sides = written(want, exact), written(got, exact)
    return Difference(said, *sides, kind="value", comparison=side_by_side(want, got, wrong))


# --- plain values and sequences ----------------------------------------------------------------------------------
def _scalars(
    name: str, expected: Scalar, actual: Scalar, tolerance: Mapping[str, float]
) -> Difference | None:
    want, got = expected.value, actual.value
    if type(want) is float and type(got) is float:
        limit = _limit("float64", tolerance)
        if _close(np.array(want), np.array(got), limit):
            return None
        exact = number(want) == number(got)
        return _plain(name, number(want, exact), number(got, exact), "value")
    if type(want) is type(got) and want == got:
        return None
    if repr(want) == repr(got):
        return Difference(
            f"{name} is {cut(repr(got))}, which equals nothing.",
            cut(repr(want)),
            cut(repr(got)),
            kind="value",
        )
    if want == got:
        return _plain(name, _noun(expected), _noun(actual), "type")
    kind = "value" if type(want) is type(got) else _kind(expected, actual)
    return _plain(name, cut(repr(want)), cut(repr(got)), kind)


def _sequences(name: str, expected: Seq, actual: Seq, tolerance: Mapping[str, float]) -> Difference | None:
    if expected.kind != actual.kind:
        return _plain(name, f"a {expected.kind}", f"a {actual.kind}", "type")
    want, got = len(expected.items), len(actual.items)
    if want != got:
        return Difference(
            f"{name} has {got} items, the reference has {want}.",
            f"{want} items",
            f"{got} items",
            kind="length",
        )
    for index, (left, right) in enumerate(zip(expected.items, actual.items, strict=True)):
        if (found := difference(f"{name}[{index}]", left, right, tolerance)) is not None:
            whole, mine = _listed(expected), _listed(actual)
            return replace(found, expected=whole, actual=mine) if whole and mine else found
    return None


def _listed(sequence: Seq) -> str:
    """Return a short sequence of plain values as a whole, or nothing."""
    values = [item.value for item in sequence.items if isinstance(item, Scalar)]
    if len(values) < len(sequence.items) or len(values) > FEW:
        return ""
    return cut(repr(tuple(values) if sequence.kind == "tuple" else values))
