"""Functions of Python called for each element: slow, for programs that need no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend import xp
from ..tensor import Tensor
from .registry import method
from .shape import type_in_messages

__all__: list[str] = []


def _refuse_grad(name: str, *tensors: Tensor) -> None:
    if any(each.requires_grad for each in tensors):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead."
        )


def _fill(name: str, self: Tensor, call: Callable[..., Any], *others: Tensor) -> Tensor:
    """Put what `call` returns for the elements at each place into the tensor."""
    places = ("'other'",) if len(others) == 1 else ("argument 'x'", "argument 'y'")
    for place, each in zip(places, others, strict=False):
        if each.dtype is not self.dtype:
            raise TypeError(
                f"{name}: expected {type_in_messages(self)} for {place} (got {type_in_messages(each)})"
            )
    shape = self._array.shape
    given = [self, *[each.expand(tuple(shape)) for each in others[::-1]][::-1]]  # the last is refused first
    rows = [each._array.reshape(-1).tolist() for each in given]
    made = [_number(call(*each)) for each in zip(*rows, strict=True)]
    self._array[...] = xp.asarray(made).astype(self._array.dtype).reshape(shape)
    return self  # torch does not count this as a change


def _number(value: Any) -> Any:
    if not isinstance(value, bool | int | float | complex):
        raise TypeError(f"must be real number, not {type(value).__name__}")
    return value


@method
def apply_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Replace each element by what a function returns for it."""
    if kwargs:
        raise TypeError("TensorBase.apply_() takes no keyword arguments")
    if len(args) != 1:
        raise TypeError(f"TensorBase.apply_() takes exactly one argument ({len(args)} given)")
    _refuse_grad("apply_", self)
    return _fill("apply_", self, args[0])


@method
def map_(self: Tensor, other: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace each element by what a function returns for it and that of another tensor."""
    _refuse_grad("map_", self, other)
    return _fill("map_", self, callable, other)


@method
def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Replace each element by what a function returns for it and those of two other tensors."""
    _refuse_grad("map2_", self, x, y)
    return _fill("map2_", self, callable, x, y)
