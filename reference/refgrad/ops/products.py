"""Products of matrices and vectors beside `matmul`: added to something, of a chain, of all last dimensions."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

from .. import both, dtypes, scalars, unresolved
from ..backend import Array, xp
from ..graph import derivative
from ..layouts import contiguous_format
from ..recording import gradient_edge, record, requires_recording
from ..tensor import Tensor, wrap
from .arithmetic import mul
from .broadcasting import keep_layout
from .holomorphic import suited
from .inplace import check_cast, update_late
from .linear_algebra import addmm, bmm, matmul, mm
from .output_tensors import resize_out
from .outputs import into
from .registry import check_tensors, function, public
from .shape import axis_of, expand

__all__ = ["matrix_power", "multi_dot"]

AddmvBackward0 = derivative(
    "AddmvBackward0",
    args="beta alpha",
    self=lambda g, beta: _times(g, beta),
    mat=lambda g, vec, alpha: _times(g.reshape((-1, 1)) * vec.reshape((1, -1)), alpha),
    vec=lambda g, mat, alpha: _times(mat.swapaxes(0, 1) @ g, alpha),
)
AddrBackward0 = derivative(
    "AddrBackward0",
    args="beta alpha",
    self=lambda g, beta: _times(g, beta),
    vec1=lambda g, vec2, alpha: _times(_moved(g, vec2), alpha),
    vec2=lambda g, vec1, alpha: _times(_moved(g.swapaxes(0, 1), vec1), alpha),
)


def _moved(g: Any, vec: Any) -> Any:
    """Return the product with a vector, which must have the dtype of the gradient."""
    matrix, vector = (dtypes.of(both.plain(each).dtype)._scalar for each in (g, vec))
    if matrix != vector:
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {vector}, {matrix}, and {vector}"
        )
    return g @ vec


BaddbmmBackward0 = derivative(
    "BaddbmmBackward0",
    args="beta alpha",
    self=lambda g, beta: _times(g, beta),
    batch1=lambda g, batch2, alpha: _times(_each_by_each(g, batch2.swapaxes(-1, -2)), alpha),
    batch2=lambda g, batch1, alpha: _times(_each_by_each(batch1.swapaxes(-1, -2), g), alpha),
)
AddbmmBackward0 = derivative(
    "AddbmmBackward0",
    args="beta alpha sizes",
    self=lambda g, beta: _times(g, beta),
    batch1=lambda g, batch1, batch2, alpha: _times(
        _each_by_each(_for_each(g, batch1), batch2.swapaxes(-1, -2)), alpha
    ),
    batch2=lambda g, batch1, batch2, alpha: _times(
        _each_by_each(batch1.swapaxes(-1, -2), _for_each(g, batch1)), alpha
    ),
)


def _each_by_each(a: Any, b: Any) -> Any:
    """Multiply two batches, matrix by matrix."""
    return bmm(a, b) if isinstance(a, Tensor) else a @ b


def _times(value: Any, number: Any) -> Any:
    return value if number == 1 else value * number


def _for_each(g: Any, batch: Any) -> Any:
    """Repeat a gradient for each matrix of a batch."""
    return both.expand(g, (batch.shape[0], *g.shape))


def _added(input: Tensor, product: Array, beta: Any, alpha: Any) -> Array:
    """Return `beta * input + alpha * product`; what is times 0 does not count, not even nan."""
    expand(input, product.shape)  # refuses what does not fit
    beta, alpha = [scalars.stored(each, dtypes.of(product.dtype)) for each in (beta, alpha)]
    scaled = product if alpha == 1 else product * alpha
    if beta == 0:
        return scaled
    array: Array = input._array * beta + scaled if beta != 1 else input._array + scaled
    return array


@public
def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """Return `beta * input + alpha * (mat @ vec)`."""
    x, y = mat._array, vec._array
    if x.ndim != 2 or y.ndim != 1 or input._array.ndim > 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {input._array.ndim}, {x.ndim}, {y.ndim}")
    if x.shape[1] != y.shape[0] and not input._array.ndim:  # the sizes that the message shows
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if x.shape[1] != y.shape[0] or (input._array.size not in (x.shape[0], 1)):
        raise RuntimeError(
            f"size mismatch, got input ({input._array.size}), mat ({x.shape[0]}x{x.shape[1]}), vec ({y.shape[0]})"
        )
    if not input.dtype is mat.dtype is vec.dtype:
        names = [each.dtype._scalar for each in (input, mat, vec)]
        raise RuntimeError(
            f"addmv input tensors must have the same dtype, but got {names[0]}, {names[1]}, and {names[2]}"
        )
    if x.size and x.dtype.kind == "b":
        raise NotImplementedError("\"addmv_impl_cpu\" not implemented for 'Bool'")
    array = _added(input, x.dot(y), beta, alpha)
    return record(suited(AddmvBackward0, array), array, (input, mat, vec), (beta, alpha))


@public
def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """Return `beta * input + alpha * (vec1 outer vec2)`."""
    for name, each in (("vec1", vec1), ("vec2", vec2)):
        if each._array.ndim != 1:
            place = "1st" if name == "vec1" else "2nd"
            raise RuntimeError(
                f"addr: Expected 1-D argument {name}, but got {each._array.ndim}-D" if place else ""
            )
    expanded = expand(input, (vec1._array.size, vec2._array.size))._array
    joint = dtypes.promote(dtypes.promote(input.dtype, vec1.dtype), vec2.dtype)  # 0-dim ones count, too
    for name, number in (("beta", beta), ("alpha", alpha)):
        if isinstance(number, bool) and joint is not dtypes.bool:
            raise RuntimeError(f"Boolean {name} only supported for Boolean results.")
        if isinstance(number, float) and joint._is_integral:
            raise RuntimeError(
                f"For integral input tensors, argument {name} must not be a floating point number."
            )
    product = xp.outer(vec1._array.astype(joint._numpy), vec2._array.astype(joint._numpy))
    array = _added(input, product, beta, alpha).astype(joint._numpy, copy=False)
    array = keep_layout(array, expanded, vec1._array[:, None], vec2._array[None])
    return record(suited(AddrBackward0, array), array, (input, vec1, vec2), (beta, alpha))


def _size_at(tensor: Tensor, axis: int) -> int:
    """Return one size; a dimension that is not there is refused."""
    shape = tensor._array.shape
    if not shape:
        raise IndexError(f"Dimension specified as {axis} but tensor has no dimensions")
    return int(shape[axis_of(axis, len(shape))])


def _check_batches(batch1: Tensor, batch2: Tensor) -> None:
    x, y = batch1._array, batch2._array
    if x.ndim != 3:
        raise RuntimeError("batch1 must be a 3D tensor")
    if y.ndim != 3:
        raise RuntimeError("batch2 must be a 3D tensor")


def _check_added_dtypes(input: Tensor, batch1: Tensor, batch2: Tensor) -> None:
    if batch1.dtype is not input.dtype:
        names = [dtypes.c_name(each.dtype) for each in (input, batch1, batch2)]
        raise RuntimeError(
            f"Input dtypes must be the same, got: input {names[0]}, batch1: {names[1]}, batch2: {names[2]}"
        )


@public
def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """Return `beta * input + alpha * (batch1 @ batch2)`, matrix by matrix."""
    x, y = batch1._array, batch2._array
    # torch asks for the sizes of the result first
    expand(input, (_size_at(batch1, 0), _size_at(batch1, 1), _size_at(batch2, 2)))
    _check_added_dtypes(input, batch1, batch2)
    _check_batches(batch1, batch2)
    if y.shape[:2] != (x.shape[0], x.shape[2]):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{x.shape[0]}, {x.shape[2]}] but got: "
            f"[{y.shape[0]}, {y.shape[1]}]."
        )
    if batch2.dtype is not input.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype._scalar} but found {batch2.dtype._scalar}")
    if input.dtype is dtypes.bool and x.size and y.size:
        raise NotImplementedError("\"baddbmm\" not implemented for 'Bool'")
    made = _added(input, xp.matmul(x, y), beta, alpha)
    return record(suited(BaddbmmBackward0, made), made, (input, batch1, batch2), (beta, alpha))


@public
def addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """Return `beta * input + alpha * (batch1 @ batch2).sum(0)`."""
    if requires_recording(
        input, batch1, batch2
    ):  # then torch first connects the node, and keeps the number of matrices
        for each in (input, batch1, batch2):
            if each.requires_grad:
                gradient_edge(each)
        _size_at(batch1, 0)
    expand(input, (_size_at(batch1, 1), _size_at(batch2, 2)))
    _check_batches(batch1, batch2)
    x, y = batch1._array, batch2._array
    if x.shape[0] != y.shape[0]:
        raise RuntimeError(
            f"batch1 and batch2 must have same number of batches, got {x.shape[0]} and {y.shape[0]}"
        )
    if x.shape[2] != y.shape[1]:
        raise RuntimeError(
            f"Incompatible matrix sizes for bmm ({x.shape[1]}x{x.shape[2]} and {y.shape[1]}x{y.shape[2]})"
        )
    for name, each in (("self", input), ("mat1", batch1)):
        if each.dtype is not batch2.dtype:
            raise RuntimeError(
                f"{name} and mat2 must have the same dtype, but got {each.dtype._scalar} and {batch2.dtype._scalar}"
            )
    if input.dtype is dtypes.bool:
        raise NotImplementedError("\"addmm_impl_cpu_\" not implemented for 'Bool'")
    array = _added(input, xp.matmul(x, y).sum(axis=0, dtype=x.dtype), beta, alpha)
    return record(
        suited(AddbmmBackward0, array),
        array,
        (input, batch1, batch2),
        (beta, alpha, (*x.shape[:2], y.shape[2])),
    )


def _matrices(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the sizes of the product of two matrices; None where there is none."""
    return (x[0], y[1]) if len(x) == len(y) == 2 and x[1] == y[0] else None


def _batches(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...] | None:
    return (*x[:2], y[2]) if len(x) == len(y) == 3 and (x[0], x[2]) == y[:2] else None


def _vectors(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...] | None:
    return x[:1] if len(x) == 2 and len(y) == 1 and x[1:] == y else None


def _product_in_place(call: Any, sizes: Any) -> None:
    """Publish the in-place form of a product that is added: what it is added to must have the sizes of the product."""

    def compute(self: Tensor, one: Tensor, two: Tensor, **options: Any) -> Tensor:
        wanted = sizes(one._array.shape, two._array.shape)
        if self.dtype is one.dtype is two.dtype and wanted not in (None, self._array.shape):
            if call is baddbmm:
                expand(self, wanted)
            if call is addmv and self._array.shape not in ((), (1,)):
                refused: Tensor = addmv(self, one, two)
                return refused
            raise RuntimeError(
                f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size {list(wanted)} should "
                "match"
            )
        found: Tensor = call(self, one, two, **options)
        return found

    update_late(call, compute, shares=True)


def _addr_in_place(self: Tensor, vec1: Tensor, vec2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    if vec1._array.ndim == 1 and vec2._array.ndim == 1:
        if self._array.ndim != 2:
            raise RuntimeError(f"2D tensor expected, got {self._array.ndim}D tensor for input")
        if self._array.shape != (vec1._array.size, vec2._array.size):
            raise RuntimeError(
                f"size mismatch, input: {list(self.shape)}, v1: {list(vec1.shape)}, v2: {list(vec2.shape)}"
            )
    found: Tensor = addr(self, vec1, vec2, beta=beta, alpha=alpha)
    check_cast(found.dtype, self.dtype)
    return found


_product_in_place(addmm, _matrices)
_product_in_place(addmv, _vectors)
_product_in_place(baddbmm, _batches)
update_late(addr, _addr_in_place)
update_late(addbmm, shares=True)


# ---- vectors -------------------------------------------------------------------------------------------------------

VdotBackward0 = derivative(
    "VdotBackward0",
    self=lambda g, other: both.conj(g) * other,
    other=lambda g, self: g * self,
)


@public
def vdot(input: Tensor, other: Tensor) -> Tensor:
    """Return the sum of products of two vectors, the first conjugated."""
    if not (input.dtype.is_complex or other.dtype.is_complex):
        return record(VdotBackward0, input.detach().dot(other.detach())._array, (input, other))
    for each in (input, other):
        if each._array.ndim != 1:
            raise RuntimeError(
                f"1D tensors expected, but got {input._array.ndim}D and {other._array.ndim}D tensors"
            )
    if input.dtype is not other.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{input.dtype._scalar} and {other.dtype._scalar}"
        )
    sizes = input._array.size, other._array.size
    if sizes[0] != sizes[1]:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{sizes[0]}] and src [{sizes[1]}] to have the same number of "
            f"elements, but got {sizes[0]} and {sizes[1]} elements respectively"
        )
    result = record(VdotBackward0, xp.vdot(input._array, other._array), (input, other))
    if unresolved.is_conjugated(other._array) and not unresolved.is_conjugated(input._array):
        result._array = unresolved.stored_conjugated(result._array)
    return result


@public
def inner(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """Return the sums of products over the last dimensions of both."""
    x, y = input._array.shape, other._array.shape
    if not x or not y:
        product: Tensor = into(out, mul, input, other)
        return product
    if x[-1] != y[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {list(x)} and {list(y)}"
        )
    from .contraction import tensordot

    return tensordot(input, other, ([len(x) - 1], [len(y) - 1]), out=out)


# ---- chains --------------------------------------------------------------------------------------------------------


def _cheapest(sizes: list[int]) -> list[list[int]]:
    """Return, for each stretch of a chain, where to cut it so that the fewest numbers are multiplied."""
    count = len(sizes) - 1
    if count == 3:  # where both ways cost the same, from the left
        a, b, c, d = sizes
        return [[0, 0, 0 if a * c * (b + d) > b * d * (a + c) else 1], [0, 0, 1], [0, 0, 0]]
    cost = [[0] * count for _ in range(count)]
    cut = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            cost[first][last] = -1
            for at in range(first, last):
                spent = cost[first][at] + cost[at + 1][last] + sizes[first] * sizes[at + 1] * sizes[last + 1]
                if cost[first][last] < 0 or spent < cost[first][last]:
                    cost[first][last], cut[first][last] = spent, at
    return cut


def _place(at: int, count: int) -> str:
    if 0 < at < count - 1:
        return f"tensor {at} must be 2D"
    return f"the {'last' if at else 'first'} tensor must be 1D or 2D"


def multi_dot(tensors: Any, *, out: Tensor | None = None) -> Tensor:
    """Return the product of a chain of matrices, in the order that costs least; vectors may stand at the ends."""
    given = list(tensors)
    check_tensors(given)
    if len(given) < 2:
        raise RuntimeError("multi_dot(): expected at least 2 tensors but got " + str(len(given)))
    first, last = given[0], given[-1]
    for at, each in sorted(enumerate(given), key=lambda pair: pair[0] not in (0, len(given) - 1)):
        ends = at in (0, len(given) - 1)
        if each._array.ndim != 2 and not (ends and each._array.ndim == 1):
            raise RuntimeError(f"multi_dot(): {_place(at, len(given))} but got {each._array.ndim}D")
    shape = (*first._array.shape[:-1], *last._array.shape[1:])
    for at, (one, two) in enumerate(itertools.pairwise(given)):
        if two.dtype is not first.dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {dtypes.c_name(first.dtype)} and "
                f"tensor {at + 1} {dtypes.c_name(two.dtype)}"
            )
        if one._array.shape[-1] != two._array.shape[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {at} and {at + 1} with shapes {list(one.shape)} and {list(two.shape)} cannot be "
                "multiplied"
            )
    matrices = [
        first.unsqueeze(0) if first._array.ndim == 1 else first,
        *given[1:-1],
        last.unsqueeze(-1) if last._array.ndim == 1 else last,
    ]
    if out is not None:
        if out.dtype is not first.dtype:
            raise RuntimeError(
                f"multi_dot(): expected out tensor to have dtype {dtypes.c_name(first.dtype)} but got "
                f"{dtypes.c_name(out.dtype)}"
            )
        resize_out(out, shape)
    sizes = [matrices[0]._array.shape[0], *[each.size(1) for each in matrices]] if len(matrices) > 2 else []
    cut = _cheapest(sizes) if sizes else [[0, 0]]
    rows = None if out is None else out.view(matrices[0]._array.shape[0], matrices[-1]._array.shape[1])
    whole = _multiplied(matrices, cut, 0, len(matrices) - 1, rows)
    viewed: Tensor = whole.view(shape) if out is None else out
    return viewed


def _multiplied(
    matrices: list[Tensor], cut: list[list[int]], first: int, last: int, out: Tensor | None = None
) -> Tensor:
    """Multiply a stretch of a chain; the chain is short, so that this may call itself."""
    if first == last:
        return matrices[first]
    at = cut[first][last]
    product: Tensor = into(
        out, mm, _multiplied(matrices, cut, first, at), _multiplied(matrices, cut, at + 1, last)
    )
    return product


@function
def chain_matmul(*matrices: Tensor, out: Tensor | None = None) -> Tensor:
    """Return the product of a chain of matrices (deprecated: use `linalg.multi_dot`)."""
    check_tensors(matrices)
    warnings.warn(
        "torch.chain_matmul is deprecated and will be removed in a future PyTorch release. Use torch.linalg.multi_dot "
        "instead, which accepts a list of two or more tensors rather than multiple parameters.",
        UserWarning,
        stacklevel=3,
    )
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for each in matrices:
        if each._array.ndim != 2:
            raise RuntimeError(f"Tensor dimension is {each._array.ndim}, expected 2 instead.")
    if len(matrices) == 1:
        only: Tensor = matrices[0].clone()
        return only
    return multi_dot(matrices, out=out)


def _in_rows(input: Tensor) -> Tensor:
    copy: Tensor = input.clone(memory_format=contiguous_format)
    return copy


@public
def matrix_power(input: Tensor, n: int, *, out: Tensor | None = None) -> Tensor:
    """Return a square matrix times itself, `n` times; its inverse, for a negative `n`."""
    from .matrices import check_square
    from .solving import inv

    check_square("linalg.matrix_power", input)
    if out is not None:
        if not dtypes.castable(input.dtype, out.dtype):
            raise RuntimeError(
                f"matrix_power: Expected result to be safely castable from {input.dtype._scalar} dtype, but got result with "
                f"dtype {out.dtype._scalar}"
            )
        resize_out(out, input._array.shape)
    if n == 0:
        ones = wrap(xp.eye(input._array.shape[-1], dtype=input._array.dtype))
        found: Tensor = (_in_rows(input) if out is None else out).copy_(ones)
        return found
    if n in (1, -1):
        one: Tensor = into(out, inv, input) if n < 0 else _in_rows(input) if out is None else out.copy_(input)
        return one
    square = inv(input) if n < 0 else input
    n = abs(n)
    if n in (2, 3):
        last: Tensor = matmul(square if n == 2 else square @ square, square, out=out)
        return last
    result: Tensor | None = None
    while n:
        bit, n = n & 1, n >> 1
        if bit and result is not None:
            result = matmul(result, square, out=None if n else out)
        elif bit:
            result = square if n or out is None else out.copy_(square)
        square = square @ square if n else square
    assert result is not None
    return result
