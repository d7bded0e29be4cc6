"""Results that are written into a tensor which the caller gives: `out=`.

`finish_out` is for functions that have such a parameter; all others whose signature in torch has one get it by
`written`. What torch refuses as `out`, and in which words, depends on the kernel: the tables here say so by function.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, dtypes, storage
from ..grad_mode import no_grad
from ..recording import requires_recording
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .inplace import LEAF, OVERLAP, bump, check_cast, check_sizes, refuse_inference, refuse_overlap

__all__ = ["elementwise_out", "finish_out", "finish_outs", "refuse_first", "written"]


RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match the required output "
    "shape {}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have "
    "zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


def _by_name(table: dict[str, str]) -> dict[str, str]:
    return {name: text for text, names in table.items() for name in names.split()}


# What is said of an `out` of another dtype than the result's, with both dtypes' names (in capitals as messages show
# them, `_c` as C++ does). Of a function that is not listed, the result is cast where its kind allows that.
_OTHER_DTYPE = _by_name(
    {
        "Expected out tensor to have dtype {result_c}, but got {out_c} instead": (
            "addmm addmv aminmax argmax argmin baddbmm bmm cross cumprod cumsum diag gather index_add index_copy "
            "log_softmax matmul matrix_power max.dim min.dim mm msort prod renorm scatter scatter_add scatter_reduce slice_scatter "
            "softmax sort take_along_dim topk tril triu"
        ),
        "Found dtype {out} but expected {result}": (
            "abs absolute bitwise_not ceil clamp clip conj_physical fix floor frac lerp neg negative round sgn sign "
            "trunc"
        ),
        "Expected the dtype for input and out to match, but got {result} for input's dtype and {out} for out's dtype.": (
            "amax amin"
        ),
        "result dtype {out} does not match input dtype {result}": "dot vdot",
        "expected scalar_type {result} but found {out}": "cummax cummin logcumsumexp",
        "self and mat2 must have the same dtype, but got {out} and {result}": "addbmm",
        "addmv input tensors must have the same dtype, but got {out}, {result}, and {result}": "mv",
        "tensordot: Expected the output tensor to have dtype {result}, but got an output tensor with dtype {out}": (
            "inner"
        ),
        "Expected object of scalar type {result} but got scalar type {out} for argument 'out'": "complex polar",
        "the output given to float_power has dtype {out} but the operation's result requires dtype {result}": (
            "float_power"
        ),
        "index_select(): self and result must have the same scalar type": "index_select",
        "masked_select(): self and result must have the same scalar type": "masked_select",
        "take(): self and out expected to have the same dtype, but got self.dtype = {result} and out.dtype = {out}": (
            "take"
        ),
        "isneginf does not support non-boolean outputs.": "isneginf",
        "isposinf does not support non-boolean outputs.": "isposinf",
        "signbit does not support non-boolean outputs.": "signbit",
        "output values must be of same type as input": "kthvalue",
        "expected scalar type '{result}' but got '{out}' for values output": "mode",
        "nan_to_num: dtype of out: {out} should be same as input: {result}": "nan_to_num",
        "nonzero: Expected out tensor to have scalar type Long but got scalar type{out}": "nonzero",
        "quantile() out tensor must be same dtype as the input tensor": "nanquantile quantile",
        "torch.histogram: input tensor and hist tensor should have the same dtype, but got input {result_c} and hist "
        "{out_c}": "histc",
        "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) depending on "
        "whether out_int32 flag is True, but we got output tensor's dtype {out} and out_int32 flag is {narrow}": (
            "bucketize searchsorted"
        ),
        "Expected out type to be {result} but got {out}": "where",
        "Expected tensor for 'values' to have the same type as tensor for argument #2 'self'; but type "
        "torch.{out}Tensor does not equal torch.{result}Tensor (while checking arguments for median)": (
            "median nanmedian"
        ),
        "heaviside is not yet implemented for tensors with different dtypes.": "heaviside",
    }
)
# Functions of several tensors that give one of them another size, where it is also their `out`.
_RESIZED = frozenset({"cat", "stack"})
_TRUTHS = frozenset({"all", "any"})  # into bools, or into the bytes that stood for them before there were any

# Kernels that compute in the dtype of `out` where none is asked for.
_WITHOUT_NAN = frozenset({"nanmean", "nansum"})  # not of floats into anything else
_COMPUTED_IN = frozenset({"cumprod", "cumsum", "prod"}) | _WITHOUT_NAN

# Kernels that do not mind an `out` whose elements share memory.
_MAY_OVERLAP = frozenset(
    """
    all amax amin any argmax argmin bmm cummax cummin dot histc mv nanquantile nansum prod quantile std sum tril
    triu var vdot
    """.split()  # noqa: SIM905 - names are read more easily without their quotes
)

# Those that read all they need before they write, so that `out` may share memory with an operand; those that write
# while they read and refuse even the very same elements; those that start from a copy of their first operand.
_READ_FIRST = frozenset(
    """
    addmm baddbmm bmm diag diff inner log_softmax logsumexp matmul matrix_power mean mm nanmean nansum prod
    slice_scatter softmax std sum tril triu var
    """.split()  # noqa: SIM905
)
_READ_LATE = frozenset({"cross", "gather", "index_select", "masked_select", "take", "take_along_dim"})
_COPY_FIRST = frozenset({"index_add", "index_copy", "scatter", "scatter_add", "scatter_reduce"})

# As what the call is known to autograd, which refuses it where a gradient would be needed: the function that does the
# work. "aten::..." has no derivative and only looks at `out`; "" is not refused; what copies refuses a leaf.
_COPIES = "copy_"
_KNOWN_AS = _by_name(
    {
        "atan2": "arctan2",
        "cat": "column_stack row_stack vstack hstack dstack",
        "div": "divide true_divide",
        "gather": "take_along_dim",
        "linalg_cross": "cross",
        "matmul": "matrix_power",
        "max": "max.dim",
        "min": "min.dim",
        "mul": "ger kron multiply outer",
        "_linalg_det": "linalg_det",
        "linalg_inv_ex": "inverse linalg_inv",
        "_linalg_solve_ex": "linalg_solve",
        "mm": "linalg_multi_dot",
        "nansum": "nanmean",
        "pow": "float_power square",
        "sort": "msort",
        "sub": "diff subtract",
        "aten::diagonal_copy": "diag",
        _COPIES: "inner linalg_matrix_power linalg_norm nanquantile quantile",
        "abs": "abs.complex",
        "absolute": "absolute.complex",
        "": (
            "all any argmax argmin bucketize eq ge greater greater_equal gt histc isneginf isposinf le less "
            "less_equal logical_and logical_not logical_or logical_xor lt ne nonzero not_equal searchsorted signbit"
        ),
    }
) | {
    name: f"aten::{name}"
    for name in (
        *("bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift"),
        *("bitwise_xor", "conj_physical", "nonzero_static", "floor_divide", "gcd"),
        *("heaviside", "lcm", "log_softmax", "slice_scatter", "softmax"),
    )
}


# Functions that consist of others: what is wrong otherwise is said first.
_REFUSED_LATE = frozenset(
    """
    diag linalg_matrix_power linalg_multi_dot linalg_norm matrix_power nanmean nanquantile outer quantile
    """.split()  # noqa: SIM905
)


# The functions that do the work of others, which torch writes in Python.
_DOES_IT = {"norm": "linalg_vector_norm"}


def _refuse_differentiation(name: str, out: Tensor, tensors: list[Tensor]) -> None:
    """Refuse a call that autograd would have to record: what is written into `out` has no history."""
    known_as = _KNOWN_AS.get(name, name)
    if known_as == _COPIES:
        if requires_recording(out) and out._node is None:
            raise RuntimeError(LEAF)
    elif known_as and requires_recording(out, *(() if known_as.startswith("aten::") else tensors)):
        raise RuntimeError(
            f"{known_as}(): functions with out=... arguments don't support automatic differentiation, but one of the "
            "arguments requires grad."
        )


def _check_dtype(name: str, result: dtypes.dtype, out: dtypes.dtype) -> None:
    """Refuse an `out` of another dtype than the result's, for a function that is listed."""
    if name in _TRUTHS:
        if out not in (dtypes.bool, dtypes.uint8):
            raise RuntimeError(f"{name} only supports bool tensor for result, got: {out._scalar}")
    elif result is not out:
        raise RuntimeError(
            _OTHER_DTYPE[name].format(
                result=result._scalar,
                out=out._scalar,
                result_c=dtypes.c_name(result),
                out_c=dtypes.c_name(out),
                narrow=result is dtypes.int32,
            )
        )


def _check_memory(name: str, out: Tensor, tensors: list[Tensor]) -> None:
    """Refuse an `out` whose elements share memory with each other, or with an operand that is still to be read."""
    if name not in _MAY_OVERLAP and storage.overlaps_itself(out._array):
        raise RuntimeError(OVERLAP)
    if name not in _READ_FIRST:
        for at, each in enumerate(tensors):
            same_is_fine = name not in _READ_LATE and not (name in _COPY_FIRST and at)
            refuse_overlap(out, each, partial=same_is_fine)


def _tensors(given: Sequence[Any]) -> list[Tensor]:
    return [each for each in given if isinstance(each, Tensor)]


def elementwise_out(name: str, out: Any, input: Any, other: Any) -> Any:
    """Return `out`, refused (before anything is computed) where an element-wise result cannot be written there."""
    if out is None:
        return None
    if not isinstance(out, Tensor):  # these functions take numbers for tensors
        out = wrap(backend.as_array(out))
    tensors = _tensors((input, other))
    _refuse_differentiation(name, out, tensors)
    _check_memory(name, out, tensors)
    if len(tensors) == 2:
        check_broadcast(*[each._array.shape for each in tensors])
    if any(each is out for each in tensors):
        check_sizes(out, tensors)
    return out


def _layout_of(result: Tensor) -> tuple[int, ...] | None:
    """Return the strides that a copy of the result has, in elements; None for row by row."""
    steps = storage.dense_strides(result._array)
    return None if steps is None else tuple([step // result._array.itemsize for step in steps])


def finish_out(name: str, result: Tensor, out: Tensor | None, *inputs: Any) -> Tensor:
    """Return the result, or write it into `out`."""
    if out is None:
        return result
    tensors = _tensors(inputs)
    _refuse_differentiation(name, out, tensors)
    refuse_inference(out)
    if name in _OTHER_DTYPE or name in _TRUTHS:
        _check_dtype(name, result.dtype, out.dtype)
    _check_memory(name, out, tensors)
    check_cast(result.dtype, out.dtype)
    if out.shape != result.shape:
        if len(tensors) > 1 and name not in _RESIZED and any(each is out for each in tensors):
            check_sizes(out, tensors)
        if out._array.size:
            warnings.warn(
                RESIZED.format(list(out.shape), list(result.shape)),
                UserWarning,
                stacklevel=4,
            )
        out._array = storage.resized(out._array, result._array.shape, _layout_of(result))
    out._array[...] = result._array
    bump(out)
    return out


def refuse_first(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse, before a function with a parameter `out` computes anything, what autograd would have to record."""
    if name in _REFUSED_LATE:
        return
    given = [*args, *kwargs.values()]
    given += [each for part in given if isinstance(part, tuple | list) for each in part]
    outs = kwargs["out"]
    for out in _tensors(outs if isinstance(outs, tuple | list) else (outs,)):
        _refuse_differentiation(name, out, _tensors(given))


def takes_out(name: str) -> bool:
    """Return whether torch's function of that name has a parameter `out`."""
    from .._signatures import overloads

    found = overloads(name)
    if not found:
        return name in _WITH_OUT_IN_PYTHON
    return any(each.name == "out" for signature in found for each in signature.parameters)


# Functions that torch writes in Python, with a parameter `out`.
_WITH_OUT_IN_PYTHON = frozenset({"chain_matmul", "norm"})


def written(name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that has no parameter `out` itself, and write what it returns into the one that is given."""
    given = kwargs.pop("out")
    if given is None:
        return call(*args, **kwargs)
    outs: list[Tensor] = list(given) if isinstance(given, tuple | list) else [given]
    if name == "nonzero" and kwargs.get("as_tuple"):
        raise RuntimeError("nonzero does not support the out kwarg when as_tuple is True")
    tensors = _tensors((*args, *kwargs.values()))
    if len(_tensors(outs)) < len(outs):
        from .._signatures import type_name

        call(*args, **kwargs)  # other arguments that are wrong come first
        wrong = next(each for each in outs if not isinstance(each, Tensor))
        raise TypeError(
            f"{_DOES_IT.get(name, name)}(): argument 'out' must be Tensor, not {type_name(wrong)}"
        )
    for out in outs if name not in _REFUSED_LATE else ():
        _refuse_differentiation(name, out, tensors)
    if name in _WITHOUT_NAN and args[0]._array.dtype.kind == "f" and outs[0]._array.dtype.kind != "f":
        raise NotImplementedError(f"\"nansum_cpu\" not implemented for '{outs[0].dtype._scalar}'")
    if name in _COMPUTED_IN and kwargs.get("dtype") is None:
        kwargs["dtype"] = outs[0].dtype
    with no_grad():
        result = call(*args, **kwargs)
    for out in outs if name in _REFUSED_LATE else ():
        _refuse_differentiation(name, out, tensors)
    with no_grad():
        if isinstance(result, Tensor):
            return finish_out(name, result, outs[0], *tensors)
        return finish_outs(name, result, outs, *tensors)


def finish_outs(name: str, results: Any, outs: Sequence[Tensor] | None, *inputs: Any) -> Any:
    """Return the named tuple of results, or write each into its tensor of `outs`."""
    if outs is None:
        return results
    from ..return_types import structured

    found = [finish_out(name, each, out, *inputs) for each, out in zip(results, outs, strict=True)]
    return structured(f"{type(results).__name__}_out", **dict(zip(results.names, found, strict=True)))
