"""Whole derivatives of functions: `jacobian`, `hessian`, and their products with vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..absent import nothing_else
from ..backend import xp
from ..grad_mode import enable_grad
from ..ops.joining import stack as _stack
from ..tensor import Tensor, wrap
from . import grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


OUTPUTS = "outputs of the user-provided function"


def _tuple(name: str, what: str, values: Any) -> tuple[bool, tuple[Any, ...]]:
    """Return whether several tensors were given, and them; refuse anything else."""
    several = isinstance(values, tuple)
    given = values if several else (values,)
    for at, each in enumerate(given):
        if not isinstance(each, Tensor):
            which = f"value at index {at}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} has type "
                f"{type(each)}."
            )
    return several, given


def _apart(values: tuple[Any, ...], create_graph: bool) -> tuple[Any, ...]:
    """Return the inputs as tensors of their own that require grad; still connected if the result is to be."""
    return tuple(
        each.view_as(each) if create_graph and each.requires_grad else each.detach().requires_grad_()
        for each in values
    )


def _detached(values: Any, create_graph: bool) -> Any:
    if create_graph:
        return values
    if isinstance(values, tuple):
        return tuple(_detached(each, False) for each in values)
    return values.detach() if isinstance(values, Tensor) else values


def _refuse_unused(what: str, found: tuple[Any, ...], strict: bool) -> None:
    """In strict mode, refuse a derivative by an input (or entry of the gradient) on which nothing depends."""
    for at, each in enumerate(found):
        if strict and each is None:
            raise RuntimeError(f"{what.format(at)}. This is not allowed in strict mode.")


def _or_zeros(found: tuple[Any, ...], like: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(wrap(xp.zeros_like(b._array)) if a is None else a for a, b in zip(found, like, strict=True))


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the derivative of each output's elements by each input's: shape of the output, then of the input."""
    with enable_grad():
        many_in, given = _tuple("jacobian", "inputs", inputs)
        sources = _apart(given, create_graph)
        many_out, outputs = _tuple("jacobian", OUTPUTS, func(*sources))
        if strict:
            _refuse_constant(outputs)
        rows = []
        for output in outputs:
            parts: list[list[Any]] = [[] for _ in sources]
            flat = output.reshape(-1)
            for at in range(output._array.size):
                found: Any = (None,) * len(sources)
                if output.requires_grad:
                    found = grad(
                        flat[at], sources, retain_graph=True, create_graph=create_graph, allow_unused=True
                    )
                for kept, each in zip(parts, _or_zeros(found, sources), strict=True):
                    kept.append(each)
            rows.append(
                tuple(
                    _stack(each).view(output.shape + source.shape)
                    for each, source in zip(parts, sources, strict=True)
                )
            )
    result = tuple(rows)
    result = _detached(result, create_graph)
    shaped: Any = result if many_in else tuple(row[0] for row in result)
    return shaped if many_out else shaped[0]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """Return the second derivatives of a scalar function."""
    many, given = _tuple("hessian", "inputs", inputs)

    def slope(*values: Any) -> Any:
        found = jacobian(
            lambda *each: _scalar("hessian", func(*each), strict).squeeze(), values, create_graph=True
        )
        if strict:
            _refuse_independent(found)
        return tuple(found) if many else found[0]

    return jacobian(slope, given if many else given[0], create_graph=create_graph)


def _refuse_independent(slopes: Any) -> None:
    for at, each in enumerate(slopes):
        if not each.requires_grad:
            raise RuntimeError(
                "While computing the hessian, found that the jacobian of the user-provided function with respect to "
                f"input {at} is independent of the input. This is not allowed in strict mode. You should ensure that "
                "your function is twice differentiable and that the jacobian depends on the inputs (this would be "
                "violated by a linear function for example)."
            )


def _refuse_constant(outputs: tuple[Any, ...]) -> None:
    for at, each in enumerate(outputs):
        if not each.requires_grad:
            raise RuntimeError(
                f"Output {at} of the user-provided function does not require gradients. The outputs must be computed in "
                "a differentiable manner from the input when running in strict mode."
            )


def _scalar(name: str, output: Any, strict: bool) -> Tensor:
    several, outputs = _tuple(name, OUTPUTS, output)
    if strict:
        _refuse_constant(outputs)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0]._array.size != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )
    return outputs[0]  # type: ignore[no-any-return]


def _vectors(name: str, v: Any, like: tuple[Any, ...], several: bool) -> tuple[Any, ...]:
    """Return the vectors to multiply with, of the sizes of `like`: `several` if that is a tuple."""
    if v is None:
        if len(like) != 1 or like[0]._array.size != 1:
            subject = (
                "user-provided function returns"
                if name == "vjp"
                else "input to the user-provided function is"
            )
            raise RuntimeError(
                f"The vector v can only be None if the {subject} a single Tensor with a single element."
            )
        return (wrap(xp.ones_like(like[0]._array)),)
    found = _tuple(name, "v", v)[1]
    if len(found) != len(like):
        if several:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(found)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for at, (vector, model) in enumerate(zip(found, like, strict=True)):
        if vector.shape != model.shape:
            entry = f"Entry {at} in v" if several else "v"
            raise RuntimeError(f"{entry} has invalid size: should be {model.size()} but got {vector.size()}.")
    return found


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the outputs, and a vector times the Jacobian."""
    with enable_grad():
        many_in, given = _tuple("vjp", "inputs", inputs)
        sources = _apart(given, create_graph)
        many_out, outputs = _tuple("vjp", OUTPUTS, func(*sources))
        if strict:
            _refuse_constant(outputs)
        seeds = _vectors("vjp", v, outputs, many_out)
        found = grad(outputs, sources, seeds, create_graph=create_graph, allow_unused=True)
        _refuse_unused("The output of the user-provided function is independent of input {}", found, strict)
        found = _or_zeros(found, sources)
    results = _detached((outputs if many_out else outputs[0], found if many_in else found[0]), create_graph)
    return results[0], results[1]


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the outputs, and the Jacobian times a vector: the derivative of `vjp` by its vector."""
    with enable_grad():
        many_in, given = _tuple("jvp", "inputs", inputs)
        sources = _apart(given, create_graph)
        vectors = _vectors("jvp", v, sources, many_in)
        many_out, outputs = _tuple("jvp", OUTPUTS, func(*sources))
        if strict:
            _refuse_constant(outputs)
        seeds = tuple(wrap(xp.zeros_like(each._array)).requires_grad_() for each in outputs)
        slopes = grad(outputs, sources, seeds, create_graph=True, allow_unused=True)
        _refuse_unused("The output of the user-provided function is independent of input {}", slopes, strict)
        used = [(slope, vector) for slope, vector in zip(slopes, vectors, strict=True) if slope is not None]
        found = _or_zeros(
            grad(
                [slope for slope, _ in used],
                seeds,
                [vector for _, vector in used],
                create_graph=create_graph,
                allow_unused=True,
            ),
            outputs,
        )
    results = _detached((outputs if many_out else outputs[0], found if many_out else found[0]), create_graph)
    return results[0], results[1]


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and a vector times its Hessian."""
    return _product_with_hessian("vhp", func, inputs, v, create_graph, strict)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and its Hessian (which is symmetric) times a vector."""
    return _product_with_hessian("hvp", func, inputs, v, create_graph, strict)


def _product_with_hessian(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[Any, Any]:
    with enable_grad():
        many, given = _tuple(name, "inputs", inputs)
        sources = _apart(given, create_graph)
        vectors = _vectors(name, v, sources, many)
        output = _scalar(name, func(*sources), strict)
        slopes = grad(output, sources, create_graph=True, allow_unused=True)
        _refuse_unused("The output of the user-provided function is independent of input {}", slopes, strict)
        if strict:
            _refuse_independent(slopes)
        used = [
            (slope, vector)
            for slope, vector in zip(slopes, vectors, strict=True)
            if slope is not None and slope.requires_grad
        ]
        found: Any = (None,) * len(sources)
        if used:
            found = grad(
                [s for s, _ in used],
                sources,
                [w for _, w in used],
                create_graph=create_graph,
                allow_unused=True,
            )
        found = _or_zeros(found, sources)
    results = _detached((output, found if many else found[0]), create_graph)
    return results[0], results[1]


__getattr__ = nothing_else("torch.autograd.functional")
