"""The names of classes that torch defines in C, as Python's own messages show them: `'torch.Size' object ...`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["NamedInC", "refuse_arguments", "takes_nothing"]


def takes_nothing(call: F) -> F:
    """Let a function without parameters refuse arguments as one of C does."""

    def checked(*args: Any, **named: Any) -> Any:
        refuse_arguments(f"torch.{call.__name__}", args, named)
        return call()

    checked.__name__, checked.__qualname__, checked.__doc__ = call.__name__, call.__qualname__, call.__doc__
    return checked  # type: ignore[return-value]


def refuse_arguments(name: str, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse arguments as a function of C does that has no parameters."""
    if args or named:
        given = "keyword arguments" if named else f"arguments ({len(args)} given)"
        raise TypeError(f"{name}() takes no {given}")


class NamedInC(type):
    """A metaclass for them: the name that the interpreter uses carries the module, `__name__` does not."""

    def __new__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> NamedInC:
        """Make the class, and give it its name in C."""
        made = super().__new__(cls, name, bases, members)
        type.__dict__["__name__"].__set__(made, f"torch.{name}")
        return made

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        """The name without the module."""
        return cls.__qualname__
