"""The names of classes that torch defines in C, as Python's own messages show them: `'torch.Size' object ...`."""

from __future__ import annotations

from typing import Any

__all__ = ["NamedInC"]


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
