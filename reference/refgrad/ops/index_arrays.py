"""Index tensors as arrays: masks become places, bounds are checked, results are laid out as torch lays them out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .. import backend, both, storage
from ..backend import Array, xp
from ..recording import requires_recording
from ..saved import SavedList
from ..tensor import Tensor, wrap
from .shape import strides_for

__all__ = ["COVERED", "Indices", "SavedIndices", "check_bounds", "complete", "kept", "together"]


class Indices(tuple[Any, ...]):
    """The arrays (or slices) that index each dimension."""

    __slots__ = ()


class SavedIndices(SavedList):
    """The index tensors that a node keeps, and the arrays that they stand for."""

    __slots__ = ("_arrays",)

    def __init__(self, indices: tuple[Any, ...], arrays: Indices) -> None:
        super().__init__(
            [each if isinstance(each, Tensor) else None for each in indices if each is not COVERED]
        )
        self._arrays = arrays

    def arrays(self, shape: tuple[int, ...]) -> Indices:
        """Return the arrays for a tensor of these sizes; refused where an index tensor was changed since."""
        indices = self.unpacked()
        return complete(shape, indices) if self.packed else self._arrays


def kept(indices: tuple[Any, ...], arrays: Indices, *inputs: Tensor) -> SavedIndices | None:
    """Return what a node keeps of an index; nothing where none will be made."""
    return SavedIndices(indices, arrays) if requires_recording(*inputs) else None


# Stands for a further dimension that a mask of several dimensions takes up.
COVERED = object()


def is_mask(index: Tensor) -> bool:
    return bool(index._array.dtype.kind == "b" or index._array.dtype == xp.uint8)


def as_index(part: Any) -> Tensor:
    """Return a tensor, list or array as an index tensor; refuse what is none."""
    if isinstance(part, Tensor):
        return part
    if isinstance(part, str | bytes):
        raise TypeError(f"new(): invalid data type '{type(part).__name__}'")
    if not isinstance(part, backend.ndarray | Sequence):
        from .._signatures import type_name

        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type_name(part)})"
        )
    for each in part:
        if isinstance(each, Tensor) and (each._array.size != 1 or each._array.dtype.kind not in "biu"):
            raise TypeError("only integer tensors of a single element can be converted to an index")
    array = xp.asarray([both.plain(each) for each in part])
    if array.dtype.kind == "O":
        from .._signatures import type_name

        raise RuntimeError(f"Could not infer dtype of {type_name(array.flat[0])}")
    if array.dtype.kind in "US":
        raise TypeError(f"new(): invalid data type '{type(part[0]).__name__}'")
    if array.dtype.kind == "c":
        raise TypeError("'complex' object cannot be interpreted as an integer")
    # Only bools and bytes keep their dtype: they are masks.
    return wrap(
        array if array.size and array.dtype in (bool, xp.uint8) else array.astype(xp.int64, copy=False)
    )


def complete(shape: tuple[int, ...], indices: tuple[Any, ...]) -> Indices:
    """Return one array (or whole slice) for each indexed dimension of a tensor; refused where one leads outside."""
    full = together(shape, indices)
    check_bounds(shape, full)
    return full


def together(shape: tuple[int, ...], indices: tuple[Any, ...]) -> Indices:
    """Return one array (or whole slice) for each indexed dimension of a tensor; masks become the places of True."""
    given = [each for each in indices if each is not COVERED]
    for each in given:
        if isinstance(each, Tensor) and not is_mask(each) and each._array.dtype not in (xp.int32, xp.int64):
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    arrays: list[Any] = []
    for each in given:
        if not isinstance(each, Tensor):
            arrays.append(slice(None))
        elif is_mask(each):
            arrays += _places(shape, len(arrays), each._array)
        else:
            arrays.append(each._array)
    if len(arrays) > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)} (got {len(arrays)})")
    full = Indices(arrays)
    _check_alike(shape, full)
    return full


def check_mask(shape: tuple[int, ...], dim: int, mask: tuple[int, ...]) -> None:
    """Refuse a mask whose sizes are not those of the dimensions from `dim` on."""
    for at, size in enumerate(mask):
        if dim + at >= len(shape):
            raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
        if shape[dim + at] != size:
            raise IndexError(
                f"The shape of the mask {list(mask)} at index {at} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {dim + at}"
            )


def _places(shape: tuple[int, ...], dim: int, mask: Array) -> list[Array]:
    if mask.dtype == xp.uint8:
        warnings.warn(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            UserWarning,
            stacklevel=6,
        )
        mask = mask.astype(bool)
    check_mask(shape, dim, mask.shape)
    return list(mask.nonzero()) if mask.ndim else [xp.zeros(int(mask), xp.int64)]


def _check_alike(shape: tuple[int, ...], indices: Indices) -> None:
    """Refuse index arrays that do not go together, or select along a dimension that has no places."""
    dims = [dim for dim, each in enumerate(indices) if not isinstance(each, slice)]
    arrays = [indices[dim] for dim in dims]
    try:
        joint = (
            arrays[0].shape
            if len(arrays) == 1
            else backend.broadcast_shapes(*[each.shape for each in arrays])
        )
    except ValueError:
        listed = ", ".join(str(list(each.shape)) for each in arrays)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {listed}"
        ) from None
    if 0 not in joint and any(shape[dim] == 0 for dim in dims):
        raise IndexError("index is out of bounds for dimension with size 0")


def check_bounds(shape: tuple[int, ...], indices: Indices) -> None:
    """Refuse index arrays that lead outside; where nothing is selected, nothing does."""
    dims = [dim for dim, each in enumerate(indices) if not isinstance(each, slice)]
    arrays = [indices[dim] for dim in dims]
    if 0 in shape or any(0 in each.shape for each in arrays):
        return
    for at, (dim, array) in enumerate(zip(dims, arrays, strict=True)):
        if -shape[dim] <= array.min() and array.max() < shape[dim]:
            continue
        flat = xp.ravel(array, order="K")  # the first in memory is named
        wrong = flat[(flat < -shape[dim]) | (flat >= shape[dim])]
        raise IndexError(f"index {wrong.flat[0]} is out of bounds for dimension {at} with size {shape[dim]}")


def found_shape(shape: tuple[int, ...], indices: Indices) -> tuple[int, ...]:
    """Return the sizes of what an index selects."""
    dims, joint, first = _geometry(indices)
    rest = [size for dim, size in enumerate(shape) if dim not in dims]
    return (*rest[:first], *joint, *rest[first:])


def _geometry(indices: Indices) -> tuple[list[int], tuple[int, ...], int]:
    """Return the indexed dimensions, their joint shape, and where that stands in the result."""
    dims = [dim for dim, each in enumerate(indices) if not isinstance(each, slice)]
    joint = backend.broadcast_shapes(*[indices[dim].shape for dim in dims])
    together = dims == list(range(dims[0], dims[-1] + 1))
    return dims, joint, dims[0] if together else 0


def _steps_amid(index: Array, own: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the strides in bytes of an index array seen with the sizes `own`, and so broadcast to `shape`."""
    steps = strides_for(index, own)
    assert steps is not None
    return tuple(
        [
            0 if size == 1 and whole != 1 else step * index.itemsize
            for size, whole, step in zip(own, shape, steps, strict=True)
        ]
    )


def _lies_row_by_row(index: Any) -> bool:
    """Return whether an index is a slice, or an array (of at least one dimension) without gaps, row by row."""
    return type(index) is slice or (index.ndim > 0 and index.flags.c_contiguous)


def selected_by(array: Array, indices: Indices) -> Array:
    """Index an array, and lay the result out as torch does: row by row where all that it comes from lies so."""
    plain = array.flags.c_contiguous and 0 not in array.shape and 1 not in array.shape  # 1: of any stride
    if plain and all(map(_lies_row_by_row, indices)):
        rows = array[tuple(indices)]
        return rows if rows.flags.c_contiguous else xp.ascontiguousarray(rows)
    shape = found_shape(array.shape, indices)
    if 0 in shape:
        return xp.zeros(shape, array.dtype)
    found = array[tuple(indices)]
    if found.ndim < 2:
        return xp.ascontiguousarray(found).reshape(shape)
    dims, joint, first = _geometry(indices)
    rest = [step for dim, step in enumerate(array.strides) if dim not in dims]
    operands = [(*rest[:first], *[0] * len(joint), *rest[first:])]
    own = (*[1] * first, *joint, *[1] * (len(rest) - first))
    operands += [_steps_amid(xp.broadcast_to(indices[dim], joint), own, shape) for dim in dims]
    wanted = storage.iterated_by(shape, operands, array.itemsize)
    return found if found.strides == wanted else storage.relaid(found, wanted)
