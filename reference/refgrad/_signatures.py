"""Bind calls to torch's overloaded signatures, and refuse wrong calls in torch's own words.

The signatures stand in `signatures.txt` as torch writes them, one per line and overloads in order:

    Tensor.add(Tensor other, *, Scalar alpha=1)

The file is read when the first call needs it. `bind` is for functions whose meaning depends on the overload;
`refused` explains a call that a plain Python function could not take.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from typing import Any

import numpy as np

from . import dtypes

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
        return f"{_SHOWN[self.kind]} {self.name}" + ("" if self.default is None else f" = {self.default}")

    def accepts(self, value: Any) -> bool:
        """Return whether the type of `value` fits; of a sequence only the first element counts."""
        return _CHECKS[self.kind](value, self.size) or (self.number_allowed and _is_number(value))

    def reads(self, value: Any) -> bool:
        """Return whether a number is to be read: from a tensor (whether it fits, only its value tells) or a NumPy scalar."""
        if self.kind == "PyObject*" or ("Tensor" in self.kind and not self.number_allowed):
            return False
        first = value[0] if isinstance(value, tuple | list) and value else value
        return isinstance(first, np.number | np.bool) or (_is_tensor(first) and "Tensor" not in self.kind)

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
                except _ElementError as error:
                    raise error.in_argument(index) from None
                if fits and not (spread and len(args) > self.positional and not _is_index(given)):
                    values[each.name] = given
                elif spread and _is_ints(args, each.size):
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
        wanted = f"must be {_SHOWN[parameter.kind]}"
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


# ---- what the C++ types take ---------------------------------------------------------------------------------


def _is_tensor(value: Any, size: int = 0) -> bool:
    return hasattr(type(value), "grad_fn")


def _is_zero_dim(value: Any, *, integral: bool = False) -> bool:
    return (
        _is_tensor(value)
        and value.ndim == 0
        and not value.requires_grad
        and (not integral or (value.dtype._is_integral and value.dtype is not dtypes.bool))
    )


def _is_bool(value: Any, size: int = 0) -> bool:
    return isinstance(value, bool | np.bool)


def _is_int(value: Any, size: int = 0) -> bool:
    if isinstance(value, int | np.integer):
        return not isinstance(value, bool)
    return _is_zero_dim(value, integral=True)


def _is_index(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    if _is_tensor(value):  # of one element, in any number of dimensions
        whole = value.dtype._is_integral and value.dtype is not dtypes.bool
        return bool(whole and value.numel() == 1 and not value.requires_grad)
    return hasattr(type(value), "__index__") and not isinstance(value, np.bool | np.ndarray)


def _is_float(value: Any, size: int = 0) -> bool:
    return isinstance(value, float | int | np.floating | np.integer) or _is_zero_dim(value)


def _is_number(value: Any, size: int = 0) -> bool:
    return isinstance(value, complex | np.number | np.bool) or _is_float(value)


def _is_ints(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or _is_index(value[0])
    return size > 0 and _is_index(value)


class _ElementError(TypeError):
    """A sequence of tensors has an element that is none: no other overload is tried after that."""

    def in_argument(self, number: int) -> _ElementError:
        """Return the error for the argument of that number."""
        return _ElementError(str(self).replace("in argument 0", f"in argument {number}"))


def _is_tensors(value: Any, size: int = 0) -> bool:
    if not isinstance(value, tuple | list):
        return False
    for index, each in enumerate(value):
        if not _is_tensor(each):
            raise _ElementError(
                f"expected Tensor as element {index} in argument 0, but got {type_name(each)}"
            )
    return True


def _is_floats(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or _is_float(value[0])
    return size > 0 and _is_float(value)


def _is_dtype(value: Any, size: int = 0) -> bool:
    return isinstance(value, dtypes.dtype) or (
        isinstance(value, type) and value in (float, int, bool, complex)
    )


def _is_device(value: Any, size: int = 0) -> bool:
    number = _is_int(value) and not _is_tensor(value)
    return isinstance(value, str) or number or type(value).__name__ == "device"


def _named(*names: str) -> Callable[[Any, int], bool]:
    return lambda value, size: type(value).__name__ in names


def _is_str(value: Any, size: int = 0) -> bool:
    return isinstance(value, str)


def _is_strs(value: Any, size: int = 0) -> bool:
    if isinstance(value, tuple | list):
        return not value or isinstance(value[0], str) or value[0] is None
    return size > 0 and isinstance(value, str)


_KINDS: tuple[tuple[str, str, Callable[[Any, int], bool]], ...] = (
    ("Tensor", "Tensor", _is_tensor),
    ("Scalar", "Number", _is_number),
    ("int64_t", "int", _is_int),
    ("SymInt", "int", _is_int),
    ("double", "float", _is_float),
    ("complex", "complex", _is_number),
    ("bool", "bool", _is_bool),
    ("TensorList", "tuple of Tensors", _is_tensors),
    ("c10::List<::std::optional<Tensor>>", "tuple of Tensors", _is_tensors),
    ("IntArrayRef", "tuple of ints", _is_ints),
    ("SymIntArrayRef", "tuple of ints", _is_ints),
    ("ArrayRef<double>", "tuple of floats", _is_floats),
    ("ScalarList", "tuple of Scalars", _is_floats),
    ("Generator", "torch.Generator", _named("Generator")),
    ("Storage", "torch.Storage", _named("UntypedStorage", "TypedStorage")),
    ("PyObject*", "object", lambda value, size: True),
    ("ScalarType", "torch.dtype", _is_dtype),
    ("Layout", "torch.layout", _named("layout")),
    ("MemoryFormat", "torch.memory_format", _named("memory_format")),
    ("Device", "torch.device", _is_device),
    ("std::string", "str", _is_str),
    ("std::string_view", "str", _is_str),
    ("c10::string_view", "str", _is_str),
    ("Dimname", "name", _is_str),
    ("DimnameList", "tuple of names", _is_strs),
)
_SHOWN = {kind: shown for kind, shown, _ in _KINDS}
_CHECKS = {kind: check for kind, _, check in _KINDS}

# Classes that torch defines in C carry their module in messages, and so do those of numpy.
_C_CLASSES = frozenset({"Generator", "Size", "device", "dtype", "finfo", "iinfo", "layout", "memory_format"})
_HEAP_TYPE = 1 << 9


def type_name(value: Any) -> str:
    """Return the name of the type of `value` as C code sees it: "int", "numpy.ndarray", "torch.Size", "Tensor"."""
    own = type(value)
    if own.__module__ == "torch.return_types":
        return f"torch.return_types.{own.__name__}"
    if own.__module__ == "torch" and own.__name__ in _C_CLASSES:
        return f"torch.{own.__name__}"
    if own.__flags__ & _HEAP_TYPE or own.__module__ == "builtins":
        return own.__name__
    return f"{own.__module__}.{own.__qualname__}"


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
        except _ElementError as error:
            raise TypeError(*error.args) from None
    for index, each in enumerate(found):
        try:
            return index, each.bind(args, kwargs)
        except _ElementError as error:
            raise TypeError(*error.args) from None
        except TypeError:
            continue
    raise refused(name, args, kwargs)


def ints(function: str, parameter: str, values: Sequence[Any]) -> tuple[int, ...]:
    """Return the elements of a tuple of ints as Python ints; TypeError where one, not the first, is none."""
    found: list[int] = []
    for place, value in enumerate(values):
        if not (_is_index(value) or isinstance(value, bool)):  # only in front a bool is none
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
