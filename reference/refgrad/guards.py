"""Guards around everything that a program can call, put there by `guard_all` when the first tensor goes to a GPU.

A guard looks where the tensors among the arguments are, refuses two devices in torch's words, and lets arrays be made
there (`attachment.here`) until the call is over. The engine does the same for each node that it runs
(`placed_engine`).
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from .attachment import OutOfMemoryError, here
from .device import CPU, default_device, device, require
from .graph import Node
from .ops.broadcasting import keep_layout
from .placement import device_at, device_of, enter, index_of, lent, move
from .recording import record
from .refused_devices import is_in_place, refusal
from .tensor import Tensor, wrap

__all__ = ["guard_all"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Rule = Callable[[str, tuple[Any, ...], dict[str, Any]], tuple[int | None, Arguments]]


def guarded(call: Callable[..., Any], rule: Rule, name: str = "") -> Callable[..., Any]:
    """Return a function that lets `call`, known as `name`, make its arrays where the rule says."""
    name = name or call.__name__

    def placed(*args: Any, **kwargs: Any) -> Any:
        index, (args, kwargs) = rule(name, args, kwargs)
        before = enter(index)
        try:
            return call(*args, **kwargs)
        except MemoryError as error:
            if index is None:
                raise
            raise OutOfMemoryError(f"CUDA out of memory. {error}") from None
        finally:
            enter(before)

    placed.__name__, placed.__qualname__, placed.__doc__ = call.__name__, call.__qualname__, call.__doc__
    placed.__module__ = call.__module__
    placed.__wrapped__ = getattr(call, "__wrapped__", call)  # type: ignore[attr-defined]
    return placed


# ---- where a call runs -----------------------------------------------------------------------------------------


def tensors_in(values: Any) -> Iterator[Tensor]:
    """Yield the tensors among values, and in lists and tuples among them."""
    for each in values:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, tuple | list):
            yield from tensors_in(each)


def together(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """All tensors must be on one device; numbers (0-dim tensors) of the CPU may be mixed in."""
    tensors = list(tensors_in((*args, *kwargs.values())))
    places = {index_of(each._array) for each in tensors}
    if len(places) < 2:
        return (places.pop() if places else here.index), (args, kwargs)
    away = [each for each in tensors if index_of(each._array) is None]
    changed = args[0] if is_in_place(name) else kwargs.get("out")
    if len(places) > 2 or None not in places or any(each._array.ndim or each is changed for each in away):
        raise RuntimeError(refusal(name, tensors))
    where = max(place for place in places if place is not None)
    return where, lent((args, kwargs), away, device_at(where))


def filled(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """For `outputs.written`, which is given a function's name and, as third and fourth, its arguments."""
    where, _ = together(args[0], args[2], args[3])
    return where, (args, kwargs)


def as_first(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The first tensor says where; others may be elsewhere."""
    for each in tensors_in((*args, *kwargs.values())):
        return index_of(each._array), (args, kwargs)
    return default_device().index, (args, kwargs)


def copied(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The first tensor says where; what is copied into it may come from elsewhere."""
    where = device_of(args[0]._array)
    away = [each for each in tensors_in((*args, *kwargs.values())) if device_of(each._array) != where]
    return where.index, lent((args, kwargs), away, where)


def as_asked(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """`device=` says where, or a tensor that is an argument itself, or the default device."""
    asked = kwargs.get("device")
    if asked is not None:
        return require(asked).index, (args, kwargs)
    for each in (*args, *kwargs.values()):
        if isinstance(each, Tensor):
            return index_of(each._array), (args, kwargs)
    return default_device().index, (args, kwargs)


def taken(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The tensor that is indexed says where; indices may be on the CPU."""
    self, key = args
    where = device_of(self._array)
    for each in tensors_in((key,)):
        if device_of(each._array) not in (CPU, where):
            raise RuntimeError(
                f"indices should be either on cpu or on the same device as the indexed tensor ({where})"
            )
    return where.index, ((self, _index_on(key, where)), kwargs)


def put(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int | None, Arguments]:
    """The tensor that is changed says where; what is put at places must be there, but numbers."""
    self, key, value = args
    where = device_of(self._array)
    if isinstance(value, Tensor) and device_of(value._array) != where:
        if not value._array.ndim:
            ((value,), _) = lent(((value,), {}), [value], where)
        elif any(isinstance(each, Tensor | list) for each in (key if isinstance(key, tuple) else (key,))):
            raise RuntimeError(refusal("index_put_", [self, value]))
    return where.index, ((self, _index_on(key, where), value), kwargs)


def _index_on(key: Any, where: device) -> Any:
    if isinstance(key, Tensor) and device_of(key._array) != where and not _is_place(key):
        return wrap(move(key._array, where))
    if type(key) in (tuple, list):
        return type(key)([_index_on(each, where) for each in key])
    return key


def _is_place(key: Tensor) -> bool:
    return not key._array.ndim and key._array.dtype.kind == "i"


# ---- which rule is whose ---------------------------------------------------------------------------------------

_OWN: dict[str, Rule] = {
    "__getitem__": taken,
    "__setitem__": put,
    "copy_": copied,
    **dict.fromkeys(("tril_indices", "triu_indices"), as_asked),
    # Those whose tensors may be on several devices, or of which only the sizes or the dtype count.
    **dict.fromkeys(
        (
            *(
                "cpu",
                "cuda",
                "data",
                "expand_as",
                "is_same_size",
                "numpy",
                "reshape_as",
                "result_type",
                "set_",
            ),
            *("gru", "lstm", "pack_padded", "pad_packed", "padded", "rnn_relu", "rnn_tanh"),
            *("to", "type", "type_as", "view_as"),
        ),
        as_first,
    ),
}
# Modules whose functions make what they are asked for.
_FACTORIES = frozenset({"_random_tensors", "construction", "creation", "ranges"})
# Modules of functions that are called by their own names.
_MODULES = ("linalg", "special", "nn.functional", "nn.init", "nn.utils", "ops.packing", "ops.weight_norm")
# Modules of functions that call the program's own, or compare what lies on several devices.
_CALLING = ("autograd.gradcheck", "autograd.jacobians", "autograd.functional", "testing")
_OPTIMIZERS = ("adafactor", "adaptive", "averaged", "rectified", "sgd")


def _rule(call: Callable[..., Any], name: str = "") -> Rule:
    own = _OWN.get(name or call.__name__)
    if own is not None:
        return own
    return as_asked if call.__module__.rpartition(".")[2] in _FACTORIES else together


def guard_all() -> None:
    """Put a guard around everything that a program can call, in every module that knows it."""
    _load_all()
    from .nn import functional

    late = [f"ops.{each}" for each in sorted({*functional.LATE.values()})]
    guards: dict[Any, Any] = {}
    for call in _functions().values():
        if isinstance(call, types.FunctionType):
            guards[call] = _guard(call, _rule(call), call.__name__)
    for names, rule in (((*_MODULES, *late), None), (_CALLING, as_first)):
        for name in names:
            module = importlib.import_module(f"{__package__}.{name}")
            for call in [getattr(module, each) for each in dir(module)]:
                if _is_ours(call) and not call.__name__.startswith("_") and call not in guards:
                    guards[call] = _guard(call, rule or _rule(call), call.__name__)
    for name, call in list(vars(Tensor).items()):
        if isinstance(call, types.FunctionType) and call.__module__ != f"{__package__}.tensor":
            setattr(Tensor, name, _guard(call, _rule(call, name), name))
    for name in _OPTIMIZERS:
        for kind in vars(importlib.import_module(f"{__package__}.optim.{name}")).values():
            if isinstance(kind, type) and "update" in vars(kind):
                setattr(kind, "update", guarded(vars(kind)["update"], as_first))  # noqa: B010
    _replace_everywhere({call: guard for call, guard in guards.items() if call is not guard})
    from . import engine
    from .ops import outputs, pointwise
    from .placed_engine import PlacedTask

    setattr(outputs, "written", guarded(outputs.written, filled))  # noqa: B010
    setattr(pointwise, "record", _laid_out)  # noqa: B010
    setattr(engine, "_Task", PlacedTask)  # noqa: B010 - which `engine.run` looks up


def _guard(function: Callable[..., Any], rule: Rule, name: str) -> Callable[..., Any]:
    """Return the function with a guard: inside of one that checks arguments, so that whoever holds it has the guard."""
    code = function.__code__
    if code.co_name != "checked" or "call" not in code.co_freevars:
        return guarded(function, rule, name)
    assert function.__closure__ is not None
    cell = function.__closure__[code.co_freevars.index("call")]
    cell.cell_contents = guarded(cell.cell_contents, rule, name)
    return function


def _laid_out(kind: type[Node], array: Any, inputs: tuple[Any, ...], *more: Any) -> Tensor:
    """Record a result computed element by element, laid out as NumPy does it; CuPy's results are row-major."""
    return record(kind, keep_layout(array, *[each._array for each in inputs]), inputs, *more)


def _functions() -> dict[str, Callable[..., Any]]:
    from .ops.registry import FUNCTIONS

    return FUNCTIONS


def _load_all() -> None:
    """Import what is otherwise imported on first use."""
    import refgrad

    refgrad._preload()
    for name in dir(refgrad):
        getattr(refgrad, name)


def _is_ours(call: Any) -> bool:
    return isinstance(call, types.FunctionType) and call.__module__.partition(".")[0] == __package__


def _replace_everywhere(guards: dict[Any, Any]) -> None:
    """Let every name of a module, or of the table of functions, that stands for a function stand for its guard."""
    modules = [each for name, each in sys.modules.items() if name.partition(".")[0] == __package__]
    for names in (_functions(), *[vars(each) for each in modules]):
        for name, value in list(names.items()):
            if isinstance(value, types.FunctionType) and value in guards:
                names[name] = guards[value]
