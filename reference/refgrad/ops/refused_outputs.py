"""What torch refuses as `out=`, and in which words: tables by the function that does the work, and the checks over them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import dtypes, storage
from ..recording import requires_recording
from ..tensor import Tensor
from ..views import OVERLAP
from .inplace import check_cast, refuse_overlap

__all__ = [
    "COPIES",
    "ITERATED",
    "READ_LATE",
    "WITHOUT_DIFFERENTIATION",
    "check_dtype",
    "check_first",
    "check_memory",
    "has_no_derivative",
    "refuse_differentiation",
    "same_as",
]


def _by_name(table: dict[str, str]) -> dict[str, str]:
    return {name: text for text, names in table.items() for name in names.split()}


# Names of functions that only call another one.
_SAME_AS = _by_name(
    {
        "abs": "absolute",
        "acos": "arccos",
        "acosh": "arccosh",
        "asin": "arcsin",
        "asinh": "arcsinh",
        "atan": "arctan",
        "atan2": "arctan2",
        "atanh": "arctanh",
        "cat": "concat concatenate",
        "clamp": "clip",
        "digamma": "special_psi",
        "div": "divide true_divide",
        "ge": "greater_equal",
        "gt": "greater",
        "igamma": "special_gammainc",
        "igammac": "special_gammaincc",
        "le": "less_equal",
        "lgamma": "special_gammaln",
        "linalg_inv": "inv inverse",
        "linalg_vector_norm": "norm",
        "lt": "less",
        "matmul": "linalg_matmul matmul_of_batches",
        "mul": "multiply",
        "mvlgamma": "special_multigammaln",
        "ne": "not_equal",
        "neg": "negative",
        "sigmoid": "special_expit",
        "sub": "subtract",
        "trunc": "fix",
    }
)
_SAME_IN_SPECIAL = frozenset(
    "digamma erf erfc erfinv exp2 expm1 i0 log1p logit logsumexp polygamma round sinc xlogy".split()  # noqa: SIM905
)


def same_as(name: str) -> str:
    """Return the name of the function that does the work of another."""
    plain = name.removeprefix("special_")
    return plain if plain in _SAME_IN_SPECIAL else _SAME_AS.get(name, name)


# Functions that go through all elements of operands which broadcast. They look at memory, sizes and dtypes, in that
# order, before they resize `out`; all others resize it first.
ITERATED = frozenset(
    """
    abs acos acosh add addcdiv addcmul addr angle asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_not
    bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min complex conj_physical copysign cos cosh
    deg2rad digamma div eq erf erfc erfinv exp exp2 expm1 floor floor_divide fmax fmin fmod frac gcd ge gt hardshrink
    heaviside hypot i0 igamma igammac isneginf isposinf lcm ldexp le lerp lgamma log log10 log1p log2 logaddexp
    logaddexp2 logical_and logical_not logical_or logical_xor logit lt maximum minimum mul nan_to_num ne neg nextafter
    polar polygamma pow rad2deg reciprocal remainder round rsqrt sgn sigmoid sign signbit sin sinc sinh sqrt sub tan
    tanh threshold trunc where xlogy
    """.split()  # noqa: SIM905 - names are read more easily without their quotes
)

# Functions that copy into `out` what they have made, and do nothing else about it.
COPIES = frozenset(
    """
    alias_copy as_strided_copy detach_copy diag_embed diagonal_copy expand_copy permute_copy select_copy slice_copy
    squeeze_copy t_copy transpose_copy unfold_copy unsqueeze_copy view_as_complex_copy view_as_real_copy view_copy
    """.split()  # noqa: SIM905
)

# What is said of an `out` of another dtype than the result's, with both dtypes' names (in capitals as messages show
# them, `_c` as C++ does). Of a function that is not listed, the result is cast where its kind allows that.
_OTHER_DTYPE = _by_name(
    {
        "Expected out tensor to have dtype {result_c}, but got {out_c} instead": (
            "addmm addmv aminmax argmax argmin baddbmm bmm cumprod cumsum gather index_add index_copy index_reduce isin "
            "linalg_cholesky linalg_cross linalg_det linalg_eigvalsh linalg_inv "
            "linalg_solve linalg_svdvals linalg_vector_norm log_softmax matmul max.dim mean min.dim mm prod renorm scatter scatter_add "
            f"scatter_reduce slice_scatter softmax sort sum topk tril triu {' '.join(COPIES)}"
        ),
        "Found dtype {out} but expected {result}": (
            "abs bitwise_not ceil clamp clamp_max clamp_min conj_physical floor frac hardshrink lerp neg round sgn sign trunc"
        ),
        "Expected the dtype for input and out to match, but got {result} for input's dtype and {out} for out's dtype.": (
            "amax amin"
        ),
        "result dtype {out} does not match input dtype {result}": "dot vdot",
        "expected scalar_type {result} but found {out}": "cummax cummin logcumsumexp",
        "self and mat2 must have the same dtype, but got {out} and {result}": "addbmm",
        "addmv input tensors must have the same dtype, but got {out}, {result}, and {result}": "mv",
        "Expected object of scalar type {result} but got scalar type {out} for argument 'out'": "complex polar",
        "index_select(): self and result must have the same scalar type": "index_select",
        "masked_select(): self and result must have the same scalar type": "masked_select",
        "take(): self and out expected to have the same dtype, but got self.dtype = {result} and out.dtype = {out}": (
            "take"
        ),
        "expected scalar type {result} but found {out}": "linalg_solve_triangular",
        "linalg.vecdot: Expected out of dtype{result} but found {out}": "linalg_vecdot",
        "linalg.matrix_norm expected out tensor dtype {result} but got: {out}": "linalg_matrix_norm",
        "linalg.norm expected out tensor dtype {result} but got: {out}": "linalg_norm",
        "isneginf does not support non-boolean outputs.": "isneginf",
        "isposinf does not support non-boolean outputs.": "isposinf",
        "signbit does not support non-boolean outputs.": "signbit",
        "output values must be of same type as input": "kthvalue",
        "output indices must be of scalar type Long": "kthvalue.indices",
        "expected scalar type '{result}' but got '{out}' for values output": "mode",
        "expected scalar type '{result}' but got '{out}' for indices output": "mode.indices",
        "nan_to_num: dtype of out: {out} should be same as input: {result}": "nan_to_num",
        "nonzero: Expected out tensor to have scalar type Long but got scalar type{out}": "nonzero",
        "nonzero_static: Expected out tensor to have scalar type Long but got scalar type{out}": "nonzero_static",
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
        "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.{out}Tensor instead (while "
        "checking arguments for median)": "median.indices nanmedian.indices",
        "Expected self.dtype() == output.dtype() to be true, but got false.  (Could this error message be improved?  If "
        "so, please report an enhancement request to PyTorch.)": "narrow_copy",
        "heaviside is not yet implemented for tensors with different dtypes.": "heaviside",
    }
)
_SAFELY = "{}: Expected {} to be safely castable from {{result}} dtype, but got {} with dtype {{out}}"
# What is said of an `out` of a lower kind, where it is not what element-wise functions say.
_OTHER_KIND = {
    "cholesky": _SAFELY.format("cholesky", "result", "result"),
    "linalg_cond": _SAFELY.format("linalg.cond", "result", "result"),
    "linalg_eigvals": _SAFELY.format("torch.linalg.eigvals", "eigenvalues", "eigenvalues"),
    "linalg_pinv": _SAFELY.format("linalg.pinv", "result", "result"),
    "linalg_tensorinv": _SAFELY.format("tensorinv", "result", "result"),
    "linalg_tensorsolve": _SAFELY.format("tensorsolve", "result", "result"),
} | dict.fromkeys(
    ("max", "min"),
    "Expected canCast( typeMetaToScalarType(self.dtype()), typeMetaToScalarType(out.dtype())) to be true, but got false.  "
    "(Could this error message be improved?  If so, please report an enhancement request to PyTorch.)",
)
_TRUTHS = frozenset({"all", "any"})  # into bools, or into the bytes that stood for them before there were any
_JOINED = frozenset({"cat", "stack"})

# Functions that look first of all whether `out` has the dtype of the first operand.
_DTYPE_FIRST = frozenset(
    {
        "amax",
        "amin",
        "cummax",
        "cummin",
        "dot",
        "histc",
        "linalg_vecdot",
        "logcumsumexp",
        "mode",
        "nan_to_num",
        "vdot",
    }
)
_TO_BOOL = frozenset({"isneginf", "isposinf", "signbit"})


def check_first(name: str, outs: Sequence[Tensor], operands: Sequence[Any]) -> None:
    """Refuse a dtype of `out`, for a function that looks at it before it looks at anything else."""
    out = outs[0]
    if name in _TRUTHS:
        if out.dtype not in (dtypes.bool, dtypes.uint8):
            raise RuntimeError(f"{name} only supports bool tensor for result, got: {out.dtype._scalar}")
    elif name == "logsumexp":
        if out._array.dtype.kind not in "fc":
            raise RuntimeError(
                f"logsumexp(): Expected floating point type for result tensor, but got: {out.dtype._scalar}"
            )
    elif name in _DTYPE_FIRST and operands:
        check_dtype(name, operands[0].dtype, out.dtype)
        for indices in outs[1:] if name in ("cummax", "cummin") else ():
            check_dtype(name, dtypes.int64, indices.dtype)
    elif name in ("complex", "polar"):
        check_dtype(name, operands[0].dtype.to_complex(), out.dtype)
    elif name in _TO_BOOL:
        check_dtype(name, dtypes.bool, out.dtype)
    elif name == "ldexp":
        if out.dtype._is_integral:
            raise RuntimeError(f"ldexp can't be cast to the desired output type {out.dtype._scalar}")
    elif name == "where":
        check_dtype(name, dtypes.result_of(tuple(operands[1:3])), out.dtype)
        if operands[0].dtype not in (dtypes.bool, dtypes.uint8):
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {operands[0].dtype._scalar}"
            )
    elif name in ("clamp", "clamp_max", "clamp_min") and operands[0] is out:
        joint = dtypes.result_of(tuple(operands))
        if joint is not out.dtype and not any(isinstance(each, Tensor) for each in operands[1:]):
            raise RuntimeError(
                f"result type {joint._scalar} can't be cast to the desired output type {dtypes.c_name(out.dtype)}"
            )


def check_dtype(name: str, result: dtypes.dtype, out: dtypes.dtype) -> None:
    """Refuse an `out` of another dtype than the result's, or of a lower kind."""
    if result is out or name in _TRUTHS:
        return
    if name in _JOINED and not dtypes.castable(result, out):
        raise TypeError(f"torch.cat(): input types can't be cast to the desired output type {out._scalar}")
    if name in _OTHER_DTYPE:
        raise RuntimeError(
            _OTHER_DTYPE[name].format(
                result=result._scalar,
                out=out._scalar,
                result_c=dtypes.c_name(result),
                out_c=dtypes.c_name(out),
                narrow=result is dtypes.int32,
            )
        )
    if name in _OTHER_KIND and not dtypes.castable(result, out):
        raise RuntimeError(_OTHER_KIND[name].format(result=result._scalar, out=out._scalar))
    check_cast(result, out)


# ---- memory ----------------------------------------------------------------------------------------------------

# Kernels that do not mind an `out` whose elements share memory.
_MAY_OVERLAP = frozenset(
    """
    all amax amin any argmax argmin bmm cummax cummin dot histc linalg_det linalg_vector_norm mv nansum narrow_copy prod std sum threshold tril triu
    var vdot
    """.split()  # noqa: SIM905
)

# Those that read all they need before they write, so that `out` may share memory with an operand; those that write
# while they read and refuse even the very same elements; those that start from a copy of their first operand.
_READ_FIRST = (
    frozenset(
        """
    addmm baddbmm bmm linalg_vector_norm log_softmax logsumexp matmul mean mm nansum narrow_copy prod
    slice_scatter softmax std sum tril triu var
    """.split()  # noqa: SIM905
    )
    | COPIES
)
READ_LATE = frozenset({"cat", "index_select", "kthvalue", "linalg_cross", "masked_select", "stack", "take"})
_COPY_FIRST = frozenset(
    {"index_add", "index_copy", "index_reduce", "scatter", "scatter_add", "scatter_reduce"}
)


def check_memory(name: str, out: Tensor, tensors: Sequence[Tensor]) -> None:
    """Refuse an `out` whose elements share memory with each other, or with an operand that is still to be read."""
    copied = name == "sort" or (name == "nan_to_num" and out.dtype._is_integral)
    in_place = copied and tensors[0] is out  # nothing is copied to itself
    if name not in _MAY_OVERLAP and storage.overlaps_itself(out._array) and not in_place:
        raise RuntimeError(OVERLAP)
    if name not in _READ_FIRST:
        for at, each in enumerate(tensors):
            same_is_fine = (
                name not in READ_LATE
                and not (name in _COPY_FIRST and at)
                and not (name == "gather" and not at)
            )
            refuse_overlap(out, each, partial=same_is_fine)


# ---- autograd ----------------------------------------------------------------------------------------------------

# As what a call is known to autograd, which refuses it where a gradient would be needed; "" is never refused.
_KNOWN_AS = _by_name(
    {
        "_linalg_det": "linalg_det",
        "_linalg_eigh": "linalg_eigvalsh",
        "_linalg_svd": "linalg_svdvals",
        "linalg_cholesky_ex": "linalg_cholesky",
        "sum": "linalg_matrix_rank linalg_vecdot",
        "_linalg_solve_ex": "linalg_solve",
        "linalg_inv_ex": "linalg_inv",
        "max": "max.dim",
        "min": "min.dim",
        "": (
            "all any argmax argmin bucketize eq ge gt histc isin isneginf isposinf le logical_and logical_not "
            "logical_or logical_xor lt ne nonzero searchsorted signbit"
        ),
    }
)
# Functions of which autograd knows nothing: it only refuses a leaf as `out`, and lets the derivative fail.
_UNKNOWN = (
    frozenset(
        """
    bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor conj_physical floor_divide gcd heaviside lcm linalg_eigvals log_softmax nonzero_static slice_scatter softmax
    """.split()  # noqa: SIM905
    )
    | COPIES
)
WITHOUT_DIFFERENTIATION = (
    "{}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
    "requires grad."
)


def has_no_derivative(name: str) -> bool:
    """Return whether autograd knows nothing of a function."""
    return name in _UNKNOWN or name.startswith("aten::")


def refuse_differentiation(name: str, outs: Sequence[Tensor], tensors: Sequence[Tensor]) -> None:
    """Refuse a call that autograd would have to record: what is written into `out` has no history."""
    if has_no_derivative(name):
        if any(requires_recording(out) and _is_leaf(out) for out in outs):
            raise RuntimeError(WITHOUT_DIFFERENTIATION.format(f"aten::{name.removeprefix('aten::')}"))
        return
    known_as = _KNOWN_AS.get(name, name)
    if known_as and requires_recording(*outs, *tensors):
        raise RuntimeError(WITHOUT_DIFFERENTIATION.format(known_as))


def _is_leaf(out: Tensor) -> bool:
    """Return whether a tensor is a leaf, or a view of one."""
    return (out if out._view is None else out._view.base)._node is None
