"""Further names of operations, and in-place forms that no other module makes."""

from __future__ import annotations

from typing import Any

from .. import dtypes, storage
from ..backend import Array, xp
from ..grad_mode import mode
from ..tensor import Tensor, wrap
from ..views import OVERLAP
from .inplace import bump, update, update_late
from .outputs import into
from .pairwise import without_nan
from .registry import alias, method, public, rename
from .scanning import sort
from .selection import keeps_dtype
from .shape import axis_of

__all__: list[str] = []

# Operations that have another name, as functions and as methods.
_ALIASES = {
    "acosh": "arccosh",
    "asinh": "arcsinh",
    "atanh": "arctanh",
    "atan2": "arctan2",
    "ge": "greater_equal",
    "gt": "greater",
    "le": "less_equal",
    "lt": "less",
    "ne": "not_equal",
}
# Operations whose in-place form is made here: of one operand, of several (sizes and dtype are checked first), ...
_IN_PLACE = "bitwise_not logit sgn"
_OF_SEVERAL = "atan2 bitwise_and bitwise_or bitwise_xor copysign gcd hypot lcm ldexp nextafter xlogy"
# ... that may change memory which overlaps itself, ...
_ANYWHERE = "tril triu"
# ... and those whose result depends on no gradient: a leaf that requires grad may be changed.
_WITHOUT_GRADIENT = "logical_and logical_not logical_or logical_xor"
# In-place forms that have another name.
_IN_PLACE_ALIASES = {
    "abs_": "absolute_",
    "acos_": "arccos_",
    "acosh_": "arccosh_",
    "asin_": "arcsin_",
    "asinh_": "arcsinh_",
    "atan_": "arctan_",
    "atan2_": "arctan2_",
    "atanh_": "arctanh_",
    "clamp_": "clip_",
    "div_": "divide_ true_divide_",
    "ge_": "greater_equal_",
    "gt_": "greater_",
    "le_": "less_equal_",
    "lt_": "less_",
    "mul_": "multiply_",
    "ne_": "not_equal_",
    "neg_": "negative_",
    "sub_": "subtract_",
    "transpose_": "swapaxes_ swapdims_",
    "trunc_": "fix_",
}


def _plain(call: Any) -> Any:
    """Return a method without the check of its arguments, which each of its names does by itself."""
    return getattr(call, "__wrapped__", call)


def _named(name: str) -> Any:
    """Return a method by its name, which imports its module."""
    return _plain(getattr(Tensor, name))


def _in_place(name: str, several: bool = False, floats: bool = False) -> None:
    compute = _named(name)

    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        return update(f"{name}_", self, compute, *args, **options)

    def in_place_of_two(self: Tensor, other: Any) -> Tensor:
        if name == "ldexp" and self.dtype._is_integral:  # torch writes its product there
            raise RuntimeError(f"ldexp can't be cast to the desired output type {self.dtype._scalar}")
        return update(f"{name}_", self, compute, other, promotes=True, floats=floats)

    _publish(name, in_place_of_two if several else in_place)


def _publish(name: str, in_place: Any) -> None:
    in_place.__name__ = in_place.__qualname__ = f"{name}_"
    in_place.__doc__ = f"Do `{name}` in place."
    in_place.declared = True
    method(in_place)


def _triangle(name: str) -> None:
    compute = _named(name)

    def in_place(self: Tensor, diagonal: int = 0) -> Tensor:
        found: Tensor = compute(self, diagonal)
        if storage.overlaps_itself(self._array) and not _in_batches(self._array):
            raise RuntimeError(OVERLAP)  # torch writes a copy back
        return found

    in_place.__name__ = name
    update_late(in_place, repeats=True)


def _in_batches(array: Array) -> bool:
    """Return whether matrices follow each other so that torch changes them where they are."""
    expected = array.shape[-1] * array.shape[-2]
    steps = storage.strides(array)
    for axis in range(array.ndim - 3, -1, -1) if array.ndim > 3 else ():
        if axis or (steps[axis] and array.shape[axis] != 1):
            if steps[axis] != expected:
                return False
            expected *= array.shape[axis]
    return True


def _without_gradient(name: str) -> None:
    compute = _named(name)

    def in_place(self: Tensor, *args: Any) -> Tensor:
        before, mode.enabled = mode.enabled, False
        try:
            return update(f"{name}_", self, compute, *args, broadcasts=True)
        finally:
            mode.enabled = before

    _publish(name, in_place)


def _scan(name: str) -> None:
    compute = _named(name)

    def scan(self: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
        axis_of(dim, self._array.ndim)
        if self.dtype is dtypes.bool and self._array.size and self._array.ndim:
            raise NotImplementedError(f"\"{name}_out_cpu\" not implemented for 'Bool'")
        found: Tensor = compute(self, dim, dtype=self.dtype if dtype is None else dtype)
        return found

    scan.__name__ = name
    update_late(scan)


def _nan_to_num(self: Tensor, nan: float | None = None, posinf: Any = None, neginf: Any = None) -> Tensor:
    if self._array.dtype.kind in "fc":
        return update("nan_to_num_", self, without_nan, nan, posinf, neginf)
    bump(self)  # integers have nothing to be replaced
    return self


def _keeps_dtype(self: Tensor, limit: Any) -> None:
    if isinstance(limit, complex):
        raise NotImplementedError("clamp is not supported for complex types")
    keeps_dtype(self, limit)


def _clamped(name: str) -> None:
    compute = _named(name)

    def in_place(self: Tensor, limit: Any) -> Tensor:
        return update(f"{name}_", self, compute, limit, before=_keeps_dtype, promotes=True)

    _publish(name, in_place)


for _old, _name in _ALIASES.items():
    alias(_named(_old), _name)
for _name in _IN_PLACE.split():
    _in_place(_name)
for _name in _OF_SEVERAL.split():
    _in_place(_name, several=True, floats=_name in ("atan2", "copysign", "xlogy"))
for _name in _WITHOUT_GRADIENT.split():
    _without_gradient(_name)
for _name in ("cumprod", "cumsum"):
    _scan(_name)
for _name in ("clamp_max", "clamp_min"):
    _clamped(_name)
update_late(_named("renorm"))
for _name in _ANYWHERE.split():
    _triangle(_name)
_publish("nan_to_num", _nan_to_num)
for _old, _names in _IN_PLACE_ALIASES.items():
    for _name in _names.split():
        rename(_named(_old), _name)


@public
def msort(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the elements in order along the first dimension."""
    outs = None if out is None else (out, wrap(xp.empty((0,), xp.int64)))
    ordered: Tensor = into(outs, sort, input, 0)[0]
    return ordered
