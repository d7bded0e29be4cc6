"""Make functions public: as `torch.name(...)`, as `tensor.name(...)`, or both.

The first call with some kinds of arguments is held to torch's signatures, so that a wrong one fails as it does there.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any, TypeVar

from ..backend import xp
from ..tensor import Tensor, wrap

__all__ = [
    "FUNCTIONS",
    "check_given",
    "check_tensors",
    "explained",
    "function",
    "kind",
    "method",
    "operator",
    "public",
]

F = TypeVar("F", bound=Callable[..., Any])

# What `torch.name` gives for each operation.
FUNCTIONS: dict[str, Callable[..., Any]] = {}


def explained(call: F, name: str) -> F:
    """Hold calls to torch's signatures, and explain in torch's words one that fits none.

    Kinds of arguments that fitted once are let through from then on; what fails all the same is explained afterwards.
    """
    # One that takes sizes one by one checks them itself.
    code = getattr(call, "__wrapped__", call).__code__
    checks_itself = code.co_flags & inspect.CO_VARARGS and not hasattr(call, "declared")
    of_tensors = name.startswith("Tensor.")  # whose first argument is a tensor for sure
    known: set[Any] = set()
    takes_anything = bool(code.co_flags & inspect.CO_VARKEYWORDS)
    hands_out_on = "out" in code.co_varnames or takes_anything

    def checked(*args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) > 1:
            kinds: Any = (
                (*map(type, args), *kwargs, *map(type, kwargs.values())) if kwargs else (*map(type, args),)
            )
        else:
            kinds = None if of_tensors else type(args[0]) if args else ()
        if kinds is not None and kinds not in known and not checks_itself:
            looked_at = (*map(kind, args), *kwargs, *map(kind, kwargs.values()))
            if looked_at not in known:
                args, kwargs, all_alike = fitted(name, args, kwargs)
                if all_alike:
                    known.add(looked_at if any(type(each) is tuple for each in looked_at) else kinds)
        try:
            if kwargs and not hands_out_on and "out" in kwargs:
                from .outputs import takes_out, written

                if takes_out(name):
                    return written(name, call, args, kwargs)
            return call(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            found = explain(name, args, kwargs) or _takes_nothing(name, call, args, kwargs)
            if found is not None:
                raise found from error
            renamed = _by_position(name, call, args, kwargs)
            if renamed is None:
                raise
        return call(*renamed[0], **renamed[1])

    # What `functools.wraps` would do; hundreds of those would be felt in the import.
    checked.__name__, checked.__qualname__, checked.__doc__ = call.__name__, call.__qualname__, call.__doc__
    checked.__wrapped__ = call  # type: ignore[attr-defined]
    checked.__module__ = "refgrad"  # where a pickled function is found again
    return checked  # type: ignore[return-value]


def kind(value: Any) -> Any:
    """Return what decides whether a parameter takes a value: its type; a tuple where the type alone does not say."""
    if isinstance(value, list | tuple):
        return type(value), *dict.fromkeys(map(type, value))
    return (type, value) if isinstance(value, type) else type(value)


def fitted(
    name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], bool]:
    """Return the arguments as the function takes them, and whether others of their kinds need not be looked at again.

    An order of arguments that torch took in former times, and NumPy's names of parameters, are brought into today's.
    TypeError where no overload fits.
    """
    from .. import _signatures

    overloads = _signatures.overloads(name)
    if not overloads:
        return args, kwargs, True
    own = args[:1] if name.startswith("Tensor.") else ()
    index, values = _signatures.bind(name, args[len(own) :], kwargs)
    chosen = overloads[index]
    _signatures.check_ints(name, index, values)
    if chosen.deprecated:
        _signatures.warn_deprecated(name, chosen)
        values = {
            each.name: each.read(values[each.name]) if each.reads(values[each.name]) else values[each.name]
            for each in chosen.parameters
            if each.name in values
        }
        return own + _signatures.as_today(name, values), values, False
    names = [each.name for each in chosen.parameters]
    if len(args) - len(own) > chosen.positional:  # sizes given one by one
        return (*own, values[names[0]]), kwargs, False
    by_name = _by_name_elsewhere(overloads, names[: len(args) - len(own)])
    if by_name is not None:
        kept = len(own) + by_name
        return args[:kept], kwargs | dict(zip(names[by_name:], args[kept:], strict=False)), False
    if any(key not in names for key in kwargs):
        return own, values, False
    if (
        not own
        and args
        and isinstance(args[0], bool | int | float | complex | xp.generic)
        and names[0] in ("input", "self")
    ):
        if name in _NUMBER_FIRST or any(each.parameters[0].kind == "Scalar" for each in overloads):
            return args, kwargs, True
        return (_as_tensor(args[0]), *args[1:]), kwargs, False
    if not any(each.reads(values.get(each.name)) for each in chosen.parameters):
        return args, kwargs, True
    read = dict(zip(names, args[len(own) :], strict=False)) | kwargs
    for each in chosen.parameters:
        if each.name in read and each.reads(read[each.name]):
            read[each.name] = each.read(read[each.name])
    return own + tuple([read.pop(key) for key in names[: len(args) - len(own)]]), read, False


def _by_name_elsewhere(overloads: tuple[Any, ...], names: list[str]) -> int | None:
    """Return the first place in a call of a parameter that another overload takes by name only, None without one."""
    elsewhere = {each.name for signature in overloads for each in signature.parameters if each.keyword_only}
    return next((at for at, name in enumerate(names) if name in elsewhere), None)


# Functions that take a number in front as they take one behind.
_NUMBER_FIRST = frozenset(
    {"add", "float_power", "mul", "multiply", "pow", "remainder", "sub", "subtract", "xlogy"}
)


def _as_tensor(number: Any) -> Tensor:
    """Return a number as the 0-dim tensor that stands for it."""
    from .. import dtypes

    number = number.item() if hasattr(number, "item") else number
    return wrap(xp.asarray(number, dtypes.of_number(number)._numpy))


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


def _takes_nothing(
    name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> TypeError | None:
    """Return torch's error for arguments to a method that has none besides the tensor."""
    code = getattr(call, "__wrapped__", call).__code__
    if not name.startswith("Tensor.") or code.co_argcount != 1 or len(args) < 2 or kwargs:
        return None
    if code.co_flags & inspect.CO_VARARGS:
        return None
    return TypeError(
        f"TensorBase.{name.removeprefix('Tensor.')}() takes no arguments ({len(args) - 1} given)"
    )


def _by_position(
    name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """Return the arguments for a call whose names of parameters are torch's and not the function's own, else None.

    Overloads of torch's name the same place differently (`sections`, `indices`); a tuple that may be given as so many
    arguments (`flip(0, 1)`) has a name as well.
    """
    from .. import _signatures

    code = getattr(call, "__wrapped__", call).__code__  # a guard of tensors on a GPU stands around it
    own = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    strange = [key for key in kwargs if key not in own]
    if not strange or not _signatures.overloads(name) or code.co_flags & inspect.CO_VARKEYWORDS:
        return None
    before = 1 if name.startswith("Tensor.") else 0
    index, values = _signatures.bind(name, args[before:], kwargs)
    places = [each.name for each in _signatures.overloads(name)[index].parameters]
    if any(key not in places for key in strange):
        return None
    known = {key: value for key, value in kwargs.items() if key in own}
    if code.co_flags & inspect.CO_VARARGS:
        return (*args, *[values[key] for key in strange]), known
    return args, known | {own[places.index(key) + before]: kwargs[key] for key in strange}


def check_tensors(given: Any, argument: int = 0) -> None:
    """Refuse a sequence of which an element is no tensor."""
    for at, each in enumerate(given):
        if not isinstance(each, Tensor):
            from .._signatures import type_name

            raise TypeError(
                f"expected Tensor as element {at} in argument {argument}, but got {type_name(each)}"
            )


def check_given(name: str, given: Any) -> None:
    """Refuse a call without the sizes or dimensions that are its only argument."""
    if not given:
        raise TypeError(name)


# Methods that torch writes in Python: it is Python that says what is wrong with a call.
_WRITTEN_IN_PYTHON = frozenset(
    {"dim_order", "lu", "norm", "split", "unflatten", "unique", "unique_consecutive"}
)


_FUNCTIONS_IN_PYTHON = frozenset({"lu", "split"})


def function(call: F) -> F:
    """Publish as `torch.name`."""
    name = call.__name__
    FUNCTIONS[name] = call if name in _FUNCTIONS_IN_PYTHON else explained(call, name)
    return call


def method(call: F) -> F:
    """Publish as a method of tensors."""
    name = call.__name__
    if name in _WRITTEN_IN_PYTHON:
        own = types.FunctionType(call.__code__, call.__globals__, name, call.__defaults__, call.__closure__)
        own.__kwdefaults__, own.__qualname__ = call.__kwdefaults__, f"Tensor.{name}"
        setattr(Tensor, name, own)
        return call
    setattr(Tensor, name, explained(call, f"Tensor.{name}"))
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


def rename(call: Callable[..., Any], name: str) -> None:
    """Publish as a method of another name."""
    setattr(Tensor, name, explained(call, f"Tensor.{name}"))


def alias(call: Callable[..., Any], *names: str) -> None:
    """Publish once more, under other names, as function and method."""
    for name in names:
        FUNCTIONS[name] = explained(call, name)
        setattr(Tensor, name, explained(call, f"Tensor.{name}"))
