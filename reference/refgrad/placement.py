"""Devices of arrays: which one an array is on, how it is moved, and where arrays are made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from . import attachment, backend
from .attachment import here
from .backend import Array
from .device import CPU, device
from .tensor import Tensor, wrap

__all__ = ["bring_back", "device_at", "device_of", "enter", "index_of", "lent", "move", "on"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def index_of(array: Array) -> int | None:
    """Return the number of the accelerator's device that an array is on, None for the CPU."""
    if type(array) is backend.ndarray:
        return None
    found, array = attachment.attached(), getattr(array, "memory", array)
    return found.index_of(array) if found is not None and isinstance(array, found.ndarray) else None


_devices: dict[int | None, device] = {None: CPU}


def device_at(index: int | None) -> device:
    """Return the device of that number, the CPU for None."""
    found = _devices.get(index)
    if found is None:
        found = _devices[index] = device("cuda", index)
    return found


def device_of(array: Array) -> device:
    """Return the device that an array is on."""
    return device_at(index_of(array))


def enter(index: int | None) -> int | None:
    """Make arrays on the device of that number from now on, in this thread; return the one before."""
    before = here.index
    if index != before:
        here.index = index
        found = attachment.attached()
        if index is not None and index != here.used and found is not None:
            found.use(index)
            here.used = index
    return before


@contextmanager
def on(where: device) -> Iterator[None]:
    """Make arrays on a device inside."""
    before = enter(where.index)
    try:
        yield
    finally:
        enter(before)


def move(array: Array, where: device) -> Array:
    """Return the elements on another device, laid out alike; the array itself where it is there."""
    own = device_of(array)
    if own == where:
        return array
    order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    with on(own):
        host = backend.to_host(array.transpose(order))
    with on(where):
        there = host if where.index is None else backend.as_array(host)
    return there.transpose([order.index(axis) for axis in range(array.ndim)])


# ---- numbers of the CPU among tensors of a GPU -----------------------------------------------------------------


def lent(given: Arguments, away: list[Tensor], where: device) -> Arguments:
    """Return the arguments of a call with copies on `where` in place of the tensors that are away."""
    copies = {id(each): _copy_on(each, where) for each in away}

    def replaced(value: Any) -> Any:
        if isinstance(value, Tensor):
            return copies.get(id(value), value)
        return type(value)([replaced(each) for each in value]) if type(value) in (tuple, list) else value

    args, kwargs = given
    return tuple([replaced(each) for each in args]), {key: replaced(each) for key, each in kwargs.items()}


def _copy_on(tensor: Tensor, where: device) -> Tensor:
    """Return a copy in the same place of the graph, whose gradients will be brought back."""
    copy = wrap(move(tensor._array, where))
    copy._counter = tensor._share_counter()
    if tensor.requires_grad:
        node = bring_back(tensor)
        copy._requires_grad = True
        if tensor.grad_fn is None:
            copy._accumulator = ref(node)
            copy.__dict__["_edge"] = node  # which lives as long as something leads to it
        else:
            copy._node, copy._output_nr = tensor.grad_fn, tensor._output_nr
    return copy


def bring_back(tensor: Tensor) -> Any:
    """Let gradients for a tensor be brought to its device; return the node that they go to."""
    from .recording import gradient_edge

    node = gradient_edge(tensor)[0]
    if node is not None:
        node.home = device_of(tensor._array)
    return node
