"""Results that are written into a tensor which the caller gives: `out=`.

A function that consists of others has a parameter `out` and hands it on, by `into` or by `copied`. All others know
nothing of it: `written` calls them and checks `out` in the order in which torch's kernels do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import backend
from ..grad_mode import no_grad
from ..recording import requires_recording
from ..tensor import Tensor, wrap
from .inplace import bump, refuse_inference
from .matrices import LinAlgError
from .output_kernels import ASKED_FIRST, Work, ask, choose_dtype, iterate, reduce
from .output_tensors import layout_of, let_fail, resize_out
from .refused_outputs import (
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


def copied(result: Tensor, out: Tensor | None, name: str = "") -> Tensor:
    """Return the result, or copy it into `out`, which becomes part of its history.

    With a `name`, the function of that name refuses an `out` whose kind is lower.
    """
    if out is None:
        return result
    if name:
        check_dtype(name, result.dtype, out.dtype)
    resize_out(out, result._array.shape)
    filled: Tensor = out.copy_(result)
    return filled


def written(name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a function that has no parameter `out` itself, and write what it returns into the one that is given."""
    given = kwargs.pop("out")
    if given is None:
        return call(*args, **kwargs)
    work = Work(same_as(name), call, args, kwargs)
    outs = _checked(name, given, work)
    if name == "nonzero" and kwargs.get("as_tuple"):
        raise RuntimeError("nonzero does not support the out kwarg when as_tuple is True")
    # Only the first of several results has a gradient: the others are indices.
    refuse_differentiation(work.known_as, outs if name in _ALL_FLOAT else outs[:1], work.differentiated)
    if work.name in ASKED_FIRST:
        ask(work)
    if work.name in ("dot", "vdot"):
        resize_out(outs[0], ())
    check_first(work.name, outs, work.operands)
    with no_grad():
        if work.name in ITERATED and not work.copies:
            iterate(work, outs[0])
            results: Any = None
        else:
            choose_dtype(work, outs[0])
            try:
                results = reduce(work, outs)
            except LinAlgError:  # torch looks whether a matrix was singular when all is written
                bump(outs[0])
                raise
    for out in outs:
        _count(work, out)
    if isinstance(results, tuple):
        from ..return_types import structured

        return structured(f"{type(results).__name__}_out", **dict(zip(results.names, outs, strict=True)))  # type: ignore[attr-defined]
    return outs[0]


# Functions of several results that are all differentiated.
_ALL_FLOAT = frozenset({"aminmax", "linalg_qr", "linalg_eigh", "linalg_svd", "linalg_slogdet"})


def _checked(name: str, given: Any, work: Work) -> list[Tensor]:
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


# ---- writing ---------------------------------------------------------------------------------------------------------


def _count(work: Work, out: Tensor) -> None:
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
    check_dtype(name, result.dtype, out.dtype)
    resize_out(out, result._array.shape, layout_of(result))
    check_memory(name, out, tensors)
    out._array[...] = result._array
    refuse_inference(out)
    bump(out)
    return out
