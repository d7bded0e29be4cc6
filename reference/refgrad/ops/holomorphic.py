"""Derivatives of complex numbers: the rules of functions that are complex differentiable, with conjugates."""

from __future__ import annotations

from typing import Any

from .. import both, dtypes
from ..backend import Array
from ..graph import Node
from ..recording import requires_recording
from ..tensor import Tensor

__all__ = ["holomorphic", "refuse_complex", "refuse_complex_gradient", "suited"]


_CONJUGATING: dict[type[Node], type[Node]] = {}


def holomorphic(kind: type[Node]) -> type[Node]:
    """Return a kind of node for complex numbers, whose rules get conjugates of what was saved.

    The rules of functions that are complex differentiable give g * f'(z), where g * conj(f'(z)) is due. As their
    constants are real, that is g * f'(conj(z)).
    """

    if kind not in _CONJUGATING:
        _CONJUGATING[kind] = _conjugating(kind)
    return _CONJUGATING[kind]


def _conjugating(kind: type[Node]) -> type[Node]:
    plain: Any = kind.differentiate

    def conjugated(g: Any, values: Any, edges: Any) -> Any:
        return plain(g, [both.conj(each) for each in values], edges)

    members = {
        "__slots__": (),
        "__module__": "builtins",
        "plans": {},
        "differentiate": staticmethod(conjugated),
    }
    return type(kind.__name__, (kind,), members)


def suited(kind: type[Node], array: Array) -> type[Node]:
    """Return the kind of node for the result at hand: its own, or for complex numbers the conjugating one."""
    return holomorphic(kind) if array.dtype.kind == "c" else kind


def refuse_complex_gradient(name: str, *tensors: Tensor) -> None:
    """Refuse to record a function of complex numbers that has a derivative for real ones only."""
    if any(each._array.dtype.kind == "c" for each in tensors) and requires_recording(*tensors):
        raise RuntimeError(
            f"{name} does not support automatic differentiation for outputs with complex dtype."
        )


def refuse_complex(x: Array, text: str, error: type[Exception] = NotImplementedError) -> None:
    """Refuse complex numbers; the text may name their dtype."""
    if x.dtype.kind == "c":
        raise error(text.format(dtypes.of(x.dtype)._scalar))
