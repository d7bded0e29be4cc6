"""Whole derivatives of functions: `jacobian`, `hessian`, and their products with vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..absent import nothing_else
from ..backend import xp
from ..grad_mode import enable_grad, mode, set_grad_enabled
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


def _gradients(
    outputs: tuple[Any, ...],
    sources: tuple[Any, ...],
    seeds: tuple[Any, ...] | None = None,
    create_graph: bool = False,
    retain_graph: bool | None = None,
) -> tuple[Any, ...]:
    """Return the gradients of those outputs that require grad; None where there is none."""
    seeds = (None,) * len(outputs) if seeds is None else seeds
    used = [
        (output, seed)
        for output, seed in zip(outputs, seeds, strict=True)
        if output is not None and output.requires_grad
    ]
    if not used:
        return (None,) * len(sources)
    found: tuple[Any, ...] = grad(
        [output for output, _ in used],
        sources,
        [seed for _, seed in used],
        retain_graph=retain_graph,
        create_graph=create_graph,
        allow_unused=True,
    )
    return found


def _check_needed(values: tuple[Any, ...], constant: str, strict: bool) -> None:
    """In strict mode, refuse values that nothing or no input led to; `constant` tells of the latter, by number."""
    for at, each in enumerate(values if strict else ()):
        if each is None:
            raise RuntimeError(
                INDEPENDENT.format(f"output of the user-provided function is independent of input {at}")
            )
        if not each.requires_grad:
            raise RuntimeError(constant.format(at))


def _filled(
    found: tuple[Any, ...],
    like: tuple[Any, ...],
    strict: bool,
    create_graph: bool,
    words: tuple[str, str],
    number: int | None = None,
) -> tuple[Any, ...]:
    """Return the derivatives, zeros for those that are not there; in strict mode refuse those, or constant ones.

    `words` say what is independent of which input where a derivative is missing, and which one would be constant;
    `number` is said instead of the input's number there (torch's `jacobian` says the output's).
    """
    filled = []
    for at, (each, model) in enumerate(zip(found, like, strict=True)):
        if each is None and strict:
            raise RuntimeError(words[0].format(at))
        if each is not None and strict and create_graph and not each.requires_grad:
            raise RuntimeError(
                f"The {words[1]} of the user-provided function is independent of input "
                f"{at if number is None else number}. This is not allowed in strict mode when create_graph=True."
            )
        filled.append(wrap(xp.zeros_like(model._array)) if each is None else each)
    return tuple(filled)


INDEPENDENT = "The {0}. This is not allowed in strict mode."
NO_OUTPUT = (
    "Output {0} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode."
)
NO_GRADIENT = (
    "The gradient with respect to input {0} is independent of the inputs of the user-provided function. This is not "
    "allowed in strict mode."
)
NO_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {0} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
    "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for "
    "example)."
)
BACK = (INDEPENDENT.format("output of the user-provided function is independent of input {0}"), "jacobian")
BACK_TWICE = (
    "The gradient with respect to the input is independent of entry {0} in the grad_outputs when using the double "
    "backward trick to compute forward mode gradients. This is not allowed in strict mode.",
    "jacobian",
)
SECOND = (INDEPENDENT.format("jacobian of the user-provided function is independent of input {0}"), "hessian")
SECOND_TWICE = (
    "The hessian of the user-provided function is independent of entry {0} in the grad_jacobian. This is not allowed in "
    "strict mode as it prevents from using the double backward trick to replace forward mode AD.",
    "hessian",
)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """Return the derivative of each output's elements by each input's: shape of the output, then of the input."""
    _check_strategy(strategy, create_graph, strict, vectorize)
    with enable_grad():
        many_in, given = _tuple("jacobian", "inputs", inputs)
        sources = _apart(given, create_graph)
        many_out, outputs = _tuple("jacobian", OUTPUTS, func(*sources))
        _check_needed(outputs, NO_OUTPUT, strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        result = tuple(
            _rows(output, number, sources, create_graph, strict) for number, output in enumerate(outputs)
        )
    result = _detached(result, create_graph)
    shaped: Any = result if many_in else tuple(row[0] for row in result)
    return shaped if many_out else shaped[0]


def _check_strategy(strategy: str, create_graph: bool, strict: bool, vectorize: bool) -> None:
    """Refuse what goes with no mode; forward mode is computed as the other is, but refuses what it does in torch."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "reverse-mode":
        return
    if create_graph:
        raise NotImplementedError(
            'torch.autograd.functional.jacobian: `create_graph=True` and `strategy="forward-mode"` are not supported '
            'together (yet). Please either set `create_graph=False` or `strategy="reverse-mode"`.'
        )
    if strict:
        raise RuntimeError(
            'torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together '
            '(yet). Please either set `strict=False` or `strategy="reverse-mode"`.'
        )
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`."
        )


def _rows(
    output: Tensor, number: int, sources: tuple[Tensor, ...], create_graph: bool, strict: bool
) -> tuple[Tensor, ...]:
    """Return the derivatives of the elements of one output by each source."""
    parts: list[list[Any]] = [[] for _ in sources]
    flat = output.reshape(-1)
    missing = f"Output {number} of the user-provided function is independent of input {{0}}. This is not allowed in strict mode."
    for at in range(output._array.size):
        found = _gradients((flat[at],), sources, create_graph=create_graph, retain_graph=True)
        filled = _filled(found, sources, strict, create_graph, (missing, "jacobian"), number)
        for kept, each in zip(parts, filled, strict=True):
            kept.append(each)
    return tuple(
        _stack(each).view(output.shape + source.shape) for each, source in zip(parts, sources, strict=True)
    )


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
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def slope(*values: Any) -> Any:
        found = jacobian(
            lambda *each: _scalar("hessian", func(*each), strict).squeeze(), values, create_graph=True
        )
        _check_needed(found, NO_JACOBIAN, strict)
        return tuple(found) if many else found[0]

    return jacobian(
        slope,
        given if many else given[0],
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )


def _scalar(name: str, output: Any, strict: bool) -> Tensor:
    several, outputs = _tuple(name, OUTPUTS, output)
    _check_needed(outputs, NO_OUTPUT, strict)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0]._array.size != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )
    return outputs[0]  # type: ignore[no-any-return]


def _vectors(name: str, v: Any, like: tuple[Any, ...], several: bool, create_graph: bool) -> tuple[Any, ...]:
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
    found = tuple(
        each.view_as(each) if create_graph and each.requires_grad else each.detach()
        for each in _tuple(name, "v", v)[1]
    )
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
    outside = mode.enabled
    with enable_grad():
        many_in, given = _tuple("vjp", "inputs", inputs)
        sources = _apart(given, create_graph)
        many_out, outputs = _tuple("vjp", OUTPUTS, func(*sources))
        _check_needed(outputs, NO_OUTPUT, strict)
        seeds = _vectors("vjp", v, outputs, many_out, create_graph)
    with set_grad_enabled(create_graph or outside):
        found = _gradients(outputs, sources, seeds, create_graph)
        found = _filled(found, sources, strict, create_graph, BACK)
    results = _detached((outputs if many_out else outputs[0], found if many_in else found[0]), create_graph)
    return results[0], results[1]


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the outputs, and the Jacobian times a vector: the derivative of `vjp` by its vector."""
    outside = mode.enabled
    with enable_grad():
        many_in, given = _tuple("jvp", "inputs", inputs)
        sources = _apart(given, create_graph)
        vectors = _vectors("jvp", v, sources, many_in, create_graph)
        many_out, outputs = _tuple("jvp", OUTPUTS, func(*sources))
        _check_needed(outputs, NO_OUTPUT, strict)
        seeds = _zeros_to_differentiate_by(outputs)
        slopes = _gradients(outputs, sources, seeds, create_graph=True)
        _check_needed(slopes, NO_GRADIENT, strict)
    with set_grad_enabled(create_graph or outside):
        found = _gradients(slopes, seeds, vectors, create_graph)
        found = _filled(found, outputs, strict, create_graph, BACK_TWICE)
    results = _detached((outputs if many_out else outputs[0], found if many_out else found[0]), create_graph)
    return results[0], results[1]


def _zeros_to_differentiate_by(like: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(wrap(xp.zeros_like(each._array)).requires_grad_() for each in like)


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and a vector times its Hessian."""
    outside = mode.enabled
    many, sources, vectors, output, slopes = _slopes("vhp", func, inputs, v, create_graph, strict)
    with set_grad_enabled(create_graph or outside):
        found = _gradients(slopes, sources, vectors, create_graph)
        found = _filled(found, sources, strict, create_graph, SECOND)
    results = _detached((output, found if many else found[0]), create_graph)
    return results[0], results[1]


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """Return the output of a scalar function, and its Hessian times a vector."""
    outside = mode.enabled
    many, sources, vectors, output, slopes = _slopes("hvp", func, inputs, v, create_graph, strict)
    with enable_grad():
        seeds = _zeros_to_differentiate_by(sources)
        second = _gradients(slopes, sources, seeds, create_graph=True)
    with set_grad_enabled(create_graph or outside):
        found = _gradients(second, seeds, vectors, create_graph)
        found = _filled(found, sources, strict, create_graph, SECOND_TWICE)
    results = _detached((output, found if many else found[0]), create_graph)
    return results[0], results[1]


def _slopes(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> tuple[bool, tuple[Any, ...], tuple[Any, ...], Tensor, tuple[Any, ...]]:
    """Return whether there are several inputs, them, the vectors, the output and its derivatives, recorded."""
    with enable_grad():
        many, given = _tuple(name, "inputs", inputs)
        sources = _apart(given, create_graph)
        vectors = _vectors(name, v, sources, many, create_graph)
        output = _scalar(name, func(*sources), strict)
        slopes = _gradients((output,), sources, create_graph=True)
        _check_needed(slopes, NO_JACOBIAN, strict)
    return many, sources, vectors, output, slopes


__getattr__ = nothing_else("torch.autograd.functional")
