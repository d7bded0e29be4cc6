"""What a tensor is: questions about its kind, its place and its memory, by names that few programs use."""

from __future__ import annotations

from typing import Any

from .. import storage, unresolved
from ..tensor import ReadOnly, Tensor
from .registry import function, method, public

__all__: list[str] = []

# Kinds of devices and layouts that tensors have in torch and never here.
_NEVER = "is_ipu is_maia is_mps is_mtia is_nested is_sparse_csr is_vulkan is_xla is_xpu"


def _never(tensor: Tensor) -> bool:
    return False


for _name in _NEVER.split():
    setattr(Tensor, _name, ReadOnly(_never, _name))


def _is_cpu(tensor: Tensor) -> bool:
    return not tensor.is_cuda


Tensor.is_cpu = ReadOnly(_is_cpu, "is_cpu")  # type: ignore[attr-defined]


@public
def is_signed(input: Tensor) -> bool:
    """Return whether the dtype has negative numbers."""
    return input.dtype.is_signed


@function
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Return whether two tensors have the same sizes."""
    return bool(input._array.shape == other._array.shape)


@public
def is_distributed(input: Tensor) -> bool:
    """Return whether the tensor lies on several machines: never here."""
    return False


@function
def is_inference(input: Tensor) -> bool:
    """Return whether the tensor was made in inference mode."""
    return input.is_inference()


@function
def get_device(input: Tensor) -> int:
    """Return the number of the GPU that the elements are on, -1 for the CPU."""
    return input.get_device()


@method
def is_nonzero(self: Tensor) -> bool:
    """Tell whether the only element is not zero."""
    return bool(self)


@method
def is_pinned(self: Tensor, device: Any = None) -> bool:
    """Return whether the memory is locked for a GPU to read: never here."""
    if device is not None:
        from ..device import device as as_device

        as_device(device)  # refuses what is none
    return False


@method
def is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Return whether two tensors look at the same memory in the same way."""
    one, two = self._array, tensor._array
    return (
        self.untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr()
        and storage.offset(one) == storage.offset(two)
        and one.shape == two.shape
        and storage.strides(one) == storage.strides(two)
        and one is unresolved.resolved(one)  # else torch asks a copy
        and two is unresolved.resolved(two)
    )


@method
def ndimension(self: Tensor) -> int:
    """Return the number of dimensions."""
    return int(self._array.ndim)


@method
def const_data_ptr(self: Tensor) -> int:
    """Return the address of the first element."""
    return int(self.data_ptr())


@method
def dim_order(self: Tensor) -> tuple[int, ...]:
    """Return the dimensions in the order in which they lie in memory, the outermost first.

    Those along which elements repeat stay where they are.
    """
    shape = self._array.shape
    return tuple(reversed(storage.in_order(shape, [storage.strides(self._array)])))


@method
def to_dense(self: Tensor, dtype: Any = None, *, masked_grad: Any = None) -> Tensor:
    """Return the tensor: it is dense already."""
    return self if dtype is None else self.to(dtype)
