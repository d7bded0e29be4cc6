"""Complex numbers: made of real parts, seen as pairs of them, conjugated."""

from __future__ import annotations

import math
import warnings
from typing import Any

from .. import backend, both, dtypes, storage, unresolved
from ..backend import xp
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import make_other_view
from .broadcasting import check_broadcast, keep_layout, row_major
from .indexing import select
from .inplace import check_writable, update, write
from .pointwise import CALLS
from .registry import function, method, public
from .shape import transpose

__all__: list[str] = []


ComplexBackward0 = derivative(
    "ComplexBackward0",
    real=lambda g, real, imag: both.real(g),  # torch saves both, though it needs neither
    imag=lambda g, real, imag: both.imag(g),
)
PolarBackward0 = derivative(
    "PolarBackward0",
    abs=lambda g, result: both.real(g * both.conj(both.unit(result))),
    angle=lambda g, result: both.real(g * both.conj(result * 1j)),
)
ConjBackward0 = derivative("ConjBackward0", self=lambda g: _conjugate_of_gradient(g))
NegViewBackward0 = derivative("NegViewBackward0", self=lambda g: -g)
ConjPhysicalBackward0 = derivative("ConjPhysicalBackward0", self=lambda g: _computed_conjugate(g))
ConjPhysicalBackward1 = derivative("ConjPhysicalBackward1", self=lambda g: _computed_conjugate(g))
ViewAsRealBackward0 = derivative("ViewAsRealBackward0", self=lambda g: both.pairs_to_complex(g))
ViewAsComplexBackward0 = derivative("ViewAsComplexBackward0", self=lambda g: both.complex_to_pairs(g))
AngleBackward0 = derivative("AngleBackward0", self=lambda g, self: _angle_slope(g, self))

_PARTS = {
    dtypes.float16: dtypes.complex32,
    dtypes.float32: dtypes.complex64,
    dtypes.float64: dtypes.complex128,
}


def _angle_slope(g: Any, value: Any) -> Any:
    if both.plain(value).dtype.kind != "c":
        return both.zeros_like(g)
    size = both.absolute(value)
    return both.keep(g * (value / size) * (1j / size), both.plain(size) != 0)


def _computed_conjugate(g: Any) -> Any:
    return g.conj_physical() if isinstance(g, Tensor) else both.conj(g)


def _conjugate_of_gradient(g: Any) -> Any:
    """Return the conjugate without computing it, as torch does with gradients, too."""
    if isinstance(g, Tensor) or g.dtype.kind != "c":
        return both.conj(g)
    return unresolved.conjugated(g if isinstance(g, backend.arrays) else backend.as_array(g))


def _check_parts(a: Tensor, b: Tensor) -> dtypes.dtype:
    if a.dtype not in _PARTS or b.dtype not in _PARTS:
        raise RuntimeError(
            f"Expected both inputs to be Half, Float or Double tensors but got {a.dtype._scalar} and {b.dtype._scalar}"
        )
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"Expected object of scalar type {a.dtype._scalar} but got scalar type {b.dtype._scalar} for second argument"
        )
    check_broadcast(a._array.shape, b._array.shape)
    return _PARTS[a.dtype]


def complex_of(real: Tensor, imag: Tensor) -> Tensor:
    """Return complex numbers with the given real and imaginary parts."""
    want = _check_parts(real, imag)
    x, y = xp.broadcast_arrays(real._array, imag._array)
    made = xp.empty(x.shape, want._numpy)
    made.real, made.imag = x, y
    made = keep_layout(made, real._array, imag._array)
    return record(ComplexBackward0, made, (real, imag))


complex_of.__name__ = "complex"
function(complex_of)


@function
def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """Return complex numbers with the given absolute values and angles."""
    want = _check_parts(abs, angle)
    if abs.dtype.itemsize == 2:
        raise NotImplementedError(f"\"polar_cpu\" not implemented for '{abs.dtype._scalar}'")
    r, phi = abs._array, angle._array
    made = xp.empty((r * phi).shape, want._numpy)
    made.real, made.imag = r * xp.cos(phi), r * xp.sin(phi)
    made = keep_layout(made, r, phi)
    return record(PolarBackward0, made, (abs, angle))


@public
def conj(input: Tensor) -> Tensor:
    """Return the complex conjugate as a view that computes nothing yet; a real tensor itself."""
    if input._array.dtype.kind != "c":
        return input
    return make_other_view(ConjBackward0, input, unresolved.conjugated(input._array), conj)


def negative_view(input: Tensor) -> Tensor:
    """Return a view that shows the negative of each number."""
    return make_other_view(NegViewBackward0, input, unresolved.negated(input._array), negative_view)


@public
def conj_physical(input: Tensor) -> Tensor:
    """Return the complex conjugate as a copy; a real tensor itself."""
    if input._array.dtype.kind != "c":
        return input
    return record(ConjPhysicalBackward0, input._array.conj(), (input,))


@method
def conj_physical_(self: Tensor) -> Tensor:
    """Replace each number by its conjugate; real ones stay, also where some share one place in memory."""

    def changed(of: Tensor) -> Tensor:
        return record(ConjPhysicalBackward1, both.conj(of._array), (of,))

    if self._array.dtype.kind == "c":
        return update("conj_physical_", self, changed)
    check_writable(self, repeats=True)
    return write(self, changed(self))


@public
def is_conj(input: Tensor) -> bool:
    """Return whether the tensor shows the conjugates of what is in its memory."""
    return unresolved.is_conjugated(input._array)


@public
def is_neg(input: Tensor) -> bool:
    """Return whether the tensor shows the negatives of what is in its memory."""
    return unresolved.is_negated(input._array)


@public
def resolve_conj(input: Tensor) -> Tensor:
    """Return the tensor itself, or a copy of a conjugate that was not computed."""
    copied: Tensor = input.clone() if is_conj(input) else input
    return copied


@public
def resolve_neg(input: Tensor) -> Tensor:
    """Return the tensor itself, or a copy of a negative that was not computed."""
    copied: Tensor = input.clone() if is_neg(input) else input
    return copied


@function
def view_as_real(input: Tensor) -> Tensor:
    """Return a view of complex numbers as pairs of real ones, along a new last dimension."""
    x = input._array
    if x.dtype.kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    if is_conj(input):
        raise RuntimeError(
            "view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate tensor so you can "
            "view it as real, use self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the "
            "original."
        )
    return make_other_view(ViewAsRealBackward0, input, both.complex_to_pairs(x), view_as_real)


@function
def view_as_complex(input: Tensor) -> Tensor:
    """Return a view of pairs of real numbers as complex ones."""
    x = input._array
    if x.dtype.kind != "f":
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{input.dtype._scalar}"
        )
    if x.ndim == 0:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if x.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if storage.strides(x)[-1] != 1:
        raise RuntimeError("Tensor must have a last dimension with stride 1")
    steps = zip(x.shape[:-1], storage.strides(x)[:-1], strict=True)
    if any(step % 2 for size, step in steps if size != 1):
        raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
    if storage.offset(x) % 2:
        raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    return make_other_view(ViewAsComplexBackward0, input, both.pairs_to_complex(x), view_as_complex)


def _real_angle(x: Any) -> Any:
    """Return pi below 0 and 0 elsewhere; nan stays."""
    return xp.where(xp.isnan(x), x, xp.where(x < 0, math.pi, 0.0))


@public
def angle(input: Tensor) -> Tensor:
    """Return the angle of each complex number; 0 or pi for real ones."""
    x = input._array
    if x.dtype.kind == "c":
        found = row_major(xp.asarray(xp.angle(x)))
    else:
        found = keep_layout(xp.asarray(_real_angle(x)), x)
    want = input.dtype.to_real() if x.dtype.kind in "fc" else dtypes.get_default_dtype()
    return record(AngleBackward0, found.astype(want._numpy, copy=False), (input,))


@public
def isreal(input: Tensor) -> Tensor:
    """Tell for each element whether it has no imaginary part."""
    return wrap(keep_layout(xp.asarray(xp.imag(input._array) == 0), input._array))


# ---- the parts ---------------------------------------------------------------------------------------------------


@function
def real(input: Tensor) -> Tensor:
    """Return the real part, a view; a real tensor itself."""
    if input._array.dtype.kind != "c":
        return input
    return select(view_as_real(conj(input) if is_conj(input) else input), input._array.ndim, 0)


@function
def imag(input: Tensor) -> Tensor:
    """Return the imaginary part, a view; that of a conjugate is a negative view of the number's own."""
    if input._array.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    if is_conj(input):
        return select(negative_view(view_as_real(conj(input))), input._array.ndim, 1)
    return select(view_as_real(input), input._array.ndim, 1)


def hermitian(self: Tensor) -> Tensor:
    """A matrix transposed and conjugated."""
    ndim = self._array.ndim
    if ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor."
            + (" For batches of matrices, consider using tensor.mH" if ndim > 2 else "")
        )
    if ndim == 0:
        _warn_of_scalar("H")
    return conj(transpose(self, 0, 1) if ndim else self)


def adjoint_of(self: Tensor) -> Tensor:
    """The last two dimensions swapped, and conjugated."""
    ndim = self._array.ndim
    if ndim == 1:
        raise RuntimeError("tensor.mH is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if ndim == 0:
        _warn_of_scalar("mH")
    return conj(transpose(self, -2, -1) if ndim else self)


def _warn_of_scalar(name: str) -> None:
    warnings.warn(
        f"Tensor.{name} is deprecated on 0-D tensors. Consider using x.conj().", UserWarning, stacklevel=3
    )


@public
def adjoint(input: Tensor) -> Tensor:
    """Return the last two dimensions swapped, and conjugated."""
    ndim = input._array.ndim
    if ndim == 1:
        raise RuntimeError(
            "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor."
        )
    if ndim == 0:
        warnings.warn(
            "adjoint() is deprecated on 0-D tensors. Consider using x.conj().", UserWarning, stacklevel=3
        )
    return conj(transpose(input, -2, -1) if ndim else input)


SgnBackward0 = derivative("SgnBackward0", self=lambda g, self, result: _sgn_slope(g, self, result))


def _sgn_slope(g: Any, value: Any, result: Any) -> Any:
    if both.plain(value).dtype.kind != "c":
        return both.like(xp.zeros(result.shape, both.plain(result).dtype), g)
    size = both.absolute(value)
    return both.blank((g - both.real(both.conj(result) * g) * result) / size, both.plain(size) == 0)


@public
def sgn(input: Tensor) -> Tensor:
    """Return each element divided by its absolute value; 0 for 0."""
    if input._array.dtype.kind == "b":
        return CALLS["sign"](input)
    signs = keep_layout(both.signs(input._array), input._array)
    return record(SgnBackward0, signs, (input,))
