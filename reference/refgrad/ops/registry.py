"""Make functions public: as `torch.name(...)`, as `tensor.name(...)`, or both.

A wrong call is explained after it failed, in torch's words, so that a right one costs nothing extra.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..tensor import Tensor

__all__ = ["FUNCTIONS", "function", "method", "operator", "public"]

F = TypeVar("F", bound=Callable[..., Any])

# What `torch.name` gives for each operation.
FUNCTIONS: dict[str, Callable[..., Any]] = {}


def _explained(call: F, name: str) -> F:
    """Let a call that fits no signature raise torch's error for it."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            found = explain(name, args, kwargs)
            if found is None:
                raise
            raise found from error

    # What `functools.wraps` would do; hundreds of those would be felt in the import.
    checked.__name__, checked.__qualname__, checked.__doc__ = call.__name__, call.__qualname__, call.__doc__
    checked.__wrapped__ = call  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def explain(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TypeError | None:
    """Return torch's error for arguments that no overload of `name` takes, None where some overload does."""
    from .. import _signatures

    if not _signatures.overloads(name):
        return None
    try:
        overload, values = _signatures.bind(name, args[1:] if name.startswith("Tensor.") else args, kwargs)
        _signatures.check_ints(name, overload, values)
    except TypeError as error:
        return error
    return None


def function(call: F) -> F:
    """Publish as `torch.name`."""
    name = call.__name__
    FUNCTIONS[name] = _explained(call, name)
    return call


def method(call: F) -> F:
    """Publish as a method of tensors."""
    name = call.__name__
    setattr(Tensor, name, _explained(call, f"Tensor.{name}"))
    return call


def public(call: F) -> F:
    """Publish as a function and as a method."""
    return method(function(call))


def operator(*names: str) -> Callable[[F], F]:
    """Publish as special methods, as it is: Python explains a wrong operand itself."""

    def publish(call: F) -> F:
        for name in names:
            setattr(Tensor, name, call)
        return call

    return publish


def alias(call: Callable[..., Any], *names: str) -> None:
    """Publish once more, under other names, as function and method."""
    for name in names:
        FUNCTIONS[name] = _explained(call, name)
        setattr(Tensor, name, _explained(call, f"Tensor.{name}"))
