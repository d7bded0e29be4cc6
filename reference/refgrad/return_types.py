"""The named tuples that operations with several results return: `torch.return_types.max` and its like."""

from __future__ import annotations

import operator
from typing import Any

__all__ = ["pair", "structured"]


class _Structured(tuple[Any, ...]):
    """A tuple whose parts also have names, printed as torch prints it."""

    __slots__ = ()
    names: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"'torch.return_types.{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={value!r}" for name, value in zip(self.names, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{parts})"


_kinds: dict[str, type[_Structured]] = {}


def _kind(name: str) -> type[_Structured]:
    """Return the kind `torch.return_types.<name>`; its parts have names once a result was made."""
    if name not in _kinds:
        _kinds[name] = type(name, (_Structured,), {"__slots__": (), "__module__": "torch.return_types"})
    return _kinds[name]


def structured(name: str, **parts: Any) -> Any:
    """Return the parts as a tuple of the kind `torch.return_types.<name>`."""
    kind = _kind(name)
    if not kind.names:
        kind.names = tuple(parts)
        for at, each in enumerate(parts):
            setattr(kind, each, property(operator.itemgetter(at)))
    return kind(tuple(parts.values()))


def pair(name: str, values: Any, indices: Any) -> Any:
    """Return values and where they were found."""
    return structured(name, values=values, indices=indices)


def __getattr__(name: str) -> Any:
    """Return the kind of the results of a function: `torch.return_types.max`."""
    from .absent import missing, names

    if name in names()["torch.return_types"]:
        return _kind(name)
    raise missing("torch.return_types", name)
