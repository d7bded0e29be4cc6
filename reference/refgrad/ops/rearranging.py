"""Copies with the elements in other places: `flip`, `roll`, `repeat`, triangles, diagonals, padding."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from .. import both, dtypes, scalars, storage
from ..backend import xp
from ..graph import derivative
from ..layouts import contiguous_format
from ..recording import record
from ..stream import streamed
from ..tensor import Tensor, wrap
from .broadcasting import keep_layout, row_major
from .registry import check_given, check_tensors, function, method, public
from .shape import axis_of, sizes_of, type_in_messages

__all__ = ["moved", "pad_constant", "put_back"]


def put_back(g: Any, shape: tuple[int, ...], places: Any) -> Any:
    """Add each gradient to the element it came from; places of -1 came from none."""
    inside = places >= 0
    if not inside.all():
        g, places = both.take_flat(g, xp.flatnonzero(inside)), places[inside]
    return both.put_flat(g, places, shape)


# Each of these takes every element from a place that an index array names; the gradient goes back there.
# Recorded, it is rearranged by the same operation where there is one that goes back.
FlipBackward0 = derivative(
    "FlipBackward0",
    args="shape places dims",
    self=lambda g, shape, places, dims: g.flip(dims) if isinstance(g, Tensor) else put_back(g, shape, places),
)
RollBackward0 = derivative(
    "RollBackward0",
    args="shape places shifts dims",
    self=lambda g, shape, places, shifts, dims: (
        g.roll([-each for each in shifts], dims) if isinstance(g, Tensor) else put_back(g, shape, places)
    ),
)
RepeatBackward0 = derivative(
    "RepeatBackward0",
    args="shape places repeats",
    self=lambda g, shape, repeats: _unrepeated(g, shape, repeats),
)
Rot90Backward0 = derivative("Rot90Backward0", args="k dims", self=lambda g, k, dims: both.turn(g, -k, dims))
DiagEmbedBackward0 = derivative(
    "DiagEmbedBackward0",
    args="offset dim1 dim2",
    self=lambda g, offset, dim1, dim2: both.diagonal(g, offset, (dim1, dim2)),
)


def _along_diagonal(g: Any, shape: tuple[int, int]) -> Any:
    """Return a matrix with a number on its diagonal and zeros elsewhere."""
    if not isinstance(g, Tensor):
        return g * xp.eye(*shape, dtype=g.dtype)
    places = wrap(xp.arange(min(shape)) * (shape[1] + 1))
    filled: Tensor = g._zeros((shape[0] * shape[1],)).index_fill(0, places, g)
    return filled.view(shape)


TraceBackward0 = derivative(
    "TraceBackward0",
    args="shape",
    self=lambda g, shape: _along_diagonal(g, shape),
)
TrilBackward0 = derivative(
    "TrilBackward0",
    args="diagonal kept",
    self=lambda g, diagonal, kept: g.tril(diagonal) if isinstance(g, Tensor) else both.keep(g, kept),
)
TriuBackward0 = derivative(
    "TriuBackward0",
    args="diagonal kept",
    self=lambda g, diagonal, kept: g.triu(diagonal) if isinstance(g, Tensor) else both.keep(g, kept),
)
ConstantPadNdBackward0 = derivative(
    "ConstantPadNdBackward0",
    args="shape places pad",
    self=lambda g, shape, places, pad: (
        pad_constant(g, [-each for each in pad]) if isinstance(g, Tensor) else put_back(g, shape, places)
    ),
)


def _unrepeated(g: Any, shape: tuple[int, ...], repeats: Sequence[int]) -> Any:
    """Add up the gradients of all repeats of an element."""
    if 0 in repeats:
        return g._zeros(shape) if isinstance(g, Tensor) else xp.zeros(shape, g.dtype)
    lead = len(repeats) - len(shape)
    for _ in range(lead):
        g = g.sum(0)
    pieces: list[int] = []
    repeated: list[int] = []
    for count, size in zip(repeats[lead:], shape, strict=True):
        if count != 1:
            repeated.append(len(pieces))
            pieces.append(count)
        pieces.append(size)
    if min(pieces, default=0) < 0:  # torch repeats an empty tensor less than 0 times, and stops here
        wrap(both.plain(g)).reshape(pieces)
    return g.reshape(tuple(pieces)).sum(tuple(repeated)) if repeated else g


def moved(kind: Any, input: Tensor, rearrange: Any, *asked: Any, keeps_layout: bool = False) -> Tensor:
    """Rearrange a tensor by doing the same to the row-major positions of its elements.

    `asked` is what was asked for, as the node shows it.
    """
    x = input._array
    places = rearrange(xp.arange(x.size).reshape(x.shape))
    array = x.reshape(-1)[places]
    if keeps_layout:
        array = keep_layout(array, x)
    return record(kind, array, (input,), (x.shape, places, *asked))


def _dims(args: tuple[Any, ...], ndim: int) -> tuple[int, ...]:
    return tuple([axis_of(each, ndim) for each in sizes_of(args)])


@method
def flip(self: Tensor, *dims: Any) -> Tensor:
    """Return a copy with the order along some dimensions reversed."""
    check_given("flip", dims)
    return _flipped(self, dims)


def _flip_function(input: Tensor, dims: Any) -> Tensor:
    """Return a copy with the order along some dimensions reversed."""
    return _flipped(input, (dims,))


_flip_function.__name__ = "flip"
function(_flip_function)


def _flipped(input: Tensor, dims: tuple[Any, ...]) -> Tensor:
    axes = _dims(dims, input._array.ndim)
    if len(set(axes)) < len(axes):
        twice = next(axis for at, axis in enumerate(axes) if axis in axes[:at])
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    if not input._array.ndim:
        axes = ()
    return moved(FlipBackward0, input, lambda places: xp.flip(places, axes), axes, keeps_layout=True)


@public
def fliplr(input: Tensor) -> Tensor:
    """Return a copy with the columns in reverse order."""
    if input._array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


@public
def flipud(input: Tensor) -> Tensor:
    """Return a copy with the rows in reverse order."""
    if input._array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@public
def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """Return a copy turned by `k` quarters in a plane."""
    ndim = input._array.ndim
    if ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {ndim}")
    one, two = axes = tuple([axis_of(each, ndim) for each in dims])
    if one == two:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    x = input._array
    flipped = ((), (two,), axes, (one,))[k % 4]
    array = keep_layout(xp.flip(x, flipped).copy(), x) if flipped else xp.array(x, order="C")
    array = array.swapaxes(one, two) if k % 2 else array
    return record(Rot90Backward0, array, (input,), (k, axes))


@public
def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Return a copy with the elements moved along, those at the end coming in at the start."""
    steps, axes = _listed(shifts), () if dims is None else _listed(dims)
    if not steps:
        raise RuntimeError("`shifts` required")
    if not axes and len(steps) == 1:
        return moved(RollBackward0, input, lambda places: xp.roll(places, steps), steps, ())
    if len(steps) != len(axes):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims:{len(axes)}")
    ndim = input._array.ndim
    if not ndim:
        raise IndexError(f"Dimension specified as {axes[0]} but tensor has no dimensions")
    axes = tuple(axis_of(axis, ndim) for axis in axes)
    return moved(RollBackward0, input, lambda places: xp.roll(places, steps, axes), steps, axes)


def _listed(value: Any) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@method
def repeat(self: Tensor, *sizes: Any) -> Tensor:
    """Return copies of the tensor side by side, so many along each dimension."""
    check_given("repeat", sizes)
    counts = sizes_of(sizes)
    _check_counts(self, counts)
    if len(counts) < self._array.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        )
    return moved(
        RepeatBackward0, self, lambda places: xp.tile(places, [max(each, 0) for each in counts]), counts
    )


def _check_counts(self: Tensor, counts: tuple[int, ...]) -> None:
    lead = len(counts) - self._array.ndim
    shape = (1,) * lead + self._array.shape
    made = [size * count for size, count in zip(shape, counts, strict=False)]
    if lead >= 0:
        _refuse_negative(made)


def _refuse_negative(made: list[int]) -> None:
    for size in made:
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {made}")


@method
def tile(self: Tensor, *dims: Any) -> Tensor:
    """Return copies of the tensor side by side; missing counts are 1."""
    check_given("tile", dims)
    return _tiled(self, sizes_of(dims))


def _tiled(input: Tensor, counts: tuple[int, ...]) -> Tensor:
    counts = (1,) * (input._array.ndim - len(counts)) + counts
    shape = (1,) * (len(counts) - input._array.ndim) + tuple(input._array.shape)
    _refuse_negative([size * count for size, count in zip(shape, counts, strict=True)])
    return moved(RepeatBackward0, input, lambda places: xp.tile(places, counts), counts)


def _tile_function(input: Tensor, dims: Any) -> Tensor:
    """Return copies of the tensor side by side; missing counts are 1."""
    return _tiled(input, sizes_of((dims,)))


_tile_function.__name__ = "tile"
function(_tile_function)


def _places_of_counts(counts: Tensor) -> Tensor:
    array = counts._array
    _check_counted(counts)
    if array.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if (array < 0).any():
        raise RuntimeError("repeats can not be negative")
    return wrap(xp.repeat(xp.arange(array.size, dtype=array.dtype), array))


def _check_counted(counts: Tensor) -> None:
    if counts._array.dtype not in (xp.int32, xp.int64):
        raise NotImplementedError(f"\"repeat_interleave_cpu\" not implemented for '{counts.dtype._scalar}'")


def _check_total(counts: Tensor, expected: int | None) -> None:
    if expected is not None and expected != int(counts._array.sum()):
        raise RuntimeError("allocated size does not match required size")


@function
def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Return each element (or slice along a dimension) several times in a row; `output_size` in all, if given.

    With counts as its only argument: each place as often as it says.
    """
    if repeats is None:
        _check_total(input, output_size)
        return _places_of_counts(input)
    if isinstance(repeats, Tensor):
        if repeats._array.ndim > 1:
            raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    elif repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    elif dim in (0, -1) and not input._array.ndim:  # which then has not the dimension to repeat along
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    if dim is not None and not input._array.ndim and isinstance(repeats, Tensor):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    asked = 0 if dim is None else dim
    if dim is None:
        input, dim = input.flatten(), 0
    axis = axis_of(dim, input._array.ndim)
    if isinstance(repeats, Tensor):
        counts, size = repeats._array, input._array.shape[axis]
        if counts.size not in (1, size):
            raise RuntimeError(
                "repeats must have the same size as input along dim, but got repeats.size(0) = "
                f"{counts.size} and input.size({asked}) = {size}"
            )
        _check_counted(repeats)
        _check_total(repeats.expand(size), output_size)
        chosen: Tensor = input.index_select(axis, wrap(xp.repeat(xp.arange(size), counts)))
        return chosen
    total = input._array.shape[axis] * repeats
    if output_size is not None and output_size != total:
        raise RuntimeError(f"repeat_interleave: Invalid output_size, expected {total} but got {output_size}")
    apart = input.unsqueeze(axis + 1)
    shape = list(apart._array.shape)
    shape[axis + 1] = repeats
    repeated: Tensor = apart.expand(shape).clone(memory_format=contiguous_format).flatten(axis, axis + 1)
    return repeated


def _repeat_interleave_method(
    self: Tensor, repeats: Any, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """Return each element (or slice along a dimension) several times in a row; `output_size` in all, if given."""
    return repeat_interleave(self, repeats, dim, output_size=output_size)


_repeat_interleave_method.__name__ = "repeat_interleave"
method(_repeat_interleave_method)


@method
def fill_diagonal_(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Set the main diagonal to a number; `wrap` begins again below a tall matrix's last full square."""
    x = self._array
    if x.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    if x.ndim > 2 and len(set(x.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step, start = sum(storage.strides(x)), storage.offset(x)
    self.as_strided((min(x.shape),), (step,), start).fill_(fill_value)
    rows, columns = x.shape[:2]
    if wrap and x.ndim == 2 and rows > columns + 1:
        below = start + storage.strides(x)[0] * (columns + 1)
        squares, rest = divmod(rows - columns - 1, columns + 1)
        count = squares * columns + min(rest, columns)
        self.as_strided((count,), (step,), below).fill_(fill_value)
    return self


def _triangle(kind: Any, input: Tensor, diagonal: int, lower: bool) -> Tensor:
    x = input._array
    if x.ndim < 2:
        name = "tril" if lower else "triu"
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    below = xp.tri(*x.shape[-2:], k=diagonal if lower else diagonal - 1, dtype=bool)
    kept = xp.broadcast_to(below if lower else ~below, x.shape)
    return record(kind, row_major(xp.where(kept, x, xp.zeros((), x.dtype))), (input,), (diagonal, kept))


@public
def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return a copy with zeros above a diagonal."""
    return _triangle(TrilBackward0, input, diagonal, True)


@public
def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Return a copy with zeros below a diagonal."""
    return _triangle(TriuBackward0, input, diagonal, False)


def _diag_into(out: Tensor, input: Tensor, diagonal: int) -> Tensor:
    if input._array.ndim not in (1, 2):
        raise RuntimeError(f"Supports 1D or 2D tensors. Got {input._array.ndim}D")
    if input._array.ndim == 1 and not dtypes.castable(input.dtype, out.dtype):
        raise RuntimeError(
            f"diag: result type {input.dtype._scalar} can't be cast to the desired out= type {out.dtype._scalar}"
        )
    from .outputs import into
    from .view_copies import diagonal_copy

    found: Tensor = into(out, diag_embed if input._array.ndim == 1 else diagonal_copy, input, diagonal)
    return found


@public
def diag(input: Tensor, diagonal: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Return the diagonal of a matrix, or a matrix with the vector as its diagonal."""
    if out is not None:
        return _diag_into(out, input, diagonal)
    if input._array.ndim == 1:
        return diag_embed(input, diagonal)
    if input._array.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input._array.ndim}D")
    from .view_copies import diagonal_copy

    return diagonal_copy(input, diagonal)


@public
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Return zeros with the last dimension of the tensor along the diagonals of two new ones."""
    x = input._array
    if not x.ndim:
        axis_of(dim1, 1)
    size = x.shape[-1] + abs(offset)
    made = xp.zeros((*x.shape[:-1], size, size), x.dtype)
    rows = xp.arange(x.shape[-1]) + max(-offset, 0)
    made[..., rows, rows - max(-offset, 0) + max(offset, 0)] = x
    axes = (axis_of(dim1, made.ndim), axis_of(dim2, made.ndim))
    made = xp.ascontiguousarray(xp.moveaxis(made, (-2, -1), axes))
    return record(DiagEmbedBackward0, made, (input,), (offset, dim1, dim2))


@public
def trace(input: Tensor) -> Tensor:
    """Return the sum of the diagonal of a matrix."""
    x = input._array
    if x.dtype.kind == "b":
        raise NotImplementedError("\"trace\" not implemented for 'Bool'")
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.ndim}")
    want = xp.int64 if x.dtype.kind in "iu" else None
    return record(TraceBackward0, xp.trace(x, dtype=want), (input,), (x.shape,))


def pad_constant(input: Tensor, pad: Any, value: float = 0.0) -> Tensor:
    """Return a copy with a border; `pad` counts from the last dimension: (before, after, ...)."""
    x = input._array
    widths = [(0, 0)] * x.ndim
    for at in range(len(pad) // 2):
        widths[x.ndim - 1 - at] = (pad[2 * at], pad[2 * at + 1])
    for (a, b), size in zip(widths, x.shape, strict=True):
        if size + min(a, 0) < 0 or size + min(a, 0) + min(b, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
    if not x.ndim:
        return record(
            ConstantPadNdBackward0, storage.copy(x), (input,), (x.shape, xp.zeros((), xp.int64), ())
        )
    grown = [(max(a, 0), max(b, 0)) for a, b in widths]
    cut = tuple(
        slice(max(-a, 0), size + a_ + b_ - max(-b, 0))
        for (a, b), (a_, b_), size in zip(widths, grown, x.shape, strict=True)
    )
    filling = scalars.stored(value, input.dtype).item()
    made = xp.pad(x, grown, constant_values=filling)[cut]
    places = xp.pad(xp.arange(x.size).reshape(x.shape), grown, constant_values=-1)[cut]
    cut_only = not any(a or b for a, b in grown)  # then the rest is cloned
    made = storage.copy(x[cut]) if cut_only else xp.ascontiguousarray(made)
    return record(ConstantPadNdBackward0, made, (input,), (x.shape, places, tuple(pad)))


@function
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Return one grid of coordinates for each vector, as expanded views."""
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors
    check_tensors(given)
    vectors = list(given)
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if any(each.dtype is not vectors[0].dtype for each in vectors):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    for each in vectors:
        if each._array.ndim > 1:
            raise RuntimeError(
                "torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: "
                + streamed(each._array.real, type_in_messages(each))
            )
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument.",
            UserWarning,
            stacklevel=3,
        )
    elif indexing not in ("xy", "ij"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if indexing == "xy" and len(vectors) >= 2:
        vectors[0], vectors[1] = vectors[1], vectors[0]
    shape = [each._array.size for each in vectors]
    grids = []
    for at, each in enumerate(vectors):
        row = each.view(*[-1 if axis == at else 1 for axis in range(len(vectors))])
        grids.append(row.expand(shape))
    if indexing == "xy" and len(grids) >= 2:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)
