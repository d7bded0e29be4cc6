"""Hold a check to its assignment's surface while it is recorded."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from gradlab.program import Glob
from gradlab.record.proxies import Proxy
from gradlab.record.surface import DUNDERS, Surface

if TYPE_CHECKING:
    from gradlab.errors import CheckAuthoringError
    from gradlab.record.recorder import Recorder

__all__ = ["Gate"]


class Gate:
    """Refuse, with file, line and remedy, whatever `[surface]` does not declare. Without a surface all may pass."""

    def __init__(self, recorder: Recorder, surface: Surface | None) -> None:
        self._recorder = recorder
        self._surface = surface
        self._dtypes: list[Any] = []  # those that have passed
        self.own_classes: set[type] = set()
        self._own_names: set[str] = set()

    def public(self, path: str) -> None:
        """A public name of the engine's is used."""
        if self._surface is not None and (entry := self._surface.missing_name(path)) is not None:
            real = self._recorder.engine
            for part in path.split("."):
                real = getattr(real, part)
            is_dtype = type(real).__name__.lower().endswith("dtype") or hasattr(real, "itemsize")
            raise self._outside(f"torch.{path}", entry, "dtypes" if is_dtype else "api")

    def attribute(self, owner: type, name: str) -> None:
        """An attribute or method of one of the engine's objects is looked up."""
        if self._surface is None or (owner in self.own_classes and name in self._own_names):
            return
        if (entry := self._surface.missing_method(owner, name)) is not None:
            raise self._outside(f"{owner.__name__}.{name}", entry, "api")

    def assignment(self, owner: type, name: str) -> None:
        """An attribute is assigned. Objects of the check's own classes may be given any."""
        if owner in self.own_classes:
            self._own_names.add(name)
        self.attribute(owner, name)

    def defined(self, names: Iterable[str]) -> None:
        """The check defines a class with these entries."""
        self._own_names.update(names)

    def operator(self, name: str, args: tuple[Any, ...]) -> None:
        """An operator is applied."""
        if self._surface is None or name not in DUNDERS:
            return
        left, right = DUNDERS[name]
        if type(args[0]) is Proxy:
            self.attribute(type(args[0]._real), left)
        elif right is not None:
            self.attribute(type(args[1]._real), right)

    def call(self, target: Proxy, given: int, kwargs: Mapping[str, Any]) -> None:
        """A public function or class, or a callable object, is called."""
        if self._surface is None:
            return
        mark, real = target._mark, target._real
        if type(mark) is Glob:
            self._keywords(real, mark.path.partition(".")[2], given, kwargs)
        elif real not in self.own_classes and type(real).__module__ != "builtins":
            self.attribute(type(real), "__call__")
            self._keywords(real, self._surface.entry_of(type(real), "__call__"), given, kwargs)

    def method(self, owner: Proxy, name: str, given: int, kwargs: Mapping[str, Any]) -> None:
        """A method is called; that it may be looked up has been seen to."""
        if self._surface is None:
            return
        kind = owner._real if isinstance(owner._real, type) else type(owner._real)
        if self._surface.covers_keywords_of(kind) and not (
            kind in self.own_classes and name in self._own_names
        ):
            function = getattr(kind, name)
            shift = 0 if kind is owner._real else 1  # self stands in the function's signature
            self._keywords(function, self._surface.entry_of(kind, name), given + shift, kwargs)

    def observe(self, name: str) -> None:
        """`observe.<name>` is used."""
        if self._surface is not None and name not in self._surface.observe:
            raise self._outside(f"observe.{name}", name, "observe")

    def result(self, real: Any) -> None:
        """The engine made something: a tensor's dtype must be declared."""
        if self._surface is None:
            return
        dtype = getattr(real, "dtype", None)
        if dtype is None or dtype in self._dtypes or isinstance(real, type):
            return
        if (entry := self._surface.missing_dtype(dtype)) is not None:
            what = f"a {type(real).__name__} of dtype {entry}"
            raise self._outside(what, entry, "dtypes", "make it of a numpy array, whose dtype it keeps")
        self._dtypes.append(dtype)

    def unknown(self, path: str, names: Iterable[str]) -> CheckAuthoringError:
        """Return the error for a name that the reference itself lacks."""
        near = difflib.get_close_matches(path.rpartition(".")[2], names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return self._recorder.refuse(f"the reference has no {path}.{hint}")

    def _keywords(self, function: Any, entry: str, given: int, kwargs: Mapping[str, Any]) -> None:
        assert self._surface is not None
        if (missing := self._surface.missing_keyword(function, entry, given, kwargs)) is not None:
            callable_, _, keyword = missing.partition(":")
            raise self._outside(f"the parameter {keyword!r} of {callable_}", missing, "api")

    def _outside(
        self, what: str, entry: str, setting: str, instead: str = "use something else"
    ) -> CheckAuthoringError:
        return self._recorder.refuse(
            f"{what} is outside the assignment's surface; {instead}, or add {entry!r} to {setting} under "
            "[surface] in assignment.toml."
        )
