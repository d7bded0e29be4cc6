"""Choosing elements: `where`, `clamp`, maxima and minima of two operands or along a dimension."""

from __future__ import annotations

import warnings
from typing import Any

from .. import backend, both, dtypes, scalars
from ..backend import Array, xp
from ..graph import Node, derivative
from ..recording import record
from ..return_types import pair
from ..tensor import Tensor, wrap
from .arithmetic import binary
from .broadcasting import cast, check_broadcast, keep_layout, row_major
from .holomorphic import refuse_complex, refuse_complex_gradient
from .inplace import MISMATCH, update
from .reductions import (
    AmaxBackward0,
    AminBackward0,
    MaxBackward0,
    MaxBackward1,
    MinBackward0,
    MinBackward1,
    as_given,
    axes_of,
)
from .registry import alias, function, method, public
from .shape import axis_of

__all__: list[str] = []

WhereBackward0 = derivative(
    "WhereBackward0",
    saves="condition",
    self=lambda g, condition: both.keep(g, _holds(condition)),
    other=lambda g, condition: both.keep(g, ~_holds(condition)),
)


def _pick(mask: Array, g: Any) -> Any:
    """Return the gradient where the mask is true, half of it where the mask says so."""
    return both.like(mask.astype(both.plain(g).dtype), g) * g


def _shared(g: Any, a: Any, b: Any, lost: Array) -> Any:
    """Return the gradient of the larger or smaller of two: half of it where they are equal, none where one is lost."""
    a, b = both.plain(a), both.plain(b)
    return both.blank(both.where(keep_layout(a == b, a, b), g / 2, g), lost)


MaximumBackward0 = derivative(
    "MaximumBackward0",
    self=lambda g, self, other: _shared(g, self, other, both.plain(self) < both.plain(other)),
    other=lambda g, self, other: _shared(g, self, other, both.plain(self) > both.plain(other)),
)
MinimumBackward0 = derivative(
    "MinimumBackward0",
    self=lambda g, self, other: _shared(g, self, other, both.plain(self) > both.plain(other)),
    other=lambda g, self, other: _shared(g, self, other, both.plain(self) < both.plain(other)),
)
FminBackward0 = derivative(
    "FminBackward0",
    self=lambda g, self, other: both.mask_out(g, ~_at_most(self, other)),
    other=lambda g, self, other: both.mask_out(g, _at_most(self, other)),
)
FmaxBackward0 = derivative(
    "FmaxBackward0",
    self=lambda g, self, other: both.mask_out(g, ~_at_least(self, other)),
    other=lambda g, self, other: both.mask_out(g, _at_least(self, other)),
)


def _at_most(a: Any, b: Any) -> Array:
    """Return where the first operand is chosen as the smaller: it is no larger, or the other is nan."""
    x, y = both.plain(a), both.plain(b)
    found: Array = (x <= y) | xp.isnan(y)
    return found


def _at_least(a: Any, b: Any) -> Array:
    """Return where the first operand is chosen: it is as large, or the other is nan."""
    x, y = both.plain(a), both.plain(b)
    found: Array = (x >= y) | xp.isnan(y)
    return found


_IN_RANGE = lambda g, self, min, max: both.keep(g, _inside(self, min, max))  # noqa: E731 - shared by three kinds
ClampBackward1 = derivative("ClampBackward1", args="min max", self=_IN_RANGE)
ClampMinBackward0 = derivative("ClampMinBackward0", args="min max", self=_IN_RANGE)
ClampMaxBackward0 = derivative("ClampMaxBackward0", args="min max", self=_IN_RANGE)
_LIMITED: dict[str, Any] = {
    "self": _IN_RANGE,
    "min": lambda g, self, min, max: both.keep(g, _below(self, min, max)),
    "max": lambda g, self, min, max: both.keep(g, _above(self, min, max)),
}
ClampBackward0 = derivative("ClampBackward0", **_LIMITED)
ClampMinBackward1 = derivative(
    "ClampMinBackward1",
    self=lambda g, self, min: both.keep(g, both.plain(self) >= both.plain(min)),
    min=lambda g, self, min: both.keep(g, both.plain(self) < both.plain(min)),
)
ClampMaxBackward1 = derivative(
    "ClampMaxBackward1",
    self=lambda g, self, max: both.keep(g, both.plain(self) <= both.plain(max)),
    max=lambda g, self, max: both.keep(g, both.plain(self) > both.plain(max)),
)


def _inside(value: Any, low: Any, high: Any) -> Array:
    x = both.plain(value)
    masks = [
        mask
        for mask in (
            None if low is None else x >= both.plain(low),
            None if high is None else x <= both.plain(high),
        )
        if mask is not None
    ]
    return masks[0] if len(masks) == 1 else _joined(xp.logical_and, *masks)


def _joined(combine: Any, first: Any, second: Any) -> Array:
    """Combine two masks; the second must fit into the first, in which torch does it in place."""
    check_broadcast(first.shape, second.shape)
    joint = backend.broadcast_shapes(first.shape, second.shape)
    if joint != first.shape:
        raise RuntimeError(MISMATCH.format(list(first.shape), list(joint)))
    found: Array = combine(first, second)
    return found


def _below(value: Any, low: Any, high: Any) -> Any:
    x, a = both.plain(value), both.plain(low)
    return x < a if high is None else _joined(xp.logical_and, x < a, a < both.plain(high))


def _above(value: Any, low: Any, high: Any) -> Any:
    x, b = both.plain(value), both.plain(high)
    return x > b if low is None else _joined(xp.logical_or, x > b, b < both.plain(low))


def _holds(condition: Any) -> Array:
    """Return where a condition holds; one of uint8 (deprecated) where it is not 0."""
    found: Array = both.plain(condition)
    if found.dtype != xp.uint8:
        return found
    warnings.warn(
        "where received a uint8 condition tensor. This behavior is deprecated and will be removed in a future "
        "version of PyTorch. Use a boolean condition instead.",
        UserWarning,
        stacklevel=4,
    )
    return found.astype(bool)


@function
def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """Return `input` where the condition holds and `other` elsewhere, or the indices where it holds."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if not all(isinstance(each, Tensor | bool | int | float | complex) for each in (input, other)):
        raise TypeError("where")
    c = _holds(condition)
    if c.dtype.kind != "b":
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {condition.dtype._scalar}"
        )
    want = dtypes.result_of((input, other))
    x, y = [
        each._array.astype(want._numpy, copy=False)
        if isinstance(each, Tensor)
        else xp.asarray(each).astype(want._numpy)
        if want is dtypes.float16  # in which too large is inf
        else scalars.stored(each, want)
        for each in (input, other)
    ]
    _check_three(c.shape, x.shape, y.shape)
    array = xp.where(c, x, y)
    if array.ndim > 1:
        array = keep_layout(
            array, condition._array, *[each._array for each in (input, other) if isinstance(each, Tensor)]
        )
    return record(WhereBackward0, array, (input, other), (), (condition,))


def _check_three(condition: tuple[int, ...], x: tuple[int, ...], y: tuple[int, ...]) -> None:
    """Refuse shapes that do not broadcast: the condition's with the first choice's, then both with the other's."""
    check_broadcast(condition, x)
    check_broadcast(backend.broadcast_shapes(condition, x), y)


def _where_method(self: Tensor, condition: Tensor, other: Any) -> Any:
    """Return the elements where the condition holds and those of `other` elsewhere."""
    return where(condition, self, other)


_where_method.__name__ = "where"
method(_where_method)


def _where(condition: Any, a: Any, b: Any) -> Tensor:
    result: Tensor = where(condition if isinstance(condition, Tensor) else wrap(condition), a, b)
    return result


Tensor._where = staticmethod(_where)


@public
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Return the indices of the elements that are not zero, one row each (or one tensor per dimension)."""
    found = input._array.nonzero() if input._array.ndim else xp.atleast_1d(input._array).nonzero()
    rows = xp.stack(found).T  # laid out by dimension, as in torch
    if as_tuple:
        return wrap(rows).unbind(1)
    return wrap(rows if input._array.ndim else rows[:, :0])


def _limits(input: Tensor, low: Any, high: Any, kinds: tuple[Any, Any] | None = None) -> Tensor:
    """Limit each element; `kinds` are the nodes for limits that are numbers and tensors, if not those of `clamp`."""
    if low is None and high is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    given = [each for each in (low, high) if each is not None]
    tensors = any(isinstance(each, Tensor) for each in given)
    if kinds is None or not tensors:
        refuse_complex(input._array, "clamp is not supported for complex types")
    want = dtypes.result_of((input, *given))
    if want.is_complex:
        if not tensors and kinds is None and input.dtype.is_floating_point:
            scalars.check(next(each for each in given if isinstance(each, complex)), dtypes.float64)
        kernel = "clamp" if len(given) == 2 else "maximum" if high is None else "minimum"
        raise NotImplementedError(
            f"\"{kernel}_cpu\" not implemented for '{want._scalar}'"
            if tensors
            else "clamp is not supported for complex types"
        )
    shape = input._array.shape
    for each in given:
        if isinstance(each, Tensor):
            check_broadcast(shape, each._array.shape)
            shape = backend.broadcast_shapes(shape, each._array.shape)
    if want is dtypes.bool and (not tensors or len(given) == 2):
        kernel = "clamp" if len(given) == 2 else "clamp_max" if low is None else "clamp_min"
        raise NotImplementedError(
            f"\"{kernel}{'' if tensors else '_scalar'}_cpu\" not implemented for 'Bool'"
        )
    operands = [
        cast(each._array, want._numpy) if each.dtype is not want else each._array
        for each in (input, *given)
        if isinstance(each, Tensor)
    ]
    array = x = operands[0]
    for limit, compute in ((low, xp.maximum), (high, xp.minimum)):
        if isinstance(limit, Tensor):
            check_broadcast(array.shape, limit._array.shape)
            array = compute(array, limit._array.astype(want._numpy, copy=False))
        elif limit is not None:
            array = compute(scalars.stored(limit, want), array)
    if array is x:
        array = x.copy()
    array = keep_layout(array, *operands)
    if tensors:
        return (
            record(kinds[1], array, (input, *given))
            if kinds
            else record(ClampBackward0, array, (input, low, high))
        )
    return record(kinds[0] if kinds else ClampBackward1, array, (input,), (low, high))


@public
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Limit each element to a range."""
    return _limits(input, min, max)


@method
def clamp_(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Limit each element to a range, in place."""
    return update("clamp_", self, _limits, min, max, before=keeps_dtype, promotes=True)


def keeps_dtype(self: Tensor, *limits: Any) -> None:
    """Refuse numbers of a higher kind than the elements."""
    if any(isinstance(each, Tensor) for each in limits):
        return
    if self._array.dtype.kind in "fc":
        for each in limits:
            if isinstance(each, complex):
                scalars.check(each, dtypes.float64)
        return
    want = dtypes.result_of((self, *[each for each in limits if each is not None]))
    if want is not self.dtype:
        raise RuntimeError(
            f"result type {want._scalar} can't be cast to the desired output type {dtypes.c_name(self.dtype)}"
        )


alias(clamp, "clip")


@public
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Raise what is smaller than `min` to it."""
    return _limits(input, min, None, (ClampMinBackward0, ClampMinBackward1))


@public
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Lower what is larger than `max` to it."""
    return _limits(input, None, max, (ClampMaxBackward0, ClampMaxBackward1))


def _two(name: str, kind: type[Node], compute: Any) -> Any:
    def choose(input: Tensor, other: Tensor) -> Tensor:
        if not isinstance(other, Tensor):
            raise TypeError(type(other).__name__)
        for each in (input, other):
            refuse_complex(each._array, f"{name} not implemented for complex tensors.", RuntimeError)
        return binary(kind, compute, input, other)

    choose.__name__ = name
    choose.__doc__ = f"Return the {name} of each pair of elements."
    return public(choose)


maximum = _two("maximum", MaximumBackward0, xp.maximum)
minimum = _two("minimum", MinimumBackward0, xp.minimum)
fmax = _two("fmax", FmaxBackward0, xp.fmax)
fmin = _two("fmin", FminBackward0, xp.fmin)


def _first_index(x: Array, dim: int, largest: bool) -> Array:
    return (xp.argmax if largest else xp.argmin)(x, axis=dim)


def _extreme(name: str, largest: bool, kinds: tuple[type[Node], type[Node]]) -> None:
    """Publish `max` or `min`: of all elements, along a dimension with indices, or of two tensors."""
    pointwise = maximum if largest else minimum

    def extreme(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None) -> Any:
        if isinstance(dim, Tensor) or other is not None:
            return pointwise(input, dim if other is None else other)
        x = input._array
        if dim is None:
            _refuse_empty(name, x)
            _refuse_complex(name, input)
            return record(kinds[1], x.max() if largest else x.min(), (input,))
        axis = axis_of(dim, x.ndim)
        if x.ndim and x.shape[axis] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")
        refuse_complex(x, f"{name}(): does not support complex input", RuntimeError)
        if not x.ndim:
            indices = wrap(xp.zeros((), xp.int64))
            values = record(kinds[0], x.copy(), (input,), ((), dim, keepdim), (indices,))
            return pair(name, values, indices)
        places = xp.expand_dims(_first_index(x, axis, largest), axis)
        found = xp.take_along_axis(x, places, axis)
        if not keepdim:
            places, found = places.squeeze(axis), found.squeeze(axis)
        indices = wrap(places)
        values = record(kinds[0], found, (input,), (x.shape, dim, keepdim), (indices,))
        return pair(name, values, indices)

    extreme.__name__ = name
    extreme.__doc__ = (
        f"Return the {name} of all elements, along a dimension (with indices), or of two tensors."
    )
    public(extreme)


def _refuse_empty(name: str, x: Array) -> None:
    if x.size == 0:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )


def _refuse_complex(name: str, input: Tensor) -> None:
    if input._array.dtype.kind == "c":
        raise NotImplementedError(f"\"{name}_all\" not implemented for '{input.dtype._scalar}'")


_extreme("max", True, (MaxBackward0, MaxBackward1))
_extreme("min", False, (MinBackward0, MinBackward1))


def _arg(name: str, largest: bool) -> None:
    def arg(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        x = input._array
        if not (dim is None or isinstance(dim, int)):
            raise TypeError(name)
        if x.dtype.kind == "b":
            raise RuntimeError(f"{name}(): does not support bool input")
        refuse_complex(x, f"{name}(): does not support complex input", RuntimeError)
        if dim is None:
            if x.size == 0:
                raise IndexError(f"{name}(): Expected reduction dim to be specified for input.numel() == 0.")
            place = xp.asarray((xp.argmax if largest else xp.argmin)(x))
            return wrap(place.reshape((1,) * x.ndim) if keepdim else place)
        axis = axis_of(dim, x.ndim)
        if not x.ndim:
            return wrap(xp.zeros((), xp.int64))
        if x.shape[axis] == 0:
            raise IndexError(f"{name}(): Expected reduction dim {axis} to have non-zero size.")
        places = _first_index(x, axis, largest)
        return wrap(xp.asarray(xp.expand_dims(places, axis) if keepdim else places))

    arg.__name__ = name
    arg.__doc__ = (
        f"Return the index of the {name.removeprefix('arg')}imum of all elements or along a dimension."
    )
    public(arg)


_arg("argmax", True)
_arg("argmin", False)


def _ranged(name: str, largest: bool, kind: type[Node]) -> None:
    def extreme(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
        x = input._array
        given = () if dim == () else dim if isinstance(dim, tuple | list) else (dim,)
        if not x.size:
            for each in given:
                if x.ndim and not x.shape[axis_of(each, x.ndim)]:
                    raise IndexError(f"{name}(): Expected reduction dim {each} to have non-zero size.")
        axes = axes_of(dim if dim != () else None, x.ndim)
        if axes is None:
            _refuse_empty(name, x)
        if x.size:
            refuse_complex(x, f"\"{name[1:]}_values_cpu\" not implemented for '{{}}'")
        refuse_complex_gradient(name, input)
        compute = xp.max if largest else xp.min
        array = row_major(xp.asarray(compute(x, axis=axes, keepdims=keepdim))) if x.ndim else x.copy()
        return record(kind, array, (input,), (as_given(dim), keepdim))

    extreme.__name__ = name
    extreme.__doc__ = f"Return the {name[1:]} over dimensions; elements that tie share the gradient."
    public(extreme)


_ranged("amax", True, AmaxBackward0)
_ranged("amin", False, AminBackward0)
