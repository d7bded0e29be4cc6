"""Compare derivatives with finite differences: `gradcheck`, `gradgradcheck`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from .. import backend, storage
from ..backend import xp
from ..grad_mode import no_grad
from ..tensor import Tensor, wrap
from . import grad

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A derivative is not what finite differences say."""

    __module__ = "torch.autograd.gradcheck"


def _tensors(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, tuple | list) else (values,)


def _outputs(function: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    found = _tensors(function(*inputs))
    for each in found:
        each.requires_grad  # noqa: B018 - fails on what is no tensor, as in torch
    return tuple(each for each in found if each._array.dtype.kind in "fc")


def _numerical(function: Callable[..., Any], inputs: tuple[Any, ...], which: int, eps: float) -> list[Any]:
    """Return, for each output, the matrix of differences (elements of the input by elements of the output)."""
    flat = inputs[which]._array
    columns: list[list[Any]] = []
    for place in backend.ndindex(flat.shape):
        kept = flat[place].copy() if flat.ndim else flat.copy()
        found = []
        for step in (-eps, eps):
            flat[place] = kept + flat.dtype.type(step)
            with no_grad():
                found.append([each._array.reshape(-1).copy() for each in _outputs(function, inputs)])
        flat[place] = kept
        columns.append([(high - low) / (2 * eps) for low, high in zip(*found, strict=True)])
    if not columns:
        with no_grad():
            return [xp.zeros((0, each._array.size)) for each in _outputs(function, inputs)]
    return [xp.stack([row[at] for row in columns]) for at in range(len(columns[0]))]


def _analytical(output: Tensor, source: Tensor, allow: bool = True) -> Any:
    """Return the matrix that backward gives, one column for each element of the output."""
    count = output._array.size
    columns = []
    for at in range(count):
        seed = xp.zeros(count, output._array.dtype)
        seed[at] = 1
        (found,) = grad(
            output, source, wrap(seed.reshape(output._array.shape)), retain_graph=True, allow_unused=allow
        )
        columns.append(xp.zeros(source._array.size) if found is None else found._array.reshape(-1))
    if not columns:
        return xp.zeros((source._array.size, 0))
    return xp.stack(columns, axis=1).astype(source._array.dtype)


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    **options: Any,
) -> bool:
    """Tell whether the derivatives of a function agree with central differences; raise where they do not."""
    try:
        return _check(func, _tensors(inputs), eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False


def _check(func: Callable[..., Any], inputs: tuple[Any, ...], eps: float, atol: float, rtol: float) -> bool:
    watched = [at for at, each in enumerate(inputs) if isinstance(each, Tensor) and each.requires_grad]
    if not watched:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    for at in watched:
        if inputs[at]._array.dtype.itemsize < 8:
            warnings.warn(
                f"Input #{at} requires gradient and is not a double precision floating point or complex. This check will "
                "likely fail if all the inputs are not of double precision floating point or complex. ",
                UserWarning,
                stacklevel=3,
            )
        if 0 in inputs[at].stride() and storage.overlaps_itself(inputs[at]._array):
            raise RuntimeError(
                f"The {at}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on "
                "the input before passing it to gradcheck."
            )
    outputs = _outputs(func, inputs)
    for at in watched:
        numerical = _numerical(func, inputs, at, eps)
        for number, (output, want) in enumerate(zip(outputs, numerical, strict=True)):
            if not output.requires_grad:
                if not xp.allclose(want, 0, rtol, atol):
                    raise GradcheckError("Numerical gradient for function expected to be zero")
                continue
            found = _analytical(output, inputs[at])
            if not xp.allclose(found, want, rtol, atol):
                want = want.astype(found.dtype)
                raise GradcheckError(
                    f"Jacobian mismatch for output {number} with respect to input {at},\n"
                    f"numerical:{wrap(want)}\nanalytical:{wrap(xp.ascontiguousarray(found))}\n"
                )
    return True


def gradgradcheck(func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, **options: Any) -> bool:
    """Tell whether the second derivatives of a function agree with central differences of the first."""
    given = _tensors(inputs)
    outputs = _outputs(func, given)
    if grad_outputs is None:
        drawn = xp.random.default_rng(0)
        seeds = [
            wrap(backend.as_array(drawn.standard_normal(each._array.shape)).astype(each._array.dtype))
            for each in outputs
        ]
        for each in seeds:
            each.requires_grad = True
    else:
        seeds = list(_tensors(grad_outputs))
    options.pop("gen_non_contig_grad_outputs", None)

    def first(*values: Any) -> tuple[Any, ...]:
        sources, cotangents = values[: len(given)], values[len(given) :]
        made = [
            (out, seed)
            for out, seed in zip(_outputs(func, sources), cotangents, strict=True)
            if out.requires_grad
        ]
        watched = [each for each in sources if isinstance(each, Tensor) and each.requires_grad]
        found = grad(
            [out for out, _ in made],
            watched,
            [seed for _, seed in made],
            create_graph=True,
            allow_unused=True,
        )
        return tuple(each for each in found if each is not None)

    def with_grad(*values: Any) -> tuple[Any, ...]:
        from ..grad_mode import enable_grad

        with enable_grad():
            return first(*values)

    return gradcheck(with_grad, (*given, *seeds), **options)
