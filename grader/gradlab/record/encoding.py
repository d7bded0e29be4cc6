"""A check's values: what stands for them in a step, and what the reference itself is given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from types import BuiltinMethodType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab.record.frames import NOWHERE, Site
from gradlab.record.proxies import Method, Proxy

if TYPE_CHECKING:
    from gradlab.errors import CheckAuthoringError
    from gradlab.record.recorder import Recorder

__all__ = ["SCALARS", "Encoder", "is_of_the_engine", "is_scalar"]

SCALARS = frozenset({bool, int, float, str})
FUNCTIONS = (FunctionType, MethodType, BuiltinMethodType, partial)
LARGEST = 1 << 63


class Encoder:
    """Both views of a value, with one set of rules for what may be handed over."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def encode(self, value: Any, site: Site = NOWHERE, name: str = "") -> Any:
        """Return what stands for a check's value in a step."""
        kind = type(value)
        if kind is Proxy:
            return value._mark
        if value is None or value is Ellipsis or kind in SCALARS:
            if kind is int and not -LARGEST <= value < LARGEST:
                raise self._recorder.refuse(f"the integer {value} does not fit into 64 bits.")
            return value
        if kind is tuple or kind is list:
            return kind(self.encode(item, site) for item in value)
        if kind is dict:
            return {self._key(key): self.encode(item, site) for key, item in value.items()}
        if kind is slice:
            return slice(self.encode(value.start), self.encode(value.stop), self.encode(value.step))
        if isinstance(value, np.ndarray):
            return self._recorder.arrays.mark(value, site, name)
        if kind in (np.float64, np.int64, np.bool_):
            return value.item()
        if kind in FUNCTIONS:
            return self._recorder.wrap(value)[1]
        if kind is range:
            return list(value)
        raise self._foreign(value)

    def _key(self, key: Any) -> str:
        if type(key) is not str:
            raise self._recorder.refuse(f"the dict key {key!r} cannot be handed to the engine; use strings.")
        return key

    def _foreign(self, value: Any) -> CheckAuthoringError:
        if type(value) is Method:
            return self._recorder.refuse(
                f"the bound method .{value.name} as a value cannot be recorded; wrap it in a lambda."
            )
        return self._recorder.refuse(
            f"a {type(value).__name__} cannot be handed to the engine; use numbers, strings, lists, numpy arrays and "
            "functions of the check."
        )

    def real(self, value: Any) -> Any:
        """Return what the reference itself is given for a check's value."""
        kind = type(value)
        if kind is Proxy:
            return value._real
        if kind is tuple or kind is list:
            return kind([self.real(item) for item in value])
        if kind is dict:
            return {key: self.real(item) for key, item in value.items()}
        if kind is slice:
            return slice(self.real(value.start), self.real(value.stop), self.real(value.step))
        if kind in FUNCTIONS:
            return self._recorder.wrap(value)[0]
        if kind in (np.float64, np.int64, np.bool_):
            return value.item()
        return list(value) if kind is range else value


def is_scalar(value: Any) -> bool:
    """Return whether a value is plain: it leaves the engine as it is."""
    return value is None or type(value) in SCALARS


def is_of_the_engine(values: Iterable[Any]) -> bool:
    """Return whether any of a check's values comes from the engine, or is an array that it may share."""
    return any(
        type(value) is Proxy
        or isinstance(value, np.ndarray)
        or (type(value) in (tuple, list) and is_of_the_engine(value))
        for value in values
    )
