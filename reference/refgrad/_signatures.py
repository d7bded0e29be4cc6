"""Bind calls to torch's overloaded signatures, and refuse wrong calls in torch's own words.

The signatures stand in `signatures.txt` as torch writes them, one per line and overloads in order:

    Tensor.add(Tensor other, *, Scalar alpha=1)

The file is read when the first call needs it. `bind` is for functions whose meaning depends on the overload;
`refused` explains a call that a plain Python function could not take.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from typing import Any

import numpy as np

from ._argument_kinds import CHECKS, SHOWN, ElementError, is_index, is_ints, is_number, is_tensor, type_name

__all__ = ["bind", "ints", "overloads", "refused", "type_name"]

Values = dict[str, Any]
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `kind` is torch's C++ type, `size` the length that a lone int is repeated to."""

    kind: str
    name: str
    size: int
    default: str | None
    keyword_only: bool
    none_allowed: bool
    number_allowed: bool

    @property
    def shown(self) -> str:
        """The parameter as messages list it."""
        return f"{SHOWN[self.kind]} {self.name}" + ("" if self.default is None else f" = {self.default}")

    def accepts(self, value: Any) -> bool:
        """Return whether the type of `value` fits; of a sequence only the first element counts."""
        return CHECKS[self.kind](value, self.size) or (self.number_allowed and is_number(value))

    def reads(self, value: Any) -> bool:
        """Return whether a number is to be read: from a tensor (whether it fits, only its value tells) or a NumPy scalar."""
        if self.kind == "PyObject*" or ("Tensor" in self.kind and not self.number_allowed):
            return False
        first = value[0] if isinstance(value, tuple | list) and value else value
        return isinstance(first, np.number | np.bool) or (is_tensor(first) and "Tensor" not in self.kind)

    def read(self, value: Any) -> Any:
        """Return the Python number (or numbers) in place of a tensor or a NumPy scalar."""
        if isinstance(value, tuple | list):
            return type(value)(each.item() if self.reads(each) else each for each in value)
        return value.item()

    @property
    def is_ints(self) -> bool:
        """Whether this takes a tuple of ints."""
        return self.kind in ("IntArrayRef", "SymIntArrayRef")


@dataclass(frozen=True, slots=True)
class Signature:
    """One overload of `name`."""

    name: str
    parameters: tuple[Parameter, ...]
    deprecated: bool
    hidden: bool
    no_arguments: bool

    @property
    def positional(self) -> int:
        """How many parameters may be given by position."""
        return sum(not each.keyword_only for each in self.parameters)

    @property
    def required(self) -> int:
        """How many parameters have no default."""
        return sum(each.default is None for each in self.parameters)

    @property
    def shown(self) -> str:
        """The signature as messages list it."""
        parts: list[str] = []
        for each in self.parameters:
            if each.keyword_only and "*" not in parts:
                parts.append("*")
            parts.append(each.shown)
        return f"({', '.join(parts)})"

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Values:
        """Return the given values by parameter name; TypeError in torch's words where the call does not fit."""
        if self.no_arguments and (args or kwargs):
            what = "keyword arguments" if kwargs else f"arguments ({len(args)} given)"
            raise TypeError(f"TensorBase.{self.name}() takes no {what}")
        spreads = self.positional == 1 and self.parameters[0].is_ints  # f(2, 3) means f((2, 3))
        if len(args) > self.positional and not spreads:
            raise self._extra(args)
        values: Values = {}
        taken, left = 0, len(kwargs)
        for index, each in enumerate(self.parameters):
            by_keyword = taken >= len(args)
            if not by_keyword and each.keyword_only:
                raise self._extra(args)
            given = _by_name(kwargs, each.name) if by_keyword else args[taken]
            if given is _MISSING and each.default is None:
                raise self._missing(index)
            if given is not _MISSING and not (given is None and each.none_allowed):
                spread = spreads and taken == 0 and not by_keyword
                try:
                    fits = each.accepts(given)
                except ElementError as error:
                    raise error.in_argument(index) from None
                if fits and not (spread and len(args) > self.positional and not is_index(given)):
                    values[each.name] = given
                elif spread and is_ints(args, each.size):
                    values[each.name] = args
                    taken = len(args)
                    continue
                elif spread and len(args) > self.positional:
                    raise self._extra(args)
                else:
                    raise self._mistyped(each, given, taken, by_keyword)
            taken += not by_keyword
            left -= by_keyword and given is not _MISSING
        if spreads and len(args) > max(taken, self.positional):  # sizes as a tuple, and something else
            raise self._extra(args)
        if left > 0:
            raise self._unexpected(kwargs, len(args))
        return values

    def _extra(self, args: tuple[Any, ...]) -> TypeError:
        most = self.positional
        takes = f"{most} positional argument{'' if most == 1 else 's'}"
        if self.required != most:
            takes = f"from {self.required} to {most} positional arguments"
            return TypeError(f"{self.name}() takes {takes} but {len(args)} were given")
        return TypeError(
            f"{self.name}() takes {takes} but {len(args)} {'was' if len(args) == 1 else 'were'} given"
        )

    def _missing(self, index: int) -> TypeError:
        names = [f'"{each.name}"' for each in self.parameters[index:] if each.default is None]
        plural = "s" if len(names) == 1 else ""  # the wrong way round in torch, too
        return TypeError(
            f"{self.name}() missing {len(names)} required positional argument{plural}: {', '.join(names)}"
        )

    def _mistyped(self, parameter: Parameter, given: Any, position: int, by_keyword: bool) -> TypeError:
        start = f"{self.name}(): argument '{parameter.name}'"
        wanted = f"must be {SHOWN[parameter.kind]}"
        if by_keyword:
            return TypeError(f"{start} {wanted}, not {type_name(given)}")
        start += f" (position {position + 1})"
        if parameter.is_ints and isinstance(given, tuple | list) and given:
            return TypeError(f"{start} {wanted}, but found element of type {type_name(given[0])} at pos 0")
        return TypeError(f"{start} {wanted}, not {type_name(given)}")

    def _unexpected(self, kwargs: Mapping[str, Any], by_position: int) -> TypeError:
        names = [each.name for each in self.parameters]
        for key in kwargs:
            if key not in names:
                return TypeError(f"{self.name}() got an unexpected keyword argument '{key}'")
            if names.index(key) < by_position:
                return TypeError(f"{self.name}() got multiple values for argument '{key}'")
        return TypeError("invalid keyword arguments")


# numpy's names for the same parameters, which torch takes as well.
_NUMPY_NAMES: dict[str, tuple[str, ...]] = {
    "dim": ("axis",),
    "input": ("x", "a", "x1"),
    "keepdim": ("keepdims",),
    "other": ("x2",),
}


def _by_name(kwargs: Mapping[str, Any], name: str) -> Any:
    for each in (name, *_NUMPY_NAMES.get(name, ())):
        if each in kwargs:
            return kwargs[each]
    return _MISSING


# ---- the table -----------------------------------------------------------------------------------------------


@cache
def _lines() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    table = get_data("refgrad", "signatures.txt")  # importlib.resources would load tempfile, zipfile and more
    assert table is not None
    for line in table.decode().splitlines():
        if line and not line.startswith("#"):
            found.setdefault(line.partition("(")[0], []).append(line)
    return found


@cache
def overloads(name: str) -> tuple[Signature, ...]:
    """Return the overloads of `name` ("zeros", "Tensor.add"), in the order in which torch tries them; none if unknown."""
    return tuple(_parse(line) for line in _lines().get(name, ()))


def _parse(line: str) -> Signature:
    call, _, flag = line.partition("|")
    name, _, inside = call.partition("(")
    parameters: list[Parameter] = []
    keyword_only = False
    for part in inside.removesuffix(")").split(", "):
        if part == "*":
            keyword_only = True
        elif part:
            parameters.append(_parse_parameter(part, keyword_only, name.rpartition(".")[2]))
    return Signature(
        name.rpartition(".")[2], tuple(parameters), flag == "deprecated", flag == "hidden", flag == "noargs"
    )


# Functions whose tensors may be numbers.
_TAKE_NUMBERS = frozenset(
    each + end
    for each in (
        "add",
        "sub",
        "subtract",
        "mul",
        "multiply",
        "div",
        "divide",
        "true_divide",
        "floor_divide",
        "copy",
        "to",
    )
    for end in ("", "_")
)


def _parse_parameter(text: str, keyword_only: bool, function: str) -> Parameter:
    declared, has_default, default = text.partition("=")
    kind, _, name = declared.rpartition(" ")
    nullable = kind.endswith("?")
    kind, _, size = kind.removesuffix("?").partition("[")
    length = int(size.removesuffix("]") or 0)
    return Parameter(
        kind,
        name,
        length,
        default if has_default else None,
        keyword_only,
        nullable or default == "None",
        kind == "Tensor" and function in _TAKE_NUMBERS,
    )


def bind(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[int, Values]:
    """Return which overload takes the call, and the given values by parameter name (None where None was given)."""
    found = overloads(name)
    if len(found) == 1:
        try:
            return 0, found[0].bind(args, kwargs)
        except ElementError as error:
            raise TypeError(*error.args) from None
    for index, each in enumerate(found):
        try:
            return index, each.bind(args, kwargs)
        except ElementError as error:
            raise TypeError(*error.args) from None
        except TypeError:
            continue
    raise refused(name, args, kwargs)


def ints(function: str, parameter: str, values: Sequence[Any]) -> tuple[int, ...]:
    """Return the elements of a tuple of ints as Python ints; TypeError where one, not the first, is none."""
    found: list[int] = []
    for place, value in enumerate(values):
        if not (is_index(value) or isinstance(value, bool)):  # only in front a bool is none
            reason = f"type must be tuple of ints,but got {type_name(value)}"
            raise TypeError(
                f"{function}(): argument '{parameter}' failed to unpack the object at pos {place + 1} "
                f'with error "{reason}"'
            )
        found.append(int(value))
    return tuple(found)


def check_ints(name: str, overload: int, values: Values) -> None:
    """Refuse tuples of ints of a bound call in which a later element is none."""
    for each in overloads(name)[overload].parameters:
        if each.is_ints and isinstance(values.get(each.name), tuple | list):
            ints(name.rpartition(".")[2], each.name, values[each.name])


def as_today(name: str, values: Values) -> tuple[Any, ...]:
    """Take out of the values of a call those that today's signature has in front, and return them in its order."""
    today = next(each for each in overloads(name) if not (each.deprecated or each.hidden))
    found = []
    for each in today.parameters:
        if each.keyword_only or each.name not in values:
            break
        found.append(values.pop(each.name))
    return tuple(found)


def warn_deprecated(name: str, chosen: Signature) -> None:
    """Warn of a call in a form that torch took in former times."""
    today = [f"\t{each.name}{each.shown}" for each in overloads(name) if not (each.deprecated or each.hidden)]
    warnings.warn(
        f"This overload of {chosen.name} is deprecated:\n\t{chosen.name}{chosen.shown}\n"
        "Consider using one of the following signatures instead:\n" + "\n".join(today),
        UserWarning,
        stacklevel=5,
    )


def refused(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> TypeError:
    """Return the error that torch raises for a call that no overload takes."""
    from ._invalid_arguments import describe

    given = tuple(args)
    found = overloads(name)
    count = len(given) + len(kwargs)
    near = [s for s in found if s.required <= count <= len(s.parameters) and not (s.hidden or s.deprecated)]
    if len(found) == 1 or len(near) == 1:
        try:
            (near if len(found) > 1 else found)[0].bind(given, kwargs)
        except TypeError as error:
            return error
    shown = [s.shown for s in found if not (s.hidden or s.deprecated)]
    return TypeError(describe(f"{found[0].name}()", given, kwargs, shown))
