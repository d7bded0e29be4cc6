"""Where operations run: on the device of their tensors, which must be one.

Nothing here is imported before there is an accelerator. Then `guard_all` puts a guard around everything that a program
can call: it looks where the tensors among the arguments are, refuses two devices in torch's words, and lets arrays be
made there (`accelerator.here`) until the call is over. The engine does the same for each node that it runs.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import ref

from . import accelerator, backend
from .accelerator import here
from .backend import Array
from .device import CPU, default_device, device, require
from .refused_devices import refusal
from .tensor import Tensor, wrap

__all__ = ["device_of", "guard_all", "move", "on"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Rule = Callable[[str, tuple[Any, ...], dict[str, Any]], tuple[int | None, Arguments]]


# ---- one device at a time --------------------------------------------------------------------------------------


def _index_of(array: Array) -> int | None:
    """Return the number of the accelerator's device that an array is on, None for the CPU."""
    found = accelerator.attached()
    return found.index_of(array) if found is not None and isinstance(array, found.ndarray) else None


_devices: dict[int | None, device] = {None: CPU}


def _device(index: int | None) -> device:
    found = _devices.get(index)
    if found is None:
        found = _devices[index] = device("cuda", index)
    return found


def device_of(array: Array) -> device:
    """Return the device that an array is on."""
    return _device(_index_of(array))


def _enter(index: int | None) -> int | None:
    before = here.index
    if index != before:
        here.index = index
        found = accelerator.attached()
        if index is not None and index != here.used and found is not None:
            found.use(index)
            here.used = index
    return before


@contextmanager
def on(where: device) -> Iterator[None]:
    """Make arrays on a device inside."""
    before = _enter(where.index)
    try:
        yield
    finally:
        _enter(before)


def move(array: Array, where: device) -> Array:
    """Return the elements on another device, laid out alike; the array itself where it is there."""
    if _index_of(array) == where.index:
        return array
    order = sorted(range(array.ndim), key=lambda axis: -array.strides[axis])
    host = backend.to_host(array.transpose(order))
    with on(where):
        there = host if where.index is None else backend.as_array(host)
    return there.transpose([order.index(axis) for axis in range(array.ndim)])


# ---- where a call runs -----------------------------------------------------------------------------------------


def _tensors(values: Any) -> Iterator[Tensor]:
    for each in values:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, tuple | list):
            yield from _tensors(each)


def _together(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """All tensors must be on one device; numbers (0-dim tensors) of the CPU may be mixed in."""
    tensors = list(_tensors((*args, *kwargs.values())))
    places = {_index_of(each._array) for each in tensors}
    if len(places) < 2:
        return (places.pop() if places else here.index), (args, kwargs)
    away = [each for each in tensors if _index_of(each._array) is None]
    changed = (
        args[0]
        if (name.endswith("_") and not name.endswith("__")) or name.startswith("__i")
        else kwargs.get("out")
    )
    if len(places) > 2 or None not in places or any(each._array.ndim or each is changed for each in away):
        raise RuntimeError(refusal(name, tensors, [str(device_of(each._array)) for each in tensors]))
    where = max(place for place in places if place is not None)
    return where, _lent((args, kwargs), away, _device(where))


def _copied(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The first tensor says where; what is copied into it may come from elsewhere."""
    where = device_of(args[0]._array)
    away = [each for each in _tensors((*args, *kwargs.values())) if device_of(each._array) != where]
    return where.index, _lent((args, kwargs), away, where)


def _first(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The first tensor says where; others may be elsewhere."""
    for each in _tensors((*args, *kwargs.values())):
        return _index_of(each._array), (args, kwargs)
    return default_device().index, (args, kwargs)


def _as_asked(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """`device=` says where, or a tensor that is an argument itself, or the default device."""
    asked = kwargs.get("device")
    if asked is not None:
        return require(asked).index, (args, kwargs)
    for each in (*args, *kwargs.values()):
        if isinstance(each, Tensor):
            return _index_of(each._array), (args, kwargs)
    return default_device().index, (args, kwargs)


def _indexed(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The tensor says where; indices may be on the CPU, and so may what is copied into a part of it."""
    self, key, *values = args
    where = device_of(self._array)
    for each in _tensors((key,)):
        if device_of(each._array) not in (CPU, where):
            raise RuntimeError(
                f"indices should be either on cpu or on the same device as the indexed tensor ({where})"
            )
    return where.index, ((self, _index_on(key, where), *values), kwargs)


def _index_on(key: Any, where: device) -> Any:
    if isinstance(key, Tensor) and device_of(key._array) != where and not _is_place(key):
        return wrap(move(key._array, where))
    if type(key) in (tuple, list):
        return type(key)([_index_on(each, where) for each in key])
    return key


def _is_place(key: Tensor) -> bool:
    return not key._array.ndim and key._array.dtype.kind == "i"


# ---- numbers of the CPU ----------------------------------------------------------------------------------------


def _lent(given: Arguments, away: list[Tensor], where: device) -> Arguments:
    """Return the arguments with copies on `where` in place of the tensors that are away."""
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


# ---- guards ----------------------------------------------------------------------------------------------------


def guarded(call: Callable[..., Any], rule: Rule) -> Callable[..., Any]:
    """Return a function that lets `call` make its arrays where the rule says."""
    name = call.__name__

    def placed(*args: Any, **kwargs: Any) -> Any:
        index, (args, kwargs) = rule(name, args, kwargs)
        before = _enter(index)
        try:
            return call(*args, **kwargs)
        finally:
            _enter(before)

    placed.__name__, placed.__qualname__, placed.__doc__ = name, call.__qualname__, call.__doc__
    placed.__module__ = call.__module__
    placed.__wrapped__ = getattr(call, "__wrapped__", call)  # type: ignore[attr-defined]
    return placed


# Functions whose tensors may be on several devices, or of which only the sizes or the dtype count.
_ANYWHERE = frozenset(
    {
        *("cpu", "cuda", "data", "expand_as", "is_same_size", "numpy", "reshape_as", "result_type", "set_"),
        *("to", "type", "type_as", "view_as"),
    }
)
_SIZED = frozenset({"tril_indices", "triu_indices"})
_INDEXED = frozenset({"_getitem", "_setitem"})
# Modules whose functions make what they are asked for.
_FACTORIES = frozenset({"_random_tensors", "construction", "creation", "ranges"})
# Modules of functions that are called by their own names.
_MODULES = (
    *("linalg", "special", "nn.functional", "nn.init", "nn.utils", "ops.convolution", "ops.normalization"),
    *("ops.ranking_losses", "ops.upsampling"),
)
# Modules of functions that call the program's own, or compare what lies on several devices.
_CALLING = ("autograd.checking", "autograd.functional", "testing")
_OPTIMIZERS = ("adaptive", "rectified", "sgd")


def _rule(call: Callable[..., Any]) -> Rule:
    if call.__name__ == "copy_":
        return _copied
    if call.__name__ in _ANYWHERE:
        return _first
    if call.__name__ in _SIZED:
        return _as_asked
    if call.__name__ in _INDEXED:
        return _indexed
    return _as_asked if call.__module__.rpartition(".")[2] in _FACTORIES else _together


def _is_ours(call: Any) -> bool:
    return isinstance(call, types.FunctionType) and call.__module__.startswith(f"{__package__}.")


def guard_all() -> None:
    """Put a guard around everything that a program can call, in every module that knows it."""
    package = __package__
    from . import _preload
    from .ops.registry import FUNCTIONS

    _preload()
    guards: dict[Any, Any] = {}
    for call in FUNCTIONS.values():
        if isinstance(call, types.FunctionType):
            guards[call] = guarded(call, _rule(call))
    for names, rule in ((_MODULES, None), (_CALLING, _first)):
        for name in names:
            module = importlib.import_module(f"{package}.{name}")
            for call in [getattr(module, each) for each in dir(module)]:
                if _is_ours(call) and not call.__name__.startswith("_") and call not in guards:
                    guards[call] = guarded(call, rule or _rule(call))
    for name, call in list(vars(Tensor).items()):
        if isinstance(call, types.FunctionType) and call.__module__ != f"{package}.tensor":
            setattr(Tensor, name, guarded(call, _rule(call)))
    for name in _OPTIMIZERS:
        for kind in vars(importlib.import_module(f"{package}.optim.{name}")).values():
            if isinstance(kind, type) and "update" in vars(kind):
                setattr(kind, "update", guarded(vars(kind)["update"], _first))  # noqa: B010 - a type has no such attribute
    _replace_everywhere(guards)
    from . import engine
    from .placed_engine import PlacedTask

    setattr(engine, "_Task", PlacedTask)  # noqa: B010 - which `engine.run` looks up


def _replace_everywhere(guards: dict[Any, Any]) -> None:
    """Let every name of a module or of the table of functions that stands for a function stand for its guard."""
    from .ops.registry import FUNCTIONS

    modules = [each for name, each in sys.modules.items() if name.partition(".")[0] == __package__]
    for names in (FUNCTIONS, *[vars(each) for each in modules]):
        for name, value in list(names.items()):
            if isinstance(value, types.FunctionType) and value in guards:
                names[name] = guards[value]
