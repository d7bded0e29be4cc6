"""New random tensors: `rand`, `randn`, `randint`, `randperm`, `normal`, `multinomial`, and what is like another tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import _random, backend, dtypes, limits
from . import both as rules
from ._random import DIGITS, Draw, fill, generator_of, integers, uniform, unsupported
from .creation import (
    Values,
    allocate,
    bind,
    check_place,
    check_size,
    chosen_dtype,
    empty_array_like,
    finish,
    function,
    read,
)
from .device import default_device
from .graph import derivative
from .ops.outputs import finish_out
from .recording import record
from .tensor import Tensor, wrap

__all__: list[str] = []

Make = Callable[[dtypes.dtype], Draw]


def _sized(values: Values, make: Make, default_dtype: dtypes.dtype) -> Tensor:
    check_place(values)
    out = values.get("out")
    dtype = chosen_dtype(values, default_dtype if out is None else out.dtype)
    check_size(values["size"], dtype)
    draw = make(dtype)
    return finish(fill(allocate(backend.xp.empty, values["size"], dtype._numpy), draw, values), values)


def _like(values: Values, make: Make) -> Tensor:
    array = empty_array_like(values)
    return finish(fill(array, make(dtypes.of(array.dtype)), values), values)


def _standard_uniform(dtype: dtypes.dtype) -> Draw:
    return uniform(0.0, 1.0, dtype)


def _standard_normal(dtype: dtypes.dtype) -> Draw:
    return _random.normal(0.0, 1.0, dtype, in_a_row=True)


@function
def rand(*args: Any, **kwargs: Any) -> Tensor:
    """Return numbers from [0, 1)."""
    return _sized(read("rand", args, kwargs), _standard_uniform, dtypes.get_default_dtype())


@function
def randn(*args: Any, **kwargs: Any) -> Tensor:
    """Return normal numbers of mean 0 and standard deviation 1."""
    return _sized(read("randn", args, kwargs), _standard_normal, dtypes.get_default_dtype())


@function
def rand_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return numbers from [0, 1) in the sizes, dtype and layout of another tensor."""
    return _like(bind("rand_like", args, kwargs)[1], _standard_uniform)


@function
def randn_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return normal numbers in the sizes, dtype and layout of another tensor."""
    values = bind("randn_like", args, kwargs)[1]
    array = empty_array_like(values)
    draw = _random.normal(0.0, 1.0, dtypes.of(array.dtype), in_a_row=array.flags.c_contiguous)
    return finish(fill(array, draw, values), values)


@function
def randint(*args: Any, **kwargs: Any) -> Tensor:
    """Return whole numbers from [low, high), by default as int64."""
    values = bind("randint", args, kwargs)[1]
    low, high = int(values.get("low", 0)), int(values["high"])
    return _sized(values, lambda dtype: integers(low, high, dtype), dtypes.int64)


@function
def randint_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return whole numbers from [low, high) in the sizes, dtype and layout of another tensor."""
    values = bind("randint_like", args, kwargs)[1]
    low, high = int(values.get("low", 0)), int(values["high"])
    return _like(values, lambda dtype: integers(low, high, dtype))


@function
def randperm(*args: Any, **kwargs: Any) -> Tensor:
    """Return the numbers from 0 to n - 1 in random order (Fisher and Yates, from the front)."""
    values = bind("randperm", args, kwargs)[1]
    check_place(values)
    count = int(values["n"])
    dtype = chosen_dtype(values, dtypes.int64)
    check_size((count,), dtype)
    _check_permutation(count, dtype)
    words = generator_of(values, default_device()).words(max(count - 1, 0))
    steps = (words % np.arange(count, 1, -1, dtype=np.uint64)).tolist()
    order = list(range(count))
    for place, step in enumerate(steps):
        other = place + step
        order[place], order[other] = order[other], order[place]
    return finish(backend.as_array(np.array(order, dtype._numpy)), values)


def _check_permutation(count: int, dtype: dtypes.dtype) -> None:
    if dtype is dtypes.bool or dtype.is_complex:
        raise unsupported("randperm", dtype)
    digits = DIGITS.get(dtype)
    if digits is not None and count > 2**digits + 1:
        raise RuntimeError(f"n cannot be greater than {2**digits + 1} for {dtype._scalar} type.")
    if digits is None and count > limits.iinfo(dtype).max:
        from .scalars import check

        check(count, dtype)


# ---- normal numbers around tensors ---------------------------------------------------------------------------

_NORMAL_NODES = {
    (True, False): derivative("NormalBackward1", mean=lambda g: rules.zeros_like(g)),
    (False, True): derivative("NormalBackward2", std=lambda g: rules.zeros_like(g)),
    (True, True): derivative(
        "NormalBackward3", mean=lambda g: rules.zeros_like(g), std=lambda g: rules.zeros_like(g)
    ),
}


@function
def normal(*args: Any, **kwargs: Any) -> Tensor:
    """Return normal numbers; mean and standard deviation are numbers (with a size) or tensors."""
    values = bind("normal", args, kwargs)[1]
    mean, std = values["mean"], values.get("std", 1.0)
    if "size" in values:
        make = lambda dtype: _random.normal(float(mean), float(std), dtype, in_a_row=True)  # noqa: E731
        return _sized(values, make, dtypes.get_default_dtype())
    if isinstance(std, Tensor):
        _check_deviations(std._array)
    around = mean if isinstance(mean, Tensor) else std
    out: Tensor | None = values.get("out")
    # Where one deviation is for all, torch takes the sizes of `out` for those of the deviations.
    shape = _common_shape(mean, std if out is None or isinstance(std, Tensor) else out)
    dtype = around.dtype if out is None else out.dtype
    draw = _random.normal(0.0, 1.0 if isinstance(std, Tensor) else float(std), dtype, in_a_row=True)
    array = fill(backend.empty(shape, dtype._numpy), draw, values)
    if isinstance(std, Tensor):
        array = (array * std._array).astype(dtype._numpy)
    array = (array + (mean._array if isinstance(mean, Tensor) else mean)).astype(dtype._numpy)
    inputs = tuple(each for each in (mean, std) if isinstance(each, Tensor))
    if out is not None:
        return finish_out("normal", wrap(array), out, *inputs)
    return record(_NORMAL_NODES[isinstance(mean, Tensor), isinstance(std, Tensor)], array, inputs)


def _check_deviations(std: Any) -> None:
    if std.dtype.kind == "c":
        raise RuntimeError("normal expects standard deviation to be non-complex")
    if not (std >= 0).all():
        raise RuntimeError("normal expects all elements of std >= 0.0")


def _common_shape(mean: Any, std: Any) -> tuple[int, ...]:
    shapes = [each._array.shape for each in (mean, std) if isinstance(each, Tensor)]
    if len(shapes) == 1:
        return tuple(shapes[0])
    from .ops.broadcasting import check_broadcast

    check_broadcast(*shapes)
    return tuple(np.broadcast_shapes(*shapes))


# ---- choices -------------------------------------------------------------------------------------------------


@function
def multinomial(*args: Any, **kwargs: Any) -> Tensor:
    """Return indices drawn with the given weights, from each row, with or without putting them back."""
    values = bind("multinomial", args, kwargs)[1]
    weights, count = values["input"], int(values["num_samples"])
    replacement = bool(values.get("replacement", False))
    _check_weights(weights, count, replacement)
    generator = generator_of(values, weights.device)
    rows = backend.to_host(weights._array).reshape(-1, weights._array.shape[-1])
    if replacement and count > 1:
        totals = np.cumsum(rows, 1, dtype=rows.dtype)
        uniform = generator.uniform53(len(rows) * count).reshape(len(rows), count)
        picked = [np.searchsorted(row / row[-1], each) for row, each in zip(totals, uniform, strict=True)]
    else:
        waits = -np.log1p(-generator.uniform53(rows.size)).astype(rows.dtype).reshape(rows.shape)
        picked = list(np.argsort(-(rows / waits), 1, kind="stable")[:, :count])
    chosen = np.array(picked, np.int64).reshape(*weights._array.shape[:-1], count)
    out = values.get("out")
    if out is not None and out.dtype is not dtypes.int64:
        raise RuntimeError(f"multinomial expects Long tensor out, got: {out.dtype._scalar}")
    return finish(backend.as_array(chosen), {"out": out, "called": "multinomial"})


def _check_weights(weights: Tensor, count: int, replacement: bool) -> None:
    array = weights._array
    if array.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not weights.dtype.is_floating_point:
        raise RuntimeError(
            f"multinomial only supports floating-point dtypes for input, got: {weights.dtype._scalar}"
        )
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > array.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if not (backend.xp.isfinite(array) & (array >= 0)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (array.sum(-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
