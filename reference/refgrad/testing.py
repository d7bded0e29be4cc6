"""For tests: `assert_close`, with torch's tolerances and messages, and `make_tensor`."""

from __future__ import annotations

import builtins
import cmath
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import dtypes
from ._drawn_tensors import make_tensor
from .absent import nothing_else
from .backend import xp
from .tensor import Tensor

__all__ = ["assert_close", "make_tensor"]

# Relative and absolute tolerance by dtype; whatever is not listed is compared exactly.
_TOLERANCES = {
    dtypes.float16: (1e-3, 1e-5),
    dtypes.float32: (1.3e-6, 1e-5),
    dtypes.float64: (1e-7, 1e-7),
    dtypes.complex64: (1.3e-6, 1e-5),
    dtypes.complex128: (1e-7, 1e-7),
}
_NUMBERS = {int: dtypes.int64, float: dtypes.float64, complex: dtypes.complex128}


class _Options:
    """What `assert_close` was asked for."""

    def __init__(
        self,
        rtol: float | None,
        atol: float | None,
        equal_nan: bool,
        check_device: bool,
        check_dtype: bool,
        check_layout: bool,
        check_stride: bool,
    ) -> None:
        if (rtol is None) != (atol is None):
            missing = "rtol" if rtol is None else "atol"
            raise ValueError(
                f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}."
            )
        self.rtol, self.atol, self.equal_nan = rtol, atol, equal_nan
        self.check_device, self.check_dtype = check_device, check_dtype
        self.check_layout, self.check_stride = check_layout, check_stride

    def tolerances(self, *given: dtypes.dtype) -> tuple[float, float]:
        """Return relative and absolute tolerance for values of these dtypes: the larger of their defaults."""
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        found = [_TOLERANCES.get(each, (0.0, 0.0)) for each in given]
        return max(rtol for rtol, _ in found), max(atol for _, atol in found)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Raise AssertionError unless two tensors, numbers, or sequences and mappings of them are close."""
    options = _Options(rtol, atol, equal_nan, check_device, check_dtype, check_layout, check_stride)
    found = _compare(actual, expected, options, ())
    if found is None:
        return
    raise AssertionError(msg if isinstance(msg, str) else found if msg is None else msg(found))


def _compare(actual: Any, expected: Any, options: _Options, place: tuple[Any, ...]) -> str | None:
    """Return the message about what differs first, None where nothing does."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            return _at(f"The length of the sequences mismatch: {len(actual)} != {len(expected)}", place)
        pairs = [((*place, at), actual[at], expected[at]) for at in range(len(actual))]
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        text = _keys(actual, expected)
        if text is not None:
            return _at(text, place)
        pairs = [((*place, key), actual[key], expected[key]) for key in actual]
    elif actual is None or expected is None:
        if actual is expected:
            return None
        return _at(f"None mismatch: {actual} is not {expected}", place)
    else:
        text = _compare_values(actual, expected, options, place)
        return None if text is None else _at(text, place)
    for where, one, other in pairs:
        text = _compare(one, other, options, where)
        if text is not None:
            return text
    return None


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _keys(actual: Mapping[Any, Any], expected: Mapping[Any, Any]) -> str | None:
    missing, extra = expected.keys() - actual.keys(), actual.keys() - expected.keys()
    if not (missing or extra):
        return None
    return (
        "The keys of the mappings do not match:\n"
        f"Missing keys in the actual mapping: {sorted(missing)}\n"
        f"Additional keys in the actual mapping: {sorted(extra)}"
    )


def _at(text: str, place: tuple[Any, ...]) -> str:
    if not place:
        return text
    item = "".join(f"[{each!r}]" for each in place)
    return f"{text}\n\nThe failure occurred for item {item}"


def _compare_values(actual: Any, expected: Any, options: _Options, place: tuple[Any, ...]) -> str | None:
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        return _compare_tensors(actual, expected, options)
    numbers = bool | int | float | complex
    if isinstance(actual, bool) and isinstance(expected, bool):
        return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"
    if isinstance(actual, numbers) and isinstance(expected, numbers):
        return _compare_numbers(actual, expected, options)
    text = f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}."
    raise TypeError(_at(text, place))


def _compare_numbers(actual: Any, expected: Any, options: _Options) -> str | None:
    kinds = [_NUMBERS[int if isinstance(each, bool) else type(each)] for each in (actual, expected)]
    if options.check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    rtol, atol = options.tolerances(*kinds)
    if actual == expected:
        return None
    if options.equal_nan and cmath.isnan(actual) and cmath.isnan(expected):
        return None
    difference = abs(actual - expected)
    bound = atol + rtol * abs(expected)
    if cmath.isfinite(difference) and difference <= bound:
        return None
    return _scalar_text(actual, expected, difference, rtol, atol)


def _scalar_text(actual: Any, expected: Any, difference: Any, rtol: float, atol: float) -> str:
    equality = rtol == atol == 0
    relative = float("inf") if expected == 0 else difference / abs(expected)
    lines = [
        f"Scalars are not {'equal' if equality else 'close'}!",
        "",
        f"Expected {expected} but got {actual}.",
        f"Absolute difference: {difference}{'' if equality else f' (up to {atol} allowed)'}",
        f"Relative difference: {relative}{'' if equality else f' (up to {rtol} allowed)'}",
    ]
    return "\n".join(lines)


def _compare_tensors(actual: Tensor, expected: Tensor, options: _Options) -> str | None:
    checks: list[tuple[str, Any, Any]] = [("shape", actual.shape, expected.shape)]
    if options.check_layout:
        checks.append(("layout", actual.layout, expected.layout))
    if options.check_device:
        checks.append(("device", actual.device, expected.device))
    if options.check_dtype:
        checks.append(("dtype", actual.dtype, expected.dtype))
    if options.check_stride:
        checks.append(("stride()", actual.stride(), expected.stride()))
    for name, one, other in checks:
        if one != other:
            return f"The values for attribute '{name}' do not match: {one} != {other}."
    rtol, atol = options.tolerances(actual.dtype, expected.dtype)
    expected = expected.to(actual.device)
    joint = dtypes.promote(actual.dtype, expected.dtype)._numpy
    x, y = actual._array.astype(joint), expected._array.astype(joint)
    if joint.kind in "biu":  # exact, and without overflow
        same = x == y if rtol == atol == 0 else xp.isclose(x, y, rtol, atol)
    else:
        same = xp.isclose(x, y, rtol, atol, equal_nan=options.equal_nan)
    if builtins.bool(xp.all(same)):
        return None
    return _tensor_text(x, y, same, rtol, atol)


def _tensor_text(x: Any, y: Any, same: Any, rtol: float, atol: float) -> str:
    if x.dtype.kind == "b" or x.dtype.kind in "iu":
        x, y = x.astype(xp.int64), y.astype(xp.int64)
    if not x.ndim:
        actual, expected = x.item(), y.item()
        difference = abs(actual - expected)
        return _scalar_text(actual, expected, difference, rtol, atol)
    equality = rtol == atol == 0
    wrong = ~same
    count, total = int(wrong.sum()), x.size
    difference = xp.absolute(x - y)
    largest = _largest(difference, wrong)
    size = xp.absolute(y)
    if size.dtype.kind in "iu":
        relative = difference.astype(xp.float32) / size.astype(xp.float32)
    else:
        relative = difference / size
    widest = _largest(relative, wrong)
    return "\n".join(
        [
            f"Tensor-likes are not {'equal' if equality else 'close'}!",
            "",
            f"Mismatched elements: {count} / {total} ({count / total:.1%})",
            f"Greatest absolute difference: {largest[0]} at index {largest[1]}"
            + ("" if equality else f" (up to {atol} allowed)"),
            f"Greatest relative difference: {widest[0]} at index {widest[1]}"
            + ("" if equality else f" (up to {rtol} allowed)"),
        ]
    )


def _largest(values: Any, wrong: Any) -> tuple[Any, tuple[int, ...]]:
    """Return the largest value where the mask holds (nan counts as largest), and its index."""
    flat = xp.where(wrong, values, xp.zeros((), values.dtype)).reshape(-1)
    place = int(xp.argmax(flat))
    index = xp.unravel_index(xp.asarray(place), values.shape)
    return flat[place].item(), tuple([int(each) for each in index])


__getattr__ = nothing_else("torch.testing")
