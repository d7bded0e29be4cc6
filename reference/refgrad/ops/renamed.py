"""Further names of operations, and in-place forms that no other module makes."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor
from .inplace import update
from .registry import FUNCTIONS, alias, explained, method, rename

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
# Operations whose in-place form is made here.
_IN_PLACE = (
    *("addmm", "atan2", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "clamp_max", "clamp_min"),
    *(
        "copysign",
        "cumprod",
        "cumsum",
        "gcd",
        "heaviside",
        "hypot",
        "lcm",
        "ldexp",
        "logical_and",
    ),
    *(
        "logical_not",
        "logical_or",
        "logical_xor",
        "logit",
        "nan_to_num",
        "nextafter",
        "renorm",
        "sgn",
        "tril",
    ),
    *("triu", "xlogy"),
)
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


def _in_place(name: str) -> None:
    compute = _plain(getattr(Tensor, name))

    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        return update(f"{name}_", self, compute, *args, **options)

    in_place.__name__ = in_place.__qualname__ = f"{name}_"
    in_place.__doc__ = f"Do `{name}` in place."
    in_place.declared = True  # type: ignore[attr-defined]
    method(in_place)


for _old, _name in _ALIASES.items():
    alias(_plain(getattr(Tensor, _old)), _name)
for _name in _IN_PLACE:
    _in_place(_name)
for _old, _names in _IN_PLACE_ALIASES.items():
    for _name in _names.split():
        rename(_plain(getattr(Tensor, _old)), _name)


@method
def msort(self: Tensor) -> Tensor:
    """Return the elements in order along the first dimension."""
    ordered: Tensor = self.sort(0)[0]
    return ordered


FUNCTIONS["msort"] = explained(msort, "msort")
