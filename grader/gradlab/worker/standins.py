"""Modules that an assignment lets a submission import and that do nothing here: matplotlib, IPython, tqdm, pytest."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, NoReturn

__all__ = ["InertModule"]


class _Inert:
    """Something that can be called, indexed, entered and looped over, to no effect.

    A call with one function or class returns it, so that a decorator leaves alone what it decorates; looping over a
    call's result loops over its first argument, so that `for x in tqdm(xs)` still does.
    """

    def __init__(self, name: str, argument: Any = ()) -> None:
        self._name = name
        self._argument = argument

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type):
            return args[0]
        return _Inert(self._name, args[0] if args else ())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _Inert(f"{self._name}.{name}")

    def __getitem__(self, key: Any) -> Any:
        return _Inert(self._name)

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(self._argument if hasattr(type(self._argument), "__iter__") else ())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self._name} does nothing while a submission is graded; it is not an array")

    def __repr__(self) -> str:
        return f"<{self._name}, which does nothing here>"


class InertModule(ModuleType):
    """A module all of whose names exist and do nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _Inert(f"{self.__name__}.{name}")
