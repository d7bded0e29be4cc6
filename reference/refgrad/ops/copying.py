"""Copies, and tensors without history: `detach`, `data`, `copy_`, `fill_`, deep copies and pickles."""

from __future__ import annotations

import importlib
import operator as operator_of
import re
from typing import Any

from .. import backend, both, dtypes, scalars, storage
from ..backend import xp
from ..grad_mode import mode
from ..graph import derivative
from ..recording import record
from ..tensor import Tensor, wrap
from ..views import OVERLAP
from .broadcasting import check_broadcast
from .inplace import check_writable, update, write
from .registry import function, method, operator, public
from .shape import expand

__all__: list[str] = []

CopyBackwards = derivative(
    "CopyBackwards", full_name="torch::autograd::CopyBackwards", self=both.zeros_like, src=lambda g: g
)
FillBackward3 = derivative("FillBackward3", self=both.zeros_like, value=lambda g: g.sum())
FillBackward0 = derivative("FillBackward0", self=both.zeros_like)
FillBackward1 = derivative("FillBackward1", self=both.zeros_like, value=lambda g: g.sum())
FillBackward2 = derivative("FillBackward2", self=both.zeros_like)
ZeroBackward0 = derivative("ZeroBackward0", self=both.zeros_like)


@public
def detach(input: Tensor) -> Tensor:
    """Return a tensor over the same memory (and version) that does not require grad."""
    out = wrap(input._array)
    out._inference = input._inference
    if not input._inference:
        out._counter = input._share_counter()
    return out


@method
def detach_(self: Tensor) -> Tensor:
    """Cut the tensor off from its history; one of inference mode has none, and nothing is done."""
    if self._inference or mode.inference:
        return self
    if self._view is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    self._node, self._requires_grad, self._output_nr = None, False, 0
    return self


def _data(self: Tensor) -> Tensor:
    """The elements without history: changes through `data` are neither recorded nor counted."""
    out: Tensor = wrap(self._array)
    out._inference = self._inference
    return out


def _set_data(self: Tensor, value: Any) -> None:
    if not isinstance(value, Tensor):
        from .._signatures import type_name

        raise TypeError(f"Variable data has to be a tensor, but got {type_name(value)}")
    if self.requires_grad and value._array.dtype.kind not in "fc":
        raise RuntimeError(
            "data set to a tensor that requires gradients must be floating point or complex dtype"
        )
    if self._array.dtype != value._array.dtype:
        self._accumulator = None  # graphs made before lead to no tensor of this dtype any more
    self._array, self._inference = value._array, value._inference


def _no_deleting(self: Tensor) -> None:
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


Tensor.data = property(_data, _set_data, _no_deleting)


@method
def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Take over the elements of `src` (a tensor or a number), broadcast and converted."""
    if not isinstance(src, Tensor):
        if not isinstance(src, bool | int | float | complex | xp.generic):
            raise TypeError("copy_")
        src = wrap(backend.as_array(src))
    if _is_same_data(self, src):
        check_writable(self, src, repeats=True)
        return write(self, _copied(self, src))
    return update("copy_", self, _copied, src)


def _is_same_data(self: Tensor, src: Tensor) -> bool:
    a, b = self._array, src._array
    return bool(
        a.dtype == b.dtype
        and a.shape == b.shape
        and storage.strides(a) == storage.strides(b)
        and backend.address(a) == backend.address(b)
        and _read_alike(a, b)
    )


def _read_alike(a: Any, b: Any) -> bool:
    """Return whether two arrays show their memory in the same way: as it is, or as conjugates or negatives."""
    if type(a) is backend.ndarray and type(b) is backend.ndarray:
        return True
    from ..unresolved import taken_apart

    return taken_apart(a)[1] == taken_apart(b)[1]


def _copied(self: Tensor, src: Tensor) -> Tensor:
    if src._array.shape == self._array.shape:
        given = src._array
    else:
        check_broadcast(self._array.shape, src._array.shape)
        joint = backend.broadcast_shapes(self._array.shape, src._array.shape)
        if joint != self._array.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(joint)}"
            )
        given = expand(src, self._array.shape)._array
    made = _converted(given, self._array.dtype)
    if self._array.dtype.kind not in "fc":
        return wrap(made)
    return record(CopyBackwards, made, (self, src))


@method
def zero_(self: Tensor) -> Tensor:
    """Set all elements to 0."""
    check_writable(self, repeats=True)
    return write(self, record(ZeroBackward0, xp.zeros_like(self._array), (self,)))


@method
def fill_(self: Tensor, value: Any) -> Tensor:
    """Set all elements to a number or a 0-dim tensor."""
    if not isinstance(value, Tensor | bool | int | float | complex | xp.generic):
        raise TypeError("fill_")
    check_writable(self, value, repeats=True)
    shape, dtype = self._array.shape, self._array.dtype
    if not isinstance(value, Tensor):
        return write(self, record(FillBackward2, filled(shape, value, dtype), (self,)))
    if value._array.ndim:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with {value._array.ndim} dimensions."
        )
    if storage.overlaps_itself(self._array):
        raise RuntimeError(OVERLAP)
    return write(
        self, record(FillBackward3, xp.full(shape, _converted(value._array, dtype), dtype), (self, value))
    )


@function
def fill(input: Tensor, value: Any) -> Tensor:
    """Return a tensor of the same sizes and dtype, full of a number or of a 0-dim tensor's element."""
    made = input.detach().clone().fill_(value)
    if isinstance(value, Tensor):
        return record(FillBackward1, made._array, (input, value))
    return record(FillBackward0, made._array, (input,))


def _converted(array: Any, dtype: Any) -> Any:
    """Convert elements; of complex ones the real part where the target is real."""
    if array.dtype.kind == "c" and dtype.kind not in "cb" and array.size:
        from .conversion import warn_of_complex

        warn_of_complex()
    return (array.real if array.dtype.kind == "c" and dtype.kind not in "cb" else array).astype(dtype)


def filled(shape: tuple[int, ...], number: Any, dtype: Any) -> Any:
    """Return an array full of a number, which the array dtype must be able to hold."""
    return xp.full(shape, scalars.stored(number, dtypes.of(dtype)), dtype)


@operator("__deepcopy__")
def _deepcopy(self: Tensor, memo: dict[int, Any]) -> Any:
    from copy import deepcopy

    from ..unresolved import like, resolved

    if self._node is not None:
        raise RuntimeError(
            "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  "
            "If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, "
            "see https://github.com/pytorch/pytorch/pull/103001"
        )
    if id(self) in memo:
        return memo[id(self)]
    copied = _copied_memory(self._array, memo)
    made = wrap(resolved(like(self._array, copied)), self.__class__)
    if made._array is copied and type(made) is Tensor:
        made._counter = [1]  # torch lets a new tensor look at the copied memory, which counts
    made._requires_grad = self._requires_grad
    memo[id(self)] = made
    made.__dict__.update(deepcopy(_own_attributes(self), memo))
    return made


def _copied_memory(array: Any, memo: dict[int, Any]) -> Any:
    """Return the same view of a copy of the whole memory, which tensors copied together share if they did."""
    memory = backend.root(array)
    copied = memo.get(id(memory))
    if copied is None:
        copied = memo[id(memory)] = xp.copy(memory, order="K")
        memo.setdefault(id(memo), []).append(memory)  # an id stands for the memory only while that lives
    start = backend.address(array) - backend.address(memory)
    copied = backend.seen_as(copied, array.dtype)
    return storage.restride(copied, array.shape, storage.strides(array), start // array.itemsize)


def _own_attributes(self: Tensor) -> dict[str, Any]:
    """Return what belongs to the tensor itself: its `.grad` and the user's attributes, not the engine's notes."""
    return {name: each for name, each in self.__dict__.items() if name == "_grad" or not name.startswith("_")}


@operator("__reduce_ex__")
def _reduce(self: Tensor, protocol: int) -> Any:
    from ..unresolved import taken_apart

    kind = self.__class__
    array, bits = taken_apart(self._array)
    place = (str(self.device), *bits) if self.is_cuda or any(bits) else ()
    return _rebuild, (
        kind.__module__,
        kind.__qualname__,
        backend.to_host(array),
        self.requires_grad,
        *place,
    )


def _rebuild(
    module: str,
    name: str,
    array: Any,
    requires_grad: bool,
    device: str = "cpu",
    conjugated: bool = False,
    negated: bool = False,
) -> Tensor:
    """Make a tensor from a pickle. Our classes go by torch's names; here they are found by their own."""
    from ..unresolved import put_together

    home = importlib.import_module(re.sub(r"^torch\b", __package__.partition(".")[0], module))
    if device != "cpu":
        from ..creation import placed

        array = placed(array, device)
    made: Tensor = wrap(put_together(array, conjugated, negated), operator_of.attrgetter(name)(home))
    made._requires_grad = requires_grad
    return made
