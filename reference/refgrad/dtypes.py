"""Element types and how they combine: `dtype`, promotion by category, casting, the default dtype.

Everything here works on names and categories; no array is touched. Source of the rules: "Type Promotion" in the
torch.Tensor attributes documentation.
"""

from __future__ import annotations

from builtins import bool as _pybool  # the dtypes below take the built-in names in this module
from builtins import float as _pyfloat
from builtins import int as _pyint
from typing import Any, Final, cast

import numpy as np

from .c_names import NamedInC, takes_nothing

__all__ = [
    "bfloat16",
    "bool",
    "can_cast",
    "cdouble",
    "cfloat",
    "complex64",
    "complex128",
    "double",
    "dtype",
    "float",
    "float16",
    "float32",
    "float64",
    "get_default_dtype",
    "half",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "promote_types",
    "result_type",
    "set_default_dtype",
    "short",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


class dtype(metaclass=NamedInC):  # noqa: N801 - torch's name
    """The type of a tensor's elements. There is one object for each; compare them with `is` or `==`.

    `_numpy` is the array library's type of the same bits, or None where it has none (bfloat16, complex32).
    `_scalar` is the name that messages use ("Float").
    """

    __slots__ = (
        "_is_integral",
        "_name",
        "_numpy",
        "_scalar",
        "is_complex",
        "is_floating_point",
        "is_signed",
        "itemsize",
    )
    __module__ = "torch"

    _name: str
    _numpy: np.dtype[Any]
    _scalar: str
    _is_integral: _pybool
    itemsize: _pyint
    is_floating_point: _pybool
    is_complex: _pybool
    is_signed: _pybool

    def __new__(cls) -> dtype:
        """Refuse, as torch does: the dtypes there are stand in this module."""
        raise TypeError("cannot create 'torch.dtype' instances")

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'torch.dtype' object has no attribute '{name}'")

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return by_name, (self._name,)

    @property
    def abbr(self) -> str:
        """A short name: "f32", "i64", "b8"."""
        return f"{'bf' if self is bfloat16 else self._name[0]}{8 * self.itemsize}"

    def to_complex(self) -> dtype:
        """Return the complex type whose parts have this type."""
        if self.is_complex:
            return self
        found = _COMPLEX_OF.get(self)
        if found is None:
            raise RuntimeError(f"Unknown Complex ScalarType for {self._scalar}")
        return found

    def to_real(self) -> dtype:
        """Return the type of the real part."""
        return _REAL_OF.get(self, self)


def _define(name: str, scalar: str, kind: str, itemsize: _pyint, known_to_numpy: _pybool = True) -> dtype:
    made: dtype = object.__new__(dtype)
    made._name, made._scalar, made.itemsize = name, scalar, itemsize
    made._numpy = np.dtype(name) if known_to_numpy else cast("Any", None)
    made.is_floating_point, made.is_complex = kind == "f", kind == "c"
    made._is_integral = kind in "biu"
    made.is_signed = kind in "ifc"
    return made


bool = _define("bool", "Bool", "b", 1)
uint8 = _define("uint8", "Byte", "u", 1)
int8 = _define("int8", "Char", "i", 1)
int16 = short = _define("int16", "Short", "i", 2)
int32 = int = _define("int32", "Int", "i", 4)
int64 = long = _define("int64", "Long", "i", 8)
uint16 = _define("uint16", "UInt16", "u", 2)
uint32 = _define("uint32", "UInt32", "u", 4)
uint64 = _define("uint64", "UInt64", "u", 8)
float16 = half = _define("float16", "Half", "f", 2)
bfloat16 = _define("bfloat16", "BFloat16", "f", 2, known_to_numpy=False)
float32 = float = _define("float32", "Float", "f", 4)
float64 = double = _define("float64", "Double", "f", 8)
complex32 = _define("complex32", "ComplexHalf", "c", 4, known_to_numpy=False)
complex64 = cfloat = _define("complex64", "ComplexFloat", "c", 8)
complex128 = cdouble = _define("complex128", "ComplexDouble", "c", 16)

_ALL: Final = (
    *(bool, uint8, int8, int16, int32, int64, uint16, uint32, uint64),
    *(float16, bfloat16, float32, float64, complex32, complex64, complex128),
)
_BY_NAME: Final = {each._name: each for each in _ALL}
_BY_NUMPY: Final = {each._numpy: each for each in _ALL if each._numpy is not None}
_COMPLEX_OF: Final = {float16: complex32, bfloat16: complex64, float32: complex64, float64: complex128}
_REAL_OF: Final = {complex32: float16, complex64: float32, complex128: float64}


def by_name(name: str) -> dtype:
    """Return the dtype called `name` ("float32"); KeyError where there is none."""
    return _BY_NAME[name]


def of(numpy_dtype: np.dtype[Any]) -> dtype:
    """Return the dtype of an array with this numpy dtype (native byte order); KeyError where there is none."""
    return _BY_NUMPY[numpy_dtype]


_C_NAMES: Final = {
    bool: "bool",
    uint8: "unsigned char",
    int8: "signed char",
    int16: "short int",
    int32: "int",
    int64: "long int",
    uint16: "short unsigned int",
    uint32: "unsigned int",
    uint64: "long unsigned int",
    float16: "c10::Half",
    bfloat16: "c10::BFloat16",
    float32: "float",
    float64: "double",
    complex32: "c10::complex<c10::Half>",
    complex64: "c10::complex<float>",
    complex128: "c10::complex<double>",
}


def c_name(of: dtype) -> str:
    """Return the C++ type's name, which some messages use."""
    return _C_NAMES[of]


_BY_PYTHON: Final = {_pyfloat: float64, _pyint: int64, _pybool: bool, complex: complex128}


def from_python(given: Any) -> Any:
    """Return the dtype that one of Python's number types stands for, and anything else as it is."""
    return _BY_PYTHON.get(given, given) if isinstance(given, type) else given


def of_number(value: object) -> dtype:
    """Return the dtype that a Python number stands for: bool, int64, the default dtype or its complex type."""
    if isinstance(value, _pybool | np.bool):
        return bool
    if isinstance(value, _pyint | np.integer):
        return int64
    if isinstance(value, _pyfloat | np.floating):
        return _default
    if isinstance(value, complex | np.complexfloating):
        return _default.to_complex()
    raise TypeError(f"expected a number, but got {type(value).__name__}")


# ---- promotion -------------------------------------------------------------------------------------------------

_UNSIGNED_ONLY: Final = frozenset({uint16, uint32, uint64})
_SIGNED: Final = (int8, int16, int32, int64)


def _join(a: dtype, b: dtype) -> dtype | None:
    """Return the smallest type that both convert to, or None for the unsigned types that torch leaves alone."""
    if a is b:
        return a
    if a.is_complex or b.is_complex:
        if a in _UNSIGNED_ONLY or b in _UNSIGNED_ONLY:
            return None
        if a._is_integral or b._is_integral:
            return a if a.is_complex else b
        real = _join(a.to_real(), b.to_real())
        return None if real is None else real.to_complex()
    if a.is_floating_point and b.is_floating_point:
        if a.itemsize == b.itemsize:  # float16 with bfloat16
            return float32
        return a if a.itemsize > b.itemsize else b
    if a.is_floating_point or b.is_floating_point:
        return a if a.is_floating_point else b
    return _join_integral(a, b)


def _join_integral(a: dtype, b: dtype) -> dtype | None:
    if a in _UNSIGNED_ONLY or b in _UNSIGNED_ONLY:
        return None
    if a is bool or b is bool:
        return b if a is bool else a
    if a.is_signed == b.is_signed:
        return a if a.itemsize >= b.itemsize else b
    signed = a if a.is_signed else b
    return signed if signed.itemsize > 1 else int16


_JOINED: Final = {(a, b): joined for a in _ALL for b in _ALL if (joined := _join(a, b)) is not None}


def promote(a: dtype, b: dtype) -> dtype:
    """Return the type of a result of `a` and `b` operands of the same category."""
    found = _JOINED.get((a, b))
    if found is None:
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, "
            f"attempted to promote {a._scalar} and {b._scalar}"
        )
    return found


def combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    """Let `lower` (a category that counts less) change `higher` only where its kind is higher."""
    if higher is None or lower is None:
        return higher or lower
    if higher.is_complex:
        return higher
    if higher.is_floating_point:
        return higher.to_complex() if lower.is_complex else higher
    if lower.is_complex:
        return lower
    return promote(higher, lower) if higher is bool or lower.is_floating_point else higher


def result_of(operands: tuple[Any, ...]) -> dtype:
    """Return the result type of tensors and Python numbers: dimensioned, then 0-dim tensors, then numbers."""
    dim: dtype | None = None
    zero: dtype | None = None
    number: dtype | None = None
    for operand in operands:
        own: Any = getattr(operand, "dtype", None)
        if isinstance(own, dtype):
            if operand.ndim:
                dim = own if dim is None else promote(dim, own)
            else:
                zero = own if zero is None else promote(zero, own)
        else:
            own = of_number(operand)
            number = own if number is None else promote(number, own)
    found = combine(dim, combine(zero, number))
    assert found is not None
    return found


def result_type(*args: Any, **kwargs: Any) -> dtype:
    """Return the dtype of an arithmetic result of two tensors or numbers."""
    from ._signatures import bind

    return result_of(tuple(bind("result_type", args, kwargs)[1].values()))


def promote_types(*args: Any, **kwargs: Any) -> dtype:
    """Return the smallest dtype that both `type1` and `type2` convert to."""
    from ._signatures import bind

    values = bind("promote_types", args, kwargs)[1]
    return promote(values["type1"], values["type2"])


def castable(source: dtype, target: dtype) -> _pybool:
    """Return whether an in-place result of type `source` may be stored as `target`: the kind may not go down."""
    if source.is_complex and not target.is_complex:
        return False
    if source.is_floating_point and target._is_integral:
        return False
    return source is bool or target is not bool


def can_cast(*args: Any, **kwargs: Any) -> _pybool:
    """Return whether `from_` converts to `to` under type promotion's casting rules."""
    from ._signatures import bind

    values = bind("can_cast", args, kwargs)[1]
    return castable(values["from_"], values["to"])


# ---- the default dtype -----------------------------------------------------------------------------------------

_default: dtype = float32


@takes_nothing
def get_default_dtype() -> dtype:
    """Return the dtype that Python floats take."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Let Python floats, and results of integer division and the like, take the floating-point dtype `d`."""
    global _default
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _default = d
