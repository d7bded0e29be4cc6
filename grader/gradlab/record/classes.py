"""Classes that a check derives from the engine's: they become `class` steps, their methods blocks."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from gradlab.record.proxies import Method, Proxy

__all__ = ["Defined"]


class _DefinedMeta(type):
    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:
        """Record the class and return its proxy in place of a class (Python's `class` statement accepts that)."""
        if "__orig_bases__" not in namespace:
            return type.__new__(cls, name, bases, namespace)
        base = namespace["__orig_bases__"][0]
        recorder = base._recorder
        if len(namespace["__orig_bases__"]) > 1:
            raise recorder.refuse(f"class {name} with several bases cannot be recorded; derive from one.")
        entries: dict[str, Any] = {}
        body: dict[str, Any] = {}
        for key, value in namespace.items():
            static = isinstance(value, staticmethod)
            function = value.__func__ if static else value
            if isinstance(function, FunctionType):
                wrapper, entries[key] = recorder.wrap(function, static=static)
                body[key] = staticmethod(wrapper) if static else wrapper
            elif isinstance(value, property | classmethod):
                raise recorder.refuse(
                    f"the {type(value).__name__} {key} of class {name} cannot be recorded; make it a method."
                )
            elif not (key.startswith("__") and key.endswith("__")):
                entries[key], body[key] = recorder.encode(value), recorder.real(value)
        made = recorder.define(base, name, entries, body)
        cell = namespace.get("__classcell__")
        if cell is not None:
            cell.cell_contents = recorder.shadows[made._real] = _shadow(name, base)
        return made


class Defined(metaclass=_DefinedMeta):
    """Stands for the engine's class in the bases of a class statement."""


def _shadow(name: str, base: Proxy) -> type:
    """Return the class that zero-argument super() sees: its parent's methods record calls of the base's."""
    names = [n for n in dir(base._real) if n == "__init__" or not n.startswith("__")]
    methods = {n: _parent_method(base, n) for n in names if callable(getattr(base._real, n))}
    return type(name, (type(f"{name}Base", (), methods),), {})


def _parent_method(base: Proxy, name: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "__init__":
            return Method(base, name)(self, *args, **kwargs)
        return getattr(base, name)(self, *args, **kwargs)

    return method
