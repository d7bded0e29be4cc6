"""Tensors of given sizes: `zeros`, `ones`, `full`, `arange`, `linspace`, `eye`, their `*_like` and `new_*` forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from . import backend, dtypes, scalars, storage
from .grad_mode import mode
from .ops.registry import FUNCTIONS
from .tensor import Tensor, wrap

__all__ = ["asked_dtype", "check_size", "chosen_dtype", "finish", "function", "method"]

Values = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])

REQUIRES_GRAD = "Only Tensors of floating point and complex dtype can require gradients"


def function(call: F) -> F:
    """Publish as `torch.name`; the function reads its arguments itself."""
    FUNCTIONS[call.__name__] = call
    return call


def method(call: F) -> F:
    """Publish as a method of tensors; the function reads its arguments itself."""
    setattr(Tensor, call.__name__, call)
    return call


# ---- what all of them share ----------------------------------------------------------------------------------


def bind(name: str, args: tuple[Any, ...], kwargs: Values) -> tuple[int, Values]:
    """Return the overload and the arguments by name, with `size` and the like as a tuple of ints."""
    from . import _signatures

    index, values = _signatures.bind(name, args, kwargs)
    if "size" in values:
        short = name.rpartition(".")[2]
        values["size"] = _signatures.ints(short, "size", values["size"])
    if values.get("out") is not None:
        _check_out(name, values)
        values["called"] = name
    return index, values


# Functions that first give `out` its sizes and then fill it: what requires grad cannot be given any.
_RESIZES_FIRST = frozenset({"empty", "randn"})


def _check_out(name: str, values: Values) -> None:
    """Refuse an `out` of another dtype than the one that is asked for, and one that autograd would have to follow."""
    from .ops.refused_outputs import refuse_differentiation

    out, wanted = values["out"], asked_dtype(values)
    if wanted is not None and wanted is not out.dtype:
        raise RuntimeError(
            f"dtype {wanted._scalar} does not match dtype of out parameter ({out.dtype._scalar})"
        )
    if name in _RESIZES_FIRST:
        if out.requires_grad:
            raise RuntimeError("cannot resize variables that require grad")
    elif name in _WITHOUT_OPERANDS:
        refuse_differentiation(f"aten::{name}", (out,), ())


_WITHOUT_OPERANDS = frozenset(
    {"arange", "eye", "full", "linspace", "logspace", "ones", "rand", "randint", "randperm", "range", "zeros"}
)


def asked_dtype(values: Values) -> dtypes.dtype | None:
    """Return the dtype that was asked for, if any; Python's float, int, bool and complex name one too."""
    given = values.get("dtype")
    found: dtypes.dtype | None = None if given is None else dtypes.from_python(given)
    if found is not None and found._numpy is None:
        raise NotImplementedError(f"refgrad has no arrays of {found!r}: NumPy does not know this type")
    return found


def chosen_dtype(values: Values, default: dtypes.dtype) -> dtypes.dtype:
    """Return the dtype that was asked for, or else the default one."""
    return asked_dtype(values) or default


def check_size(size: Sequence[int], dtype: dtypes.dtype, name: str = "") -> None:
    """Refuse negative sizes, and more bytes than 63 bits can count."""
    count = dtype.itemsize
    for each in size:
        if each < 0:
            raise RuntimeError(
                "zeros: Dimension size must be non-negative."
                if name == "zeros"
                else f"Trying to create tensor with negative dimension {each}: {list(size)}"
            )
        count *= each
    if count >= 2**63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)}")


def allocate(make: Callable[..., Any], size: Sequence[int], *args: Any) -> Any:
    """Call `make(size, ...)`; too much memory is the RuntimeError that torch's allocator raises."""
    try:
        return make(tuple(size), *args)
    except MemoryError:
        if accelerator_in_use():
            from .attachment import here

            if here.index is not None:  # a GPU's memory
                raise
        dtype = args[-1]
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to "
            f"allocate {math.prod(size) * dtype.itemsize} bytes. Error code 12 (Cannot allocate memory)"
        ) from None


def accelerator_in_use() -> bool:
    """Return whether there are GPUs that tensors were on already."""
    from .attachment import attached

    return attached() is not None


def check_place(values: Values) -> None:
    """Refuse devices and memory that are not there."""
    where = values.get("device")
    if where is not None:
        from .device import require

        require(where)
    if values.get("pin_memory") and not accelerator_in_use():
        raise RuntimeError(
            "pin_memory=True requires a CUDA or other accelerator backend; no pinned memory allocator is available "
            "on this system."
        )


def placed(array: Any, where: Any) -> Any:
    """Return an array on the device that is asked for."""
    from .device import require

    if require(where).type == "cpu" and type(array) is backend.ndarray:
        return array
    from .placement import move

    return move(array, require(where))


def finish(array: Any, values: Values) -> Tensor:
    """Make the tensor, or write it into `out`, and let it require grad if asked.

    The first call that names a GPU has made it on the CPU still; later ones run where they are asked to.
    """
    out, where = values.get("out"), values.get("device")
    if where is not None:
        array = placed(array, where)
    tensor = wrap(array) if out is None else _into(out, array, values)
    if values.get("requires_grad"):
        if array.dtype.kind not in "fc":
            raise RuntimeError(REQUIRES_GRAD)
        tensor._requires_grad = True
    return tensor


def _into(out: Tensor, array: Any, values: Values) -> Tensor:
    grows = out._array.shape != array.shape
    if grows:
        out._array = storage.resized(out._array, array.shape)
    out._array[...] = array
    if not out._inference and (grows or values["called"] != "empty"):
        out._share_counter()[0] += 1
    if out._array.dtype.kind in "fc" and mode.enabled and out.requires_grad:
        from .ops.output_tensors import let_fail

        let_fail(values["called"], out)
    return out


# ---- constant elements ---------------------------------------------------------------------------------------

_QUICK = frozenset({"device", "dtype", "requires_grad"})


def read(name: str, args: tuple[Any, ...], kwargs: Values) -> Values:
    """Bind a call of `name(size, *, options)`; the usual forms take a short way."""
    size = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args
    if args and quick(kwargs) and all(type(each) is int for each in size):
        return {**kwargs, "size": tuple(size)}
    values = bind(name, args, kwargs)[1]
    check_place(values)
    return values


def quick(kwargs: Values) -> bool:
    """Return whether there are no options but a dtype and whether to require grad (of the right types), and no device."""
    if not kwargs:
        return True
    dtype = kwargs.get("dtype")
    return (
        kwargs.keys() <= _QUICK
        and kwargs.get("device") is None
        and (dtype is None or type(dtype) is dtypes.dtype)
        and type(kwargs.get("requires_grad", False)) is bool
    )


def _constant(name: str, make: Callable[..., Any], args: tuple[Any, ...], kwargs: Values) -> Tensor:
    values = read(name, args, kwargs)
    out = values.get("out")
    dtype = chosen_dtype(values, dtypes.get_default_dtype() if out is None else out.dtype)
    check_size(values["size"], dtype, name)
    return finish(allocate(make, values["size"], dtype._numpy), values)


@function
def zeros(*args: Any, **kwargs: Any) -> Tensor:
    """Return a tensor of zeros."""
    return _constant("zeros", backend.xp.zeros, args, kwargs)


@function
def ones(*args: Any, **kwargs: Any) -> Tensor:
    """Return a tensor of ones."""
    return _constant("ones", backend.xp.ones, args, kwargs)


@function
def empty(*args: Any, **kwargs: Any) -> Tensor:
    """Return a tensor whose elements are whatever was in memory."""
    if kwargs.get("memory_format") is None:
        kwargs.pop("memory_format", None)
        return _constant("empty", backend.xp.empty, args, kwargs)
    values = bind("empty", args, kwargs)[1]
    check_place(values)
    dtype = chosen_dtype(values, dtypes.get_default_dtype())
    check_size(values["size"], dtype)
    return finish(_formatted(values["size"], dtype, values["memory_format"]), values)


def _formatted(size: tuple[int, ...], dtype: dtypes.dtype, memory_format: Any) -> Any:
    from .layouts import strides_in

    item = dtype.itemsize
    steps = tuple([step * item for step in strides_in(memory_format, size)])
    return allocate(lambda shape, kind: backend.empty(shape, kind, steps), size, dtype._numpy)


@function
def empty_strided(*args: Any, **kwargs: Any) -> Tensor:
    """Return a tensor of given sizes and strides, its elements whatever was in memory."""
    values = bind("empty_strided", args, kwargs)[1]
    check_place(values)
    dtype = chosen_dtype(values, dtypes.get_default_dtype())
    check_size(values["size"], dtype)
    if len(values["size"]) != len(values["stride"]):
        raise RuntimeError(
            f"dimensionality of sizes ({len(values['size'])}) must match dimensionality of strides "
            f"({len(values['stride'])})"
        )
    steps = [step * dtype.itemsize for step in values["stride"]]
    return finish(backend.empty(values["size"], dtype._numpy, tuple(steps)), values)


def _number_dtype(value: Any) -> dtypes.dtype:
    if isinstance(value, Tensor):
        kind = value.dtype
        return kind if kind is dtypes.bool else dtypes.of_number(value._array.item())
    return dtypes.of_number(value)


def plain_number(value: Any) -> Any:
    """Return a number, NumPy scalar or 0-dim tensor as a Python number."""
    if isinstance(value, Tensor):
        return value._array.item()
    return value.item() if isinstance(value, np.generic) else value


def _filled(size: Sequence[int], value: Any, values: Values, default: dtypes.dtype) -> Tensor:
    """Return one number in the given sizes; torch lets a single float16 become infinite, and refuses to fill several so."""
    dtype = chosen_dtype(values, default)
    check_size(size, dtype)
    number = plain_number(value)
    if dtype is not dtypes.float16 or math.prod(size) != 1:
        scalars.check(number, dtype)
    array = allocate(backend.xp.empty, size, dtype._numpy)
    array[...] = stored(number, dtype)
    return finish(array, values)


def stored(number: Any, dtype: dtypes.dtype) -> Any:
    """Return a Python number as `dtype` stores it: unsigned types wrap, integers drop the fraction."""
    if dtype._is_integral and dtype is not dtypes.bool:
        whole = int(number.real if isinstance(number, complex) else number)
        return whole % 2 ** (8 * dtype.itemsize) if not dtype.is_signed else whole
    if isinstance(number, complex) and not dtype.is_complex:
        return number.real
    return number


@function
def full(*args: Any, **kwargs: Any) -> Tensor:
    """Return a tensor filled with one number, whose type gives the dtype."""
    values = bind("full", args, kwargs)[1]
    check_place(values)
    value = values["fill_value"]
    out = values.get("out")
    default = _number_dtype(value) if out is None else out.dtype
    return _filled(values["size"], value, values, default)


@function
def scalar_tensor(*args: Any, **kwargs: Any) -> Tensor:
    """Return a 0-dim tensor of a number."""
    values = bind("scalar_tensor", args, kwargs)[1]
    check_place(values)
    return _filled((), values["s"], values, dtypes.get_default_dtype())


@function
def eye(*args: Any, **kwargs: Any) -> Tensor:
    """Return a matrix with ones on the diagonal."""
    values = bind("eye", args, kwargs)[1]
    check_place(values)
    n, m = int(values["n"]), int(values.get("m", values["n"]))
    for name, size in (("n", n), ("m", m)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    if n * m >= 2**63:
        raise RuntimeError("numel: integer multiplication overflow")
    out = values.get("out")
    dtype = chosen_dtype(values, dtypes.get_default_dtype() if out is None else out.dtype)
    array = allocate(backend.xp.zeros, (n, m), dtype._numpy)
    array.ravel()[:: m + 1][: min(n, m)] = 1
    return finish(array, values)


# ---- like another tensor -------------------------------------------------------------------------------------


def empty_array_like(values: Values) -> Any:
    """Return memory for a tensor like `values["input"]`, with its layout unless `memory_format` says otherwise."""
    check_place(values)
    given: Tensor = values["input"]
    dtype = chosen_dtype(values, given.dtype)
    wanted = values.get("memory_format")
    if wanted is not None and "preserve" not in str(wanted):
        return _formatted(given._array.shape, dtype, wanted)
    return storage.empty_like(given._array, dtype._numpy)


def _like(name: str, value: Any, args: tuple[Any, ...], kwargs: Values) -> Tensor:
    if len(args) == 1 and isinstance(args[0], Tensor) and quick(kwargs):
        values: Values = {**kwargs, "input": args[0]}
    else:
        values = bind(name, args, kwargs)[1]
    array = empty_array_like(values)
    if value is not None:
        array[...] = value
    return finish(array, values)


@function
def zeros_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return zeros in the sizes, dtype and layout of another tensor."""
    return _like("zeros_like", 0, args, kwargs)


@function
def ones_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return ones in the sizes, dtype and layout of another tensor."""
    return _like("ones_like", 1, args, kwargs)


@function
def empty_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return memory in the sizes, dtype and layout of another tensor."""
    return _like("empty_like", None, args, kwargs)


@function
def full_like(*args: Any, **kwargs: Any) -> Tensor:
    """Return one number in the sizes, dtype and layout of another tensor."""
    values = bind("full_like", args, kwargs)[1]
    array = empty_array_like(values)
    number, dtype = plain_number(values["fill_value"]), dtypes.of(array.dtype)
    scalars.check(number, dtype)
    array[...] = stored(number, dtype)
    return finish(array, values)


# ---- with the dtype of the tensor at hand --------------------------------------------------------------------


def _new_constant(
    self: Tensor, name: str, make: Callable[..., Any], args: tuple[Any, ...], kwargs: Values
) -> Tensor:
    values = bind(f"Tensor.{name}", args, kwargs)[1]
    check_place(values)
    dtype = chosen_dtype(values, self.dtype)
    check_size(values["size"], dtype)
    return finish(allocate(make, values["size"], dtype._numpy), values)


@method
def new_zeros(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return zeros of the given sizes and this tensor's dtype."""
    return _new_constant(self, "new_zeros", backend.xp.zeros, args, kwargs)


@method
def new_ones(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return ones of the given sizes and this tensor's dtype."""
    return _new_constant(self, "new_ones", backend.xp.ones, args, kwargs)


@method
def new_empty(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return memory of the given sizes and this tensor's dtype."""
    return _new_constant(self, "new_empty", backend.xp.empty, args, kwargs)


@method
def new_full(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return one number in the given sizes and this tensor's dtype."""
    values = bind("Tensor.new_full", args, kwargs)[1]
    check_place(values)
    return _filled(values["size"], values["fill_value"], values, self.dtype)
