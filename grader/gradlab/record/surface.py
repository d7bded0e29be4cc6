"""The surface of an assignment: which public names its checks may ask of a submission."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gradlab.errors import CourseError
from gradlab.settings import did_you_mean
from gradlab.worker.operators import ARITHMETIC, ITEMS, UNARY

__all__ = ["DUNDERS", "ERROR_MODES", "Surface"]

ERROR_MODES = ("class", "quoted", "exact")
GRAD_FN_MODES = ("none", "name")
TABLE = ("api", "dtypes", "observe", "errors", "grad_fn")

# operator -> (method of the left operand, method of the right operand)
DUNDERS: dict[str, tuple[str, str | None]] = {
    **{name: (f"__{name}__", f"__r{name}__") for name in ARITHMETIC},
    **{f"i{name}": (f"__i{name}__", None) for name in ARITHMETIC},
    **{
        name: (f"__{name}__", None)
        for name in (*UNARY, *ITEMS, "len", "iter", "next", "float", "int", "bool")
    },
    "and_": ("__and__", "__rand__"),
    "or_": ("__or__", "__ror__"),
    "xor": ("__xor__", "__rxor__"),
    "eq": ("__eq__", "__eq__"),
    "ne": ("__ne__", "__ne__"),
    "lt": ("__lt__", "__gt__"),
    "le": ("__le__", "__ge__"),
    "gt": ("__gt__", "__lt__"),
    "ge": ("__ge__", "__le__"),
}
_PLAIN = (str, int, float, tuple, list, dict, np.ndarray, np.generic, np.dtype)


@dataclass(frozen=True)
class Surface:
    """The public names (`"tensor"`, `"Tensor.__add__"`), keywords (`"Tensor.backward:gradient"`), dtypes and
    observations that checks may use, and how closely exceptions and grad_fn are compared."""

    api: frozenset[str]
    dtypes: frozenset[str]
    observe: frozenset[str]
    errors: str = "class"
    grad_fn: str = "none"
    _passed: set[tuple[Any, ...]] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Surface:
        """Build a surface from the table `[surface]`. Raises CourseError with every problem at once."""
        if problems := cls.problems(table):
            raise CourseError(*(sentence for _, sentence in problems))
        return cls(
            frozenset(table["api"]),
            frozenset(table.get("dtypes", ["float64"])),
            frozenset(table["observe"]),
            table.get("errors", "class"),
            table.get("grad_fn", "none"),
        )

    @staticmethod
    def problems(table: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return every problem of the table `[surface]`: the setting, and a sentence."""
        found = [
            (key, f"[surface] has no setting {key!r}{did_you_mean(key, TABLE)}")
            for key in table
            if key not in TABLE
        ]
        for key in ("api", "dtypes", "observe"):
            given = table.get(key, ["float64"] if key == "dtypes" else None)
            if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
                found.append((key, f"[surface] {key} is {given!r}; it must be a list of strings."))
        for key, modes in (("errors", ERROR_MODES), ("grad_fn", GRAD_FN_MODES)):
            if table.get(key, modes[0]) not in modes:
                found.append(
                    (key, f"[surface] {key} is {table[key]!r}; it must be one of {', '.join(modes)}.")
                )
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that may be used, with the modules and callables that the entries imply."""
        found: set[str] = set()
        for entry in self.api:
            parts = entry.partition(":")[0].split(".")
            found |= {".".join(parts[:count]) for count in range(1, len(parts) + 1)}
            found.add(".".join(parts[-2:]))
        return frozenset(found)

    @property
    def flags(self) -> tuple[str, ...]:
        """What `observe.flags` compares: retains_grad and grad_fn only where the surface asks for them."""
        asked = {"retains_grad": "Tensor.retains_grad" in self.names, "grad_fn": self.grad_fn == "name"}
        return ("requires_grad", "is_leaf", *(flag for flag, is_asked in asked.items() if is_asked))

    @cached_property
    def keywords(self) -> frozenset[str]:
        """Every `"callable:keyword"`, of methods also by the class's own name (`"Module.train:mode"`)."""
        declared = [entry for entry in self.api if ":" in entry]
        return frozenset(declared) | {".".join(entry.split(".")[-2:]) for entry in declared}

    def missing_name(self, path: str) -> str | None:
        """Return the entry that `path` (`"nn.Linear"`, a dtype) would need, or None if it is declared."""
        if path in self.names or path in self.dtypes:
            return None
        return path

    def missing_method(self, owner: type, name: str) -> str | None:
        """Return the entry that the attribute `name` of an `owner` would need, or None if it is declared."""
        if (owner, name) in self._passed:
            return None
        if not (_is_plain(owner) or _is_inherited_from_object(owner, name) or self._entry(owner, name)):
            return f"{owner.__name__}.{name}"
        self._passed.add((owner, name))
        return None

    def missing_keyword(
        self, function: Callable[..., Any], entry: str, given: int, keywords: Iterable[str]
    ) -> str | None:
        """Return the entry that a call of `function` would need for its keywords, or for what it hands over by
        position to parameters that have a default; None if all are declared."""
        key = (function, entry, given, *keywords)
        if key in self._passed:
            return None
        for name in (*_optional(function, given), *keywords):
            if f"{entry}:{name}" not in self.keywords:
                return f"{entry}:{name}"
        self._passed.add(key)
        return None

    def missing_dtype(self, dtype: Any) -> str | None:
        """Return the name of a dtype that is not declared, or None."""
        name = str(dtype).rpartition(".")[2]
        return None if name in self.dtypes else name

    def entry_of(self, owner: type, name: str) -> str:
        """Return the declared entry that covers a method."""
        return self._entry(owner, name) or f"{owner.__name__}.{name}"

    def covers_keywords_of(self, owner: type) -> bool:
        """Return whether calls of this type's methods are the engine's, rather than a list's or an array's."""
        return not _is_plain(owner)

    def _entry(self, owner: type, name: str) -> str | None:
        entries = (f"{base.__name__}.{name}" for base in owner.__mro__)
        return next((entry for entry in entries if entry in self.names), None)


def _is_plain(owner: type) -> bool:
    return owner.__module__ == "builtins" or issubclass(owner, _PLAIN)


def _is_inherited_from_object(owner: type, name: str) -> bool:
    return getattr(owner, name, None) is getattr(object, name, owner)


def _optional(function: Callable[..., Any], given: int) -> list[str]:
    """Return the names of parameters with a default that `given` positional arguments reach."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[:given]
    except (TypeError, ValueError):
        return []  # written in C: no telling
    return [p.name for p in parameters if p.default is not p.empty and p.kind is not p.VAR_POSITIONAL]
