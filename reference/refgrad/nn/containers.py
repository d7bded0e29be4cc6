"""Modules that hold others: in a row, a list, a dictionary."""

from __future__ import annotations

import itertools
import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..tensor import Tensor
from .module import Module
from .naming import under_own_name
from .parameter import Parameter

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]


class _Numbered(Module):
    """Modules by position."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def _key(self, index: int) -> str:
        place = operator.index(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"index {place} is out of range")
        keys: list[str] = list(self._modules)
        return keys[place]

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            chosen = list(self._modules.items())[idx]
            return (
                type(self)(OrderedDict(chosen))
                if isinstance(self, Sequential)
                else type(self)([m for _, m in chosen])
            )
        return self._modules[self._key(idx)]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._key(idx), module)

    def __delitem__(self, index: Any) -> None:
        keys = list(self._modules)[index] if isinstance(index, slice) else [self._key(index)]
        for key in keys:
            del self._modules[key]
        kept = list(self._modules.values())
        self._modules.clear()
        self._modules.update({str(at): each for at, each in enumerate(kept)})

    def append(self, module: Module) -> Any:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def _make_room(self, index: int) -> None:
        """Give the modules from a position on the next number."""
        for at in range(len(self._modules), index, -1):
            self._modules[str(at)] = self._modules[str(at - 1)]


@under_own_name
class Sequential(_Numbered):
    """Modules that each take what the one before returns."""

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], OrderedDict) else enumerate(args)
        for name, module in named:
            self.add_module(str(name), module)

    def extend(self, sequential: Iterable[Module]) -> Any:
        """Add modules at the end."""
        for each in sequential:
            self.append(each)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Put a module in before a position."""
        if not isinstance(module, Module):
            raise AssertionError("module should be of type: <class 'torch.nn.modules.module.Module'>")
        count = len(self._modules)
        if not -count <= index <= count:
            raise IndexError(f"Index out of range: {index}")
        place = index + count if index < 0 else index
        self._make_room(place)
        self._modules[str(place)] = module
        return self

    def forward(self, input: Any) -> Any:
        """Pass the input through all modules."""
        for module in self:
            input = module(input)
        return input


@under_own_name
class ModuleList(_Numbered):
    """A list of modules."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def extend(self, modules: Iterable[Module]) -> Any:
        """Add modules at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}"
            )
        for at, each in enumerate(modules, len(self)):
            self.add_module(str(at), each)
        return self

    def insert(self, index: int, module: Module) -> None:
        """Put a module in before a position."""
        self._make_room(index)
        self._modules[str(index)] = module

    def pop(self, key: int | slice) -> Any:
        """Take out a module (or several) and return it."""
        found = self[key]
        del self[key]
        return found

    def __iadd__(self, modules: Iterable[Module]) -> Any:
        return self.extend(modules)

    def __repr__(self) -> str:
        """Return the modules by position, those in a row that print alike as one."""
        texts = [repr(each) for each in self]
        if not texts:
            return f"{self._get_name()}()"
        lines, start = [], 0
        for text, group in itertools.groupby(texts):
            count = len(list(group))
            places = f"({start})" if count == 1 else f"({start}-{start + count - 1})"
            times = "" if count == 1 else f"{count} x "
            lines.append(f"{places}: {times}{text}".replace("\n", "\n  "))
            start += count
        return f"{self._get_name()}(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """A dictionary of modules."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Any:
        """Return the names."""
        return self._modules.keys()

    def values(self) -> Any:
        """Return the modules."""
        return self._modules.values()

    def items(self) -> Any:
        """Return names and modules."""
        return self._modules.items()

    def update(self, modules: Any) -> None:
        """Add modules by name, from a dictionary or from pairs."""
        for key, module in _pairs(modules, "ModuleDict.update", "ModuleDict update"):
            self[key] = module

    def clear(self) -> None:
        """Take out all modules."""
        self._modules.clear()

    def pop(self, key: str) -> Module:
        """Take out a module and return it."""
        found: Module = self[key]
        del self[key]
        return found


def _pairs(given: Any, caller: str, described: str) -> Iterator[tuple[Any, Any]]:
    """Yield the pairs of key and value in a dictionary, or in a sequence of pairs."""
    if not isinstance(given, Iterable):
        raise TypeError(
            f"{caller} should be called with an iterable of key/value pairs, but got {type(given).__name__}"
        )
    if isinstance(given, Mapping | ModuleDict | ParameterDict):
        yield from given.items()
        return
    for at, each in enumerate(given):
        if not isinstance(each, Iterable):
            raise TypeError(f"{described} sequence element #{at} should be Iterable; is{type(each).__name__}")
        pair: Any = each
        if len(pair) != 2:
            raise ValueError(f"{described} sequence element #{at} has length {len(pair)}; 2 is required")
        yield pair[0], pair[1]


class ParameterList(Module):
    """A list of parameters; what is no tensor is kept as it is."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _key(self, index: Any) -> str:
        place = operator.index(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"index {place} is out of range")
        return str(place % len(self))

    def append(self, value: Any) -> Any:
        """Add a parameter at the end."""
        self._size += 1
        self[len(self) - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Any:
        """Add parameters at the end."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(
                f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}"
            )
        for each in values:
            self.append(each)
        return self

    def __iadd__(self, parameters: Iterable[Any]) -> Any:
        return self.extend(parameters)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter(self[at] for at in range(len(self)))

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(self[at] for at in range(*idx.indices(len(self))))
        return getattr(self, self._key(idx))

    def __setitem__(self, idx: Any, param: Any) -> None:
        setattr(self, self._key(idx), _as_parameter(param))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("ParameterList should not be called.")

    def extra_repr(self) -> str:
        """Show dtype and sizes of each parameter."""
        return "\n".join(_shown(str(at), each, lambda each: repr(each.dtype)) for at, each in enumerate(self))


def _as_parameter(value: Any) -> Any:
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _shown(key: str, value: Any, kind: Callable[[Any], str]) -> str:
    if not isinstance(value, Tensor):
        return f"  ({key}): Object of type: {type(value).__name__}"
    sizes = "x".join(map(str, value.shape))
    called = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"  ({key}): {called} containing: [{kind(value)} of size {sizes}]"


class ParameterDict(Module):
    """A dictionary of parameters; what is no tensor is kept as it is."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __setitem__(self, key: str, value: Any) -> None:
        _check_key(key)
        self._keys[key] = None
        setattr(self, key, _as_parameter(value))

    def __getitem__(self, key: str) -> Any:
        return getattr(self, _check_key(key))

    def __delitem__(self, key: str) -> None:
        del self._keys[_check_key(key)]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __call__(self, input: Any) -> Any:
        raise RuntimeError("ParameterDict should not be called.")

    def extra_repr(self) -> str:
        """Show type and sizes of each parameter."""
        return "\n".join(_shown(key, each, lambda each: str(each.type())) for key, each in self.items())

    def update(self, parameters: Any) -> None:
        """Add parameters by name, from a dictionary or from pairs."""
        for key, value in _pairs(parameters, "ParametersDict.update", "ParameterDict update"):
            self[key] = value

    def keys(self) -> Any:
        """Return the names."""
        return self._keys.keys()

    def values(self) -> Any:
        """Return the parameters."""
        return (self[key] for key in self._keys)

    def items(self) -> Any:
        """Return names and parameters."""
        return ((key, self[key]) for key in self._keys)


def _check_key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(
            "Index given to ParameterDict cannot be used as a key as it is not a string (type is "
            f"'{type(key).__name__}'). Open an issue on github if you need non-string keys."
        )
    return key
