"""Make special functions of one or two operands: integers become float first, and dtypes without a kernel are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..backend import Array, xp
from ..graph import Node
from ..recording import record
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast, keep_layout
from .inplace import update
from .pointwise import converted
from .registry import method

__all__ = ["failing_rule", "in_place", "of_one", "of_two", "refuse_kernel"]

Compute = Callable[..., Array]


def refuse_kernel(kernel: str, dtype: dtypes.dtype, low: bool) -> None:
    """Refuse complex numbers; float16 as well unless `low`."""
    if dtype.is_complex or (dtype.itemsize == 2 and not low):
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{dtype._scalar}'")


def of_one(
    name: str,
    kind: type[Node] | None,
    compute: Compute,
    *,
    low: bool = False,
    kernel: str = "",
    parameter: str = "input",
) -> Callable[..., Tensor]:
    """Return a function of one tensor; without a `kind` it has no derivative. `low` says that it takes float16."""

    def apply(input: Tensor) -> Tensor:
        x = input._array
        if x.dtype.kind in "biu":
            x = converted(x)
        refuse_kernel(kernel or f"{name}_cpu", dtypes.of(x.dtype), low)
        return wrap(compute(x)) if kind is None else record(kind, compute(x), (input,))

    def of_x(x: Tensor) -> Tensor:
        return apply(x)

    made = apply if parameter == "input" else of_x
    made.__name__ = made.__qualname__ = name
    made.__doc__ = compute.__doc__
    return made


def of_two(
    name: str,
    kinds: tuple[type[Node] | None, ...],
    compute: Compute,
    *,
    low: bool = False,
    integers: bool = True,
) -> Callable[..., Tensor]:
    """Return a function of two operands. `kinds` are its nodes for two tensors, a number in front, a number behind.

    `integers` says that it takes them.
    """

    def apply(input: Any, other: Any) -> Tensor:
        beside = [each for each in (input, other) if isinstance(each, Tensor)]
        numbered = len(beside) < 2
        at = 0 if not numbered else 1 if isinstance(other, Tensor) else 2
        joint = dtypes.result_of((input, other))
        arrays = [each._array for each in beside]
        if not numbered:
            check_broadcast(*[each.shape for each in arrays])
        if joint._is_integral and not integers:
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{joint._scalar}'")
        if joint._is_integral:
            joint = dtypes.get_default_dtype()
        refuse_kernel(f"{name}_cpu", joint, low)
        operands = [_as_array(each, joint) for each in (input, other)]
        array = keep_layout(compute(*operands), *arrays)
        kind = kinds[at]
        if kind is None:
            return wrap(array)
        if not numbered:
            return record(kind, array, (input, other))
        return record(kind, array, (beside[0],), (other if at == 2 else input,))

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = compute.__doc__
    return apply


def _as_array(value: Any, dtype: dtypes.dtype) -> Array:
    array = value._array if isinstance(value, Tensor) else xp.asarray(value)
    return array.astype(dtype._numpy, copy=False)


def failing_rule(text: str) -> Callable[..., Any]:
    """Return the rule of an operand for which torch has no derivative."""

    def rule(g: Any) -> Any:
        raise NotImplementedError(text)

    return rule


def in_place(call: Callable[..., Tensor], publish: Any = method, **options: Any) -> None:
    """Publish the in-place form of a function, which has no other operands that are tensors, or checks them itself."""
    name = f"{call.__name__}_"

    def change(self: Tensor, *args: Any) -> Tensor:
        return update(name, self, call, *args, **options)

    change.__name__ = change.__qualname__ = name
    change.__doc__ = f"Do `{call.__name__}` in place."
    change.declared = True  # type: ignore[attr-defined]
    publish(change)
