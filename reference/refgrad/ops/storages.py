"""Storages: the blocks of memory under tensors, as objects that a program can hold and give to other tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import backend, dtypes
from .. import storage as layout
from .._from_data import warn_once
from ..device import device_of, require
from ..recording import record
from ..tensor import Tensor, wrap
from ..unresolved import like, taken_apart
from ..views import rebase
from .arithmetic import not_implemented
from .inplace import bump, check_writable
from .registry import method
from .shape import sizes_of

__all__ = ["TypedStorage", "UntypedStorage"]

TYPED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the only storage class. "
    "This should only matter to you if you are using storages directly.  To access UntypedStorage directly, use "
    "tensor.untyped_storage() instead of tensor.storage()"
)


class _Storage:
    """What both kinds have: elements, of one byte or of a dtype, that are read and written one by one."""

    _memory: Any  # the whole block
    _elements: Any  # the same as a row of elements

    @property
    def device(self) -> Any:
        """Where it is."""
        return device_of(self._memory)

    @property
    def _cdata(self) -> int:
        return backend.address(self._memory)

    def data_ptr(self) -> int:
        """Return the address of its first byte."""
        return backend.address(self._memory)

    def nbytes(self) -> int:
        """Return its size in bytes."""
        return int(self._memory.nbytes)

    def element_size(self) -> int:
        """Return the size of an element in bytes."""
        return int(self._elements.itemsize)

    def size(self) -> int:
        """Return how many elements there are."""
        return int(self._elements.size)

    def __len__(self) -> int:
        return self.size()

    def tolist(self) -> list[Any]:
        """Return the elements as Python numbers."""
        found: list[Any] = self._elements.tolist()
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def _place(self, index: Any) -> int:
        if isinstance(index, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        if not isinstance(index, int):
            raise RuntimeError(f"can't index a {type(self)} with {type(index)}")
        size = self.size()
        if not -size <= index < size:
            raise IndexError(f"index {index} out of range for storage of size {size}")
        return index % size

    def __getitem__(self, index: Any) -> Any:
        return self._elements[self._place(index)].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._elements[self._place(index)] = value

    def fill_(self, value: Any) -> Any:
        """Set all elements to a number."""
        self._elements[...] = value
        return self

    def __repr__(self) -> str:
        kind = f"dtype={self.dtype}, " if isinstance(self, TypedStorage) else ""
        values = "".join(f" {value}\n" for value in self.tolist())
        return (
            f"{values}[torch.storage.{type(self).__name__}({kind}device={self.device}) of size {self.size()}]"
        )


class UntypedStorage(_Storage):
    """The block of memory that a tensor, and all its views, look at."""

    __module__ = "torch.storage"

    def __init__(self, tensor: Tensor) -> None:
        self._memory = backend.root(tensor._array)
        self._elements = self._memory.reshape(-1).view(dtypes.uint8._numpy)

    def cpu(self) -> UntypedStorage:
        """Return it if it is in the CPU's memory, else a copy that is."""
        return self._placed("cpu")

    def cuda(self, device: Any = None, non_blocking: bool = False) -> UntypedStorage:
        """Return it if it is on the GPU (the current one, or that of the given number), else a copy that is."""
        return self._placed(
            "cuda" if device is None else f"cuda:{device}" if isinstance(device, int) else device
        )

    def _placed(self, where: Any) -> UntypedStorage:
        from ..creation import placed

        return UntypedStorage(wrap(placed(self._memory, require(where))))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UntypedStorage) and other._memory is self._memory

    def __hash__(self) -> int:
        return id(self._memory)


class TypedStorage(_Storage):
    """A block of memory as a row of elements of one dtype."""

    __module__ = "torch.storage"

    def __init__(self, tensor: Tensor) -> None:
        self.dtype = tensor.dtype
        self._memory = backend.root(tensor._array)
        self._elements = self._memory.reshape(-1).view(tensor._array.dtype)

    def untyped(self) -> UntypedStorage:
        """Return the same memory as bytes."""
        return UntypedStorage(wrap(self._memory))


@method
def untyped_storage(self: Tensor) -> UntypedStorage:
    """Return the block of memory under the tensor."""
    return UntypedStorage(self)


@method
def storage(self: Tensor) -> TypedStorage:
    """Return the memory under the tensor as elements of its dtype."""
    warn_once(TYPED, whatever_is_set=True)
    return TypedStorage(self)


@method
def set_(
    self: Tensor, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Tensor:
    """Look at other memory from now on: that of a tensor or a storage, in sizes and strides if they are given."""
    tensors = (source,) if isinstance(source, Tensor) else ()
    array = _seen(self, source, storage_offset, size, stride)
    check_writable(self, *tensors, repeats=True)
    node = record(SetNode, array, (self, *tensors))._node
    self._array = like(self._array, taken_apart(array)[0])
    self._accumulator = None  # graphs made before lead to the tensor as it was
    bump(self)
    if node is not None:
        rebase(self, node)
    return self


SetNode = not_implemented("set_")


def _seen(self: Tensor, source: Any, start: int, size: Any, stride: Any) -> Any:
    """Return the memory of `source` in the sizes and strides that are asked for."""
    dtype = self._array.dtype
    if source is None:
        return backend.empty((0,), dtype)
    if isinstance(source, Tensor):
        if source.dtype is not self.dtype:
            raise RuntimeError(
                f"Could not set tensor of type {dtypes.c_name(source.dtype)} to a tensor of type {dtypes.c_name(self.dtype)}"
            )
        row = source._array
    else:
        if isinstance(source, TypedStorage) and source.dtype is not self.dtype:
            raise RuntimeError(
                f"Expected a Storage of type {dtypes.c_name(self.dtype)} or an UntypedStorage, but got type "
                f"{source.dtype._scalar} for argument 1 'storage'"
            )
        whole = source.nbytes() // dtype.itemsize
        row = source._memory.reshape(-1).view(dtypes.uint8._numpy)[: whole * dtype.itemsize].view(dtype)
    if size is None:
        return row
    shape = sizes_of((size,))
    steps = layout.contiguous_strides(shape) if stride is None else sizes_of((stride,))
    if start < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {start}")
    if len(shape) != len(steps):
        raise RuntimeError(f"unequal size length ({len(shape)}) and stride length ({len(steps)})")
    if any(step < 0 for step in steps):
        raise RuntimeError(
            f"Storage size calculation overflowed with sizes={list(shape)} and strides={list(steps)}"
        )
    if shape == self._array.shape and (stride is None or steps == layout.strides(self._array)):
        given = () if stride is None else steps
        layout.check_extent(
            row, shape, steps, start, given
        )  # torch lets the memory grow only for other sizes
    return layout.restride(layout.reaching(row, shape, steps, start), shape, steps, start)
