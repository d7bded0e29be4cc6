"""Print tensors as torch does: `tensor([1., 2.], requires_grad=True)`.

Only the elements that are shown are ever looked at: a tensor of more than `threshold` elements is cut to the edges
of each dimension first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import dtypes

if TYPE_CHECKING:
    from .backend import Array
    from .tensor import Tensor

__all__ = ["get_printoptions", "printoptions", "set_printoptions", "tensor_str"]


# ---- options ---------------------------------------------------------------------------------------------------


class _Options:
    """Digits after the point, elements before summarising, edge elements in a summary, line width, notation."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_options = _Options()

_PROFILES: dict[str, dict[str, float]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
_NAMES = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed; `profile` is "default", "short" or "full", None leaves an option alone.

    `sci_mode` is set by every call: None lets each tensor choose its notation.
    """
    chosen = dict(_PROFILES.get(profile or "", {}))
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    chosen.update({name: value for name, value in given.items() if value is not None})
    for name, value in chosen.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """Return the options as keyword arguments of `set_printoptions`."""
    return {name: getattr(_options, name) for name in _NAMES}


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Print with other options inside a `with` block."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


# ---- one number ------------------------------------------------------------------------------------------------


class _Formatter:
    """Writes the numbers of one tensor to a common width.

    Floats have three notations: whole numbers ("3."), fixed ("3.1416"), scientific ("3.1416e+00"). Only finite
    numbers other than zero decide which one, and how wide.
    """

    __slots__ = ("is_float", "spec", "whole", "width")

    def __init__(self, values: Sequence[Any], *, is_float: bool) -> None:
        self.is_float = is_float
        self.width = 1
        self.spec, self.whole = ".0f", True
        if not is_float:
            self.width = max((len(str(value)) for value in values), default=1)
            return
        finite = [value for value in values if value != 0 and math.isfinite(value)]
        if finite:
            self.spec, self.whole = self._notation(finite)
            self.width = max(len(format(value, self.spec)) for value in finite) + self.whole

    @staticmethod
    def _notation(finite: Sequence[float]) -> tuple[str, bool]:
        scientific = _options.sci_mode
        if scientific is None:
            sizes = [abs(value) for value in finite]
            low, high = min(sizes), max(sizes)
            scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
        if scientific:
            return f".{_options.precision}e", False
        whole = all(value == math.ceil(value) for value in finite)
        return (".0f" if whole else f".{_options.precision}f"), whole

    def __call__(self, value: Any) -> str:
        if not self.is_float:
            return str(value).rjust(self.width)
        text = format(value, self.spec)
        if self.whole and math.isfinite(value):
            text += "."
        return text.rjust(self.width)


class _ComplexFormatter:
    """Writes complex numbers: both parts have their own width, the imaginary one is never padded."""

    __slots__ = ("imag", "real", "width")

    def __init__(self, values: Sequence[complex]) -> None:
        self.real = _Formatter([value.real for value in values], is_float=True)
        self.imag = _Formatter([value.imag for value in values], is_float=True)
        self.width = self.real.width + self.imag.width + 1

    def __call__(self, value: complex) -> str:
        imaginary = self.imag(value.imag).lstrip() + "j"
        return self.real(value.real) + ("" if imaginary[0] in "+-" else "+") + imaginary


# ---- all numbers -----------------------------------------------------------------------------------------------


class _Cut:
    """Stands for the elements that a summary leaves out."""


_CUT = _Cut()


def _shown(array: Array, summarize: bool) -> Any:
    """Return the elements as nested lists, with `_CUT` where a summary leaves some out."""
    edge = _options.edgeitems
    if array.ndim == 0:
        return array.tolist()
    if not summarize or (array.ndim == 1 and array.shape[0] <= 2 * edge):
        return array.tolist()
    if array.shape[0] <= 2 * edge:
        return [_shown(part, True) for part in array]
    if not edge:
        return [_CUT]
    if array.ndim == 1:
        return [*array[:edge].tolist(), _CUT, *array[-edge:].tolist()]
    first = [_shown(array[index], True) for index in range(edge)]
    last = [_shown(array[index], True) for index in range(-edge, 0)]
    return [*first, _CUT, *last]


def _flat(shown: Any) -> list[Any]:
    if not isinstance(shown, list):
        return [shown]
    if not shown or not isinstance(shown[0], list):
        return [value for value in shown if value is not _CUT]
    return [value for part in shown if part is not _CUT for value in _flat(part)]


def _vector(shown: list[Any], indent: int, formatter: Any) -> str:
    per_line = max(1, (_options.linewidth - indent) // (formatter.width + 2))
    texts = [(" ..." if len(shown) > 1 else "...") if value is _CUT else formatter(value) for value in shown]
    lines = [", ".join(texts[start : start + per_line]) for start in range(0, len(texts), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _block(shown: Any, dim: int, indent: int, formatter: Any) -> str:
    if dim == 0:
        return str(formatter(shown))
    if dim == 1:
        return _vector(shown, indent, formatter)
    parts = ["..." if part is _CUT else _block(part, dim - 1, indent + 1, formatter) for part in shown]
    return "[" + ("," + "\n" * (dim - 1) + " " * (indent + 1)).join(parts) + "]"


def _contents(array: Array, dtype: dtypes.dtype, indent: int) -> str:
    if array.size == 0:
        return "[]"
    shown = _shown(array, array.size > _options.threshold)
    values = _flat(shown)
    formatter = (
        _ComplexFormatter(values)
        if dtype.is_complex
        else _Formatter(values, is_float=dtype.is_floating_point)
    )
    return _block(shown, array.ndim, indent, formatter)


# ---- the tensor ------------------------------------------------------------------------------------------------


def tensor_str(tensor: Tensor, *, contents: str | None = None) -> str:
    """Return `repr(tensor)`; `contents` replaces the numbers."""
    prefix = _prefix(tensor)
    indent = len(prefix)
    text = _contents(tensor._array, tensor.dtype, indent) if contents is None else contents
    return _with_suffixes(prefix + text, [*_of_elements(tensor), *_of_graph(tensor)], indent)


def _prefix(tensor: Tensor) -> str:
    name = type(tensor).__name__
    return "tensor(" if name in ("Tensor", "Parameter") else f"{name}("


def _of_elements(tensor: Tensor) -> Iterator[str]:
    if tensor.device.type != "cpu":
        yield f"device='{tensor.device}'"
    dtype, default = tensor.dtype, dtypes.get_default_dtype()
    if tensor._array.size == 0:
        if tensor.ndim != 1:
            yield f"size={tuple(tensor._array.shape)}"
        plain = dtype is default
    else:
        if not _options.edgeitems:
            yield f"size={tuple(tensor._array.shape)}"
        complex_default = dtypes.complex128 if default is dtypes.float64 else dtypes.complex64
        plain = dtype in (default, complex_default, dtypes.int64, dtypes.bool)
    if not plain:
        yield f"dtype={dtype}"


def _of_graph(tensor: Tensor) -> Iterator[str]:
    try:
        node = tensor.grad_fn
    except RuntimeError:  # a view that may not be changed in place, and was
        yield "grad_fn=<Invalid>"
        return
    if node is not None:
        yield f"grad_fn=<{node.name().rpartition('::')[2]}>"
    elif tensor.requires_grad:
        yield "requires_grad=True"


def _with_suffixes(text: str, suffixes: Sequence[str], indent: int) -> str:
    parts = [text]
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > _options.linewidth:
            parts.append(",\n" + " " * indent + suffix)
            length = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            length += len(suffix) + 2
    return "".join(parts) + ")"
