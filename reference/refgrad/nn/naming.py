"""The names under which modules keep their parts, and how messages call the types of values."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from ..tensor import Tensor
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

__all__ = ["check_name", "type_name", "under_own_name"]


C = TypeVar("C", bound="type[Module]")


def under_own_name(kind: C, only: str = "") -> C:
    """Give a class the methods of its direct base under its own name, by which Python calls them in messages.

    Not its constructor where torch has that base as well: "_MaxPoolNd". With `only`, it is this one method.
    """
    base: Any = kind.__base__
    for name, method in vars(base).items():
        if only and name != only:
            continue
        if not only and name == "__init__" and base.__name__.endswith("Nd"):
            continue
        if isinstance(method, FunctionType) and name not in vars(kind):
            own = FunctionType(
                method.__code__, method.__globals__, name, method.__defaults__, method.__closure__
            )
            own.__kwdefaults__, own.__doc__ = method.__kwdefaults__, method.__doc__
            own.__annotations__, own.__qualname__ = method.__annotations__, f"{kind.__name__}.{name}"
            setattr(kind, name, own)
    return kind


def check_name(module: Module, name: str, kind: str, table: str) -> None:
    if "_parameters" not in module.__dict__:
        raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
    if "." in name:
        raise KeyError(
            f'{kind} name can\'t contain ".", got: {name}'
            if kind == "module"
            else f'{kind} name can\'t contain "."'
        )
    if name == "":
        raise KeyError(f'{kind} name can\'t be empty string ""')
    if hasattr(module, name) and name not in module.__dict__[table]:
        raise KeyError(f"attribute '{name}' already exists")


def type_name(value: Any) -> str:
    if type(value) is Tensor:
        return str(value.type())
    if isinstance(value, Parameter):
        return "torch.nn.parameter.Parameter"
    kind = value if isinstance(value, type) else type(value)
    if not isinstance(value, type) and callable(value) and getattr(value, "__name__", None):
        from ..ops.registry import FUNCTIONS

        name: str = value.__name__
        if FUNCTIONS.get(name) is value:
            return f"torch._VariableFunctionsClass.{name}"
        return f"{value.__module__}.{value.__qualname__}"
    module: str = kind.__module__
    return kind.__name__ if module == "builtins" else f"{module}.{kind.__qualname__}"
