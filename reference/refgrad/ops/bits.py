"""The bits of numbers: shifted, and floats taken apart."""

from __future__ import annotations

from typing import Any

from .. import both, dtypes
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..return_types import structured
from ..tensor import Tensor, wrap
from .broadcasting import keep_layout
from .inplace import update
from .registry import function, method, public

__all__: list[str] = []


def _shift(name: str, operator: str) -> None:
    special = f"__{operator}__"

    def shift(input: Any, other: Any) -> Tensor:
        if not isinstance(input, Tensor):
            input = wrap(xp.asarray(input, dtypes.result_of((input, other))._numpy))
        made: Tensor = getattr(input, special)(other)
        return made

    shift.__name__ = name
    shift.__doc__ = f"Return the bits of each element moved ({operator})."
    function(shift)

    def shift_method(self: Tensor, other: Any) -> Tensor:
        made: Tensor = getattr(self, special)(other)
        return made

    shift_method.__name__ = name
    shift_method.__doc__ = shift.__doc__
    method(shift_method)

    def in_place(self: Tensor, other: Any) -> Tensor:
        return update(f"{name}_", self, shift_method, other, promotes=True)

    in_place.__name__ = f"{name}_"
    in_place.__doc__ = f"Do `{name}` in place."
    method(in_place)


_shift("bitwise_left_shift", "lshift")
_shift("bitwise_right_shift", "rshift")


FrexpBackward0 = derivative(
    "FrexpBackward0",
    saves="exponent",
    self=lambda g, exponent: (
        g / both.like(xp.ldexp(xp.ones((), both.plain(g).dtype), both.plain(exponent)), g)
    ),
)


@public
def frexp(input: Tensor) -> Any:
    """Return each element as mantissa, at least 0.5 and less than 1, and exponent of 2."""
    if input._array.dtype.kind != "f":
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    mantissa, exponent = [keep_layout(each, input._array) for each in xp.frexp(input._array)]
    power = wrap(xp.asarray(exponent, xp.int32))
    fraction = record(FrexpBackward0, mantissa, (input,), (), (power,))
    return structured("frexp", mantissa=fraction, exponent=power)
