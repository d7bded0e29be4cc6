"""Results that are written into a tensor which the caller gives: `out=`.

A function that consists of others has a parameter `out` and hands it on, by `into` or by `copied`. All others know
nothing of it: `written` calls them and checks `out` in the order in which torch's kernels do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, dtypes, storage
from ..grad_mode import no_grad
from ..recording import requires_recording
from ..tensor import Tensor, wrap
from .broadcasting import check_broadcast
from .inplace import bump, check_sizes, refuse_inference
from .output_tensors import layout_of, let_fail, resize_out
from .refused_outputs import (
    COPIES,
    ITERATED,
    check_dtype,
    check_first,
    check_memory,
    has_no_derivative,
    refuse_differentiation,
    same_as,
)

__all__ = ["copied", "finish_out", "into", "takes_out", "written"]


def takes_out(name: str) -> bool:
    """Return whether torch's function of that name has a parameter `out`."""
    from .._signatures import overloads

    found = overloads(name)
    if not found:
        return name in _WITH_OUT_IN_PYTHON
    return any(each.name == "out" for signature in found for each in signature.parameters)


# Functions that torch writes in Python, with a parameter `out`, and those that do their work.
_WITH_OUT_IN_PYTHON = frozenset({"chain_matmul", "norm"})
_DOES_IT = {"norm": "linalg_vector_norm"}

# Functions that take a number for a tensor, as `out` as well.
_TAKES_NUMBER = frozenset({"add", "div", "floor_divide", "mul", "sub"})


def into(out: Any, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function, and write what it returns into `out` if that is given."""
    call = getattr(call, "__wrapped__", call)
    return (
        call(*args, **kwargs) if out is None else written(call.__name__, call, args, {**kwargs, "out": out})
    )


def copied(result: Tensor, out: Tensor | None) -> Tensor:
    """Return the result, or copy it into `out`, which becomes part of its history."""
    if out is None:
        return result
    resize_out(out, result._array.shape)
    filled: Tensor = out.copy_(result)
    return filled


def written(name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that has no parameter `out` itself, and write what it returns into the one that is given."""
    given = kwargs.pop("out")
    if given is None:
        return call(*args, **kwargs)
    work = _Work(same_as(name), call, args, kwargs)
    outs = _checked(name, given, work)
    if name == "nonzero" and kwargs.get("as_tuple"):
        raise RuntimeError("nonzero does not support the out kwarg when as_tuple is True")
    # Only the first of several results has a gradient: the others are indices.
    refuse_differentiation(work.known_as, outs if name in _ALL_FLOAT else outs[:1], work.differentiated)
    if work.name in _ASKED_FIRST:
        _ask(work)
    check_first(work.name, outs[0], work.operands)
    with no_grad():
        if work.name in ITERATED:
            _iterate(work, outs[0])
            results: Any = None
        else:
            _choose_dtype(work, outs[0])
            if work.name in ("dot", "vdot"):
                resize_out(outs[0], ())
            results = _reduce(work, outs)
    for out in outs:
        _count(work, out)
    if isinstance(results, tuple):
        from ..return_types import structured

        return structured(f"{type(results).__name__}_out", **dict(zip(results.names, outs, strict=True)))  # type: ignore[attr-defined]
    return outs[0]


# Functions of several results that are all differentiated.
_ALL_FLOAT = frozenset({"aminmax", "linalg_qr", "linalg_eigh", "linalg_svd", "linalg_slogdet"})


class _Work:
    """A call: the function that does the work, by its name in torch's tables, and what it is given."""

    def __init__(
        self, name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
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
        """The operands that may have a gradient."""
        return self.tensors[1:] if self.name == "where" else self.tensors

    def done(self) -> Any:
        """Return the result."""
        return self.call(*self.args, **self.kwargs)


def _checked(name: str, given: Any, work: _Work) -> list[Tensor]:
    """Return the tensors that are given as `out`, refused where one is none."""
    outs: list[Any] = list(given) if isinstance(given, tuple | list) else [given]
    if work.name in _TAKES_NUMBER:
        outs = [each if isinstance(each, Tensor) else wrap(backend.as_array(each)) for each in outs]
    wrong = next((each for each in outs if not isinstance(each, Tensor)), None)
    wanted = _count_of(name)
    if isinstance(given, tuple | list) and len(given) != wanted > 1:
        raise TypeError(f"expected tuple of {wanted} elements but got {len(given)}")
    if wrong is not None:
        from .._signatures import type_name

        work.done()  # other arguments that are wrong come first
        raise TypeError(
            f"{_DOES_IT.get(name, name)}(): argument 'out' must be Tensor, not {type_name(wrong)}"
        )
    return outs


def _count_of(name: str) -> int:
    """Return how many tensors a function takes as `out`, at most."""
    from .._signatures import overloads

    sizes = [
        each.size for signature in overloads(name) for each in signature.parameters if each.name == "out"
    ]
    return max(sizes, default=0)


# ---- element by element ------------------------------------------------------------------------------------------


def _iterate(work: _Work, out: Tensor) -> None:
    """Do an element-wise function: memory is checked first, then sizes, then dtypes."""
    check_memory(work.name, out, work.tensors)
    shape: tuple[int, ...] = ()
    for each in work.tensors:
        check_broadcast(shape, each._array.shape)
        shape = backend.broadcast_shapes(shape, each._array.shape)
    if any(each is out for each in work.tensors):
        check_sizes(out, work.tensors)
    missing = None
    try:
        result = work.done()
    except NotImplementedError as error:  # torch looks for a kernel when all else is there
        missing = error
    check_dtype(_name_for_dtype(work), _dtype_of(work) if missing else result.dtype, out.dtype)
    if missing:
        resize_out(out, shape, storage.iterated(shape, [each._array for each in work.tensors], 1))
        raise missing
    resize_out(out, shape, layout_of(result))
    out._array[...] = result._array


# Functions that look at their operands' dtypes or values before they look at memory.
_ASKED_FIRST = frozenset(
    {"addcdiv", "complex", "heaviside", "isneginf", "isposinf", "polar", "signbit", "sub"}
)


def _ask(work: _Work) -> None:
    """Let a function refuse its operands, but for their sizes and the factor of one of them."""
    try:
        with no_grad():
            work.done()
    except RuntimeError as error:
        if not re.search("size of tensor|alpha|not implemented for '", str(error)):
            raise


def _name_for_dtype(work: _Work) -> str:
    """Return the name by which the words for another dtype are found."""
    first = work.tensors[0]._array.dtype.kind if work.tensors else ""
    if work.name == "abs" and first == "c":  # computed as a complex number, and then cast
        return "abs.complex"
    if work.name in _CLAMPS and len(work.tensors) > 1:
        return "clamp.Tensor"
    return work.name


_CLAMPS = frozenset({"clamp", "clamp_max", "clamp_min"})
_TO_BOOL = frozenset({"eq", "ge", "gt", "isneginf", "isposinf", "le", "lt", "ne", "signbit"})
_TO_FLOAT = frozenset({"atan2", "copysign", "div", "logit", "sinc", "xlogy"})
# Functions whose numbers are no operands.
_WITH_PARAMETERS = frozenset({"addcdiv", "addcmul", "hardshrink", "lerp", "nan_to_num", "round", "threshold"})


def _dtype_of(work: _Work) -> dtypes.dtype:
    """Return the dtype that a result would have, for which there is no kernel."""
    if work.name in _TO_BOOL:
        return dtypes.bool
    joint = dtypes.result_of(tuple(work.tensors if work.name in _WITH_PARAMETERS else work.operands))
    floats = work.name in _TO_FLOAT and not work.kwargs.get("rounding_mode")
    return dtypes.get_default_dtype() if floats and joint._is_integral else joint


# ---- all others ----------------------------------------------------------------------------------------------------

# Kernels that compute in the dtype of `out` where none is asked for.
_COMPUTED_IN = frozenset({"cumprod", "cumsum", "nansum", "prod", "sum"})


def _choose_dtype(work: _Work, out: Tensor) -> None:
    if work.name in _COMPUTED_IN and work.kwargs.get("dtype") is None:
        if work.name == "nansum" and work.tensors[0]._array.dtype.kind == "f" != out._array.dtype.kind:
            raise NotImplementedError(f"\"nansum_cpu\" not implemented for '{out.dtype._scalar}'")
        work.kwargs["dtype"] = out.dtype


def _reduce(work: _Work, outs: Sequence[Tensor]) -> Any:
    """Do any other function: `out` is resized when its dtype is right, and only then are memory and elements looked at."""
    missing = None
    try:
        results = work.done()
    except (IndexError, NotImplementedError, RuntimeError) as error:
        if work.name in _KERNEL_FIRST or not _is_of_kernel(work.name, error):
            raise
        missing, results = error, _stand_in(work)
    found = results if isinstance(results, tuple) else (results,)
    if len(found) < len(outs):
        assert missing is not None
        raise missing
    again = _fit(work, found, outs)
    for out in outs:
        check_memory(work.name, out, work.tensors)
    if missing is not None:
        raise missing
    if again and work.name in _READ_AGAIN:  # an operand has just got another size
        changed = work.done()
        found = changed if isinstance(changed, tuple) else (changed,)
    for result, out in zip(found, outs, strict=True):
        out._array[...] = result._array
    return results


def _fit(work: _Work, results: Sequence[Tensor], outs: Sequence[Tensor]) -> bool:
    """Check the dtype of each `out` and resize it; return whether an operand got another size by that."""
    if work.name in _MEMORY_FIRST:
        check_memory(work.name, outs[0], work.tensors)
    if work.name in _DTYPES_FIRST:
        for at, (result, out) in enumerate(zip(results, outs, strict=True)):
            check_dtype(_name_of_result(work, at), result.dtype, out.dtype)
    again = False
    for at, (result, out) in enumerate(zip(results, outs, strict=True)):
        again |= out._array.shape != result._array.shape and any(each is out for each in work.tensors)
        if work.name in _SIZE_FIRST:
            resize_out(out, result._array.shape, layout_of(result))
        check_dtype(_name_of_result(work, at), result.dtype, out.dtype)
        resize_out(out, result._array.shape, layout_of(result))
    return again


# Functions whose kernel is looked for before `out` is resized, those that look at memory before that, those that resize it before they look at its dtype, and
# those that look at all dtypes before they resize anything.
_KERNEL_FIRST = frozenset({"logcumsumexp"})
_MEMORY_FIRST = frozenset({"index_select", "masked_select"})
_SIZE_FIRST = COPIES | {"mean", "slice_scatter", "std", "var"}
_DTYPES_FIRST = frozenset({"cummax", "cummin"})

# Functions that look at the sizes of an operand once more when `out`, which it is, has got its own.
_READ_AGAIN = frozenset(
    """
    all amax amin any argmax argmin dot linalg_vector_norm logsumexp mean nansum prod std sum topk var vdot
    """.split()  # noqa: SIM905
)


def _is_of_kernel(name: str, error: Exception) -> bool:
    """Return whether it is the kernel that fails: there is none for a dtype, or an index is too large."""
    return re.search(_OF_KERNEL, str(error)) is not None or (
        name in _SAID_LATE and re.search(_SAID_LATE[name], str(error)) is not None
    )


_OF_KERNEL = r"not implemented for|^(index|INDICES|out of range: tried).*(out of|index)"
# What else some functions say only when `out` is there.
_SAID_LATE = {
    "index_copy": r"^index_copy_\(\)",
    "mm": "^expected m1 and m2",
    "renorm": "^linalg.vector_norm: Expected a floating",
}


def _stand_in(work: _Work) -> Any:
    """Return tensors of the sizes and the dtypes that the results would have, for which there is no kernel."""
    first = work.tensors[0]
    shape, dtype = first._array.shape, work.kwargs.get("dtype") or first.dtype
    if work.name == "histc":
        shape = (work.kwargs.get("bins", (*work.args, 100)[1]),)
    elif work.name in ("gather", "searchsorted", "take"):
        shape = work.tensors[1]._array.shape
    elif work.name == "mm":
        shape = (shape[0], work.tensors[1]._array.shape[1])
    if work.name in ("bucketize", "searchsorted"):
        dtype = dtypes.int64
    made = wrap(backend.empty(shape, dtype._numpy))
    if work.name in ("cummax", "cummin"):
        return made, wrap(backend.empty(shape, dtypes.int64._numpy))
    return made


def _name_of_result(work: _Work, at: int) -> str:
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


# ---- writing ---------------------------------------------------------------------------------------------------------


def _count(work: _Work, out: Tensor) -> None:
    """Count the change of `out`; where autograd knows nothing of the function, `out` gets a history that fails."""
    refuse_inference(out)
    bump(out)
    floats = out._array.dtype.kind in "fc"
    if floats and has_no_derivative(work.known_as) and requires_recording(out, *work.tensors):
        let_fail(work.known_as, out, *work.tensors)


def finish_out(name: str, result: Tensor, out: Tensor | None, *inputs: Any) -> Tensor:
    """Return the result of a function that draws numbers, or write it into `out`."""
    if out is None:
        return result
    tensors = [each for each in inputs if isinstance(each, Tensor)]
    refuse_differentiation(name, (out,), tensors)
    check_memory(name, out, tensors)
    check_dtype(name, result.dtype, out.dtype)
    resize_out(out, result._array.shape, layout_of(result))
    out._array[...] = result._array
    refuse_inference(out)
    bump(out)
    return out
