"""Jacobians for `gradcheck`: by differences of the function, and by its derivatives; whole or along directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import backend
from ..backend import xp
from ..tensor import Tensor, wrap
from . import grad

__all__ = [
    "along",
    "analytical",
    "analytical_along",
    "as_tuple",
    "differentiable",
    "directions",
    "numerical",
    "numerical_along",
    "watched",
]

Outputs = Callable[[], tuple[Tensor, ...]]


def as_tuple(values: Any) -> tuple[Any, ...]:
    """Return several values as a tuple, one as a tuple of one."""
    return tuple(values) if isinstance(values, tuple | list) else (values,)


def differentiable(values: Any) -> tuple[Any, ...]:
    """Return those results of a function that require grad; fails on what is no tensor, as in torch."""
    return tuple(each for each in as_tuple(values) if each.requires_grad)


def watched(inputs: Sequence[Any]) -> list[Tensor]:
    """Return the inputs that are differentiated by."""
    return [each for each in inputs if isinstance(each, Tensor) and each.requires_grad]


def _evaluate(outputs: Outputs) -> list[Any]:
    found = [each._array for each in outputs()]
    return [each.copy() for each in found if each.dtype.kind in "fc"]


def _difference(outputs: Outputs, place: Any, step: Any, eps: float, where: str) -> list[Any]:
    """Return the central differences of all outputs for a step of an input, or of the element at a place of it.

    `place` is an array over the memory of the input; it is as before afterwards.
    """
    kept = place.copy()
    place[...] = kept - step
    low = _evaluate(outputs)
    place[...] = kept + step
    high = _evaluate(outputs)
    place[...] = kept
    for a, b in zip(low, high, strict=True):
        for kind, one, other in (
            ("shape", wrap(a).shape, wrap(b).shape),
            ("dtype", wrap(a).dtype, wrap(b).dtype),
        ):
            if one != other:
                raise AssertionError(
                    f"Expected `func` to return outputs with the same {kind} when inputs are perturbed {where}by "
                    f"{eps}, but got: {kind}s {one} and {other}."
                )
    return [((b - a) / (2 * eps)).reshape(-1) for a, b in zip(low, high, strict=True)]


def _complex_difference(
    outputs: Outputs, place: Any, steps: tuple[Any, Any], eps: float, where: str
) -> list[Any]:
    """Return what a step of the real and one of the imaginary part change, as one complex number each."""
    real = _difference(outputs, place, steps[0], eps, where)
    if place.dtype.kind != "c":
        return real
    imaginary = _difference(outputs, place, steps[1] * 1j, eps, where)
    return [a + b * 1j for a, b in zip(real, imaginary, strict=True)]


def numerical(function: Callable[..., Any], inputs: tuple[Any, ...], source: Tensor, eps: float) -> list[Any]:
    """Return, for each output, the matrix of differences: elements of `source` by elements of the output."""

    def outputs() -> tuple[Tensor, ...]:
        return as_tuple(function(*inputs))

    array = source._array
    rows = [
        _complex_difference(outputs, array[(*place, ...)], (eps, eps), eps, f"on index {place} ")
        for place in backend.ndindex(array.shape)
    ]
    if not rows:
        return [xp.zeros((0, each.size), each.dtype) for each in _evaluate(outputs)]
    return [xp.stack([row[at] for row in rows]) for at in range(len(rows[0]))]


def numerical_along(
    function: Callable[..., Any], inputs: tuple[Any, ...], source: Tensor, direction: Any, eps: float
) -> list[Any]:
    """Return, for each output, how it changes where `source` moves along a direction."""
    array = source._array
    steps = [each.reshape(array.shape) * eps for each in as_tuple(direction)]
    pair = (steps[0], steps[-1])
    return _complex_difference(lambda: as_tuple(function(*inputs)), array, pair, eps, "")


def _gradients(output: Tensor, sources: list[Tensor], seed: Any) -> list[Any]:
    """Return the gradients of all sources for one gradient of the output, flat."""
    found = grad(
        output, sources, wrap(seed.reshape(output._array.shape)), retain_graph=True, allow_unused=True
    )
    return [
        xp.zeros(source._array.size, source._array.dtype) if each is None else each._array.reshape(-1)
        for each, source in zip(found, sources, strict=True)
    ]


def analytical(output: Tensor, sources: list[Tensor]) -> list[Any]:
    """Return, for each source, the matrix that backward gives, one column for each element of the output."""
    count, dtype = output._array.size, output._array.dtype
    columns = [_gradients(output, sources, seed) for seed in xp.eye(count, dtype=dtype)]
    if not columns:
        return [xp.zeros((source._array.size, 0), source._array.dtype) for source in sources]
    return [xp.stack([column[at] for column in columns], axis=1) for at in range(len(sources))]


def analytical_along(output: Tensor, sources: list[Tensor], seed: Any) -> list[Any]:
    """Return, for each source, its gradient for one gradient of the output, as a matrix of one column."""
    return [each.reshape(-1, 1) for each in _gradients(output, sources, seed)]


def along(gradient: Any, direction: Any) -> Any:
    """Return how much of a gradient lies in a direction; of a complex one, both parts on their own."""
    flat = gradient.reshape(-1)
    if isinstance(direction, tuple):
        return flat.real.dot(direction[0]) + 1j * flat.imag.dot(direction[1])
    return flat.dot(direction)


def directions(sources: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[list[Any], list[Any]]:
    """Draw a direction of length 1 for each source (a pair for a complex one) and each output, always the same."""
    from .._random_tensors import rand
    from ..generator import Generator

    generator = Generator()

    def draw(like: Tensor) -> Any:
        array = like._array
        real = array.real.dtype if array.dtype.kind == "c" else array.dtype
        numbers = rand(array.size, generator=generator, device="cpu").to(like.device)
        drawn = numbers._array.astype(real)
        return drawn / xp.sqrt((drawn * drawn).sum())

    along_sources = [
        (draw(each), draw(each)) if each._array.dtype.kind == "c" else draw(each) for each in sources
    ]
    return along_sources, [draw(each) for each in outputs]
