"""Other sizes and strides: of the tensor itself, of new memory, and copies in which a part seen by strides is replaced."""

from __future__ import annotations

import math
from typing import Any

from .. import backend, both, storage
from ..backend import Array, xp
from ..graph import derivative
from ..layouts import preserve_format, suggested
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import geometry, positions, put_part
from .memory import check_reshapable, reshape_in_place
from .registry import method, public
from .striding import as_strided

__all__: list[str] = []


AsStridedBackward1 = derivative("AsStridedBackward1", args="part whole storage_offset", self=put_part)


@method
def as_strided_(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """Take any sizes, strides and offset in the memory, all in elements."""
    check_reshapable(self)
    seen = as_strided(self.detach(), size, stride, storage_offset)._array
    args = (geometry(seen), geometry(self._array), storage_offset)
    return reshape_in_place(self, AsStridedBackward1, seen, args)


@method
def resize_as_(self: Tensor, the_template: Tensor, *, memory_format: Any = None) -> Tensor:
    """Take the sizes of another tensor; new elements are not initialised."""
    if memory_format is preserve_format:
        memory_format = suggested(the_template._array.shape, storage.strides(the_template._array))
    resized: Tensor = self.resize_(tuple(the_template._array.shape), memory_format=memory_format)
    return resized


def _scatter_slopes(g: Any, needs: Any, part: Any, whole: Any) -> list[Any]:
    """Return the gradients as torch has them: that of the tensor is kept where `src` came in, and lost elsewhere."""
    places = positions(part, whole)
    replaced = xp.zeros(math.prod(whole[0]), bool)
    replaced[places.reshape(-1)] = True
    return [
        both.keep(g, replaced.reshape(whole[0])) if needs[0] else None,
        both.take_flat(g, places) if needs[1] else None,
    ]


def _with_memory(array: Array) -> Array:
    """Return a copy that lies in a copy of the whole memory; of the elements only where several share one place."""
    if storage.overlaps_itself(array):
        return storage.copy(array)
    memory = backend.seen_as(backend.root(array), array.dtype).copy(order="K")
    return storage.restride(memory, array.shape, storage.strides(array), storage.offset(array))


AsStridedScatterBackward0 = derivative(
    "AsStridedScatterBackward0", args="part whole", joint=("self src", _scatter_slopes)
)


@public
def as_strided_scatter(
    input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None
) -> Tensor:
    """Return a copy with `src` in place of the elements that `as_strided` would show."""
    made = wrap(_with_memory(input._array))
    seen = as_strided(made, size, stride, storage_offset)
    if seen._array.shape != src._array.shape:
        raise RuntimeError(
            f"expected src to have a size equal to the slice of self. src size = {list(src.shape)}, slice size = "
            f"{list(seen.shape)}"
        )
    seen._array[...] = src._array
    args = (geometry(seen._array), geometry(made._array))
    return record(AsStridedScatterBackward0, made._array, (input, src), args)


@method
def new_empty_strided(self: Tensor, size: Any, stride: Any, **options: Any) -> Tensor:
    """Return a tensor of these sizes and strides, of the same dtype, whose elements are not initialised."""
    from ..creation import empty_strided

    options = {"dtype": self.dtype, "device": self.device} | options
    made: Tensor = empty_strided(size, stride, **options)
    return made


@method
def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Return the sum over the dimensions along which sizes of `size` were expanded to those of the tensor."""
    from .._signatures import bind, ints

    shape = ints("sum_to_size", "size", bind("Tensor.sum_to_size", size, {})[1]["size"])
    have = self._array.shape
    lead = len(have) - len(shape)
    if lead < 0 or any(a not in (1, b) for a, b in zip(shape, have[lead:], strict=True)):
        raise RuntimeError(f"size {{{list(shape)}}} is not expandable to size {{{list(have)}}}.")
    if not shape:
        everything: Tensor = self.sum()
        return everything
    axes = [at for at in range(len(have)) if at < lead or (shape[at - lead] == 1 and have[at] != 1)]
    summed = self.sum(axes, keepdim=True) if axes else self
    found: Tensor = summed.view(shape) if lead else summed
    return found
