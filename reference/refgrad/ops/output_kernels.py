"""What torch's kernels check of a tensor that is given as `out=`, in their order, and how they fill it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, dtypes, storage
from ..backend import xp
from ..grad_mode import no_grad
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .conversion import warn_of_complex
from .inplace import PARTIAL_OVERLAP, check_sizes
from .output_tensors import layout_of, resize_out
from .refused_outputs import COPIES, READ_LATE, check_dtype, check_memory

__all__ = ["ASKED_FIRST", "Work", "ask", "choose_dtype", "iterate", "reduce"]


class Work:
    """A call: the function that does the work, by its name in torch's tables, and what it is given."""

    def __init__(
        self, name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if name in ("max", "min") and len(args) + ("other" in kwargs) > 1 and "dim" not in kwargs:
            other = args[1] if len(args) > 1 else kwargs["other"]
            name = f"{name}imum" if isinstance(other, Tensor) else name
        self.name, self.call, self.args, self.kwargs = name, call, args, kwargs
        given = [*args, *kwargs.values()]
        lists = [each for part in given if isinstance(part, tuple | list) for each in part]
        self.tensors = [each for each in [*given, *lists] if isinstance(each, Tensor)]
        self.operands = [each for each in given if isinstance(each, Tensor | int | float | complex)]

    @property
    def known_as(self) -> str:
        """The name that autograd knows."""
        reduces = self.name == "scatter" and (self.kwargs.get("reduce") or len(self.args) > 4)
        return "aten::scatter" if reduces else self.name

    @property
    def differentiated(self) -> list[Tensor]:
        """The operands that may have a gradient: no indices, and no conditions."""
        if self.name == "linalg_matrix_rank":
            return []
        without = _WITHOUT_GRADIENT.get(self.name, len(self.tensors))
        return self.tensors[:without] + self.tensors[without + 1 :]

    @property
    def copies(self) -> bool:
        """Whether there is nothing to be computed: integers have no nan."""
        return self.name == "nan_to_num" and self.tensors[0].dtype._is_integral

    def done(self) -> Any:
        """Return the result."""
        return self.call(*self.args, **self.kwargs)


# Which operand of a function says only where something is.
_WITHOUT_GRADIENT = {"where": 0} | dict.fromkeys(
    """
    gather index_add index_copy index_select masked_select scatter scatter_add scatter_reduce take
    """.split(),  # noqa: SIM905
    1,
)


# ---- element by element ------------------------------------------------------------------------------------------


def iterate(work: Work, out: Tensor) -> None:
    """Do an element-wise function: memory is checked first, then sizes, then dtypes."""
    check_memory(work.name, out, work.tensors)
    tensors = work.tensors
    if work.name == "addr":
        tensors = [tensors[0], tensors[1].unsqueeze(-1), tensors[2].unsqueeze(0)]
    shape: tuple[int, ...] = ()
    for each in tensors:
        check_broadcast(shape, each._array.shape)
        shape = backend.broadcast_shapes(shape, each._array.shape)
    if any(each is out for each in work.tensors):
        check_sizes(out, tensors)
    missing = None
    try:
        result = work.done()
    except RuntimeError as error:  # torch looks for a kernel when all else is there
        if not (isinstance(error, NotImplementedError) or _is_of_kernel(work.name, error)):
            raise
        missing = error
    check_dtype(_name_for_dtype(work), _dtype_of(work) if missing else result.dtype, out.dtype)
    if missing:
        resize_out(out, shape, storage.iterated(shape, [each._array for each in tensors], 1))
        raise missing
    resize_out(out, shape, layout_of(result))
    of_complex = any(each.dtype.is_complex for each in work.tensors)
    if of_complex and result.dtype is dtypes.bool and not (out.dtype is dtypes.bool or out.dtype.is_complex):
        warn_of_complex()  # truth is a complex number first
    out._array[...] = result._array


# Functions that look at their operands' dtypes or values before they look at memory.
ASKED_FIRST = frozenset(
    """
    addcdiv addr clamp clamp_max clamp_min complex heaviside isneginf isposinf lerp maximum minimum polar signbit sub
    """.split()  # noqa: SIM905
)


def ask(work: Work) -> None:
    """Let a function refuse its operands, but for their sizes and the factor of one of them."""
    try:
        with no_grad():
            work.done()
    except RuntimeError as error:
        if not re.search("size of tensor|alpha|beta|not implemented for '", str(error)):
            raise


def _name_for_dtype(work: Work) -> str:
    """Return the name by which the words for another dtype are found."""
    first = work.tensors[0]._array.dtype.kind if work.tensors else ""
    if work.name == "abs" and first == "c":  # computed as a complex number, and then cast
        return "abs.complex"
    if work.name in _CLAMPS and len(work.tensors) > 1:
        return "clamp.Tensor"
    if work.name == "lerp" and len(work.tensors) < 3:
        return "lerp.Scalar"
    return work.name


_CLAMPS = frozenset({"clamp", "clamp_max", "clamp_min"})
_TO_BOOL = frozenset({"eq", "ge", "gt", "isneginf", "isposinf", "le", "lt", "ne", "signbit"})
_TO_FLOAT = frozenset({"atan2", "copysign", "div", "logit", "sinc", "xlogy"})
# Functions whose numbers are no operands.
_WITH_PARAMETERS = frozenset({"addcdiv", "addcmul", "hardshrink", "lerp", "nan_to_num", "round", "threshold"})


def _dtype_of(work: Work) -> dtypes.dtype:
    """Return the dtype that a result would have, for which there is no kernel."""
    if work.name in _TO_BOOL:
        return dtypes.bool
    joint = dtypes.result_of(tuple(work.tensors if work.name in _WITH_PARAMETERS else work.operands))
    floats = work.name in _TO_FLOAT and not work.kwargs.get("rounding_mode")
    return dtypes.get_default_dtype() if floats and joint._is_integral else joint


# ---- all others ----------------------------------------------------------------------------------------------------

# Kernels that compute in the dtype of `out` where none is asked for.
_COMPUTED_IN = frozenset({"cumprod", "cumsum", "nansum", "prod", "sum"})


def choose_dtype(work: Work, out: Tensor) -> None:
    if work.name == "mean" and len(work.args) == 1 and "dim" not in work.kwargs:
        given = work.tensors[0].dtype
        if not dtypes.castable(given, out.dtype):
            raise RuntimeError(
                f"mean.dtype_out(): input types can't be cast to the desired output type {out.dtype._scalar}"
            )
    if work.name in _COMPUTED_IN and work.kwargs.get("dtype") is None:
        x = work.tensors[0]._array
        if work.name == "nansum" and x.size and x.dtype.kind == "f" != out._array.dtype.kind:
            resize_out(out, work.done()._array.shape)
            raise NotImplementedError(f"\"nansum_cpu\" not implemented for '{out.dtype._scalar}'")
        work.kwargs["dtype"] = out.dtype


def reduce(work: Work, outs: Sequence[Tensor]) -> Any:
    """Do any other function: `out` is resized when its dtype is right, and only then are memory and elements looked at."""
    missing = None
    try:
        results = work.done()
    except (IndexError, NotImplementedError, RuntimeError) as error:
        if work.name in _SIZES_LATE and re.search(_SIZES_LATE[work.name], str(error)):
            check_dtype(work.name, _stand_in(work).dtype, outs[0].dtype)
            if work.name in _MEMORY_SECOND:
                check_memory(work.name, outs[0], work.tensors)
        if work.name in _KERNEL_FIRST or not _is_of_kernel(work.name, error):
            raise
        missing, results = error, _stand_in(work)
    found = results if isinstance(results, tuple) else (results,)
    if len(found) < len(outs):
        assert missing is not None
        raise missing
    again, moved = _fit(work, found, outs)
    if again and work.name == "stack":
        _compare_again(work)
    for out in outs:
        check_memory(work.name, out, work.tensors)
    if moved:  # memory that refgrad had to move stays where it is in torch
        raise RuntimeError(PARTIAL_OVERLAP)
    if missing is not None:
        raise missing
    for result, out in zip(found, outs, strict=True):
        out._array = out._array.reshape(result._array.shape)
    if again and work.name in _READ_AGAIN:  # an operand has just got another size
        changed = work.done()
        found = changed if isinstance(changed, tuple) else (changed,)
    for result, out in zip(found, outs, strict=True):
        if result._array.shape == out._array.shape:  # or else torch leaves there what makes no sense
            out._array[...] = result._array
    return results


def _fit(work: Work, results: Sequence[Tensor], outs: Sequence[Tensor]) -> tuple[bool, bool]:
    """Check the dtype of each `out` and resize it.

    Return whether an operand got another size by that, and whether one that must not lies no longer in the same memory.
    """
    of_complex = (
        work.name in ("std", "var") and work.tensors[0].dtype.is_complex
    )  # the sum of two, which `add` writes
    if (name := "var.complex" if of_complex else work.name) in _MEMORY_FIRST:
        check_memory(name, outs[0], work.tensors)
    again, out = False, outs[0]
    shared = [
        each
        for each in work.tensors
        if each is not out and _share_memory(each, out) and storage.is_dense(each._array)
    ]
    for at, (result, out) in enumerate(zip(results, outs, strict=True)):
        again |= out._array.shape != result._array.shape and any(each is out for each in work.tensors)
        shape, steps = _sizes_at_first(work, result, out), None if work.copies else layout_of(result)
        if _name_of_result(work, at) in _SIZE_FIRST:
            resize_out(out, shape, steps)
        check_dtype(_name_of_result(work, at), result.dtype, out.dtype)
        if work.name in _MEMORY_SECOND:
            check_memory(work.name, out, work.tensors)
        resize_out(out, shape, steps if len(shape) == result._array.ndim else None)
    return again, work.name in READ_LATE and any(not _share_memory(each, outs[0]) for each in shared)


def _compare_again(work: Work) -> None:
    """Refuse what `stack` finds of other sizes when one operand, which is `out`, has got those of the result."""
    first, *others = [tuple(each._array.shape) for each in work.tensors]
    dim, count = (*work.args, work.kwargs.get("dim", 0))[1], min(map(len, (first, *others)))
    if dim in (-1, count):  # a kernel of its own, which only looks at memory
        return
    for at, shape in enumerate(others, start=1):
        if len(shape) > len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {len(first)} and {len(shape)}"
            )
        if shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and {list(shape)} at entry {at}"
            )


def _sizes_at_first(work: Work, result: Tensor, out: Tensor) -> tuple[int, ...]:
    """Return the sizes that `out` is given: `kthvalue` keeps the dimension until it is done."""
    shape: tuple[int, ...] = result._array.shape
    operand = work.tensors[0]._array
    if work.name != "kthvalue" or len(shape) == operand.ndim:
        return shape
    axis = int((*work.args, work.kwargs.get("dim", -1))[2]) % operand.ndim
    if out._array.ndim == len(shape):
        out._array = xp.expand_dims(out._array, axis)
    return (*operand.shape[:axis], 1, *operand.shape[axis + 1 :])


def _share_memory(a: Tensor, b: Tensor) -> bool:
    return bool(a._array.size and backend.xp.may_share_memory(a._array, b._array))


# Functions that say something of their operands' sizes only after they have looked at the dtype of `out`.
_SIZES_LATE = {
    "cat": "^(Tensors must have same|Sizes of tensors must)",
    "isin": "^view size",
    "log_softmax": "not implemented for",
    "masked_select": "^The size of tensor",
    "renorm": "^Dimension out",
    "softmax": "not implemented for",
}

# Functions whose kernel is looked for before `out` is resized, those that look at memory before they look at its dtype,
# or between that and resizing it, and those that resize it first.
_KERNEL_FIRST = frozenset({"log_softmax", "logcumsumexp", "softmax"})
_MEMORY_FIRST = frozenset({"kthvalue", "scatter", "scatter_add", "scatter_reduce", "var.complex"})
_MEMORY_SECOND = frozenset({"index_select", "masked_select", "nonzero"})
_SIZE_FIRST = COPIES | {"mean.cast", "slice_scatter", "std", "var"}

# Functions that look at the sizes of an operand once more when `out`, which it is, has got its own.
_READ_AGAIN = frozenset(
    """
    all amax amin any argmax argmin dot linalg_vector_norm logsumexp max mean min nansum prod sum topk vdot
    """.split()  # noqa: SIM905
)


def _is_of_kernel(name: str, error: Exception) -> bool:
    """Return whether it is the kernel that fails: there is none for a dtype, or an index is too large."""
    return re.search(_OF_KERNEL, str(error)) is not None or (
        name in _SAID_LATE and re.search(_SAID_LATE[name], str(error)) is not None
    )


_OF_KERNEL = r"not implemented for|^(index|INDICES).* out of|^out of range: tried|^ZeroDivisionError"
# What else some functions say only when `out` is there.
_SAID_LATE = {
    "gather": r"^gather\(\)|^Index tensor must|^Size does not match",
    "linalg_cross": "^expected scalar type",
    "index_copy": r"^index_copy_\(\)",
    "mm": "^expected m1 and m2",
    "renorm": "^linalg.vector_norm: Expected a floating",
}


def _stand_in(work: Work) -> Any:
    """Return tensors of the sizes and the dtypes that the results would have, for which there is no kernel."""
    first = work.tensors[0]
    shape, dtype = first._array.shape, work.kwargs.get("dtype") or first.dtype
    if work.name == "histc":
        shape = (work.kwargs.get("bins", (*work.args, 100)[1]),)
    elif work.name in ("gather", "searchsorted", "take"):
        shape = work.tensors[1]._array.shape
    elif work.name in ("dot", "vdot"):
        shape = ()
    elif work.name == "mm":
        shape = (shape[0], work.tensors[1]._array.shape[1])
    if work.name in ("bucketize", "searchsorted"):
        dtype = dtypes.int64
    elif work.name == "isin":
        dtype = dtypes.bool
    elif work.name == "cat":
        dtype = dtypes.result_of(tuple(work.tensors))
    made = wrap(backend.empty(shape, dtype._numpy))
    if work.name in ("cummax", "cummin", "kthvalue"):
        return made, wrap(backend.empty(shape, dtypes.int64._numpy))
    return made


def _name_of_result(work: Work, at: int) -> str:
    """Return the name by which the words for another dtype are found."""
    if work.name in ("max", "min") and work.kwargs.get("dim", work.args[1:]) != ():
        return f"{work.name}.dim"
    if work.name == "mean" and work.kwargs.get("dtype") is None:
        return "mean.cast"
    return (
        f"{work.name}.indices"
        if at and work.name in ("kthvalue", "median", "mode", "nanmedian")
        else work.name
    )
