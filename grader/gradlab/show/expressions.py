"""One step as a Python expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from gradlab.program import Arr, Glob, Step
from gradlab.show import values

__all__ = ["ATOM", "IN_PLACE", "NEGATIVE", "Text", "source"]

# How tightly each operator binds, as Python's grammar has it.
ATOM, POWER, NEGATIVE, LOWEST = 9, 8, 7, 0
BINARY = {
    "pow": ("**", POWER),
    "mul": ("*", 6),
    "truediv": ("/", 6),
    "floordiv": ("//", 6),
    "mod": ("%", 6),
    "matmul": ("@", 6),
    "add": ("+", 5),
    "sub": ("-", 5),
    "and_": ("&", 4),
    "xor": ("^", 3),
    "or_": ("|", 2),
    "eq": ("==", 1),
    "ne": ("!=", 1),
    "lt": ("<", 1),
    "le": ("<=", 1),
    "gt": (">", 1),
    "ge": (">=", 1),
    "contains": ("in", 1),
}
IN_PLACE = {f"i{name}": f"{sign}=" for name, (sign, _) in BINARY.items()}
UNARY = {"neg": "-", "pos": "+", "invert": "~"}
PROBES = {
    "value": "{0}",
    "grad": "{0}.grad",
    "flags": "{0}.requires_grad, {0}.is_leaf, {0}.grad_fn",
    "shares": "np.shares_memory({0}.data, {1}.data)",
    "same": "{0} is {1}",
    "alive": "{0}() is not None",
    "text": "str({0})",
}


class Text(Protocol):
    """Writes a value, in parentheses if it binds less tightly than asked."""

    def __call__(self, value: Any, level: int = LOWEST) -> str: ...


def source(
    step: Step, text: Text, arrays: Sequence[np.ndarray[Any, Any]], default_dtype: str
) -> tuple[str, int]:
    """Return a step as source, and how tightly it binds."""
    args = step.args
    match step.op:
        case "call":
            return f"{text(args[0], ATOM)}({_arguments(step, text, arrays, default_dtype)})", ATOM
        case "method":
            return f"{text(args[0], ATOM)}.{step.name}({_arguments(step, text, arrays, default_dtype)})", ATOM
        case "getattr":
            return f"{text(args[0], ATOM)}.{step.name}", ATOM
        case "setattr":
            return f"{text(args[0], ATOM)}.{step.name} = {text(args[1])}", LOWEST
        case "delattr":
            return f"del {text(args[0], ATOM)}.{step.name}", LOWEST
        case "watch":
            return f"weakref.ref({text(args[0])})", ATOM
        case "probe":
            level = LOWEST if step.name == "value" else ATOM
            if step.name == "mark":
                return f"print({step.label!r})", LOWEST
            if step.name == "memory":
                return "tracemalloc.get_traced_memory()[0]", ATOM
            return PROBES[step.name].format(*(text(arg, level) for arg in args)), LOWEST
        case "op":
            return _operator(step, text)
    return text(args[0]), LOWEST


def _arguments(step: Step, text: Text, arrays: Sequence[np.ndarray[Any, Any]], default_dtype: str) -> str:
    given, kwargs = step.args[1:], [f"{key}={text(value)}" for key, value in step.kwargs.items()]
    said = [text(value) for value in given]
    if step.args[0] == Glob("torch.tensor") and given and type(given[0]) is Arr:
        elements = arrays[given[0].index]
        if elements.size:
            said[0] = values.elements(elements)
            dtype = values.tensor_dtype(elements, default_dtype)
            if dtype is not None and "dtype" not in step.kwargs:
                kwargs.insert(0, f"dtype={dtype}")
    return ", ".join([*said, *kwargs])


def _operator(step: Step, text: Text) -> tuple[str, int]:
    name, args = step.name, step.args
    if name in BINARY:
        sign, level = BINARY[name]
        left, right = (args[1], args[0]) if name == "contains" else (args[0], args[1])
        # Operators group to the left, comparisons not at all, and the power to the right.
        first = level + 1 if level in (POWER, 1) else level
        second = NEGATIVE if level == POWER else level + 1
        return f"{text(left, first)} {sign} {text(right, second)}", level
    if name in UNARY:
        return f"{UNARY[name]}{text(args[0], NEGATIVE)}", NEGATIVE
    if name in ("getitem", "setitem", "delitem"):
        place = f"{text(args[0], ATOM)}[{_index(args[1], text)}]"
        if name == "setitem":
            return f"{place} = {text(args[2])}", LOWEST
        return (place, ATOM) if name == "getitem" else (f"del {place}", LOWEST)
    if name == "next" and step.read:
        return f"next({text(args[0])}, None)", ATOM
    return f"{name}({', '.join(text(arg) for arg in args)})", ATOM


def _index(index: Any, text: Text) -> str:
    if type(index) is tuple and index:
        return ", ".join(_place(item, text) for item in index) + ("," if len(index) == 1 else "")
    return _place(index, text)


def _place(item: Any, text: Text) -> str:
    if type(item) is not slice:
        return text(item)
    first, last, step = ("" if part is None else text(part) for part in (item.start, item.stop, item.step))
    return f"{first}:{last}:{step}" if step else f"{first}:{last}"
