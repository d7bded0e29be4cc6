"""Random draws: the distributions, and the methods that fill a tensor with them (`uniform_`, `normal_`, ...).

All numbers are torch's own: the same seed gives the same elements. An in-place draw visits the elements in the
order in which they lie in memory.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from . import backend, dtypes, limits
from . import both as rules
from ._random_normal import normal_block, normal_pairs
from .creation import Values, bind, function, method
from .device import device, device_of, require
from .fused import multiply_add
from .generator import Generator, default
from .graph import Node, derivative
from .ops.inplace import update
from .ops.outputs import finish_out
from .recording import record
from .tensor import Tensor

__all__ = ["DIGITS", "Draw", "draw_in_place", "fill", "integers", "normal", "uniform", "unsupported"]

Draw = Callable[[int, Generator], Any]


def _ignores_input(name: str) -> type[Node]:
    return derivative(name, self=lambda g: rules.zeros_like(g))


# ---- filling memory ------------------------------------------------------------------------------------------


def fill(array: Any, draw: Draw, values: Values) -> Any:
    """Fill an array with `draw(count, generator)`, in the order of its memory, and return it."""
    generator = generator_of(values, device_of(array))
    order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    target = array.transpose(order)
    target[...] = backend.as_array(draw(array.size, generator)).reshape(target.shape)
    return array


def generator_of(values: Values, where: device) -> Generator:
    """Return the generator that is given, or the default one of the device that is asked for, or else of `where`."""
    given = values.get("generator")
    asked = values.get("device")
    where = where if asked is None else require(asked)
    if given is None:
        return default(where)
    if given.device.type != where.type:
        raise RuntimeError(
            f"Expected a '{where.type}' device type for generator but found '{given.device.type}'"
        )
    found: Generator = given
    return found


def draw_in_place(self: Tensor, name: str, node: type[Node], draw: Draw, values: Values) -> Tensor:
    def compute(tensor: Tensor) -> Tensor:
        made = backend.empty(tensor._array.shape, tensor._array.dtype, None)
        if not tensor._array.flags.c_contiguous:
            made = backend.xp.empty_like(tensor._array)
        return record(node, fill(made, draw, values), (tensor,))

    return update(name, self, compute)


def unsupported(kernel: str, dtype: dtypes.dtype) -> NotImplementedError:
    return NotImplementedError(f"\"{kernel}\" not implemented for '{dtype._scalar}'")


def _in_pairs(draw: Draw, dtype: dtypes.dtype) -> Draw:
    """Draw complex numbers as pairs of real ones."""
    return lambda count, generator: draw(2 * count, generator).view(dtype._numpy)


# ---- uniform -------------------------------------------------------------------------------------------------


def uniform(low: float, high: float, dtype: dtypes.dtype) -> Draw:
    """Draw from [low, high): 24 bits for float32 and float16, 53 for float64; both parts of complex numbers alike."""
    if dtype.is_complex:
        return _in_pairs(uniform(low, high, dtype.to_real()), dtype)
    if not dtype.is_floating_point:
        raise unsupported("check_uniform_bounds", dtype)
    most = limits.finfo(dtype).max
    for name, bound in (("from", low), ("to", high)):
        if not -most <= bound <= most:
            raise RuntimeError(f"{name} is out of bounds for {dtypes.c_name(dtype)}")
    if low > high:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}"
        )
    if high - low > most:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{dtype._scalar}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit"
        )
    kind = dtype._numpy.type
    work = np.float64 if dtype is dtypes.float64 else np.float32
    start, width = work(low), work(high) - work(low)

    def draw(count: int, generator: Generator) -> Any:
        uniform = generator.uniform53(count) if work is np.float64 else generator.uniform24(count)
        made = multiply_add(uniform, width, start, work).astype(kind)
        made[made == kind(high)] = kind(low)  # rounded up to what is excluded
        return made

    return draw


UniformBackward0 = _ignores_input("UniformBackward0")


@method
def uniform_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with numbers from [from, to)."""
    values = bind("Tensor.uniform_", args, kwargs)[1]
    draw = uniform(float(values.get("from", 0.0)), float(values.get("to", 1.0)), self.dtype)
    return draw_in_place(self, "uniform_", UniformBackward0, draw, values)


# ---- normal --------------------------------------------------------------------------------------------------


def normal(mean: float, std: float, dtype: dtypes.dtype, *, in_a_row: bool) -> Draw:
    """Draw normal numbers; sixteen or more in contiguous memory are made in blocks.

    Of complex numbers, the real and the imaginary part have half of the variance each.
    """
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    if dtype.is_complex:
        parts = normal(mean, std / math.sqrt(2.0), dtype.to_real(), in_a_row=in_a_row)
        return _in_pairs(parts, dtype)
    if not dtype.is_floating_point:
        raise unsupported("normal_kernel_cpu", dtype)

    def draw(count: int, generator: Generator) -> Any:
        if count >= 16 and in_a_row:
            return normal_block(count, mean, std, dtype._numpy, generator)
        return normal_pairs(count, mean, std, generator).astype(dtype._numpy)

    return draw


NormalBackward0 = _ignores_input("NormalBackward0")


@method
def normal_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with normal numbers of the given mean and standard deviation."""
    values = bind("Tensor.normal_", args, kwargs)[1]
    mean, std = float(values.get("mean", 0.0)), float(values.get("std", 1.0))
    draw = normal(mean, std, self.dtype, in_a_row=self._array.flags.c_contiguous)
    return draw_in_place(self, "normal_", NormalBackward0, draw, values)


# ---- integers ------------------------------------------------------------------------------------------------

DIGITS = {dtypes.float16: 11, dtypes.float32: 24, dtypes.float64: 53}


def _bounds(dtype: dtypes.dtype) -> tuple[int, int]:
    if dtype is dtypes.bool:
        return 0, 1
    if dtype.is_floating_point:
        most = int(limits.finfo(dtype).max)
        return -most, most
    found = limits.iinfo(dtype)
    return found.min, found.max


def _out_of_bounds(name: str, dtype: dtypes.dtype) -> RuntimeError:
    return RuntimeError(f"{name} is out of bounds for {dtypes.c_name(dtype)}")


def _held(low: int, high: int, dtype: dtypes.dtype) -> tuple[int, int]:
    """Return a range narrowed to what a float holds, where its ends would be rounded to numbers outside."""
    digits = DIGITS.get(dtype)
    if digits is None or max(abs(low), abs(high)) > limits.finfo(dtype).max:
        return low, high
    kind = dtype._numpy.type
    after, before = int(kind(low + 1)), int(kind(high - 1))
    if after < low:
        low = after + 2 ** (abs(low + 1).bit_length() - digits)
    if before >= high:
        high = before - 2 ** (abs(high - 1).bit_length() - digits)
    return low, high


def integers(low: int, high: int, dtype: dtypes.dtype) -> Draw:
    """Draw whole numbers from [low, high); a range of 2**28 or more takes 64 bits for each."""
    if dtype.is_complex:
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    least, most = _bounds(dtype)
    low, high = _held(low, high, dtype)
    least, most = _bounds(dtype)
    for name, bound in (("from", low), ("to - 1", high - 1)):
        if not least <= bound <= most:
            raise _out_of_bounds(name, dtype)
        digits = DIGITS.get(dtype, 64)
        if abs(bound) > 2**digits:
            warnings.warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                f"{dtypes.c_name(dtype)} can support discrete uniform distribution only within this range. This warning "
                "will become an error in version 1.7 release, please fix the code in advance",
                UserWarning,
                stacklevel=4,
            )

    def draw(count: int, generator: Generator) -> Any:
        words = generator.long_words(count) if high - low >= 2**28 else generator.words(count)
        offsets = (words % np.uint64(high - low)).astype(np.int64)
        return (offsets + np.int64(low)).astype(dtype._numpy)

    return draw


def _any_integers(dtype: dtypes.dtype) -> Draw:
    """Draw whole numbers from 0 up to all that `dtype` holds exactly."""
    if dtype.is_complex or dtype in (dtypes.uint16, dtypes.uint32, dtypes.uint64):
        raise unsupported("random_kernel_cpu", dtype)
    if dtype.is_floating_point:
        size, long = 2 ** DIGITS[dtype] + 1, dtype is dtypes.float64
    else:
        size, long = _bounds(dtype)[1] + 1, dtype is dtypes.int64
    return lambda count, generator: (
        (generator.long_words(count) if long else generator.words(count)) % np.uint64(size)
    ).astype(dtype._numpy)


def _any_64_bits(dtype: dtypes.dtype) -> Draw:
    kernel = "random_full_64_bits_range_kernel_cpu"
    if dtype in (dtypes.int8, dtypes.int16, dtypes.int32, dtypes.uint8):
        raise RuntimeError(f"{kernel} handles only int64, double, float and bfloat16")
    if dtype not in (dtypes.int64, dtypes.float32, dtypes.float64):
        raise unsupported(kernel, dtype)
    return lambda count, generator: generator.long_words(count).view(np.int64).astype(dtype._numpy)


def _integers_from(low: int, dtype: dtypes.dtype) -> Draw:
    """Draw whole numbers from `low` up to all that `dtype` holds exactly; from the least of 64 bits on, any of them."""
    if low == -(2**63):
        return _any_64_bits(dtype)
    if dtype.is_complex:
        raise RuntimeError("random_from_to_impl handles only integral, floating-point and boolean types")
    least, most = _bounds(dtype)
    if not least <= low <= most:
        raise _out_of_bounds("from", dtype)
    if dtype is dtypes.uint64:  # whose largest number torch keeps in 64 bits with a sign
        raise _out_of_bounds("to - 1", dtype)
    if dtype.is_floating_point:
        most = 2 ** DIGITS[dtype]
        if low > most:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
                f"from={low} > to_inc={most}"
            )
    return integers(low, most + 1, dtype)


_RANDOM_NODES = [_ignores_input(f"RandomBackward{index}") for index in range(3)]


@method
def random_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with whole numbers from [from, to), by default from all that the dtype holds exactly."""
    values = bind("Tensor.random_", args, kwargs)[1]
    low, high = values.get("from"), values.get("to")
    node = _RANDOM_NODES[2 if high is None and low is None else 1 if low is None else 0]
    if high is not None:
        draw = integers(int(low or 0), int(high), self.dtype)
    elif low is None:
        draw = _any_integers(self.dtype)
    else:
        draw = _integers_from(int(low), self.dtype)
    return draw_in_place(self, "random_", node, draw, values)


# ---- yes or no -----------------------------------------------------------------------------------------------

BernoulliBackward0 = _ignores_input("BernoulliBackward0")
BernoulliBackward1 = _ignores_input("BernoulliBackward1")
BernoulliBackward2 = _ignores_input("BernoulliBackward2")


def _below(chance: float, into: dtypes.dtype) -> Draw:
    if not 0 <= chance <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={chance:g}")
    if into.is_complex:
        raise unsupported("bernoulli_scalar_cpu_", into)
    return lambda count, generator: generator.uniform53(count) < chance


def _below_each(chances: Any, into: dtypes.dtype) -> Draw:
    kind = dtypes.of(chances.dtype)
    if into.is_complex:
        raise unsupported("bernoulli_tensor_cpu_self_", into)
    if not kind.is_floating_point:
        raise unsupported("bernoulli_tensor_cpu_p_", kind)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If "
            "so, please report an enhancement request to PyTorch.)"
        )
    long = kind is dtypes.float64
    return lambda count, generator: (
        (generator.uniform53(count) if long else generator.uniform24(count)).reshape(chances.shape) < chances
    )


@method
def bernoulli_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with ones, each with probability `p`, and zeros."""
    values = bind("Tensor.bernoulli_", args, kwargs)[1]
    chance = values.get("p", 0.5)
    if isinstance(chance, Tensor):
        draw = _below_each(backend.to_host(chance.expand(self.shape)._array), self.dtype)
        return draw_in_place(self, "bernoulli_", BernoulliBackward1, draw, values)
    return draw_in_place(self, "bernoulli_", BernoulliBackward2, _below(float(chance), self.dtype), values)


@function
def bernoulli(*args: Any, **kwargs: Any) -> Tensor:
    """Return ones where a draw falls below the probabilities in `input` (or below `p`), zeros elsewhere."""
    values = bind("bernoulli", args, kwargs)[1]
    given: Tensor = values["input"]
    out: Tensor | None = values.get("out")
    made = backend.xp.empty_like(given._array, dtype=None if out is None else out._array.dtype)
    dtype = dtypes.of(made.dtype)
    if "p" in values:
        draw = _below(float(values["p"]), dtype)
    else:
        draw = _below_each(backend.to_host(given._array), dtype)
    result = record(BernoulliBackward0, fill(made, draw, values), (given,))
    return finish_out("bernoulli", result, out, given)


# ---- waiting times -----------------------------------------------------------------------------------------

ExponentialBackward0 = _ignores_input("ExponentialBackward0")


@method
def exponential_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Fill with waiting times of rate `lambd`."""
    values = bind("Tensor.exponential_", args, kwargs)[1]
    rate = float(values.get("lambd", 1.0))
    if not self.dtype.is_floating_point:
        raise RuntimeError(
            "Exponential distribution is a continuous probability distribution. dtype must be a floating point but "
            f"you specified {self.dtype._scalar}"
        )
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    kind = self._array.dtype
    draw: Draw = lambda count, generator: (-1 / rate * np.log1p(-generator.uniform53(count))).astype(kind)  # noqa: E731
    return draw_in_place(self, "exponential_", ExponentialBackward0, draw, values)
