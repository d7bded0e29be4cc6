"""What a dtype can hold: `finfo` for floating-point types, `iinfo` for integers."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from . import dtypes
from .c_names import NamedInC
from .dtypes import dtype as DType  # noqa: N812 - `dtype` is a property here

__all__ = ["finfo", "iinfo"]


def _given(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> DType | None:
    if len(args) == 1 and not kwargs and isinstance(args[0], DType):
        return args[0]
    from ._signatures import bind

    return bind(name, args, kwargs)[1].get("type")


class _Limits(metaclass=NamedInC):
    """What `finfo` and `iinfo` share: shown fields, comparison by dtype."""

    __slots__ = ("_dtype",)
    _shown: ClassVar[tuple[str, ...]]
    _dtype: DType

    @property
    def bits(self) -> int:
        """The width of one number."""
        return self._dtype.itemsize * 8

    @property
    def dtype(self) -> str:
        """The name of the type, without `torch.`."""
        return self._dtype._name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other._dtype is self._dtype

    def __hash__(self) -> int:
        return hash((type(self), self._dtype))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name):g}" for name in self._shown)
        return f"{type(self).__name__}({fields}, dtype={self.dtype})"


class finfo(_Limits):  # noqa: N801
    """Limits of a floating-point dtype, by default the default one; a complex dtype has those of its parts."""

    __slots__ = ("eps", "max", "min", "resolution", "smallest_normal", "tiny")
    __module__ = "torch"
    _shown = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = _given("finfo", args, kwargs) or dtypes.get_default_dtype()
        if given._is_integral:
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
            )
        self._dtype = given.to_real()
        digits, mantissa, exponent = _FLOAT_FORMATS[self._dtype]
        self.eps = 2.0**-mantissa
        self.max = (2.0 - self.eps) * 2.0 ** (exponent - 1)
        self.min = -self.max
        self.smallest_normal = self.tiny = 2.0 ** (2 - exponent)
        self.resolution = float(f"1e-{digits}")


# Decimal digits that survive, bits after the leading one, largest exponent.
_FLOAT_FORMATS: Final = {
    dtypes.float16: (3, 10, 16),
    dtypes.bfloat16: (2, 7, 128),
    dtypes.float32: (6, 23, 128),
    dtypes.float64: (15, 52, 1024),
}


class iinfo(_Limits):  # noqa: N801
    """Limits of an integer dtype."""

    __slots__ = ("max", "min")
    __module__ = "torch"
    _shown = ("min", "max")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = _given("iinfo", args, kwargs) or dtypes.bool
        if not given._is_integral:
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'"
            )
        if given is dtypes.bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        self._dtype = given
        self.min = -(2 ** (self.bits - 1)) if given.is_signed else 0
        self.max = 2 ** (self.bits - given.is_signed) - 1
