"""Stand-ins for the reference's objects: everything done to one is recorded, and done to the real one.

A proxy is what a check holds in place of a tensor, a function or a module of the engine. It has no `__weakref__`,
so that a weak reference cannot silently watch the proxy instead of the tensor.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from gradlab.program import Glob, Ref
from gradlab.worker.operators import ARITHMETIC, COMPARISONS, LOGIC, UNARY

if TYPE_CHECKING:
    from gradlab.record.recorder import Recorder

__all__ = ["Items", "Method", "Proxy", "is_method"]

_UFUNCS = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "truediv",
    "floor_divide": "floordiv",
    "remainder": "mod",
    "power": "pow",
    "matmul": "matmul",
    "equal": "eq",
    "not_equal": "ne",
    "less": "lt",
    "less_equal": "le",
    "greater": "gt",
    "greater_equal": "ge",
}
_methods: dict[tuple[type, str], bool] = {}


class Proxy:
    """One of the engine's objects. `_mark` says what it is in a step: the slot that holds it, or a public name."""

    __slots__ = ("_mark", "_real", "_recorder")
    _recorder: Recorder
    _real: Any
    _mark: Ref | Glob

    def __init__(self, recorder: Recorder, real: Any, mark: Ref | Glob) -> None:
        _set_recorder(self, recorder)
        _set_real(self, real)
        _set_mark(self, mark)

    def __del__(self) -> None:
        if type(self._mark) is Ref:
            self._recorder.drop(self._mark)

    # isinstance(x.shape, tuple) asks the proxy for its class.
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return self._recorder.class_of(self._real)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__") and name != "__name__":
            raise AttributeError(name)
        return self._recorder.get(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._recorder.set(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._recorder.delete(self, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._recorder.call(self, args, kwargs)

    def __enter__(self) -> Any:
        return self._recorder.enter(self)

    def __exit__(self, *error: Any) -> Any:
        return self._recorder.leave(self, *error)

    def __iter__(self) -> Iterator[Any]:
        return self._recorder.iterate(self)

    def __instancecheck__(self, instance: Any) -> bool:
        if type(instance) is Proxy:
            return bool(self._recorder.operate("isinstance", instance, self))
        return isinstance(instance, self._real)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        from gradlab.record.classes import Defined

        return (Defined,)

    def __repr__(self) -> str:
        return f"<recorded {type(self._real).__name__}>"

    def __hash__(self) -> int:
        self._refuse(
            "a recorded object as a key of a dict or a member of a set", "use a list, or observe.same(a, b)"
        )

    def __str__(self) -> str:
        self._refuse(
            "the text of a recorded object (str, print or an f-string)",
            "use observe.text(x), or x.item() for a number",
        )

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)

    def __round__(self, digits: Any = None) -> NoReturn:
        self._refuse(
            "round() of a recorded object", "use the engine's own x.round(), or observe the object itself"
        )

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self._refuse("a copy or pickle of a recorded object", "use x.clone()")

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse(
            "a numpy function on a recorded object", "use x.detach().numpy(), or the engine's own function"
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        # `array * x` arrives here: numpy leaves it to the right operand.
        name = _UFUNCS.get(ufunc.__name__)
        if method != "__call__" or name is None or kwargs:
            self._refuse(f"numpy.{ufunc.__name__} on a recorded object", "use the engine's own function")
        return self._recorder.operate(name, *args)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._recorder.operate("setitem", self, index, value)

    def __delitem__(self, index: Any) -> None:
        self._recorder.operate("delitem", self, index)

    def _refuse(self, what: str, remedy: str) -> NoReturn:
        raise self._recorder.refuse(f"{what} cannot be recorded; {remedy}.")


_set_recorder = Proxy.__dict__["_recorder"].__set__
_set_real = Proxy.__dict__["_real"].__set__
_set_mark = Proxy.__dict__["_mark"].__set__


def _unary(name: str) -> Callable[[Proxy], Any]:
    return lambda self: self._recorder.operate(name, self)


def _binary(name: str) -> Callable[[Proxy, Any], Any]:
    return lambda self, other: self._recorder.operate(name, self, other)


def _reflected(name: str) -> Callable[[Proxy, Any], Any]:
    return lambda self, other: self._recorder.operate(name, other, self)


for _name in ARITHMETIC:
    setattr(Proxy, f"__{_name}__", _binary(_name))
    setattr(Proxy, f"__r{_name}__", _reflected(_name))
    setattr(Proxy, f"__i{_name}__", _binary(f"i{_name}"))
for _name in LOGIC:
    setattr(Proxy, f"__{_name.rstrip('_')}__", _binary(_name))
    setattr(Proxy, f"__r{_name.rstrip('_')}__", _reflected(_name))
for _name in (*COMPARISONS, "getitem", "contains"):
    setattr(Proxy, f"__{_name}__", _binary(_name))
for _name in (*UNARY, "len", "float", "int", "bool"):
    setattr(Proxy, f"__{_name}__", _unary(_name))


class Method:
    """A method of a recorded object, not called yet: its lookup is no step of its own."""

    __slots__ = ("name", "owner")

    def __init__(self, owner: Proxy, name: str) -> None:
        self.owner = owner
        self.name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.owner._recorder.call_method(self.owner, self.name, args, kwargs)


class Items:
    """An iterator over a recorded object. It keeps no item, so that `del` in a loop's body frees it."""

    __slots__ = ("_iterator",)

    def __init__(self, iterator: Proxy) -> None:
        self._iterator = iterator

    def __iter__(self) -> Items:
        return self

    def __next__(self) -> Any:
        return self._iterator._recorder.advance(self._iterator)


def is_method(owner: type, name: str) -> bool:
    """Return whether objects of this class have a method of that name."""
    key = (owner, name)
    if key not in _methods:
        found = inspect.getattr_static(owner, name, None)
        _methods[key] = found is not None and callable(getattr(owner, name, None))
    return _methods[key]
