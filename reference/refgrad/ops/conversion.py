"""Other dtypes, other kinds of object (numbers, lists, NumPy arrays), and copies without history."""

from __future__ import annotations

import warnings
from typing import Any, NoReturn

from .. import backend, dtypes, storage
from ..backend import xp
from ..device import CPU, device, require
from ..grad_mode import mode
from ..graph import derivative
from ..layouts import channels_last, channels_last_3d, preserve_format, strides_in, suggested
from ..recording import record, requires_recording
from ..tensor import Tensor, wrap
from .registry import method, operator, public

__all__ = ["convert", "view_dtype"]

python_type = type  # the method below takes the name

ToCopyBackward0 = derivative("ToCopyBackward0", self=lambda g: g)  # the engine casts back


def convert(self: Tensor, dtype: dtypes.dtype, copy: bool = False, memory_format: Any = None) -> Tensor:
    """Return the elements in another dtype; the tensor itself where nothing changes."""
    array = self._array
    if array.dtype == dtype._numpy and not copy and (memory_format is None or _has(array, memory_format)):
        return self
    if memory_format is None or memory_format is preserve_format:
        steps = None if array.flags.c_contiguous else _strides(array, dtype)
    else:
        steps = tuple([step * dtype.itemsize for step in strides_in(memory_format, array.shape)])
    made = backend.empty(array.shape, dtype._numpy, steps)
    if array.dtype.kind == "c" and not dtype.is_complex and dtype is not dtypes.bool:
        if array.size:
            warn_of_complex()
        array = array.real
    made[...] = array
    if not (dtype.is_floating_point or dtype.is_complex):
        return wrap(made)
    return record(ToCopyBackward0, made, (self,))


def _has(array: backend.Array, memory_format: Any) -> bool:
    return memory_format in (preserve_format, suggested(array.shape, storage.strides(array)))


def warn_of_complex() -> None:
    warnings.warn("Casting complex values to real discards the imaginary part", UserWarning, stacklevel=4)


def _strides(array: backend.Array, dtype: dtypes.dtype) -> tuple[int, ...] | None:
    steps = storage.dense_strides(array)
    return None if steps is None else tuple([step // array.itemsize * dtype.itemsize for step in steps])


@method
def to(self: Tensor, *args: Any, **options: Any) -> Tensor:
    """Return the tensor with another dtype (or like another tensor); itself where nothing changes."""
    if len(args) == 1 and not options and isinstance(args[0], dtypes.dtype):
        return convert(self, args[0])
    if args and isinstance(args[0], bool | float | complex):  # stands for a tensor
        args = (dtypes.from_python(args[0].__class__), *args[1:])
    from .._signatures import bind

    values = bind("Tensor.to", args, options)[1]
    like = values.get("tensor")
    dtype = self.dtype if like is None else like.dtype if isinstance(like, Tensor) else _wide(like)
    if values.get("dtype") is not None:
        dtype = dtypes.from_python(values["dtype"])
    where = like.device if isinstance(like, Tensor) else None
    if values.get("device") is not None:
        where = require(values["device"])
    copy = bool(values.get("copy", False))
    if where is None or where == self.device:
        return convert(self, dtype, copy, values.get("memory_format"))
    return relocate(self, where, dtype, values.get("memory_format"))


def relocate(
    self: Tensor, where: device, dtype: dtypes.dtype | None = None, memory_format: Any = None
) -> Tensor:
    """Return a copy on another device, in another dtype or memory format if asked; gradients are brought back."""
    from ..placement import bring_back, move

    array = convert(wrap(self._array), dtype or self.dtype, False, memory_format)._array
    made = move(array, where)
    if made.dtype.kind not in "fc" or not requires_recording(self):
        return wrap(made)
    edge = bring_back(self)  # held until the copy leads to it
    moved = record(ToCopyBackward0, made, (self,))
    del edge
    return moved


def _wide(number: Any) -> dtypes.dtype:
    """Return the dtype of the tensor that a number becomes where a tensor is wanted."""
    found = dtypes.of_number(number)
    return dtypes.float64 if found.is_floating_point else dtypes.complex128 if found.is_complex else found


def _conversion(name: str, dtype: dtypes.dtype) -> None:
    def apply(self: Tensor, *, memory_format: Any = None) -> Tensor:
        return convert(self, dtype, False, memory_format)

    apply.__name__ = name
    apply.__doc__ = f"Return the elements as {dtype}."
    method(apply)


for _name, _dtype in {
    "float": dtypes.float32,
    "double": dtypes.float64,
    "half": dtypes.float16,
    "bool": dtypes.bool,
    "byte": dtypes.uint8,
    "char": dtypes.int8,
    "short": dtypes.int16,
    "int": dtypes.int32,
    "long": dtypes.int64,
    "cfloat": dtypes.complex64,
    "cdouble": dtypes.complex128,
}.items():
    _conversion(_name, _dtype)

_TYPE_NAMES = {each: f"torch.{each._scalar}Tensor" for each in dtypes._ALL}
_BY_TYPE_NAME = {name: each for each, name in _TYPE_NAMES.items()}


def type_name(tensor: Tensor) -> str:
    """Return the name of a tensor's type: "torch.FloatTensor", of one on a GPU "torch.cuda.FloatTensor"."""
    name = _TYPE_NAMES[tensor.dtype]
    return name.replace("torch.", "torch.cuda.") if tensor.is_cuda else name


@method
def type(self: Tensor, dtype: Any = None, non_blocking: bool = False, *, memory_format: Any = None) -> Any:
    """Return the name of the tensor's type, or the tensor converted to another."""
    if dtype is None:
        return type_name(self)
    if isinstance(dtype, str):
        plain = dtype.replace("torch.cuda.", "torch.")
        if plain not in _BY_TYPE_NAME:
            raise ValueError(f"invalid type: '{dtype}'")
        where = CPU if plain == dtype else require("cuda")
        dtype = _BY_TYPE_NAME[plain]
        if where != self.device:
            return relocate(self, where, dtype)
    if not isinstance(dtype, dtypes.dtype | python_type):
        raise TypeError("dtype must be a type, str, or dtype object")
    if not isinstance(dtype, dtypes.dtype):
        shown = getattr(dtype, "__name__", dtype)
        dtype = getattr(dtype, "dtype", None)  # of an old constructor
        if not isinstance(dtype, dtypes.dtype):
            raise ValueError(f"invalid type: '{shown}'")
    return convert(self, dtype, False, memory_format)


@method
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Return the elements in the dtype of `other`, on its device."""
    return (
        convert(self, other.dtype)
        if self.device == other.device
        else relocate(self, other.device, other.dtype)
    )


@method
def cpu(self: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return the tensor on the CPU (in a memory format): itself, or a copy."""
    if self.device == CPU:
        return self if memory_format is None else convert(self, self.dtype, False, memory_format)
    return relocate(self, CPU, None, memory_format)


@method
def cuda(self: Tensor, device: Any = None, non_blocking: bool = False) -> Tensor:
    """Return the tensor on a GPU (the current one, if none is given): itself, or a copy."""
    where = require("cuda" if device is None else device)
    if where.type == "cpu":
        raise RuntimeError("Invalid device, must be cuda device")
    return self if self.device == where else relocate(self, where)


def view_dtype(self: Tensor, dtype: dtypes.dtype) -> Tensor:
    """Return the same bytes seen as another dtype."""
    if not isinstance(self._array, backend.ndarray):
        _refuse_other_dtype(self._array)
    array, what = self._array, f"to view {self.dtype._scalar} as {dtype._scalar} (different element sizes)"
    if dtype.itemsize != array.itemsize and not array.ndim:
        raise RuntimeError(f"self.dim() cannot be 0 {what}")
    if dtype.itemsize > array.itemsize and array.ndim and array.shape[-1] * array.itemsize % dtype.itemsize:
        raise RuntimeError(
            f"self.size(-1) must be divisible by {dtype.itemsize // array.itemsize} {what}, but got {array.shape[-1]}"
        )
    if dtype.itemsize != array.itemsize and storage.strides(array)[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {what}, but got {storage.strides(array)[-1]}")
    _check_regrouping(array, dtype, what)
    viewed = array.view(dtype._numpy)
    if not array.size and array.ndim:  # NumPy forgets the strides
        item = array.itemsize
        steps = [*[step * item // dtype.itemsize for step in storage.strides(array)[:-1]], 1]
        viewed = storage.restride(viewed, viewed.shape, steps)
    seen = wrap(viewed)
    seen._counter = self._share_counter()
    return seen


def _refuse_other_dtype(array: backend.Array) -> None:
    """Refuse to see the memory of a conjugate or a negative, which is not what it shows."""
    from ..unresolved import Unresolved, is_conjugated

    if isinstance(array, Unresolved):
        what = "conjugate view tensors" if is_conjugated(array) else "tensors with negative bit set"
        raise RuntimeError(
            f"torch.Tensor.view is not supported for {what} when converting to a different dtype."
        )


def _check_regrouping(array: Any, dtype: dtypes.dtype, what: str) -> None:
    """Refuse strides and an offset that do not lead to whole elements of a larger dtype."""
    factor = dtype.itemsize // array.itemsize
    if factor < 2:
        return
    if storage.offset(array) % factor:
        raise RuntimeError(
            f"self.storage_offset() must be divisible by {factor} {what}, but got {storage.offset(array)}"
        )
    for dim, step in enumerate(storage.strides(array)[:-1]):
        if step % factor:
            raise RuntimeError(f"self.stride({dim}) must be divisible by {factor} {what}, but got {step}")


# ---- Python numbers and NumPy ----------------------------------------------------------------------------------


@method
def item(self: Tensor) -> Any:
    """Return the only element as a Python number."""
    array = self._array
    if array.size != 1:
        raise RuntimeError(f"a Tensor with {array.size} elements cannot be converted to Scalar")
    return array.item()


@method
def tolist(self: Tensor) -> Any:
    """Return the elements as nested lists of Python numbers."""
    return self._array.tolist()


@method
def numpy(self: Tensor, *, force: bool = False) -> Any:
    """Return a NumPy array over the same memory."""
    if self.is_cuda:
        if force:
            return backend.to_host(self._array)
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
            "memory first."
        )
    if self.requires_grad and mode.enabled and not force:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )
    seen = self._array[...]
    if not isinstance(seen, backend.ndarray):
        if not force:
            _refuse_bits(seen)
        return backend.to_host(seen)
    if not seen.flags.writeable:
        seen = storage.restride(self._array, self._array.shape, storage.strides(self._array))
    return seen


def _refuse_bits(array: backend.Array) -> NoReturn:
    from ..unresolved import is_conjugated

    bit, name = ("conjugate", "conj") if is_conjugated(array) else ("negative", "neg")
    raise RuntimeError(
        f"Can't call numpy() on Tensor that has {bit} bit set. Use tensor.resolve_{name}().numpy() instead."
    )


@operator("__array__")
def _array(self: Tensor, dtype: Any = None, copy: bool | None = None) -> Any:
    found = self.numpy()
    return found if dtype is None else found.astype(dtype, copy=False)


@operator("__array_wrap__")
def _array_wrap(self: Tensor, array: Any, context: Any = None, return_scalar: bool = False) -> Tensor:
    made = backend.as_array(array)
    return wrap(made.astype(xp.uint8) if made.dtype.kind == "b" else made)


def _only_element(self: Tensor) -> Any:
    array = self._array
    if array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    if mode.enabled and self.requires_grad:
        warnings.warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            "Consider using tensor.detach() first.",
            UserWarning,
            stacklevel=3,
        )
    return array.item()


@operator("__float__")
def _float(self: Tensor) -> float:
    value = _only_element(self)
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError("value cannot be converted to type double without overflow")
        value = value.real
    return float(value)


@operator("__int__")
def _int(self: Tensor) -> int:
    if self._array.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    value = self._array.item()
    if isinstance(value, complex):
        if value.imag:
            raise RuntimeError(_TOO_LARGE)
        value = value.real
    if not isinstance(value, float) and value >= 2**63:
        raise RuntimeError(_TOO_LARGE)
    return int(value)


_TOO_LARGE = "value cannot be converted to type int64_t without overflow"


@operator("__complex__")
def _complex(self: Tensor) -> complex:
    return complex(_only_element(self))


@operator("__index__")
def _index(self: Tensor) -> int:
    if self._array.size != 1 or self._array.dtype.kind not in "biu":
        raise TypeError("only integer tensors of a single element can be converted to an index")
    return int(self._array.item())


@operator("__bool__")
def _bool(self: Tensor) -> bool:
    size = self._array.size
    if size != 1:
        amount = "no values" if size == 0 else "more than one value"
        raise RuntimeError(f"Boolean value of Tensor with {amount} is ambiguous")
    return bool(self._array.item())


@operator("__format__")
def _format(self: Tensor, spec: str) -> str:
    if self._array.ndim == 0 and self.__class__ is Tensor:
        return format(self._array.item(), spec)
    return object.__format__(self, spec)


# ---- what memory it has ----------------------------------------------------------------------------------------


@method
def data_ptr(self: Tensor) -> int:
    """Return the address of the first element, 0 where there is none."""
    return backend.address(self._array) if self._array.size else 0


@method
def storage_offset(self: Tensor) -> int:
    """Return how many elements lie before the first one in memory."""
    return storage.offset(self._array)


@method
def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Return whether the elements lie in memory in row-major order, or that of a memory format."""
    if memory_format in (channels_last, channels_last_3d):
        ndim = 4 if memory_format is channels_last else 5
        return self._array.ndim == ndim and storage.is_contiguous(
            self._array.transpose(0, *range(2, ndim), 1)
        )
    return storage.is_contiguous(self._array)


@public
def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return int(input._array.size)


@method
def dim(self: Tensor) -> int:
    """Return the number of dimensions."""
    return int(self._array.ndim)


@method
def nelement(self: Tensor) -> int:
    """Return the number of elements."""
    return int(self._array.size)


@method
def element_size(self: Tensor) -> int:
    """Return the size of an element in bytes."""
    return int(self._array.itemsize)


@public
def is_floating_point(input: Tensor) -> bool:
    """Return whether the elements are floating-point numbers."""
    return bool(input._array.dtype.kind == "f")


@public
def is_complex(input: Tensor) -> bool:
    """Return whether the elements are complex numbers."""
    return bool(input._array.dtype.kind == "c")


@method
def _zeros(self: Tensor, shape: Any) -> Tensor:
    """Return zeros of the tensor's own dtype."""
    return wrap(xp.zeros(tuple(shape), self._array.dtype))


for _plain in (Tensor.retain_grad, Tensor.is_inference):
    method(_plain)
