"""Describe a call that fits none of several signatures, line for line as torch does.

torch parses the printed signatures back, mistakes included: `*` counts as an argument and `dim = None` as one
that is called `None`. The text depends on that, so it is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._signatures import type_name

__all__ = ["describe"]


@dataclass(frozen=True, slots=True)
class _Option:
    """One printed signature, parsed back: names and types of what stands between its commas."""

    shown: str
    names: tuple[str, ...]
    types: tuple[str, ...]

    @classmethod
    def parse(cls, shown: str) -> _Option:
        parts = [part.rpartition(" ") for part in shown[1:-1].split(", ")]
        return cls(shown, tuple(name for _, _, name in parts), tuple(kind or name for kind, _, name in parts))

    def counts(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Return whether as many arguments were given as are printed."""
        return len(args) + len(kwargs) == len(self.names)

    def unknown(self, kwargs: Mapping[str, Any]) -> list[str]:
        """Return the keywords that are not among the last names, as many as there are keywords."""
        known = self.names[max(len(self.names) - len(kwargs), 0) :]
        return [name for name in kwargs if name not in known]


def describe(
    function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], signatures: Sequence[str]
) -> str:
    """Return the whole message for a call to `function` ("add()") with these arguments."""
    start = f"{function} received an invalid combination of arguments - got "
    keywords = dict(reversed(list(kwargs.items())))  # the order in which torch's hash map gives them back
    if len(signatures) == 1:
        return start + _mismatch_of_one(_Option.parse(signatures[0]), args, keywords)
    lines = [f"{start}{_given(args, keywords)}, but expected one of:"]
    for each in map(_Option.parse, signatures):
        lines.append(f" * {each.shown}")
        if each.counts(args, keywords):
            lines.append(f"      didn't match because some of the {_mismatch(each, args, keywords)}")
    return "\n".join(lines) + "\n"


def _given(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    parts = [f"{type_name(each)}, " for each in args]
    parts += [f"{name}={type_name(value)}, " for name, value in kwargs.items()]
    text = "".join(parts)
    return f"({text[:-2] if args else text})"


def _mismatch_of_one(option: _Option, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    wrong = option.unknown(kwargs)
    if wrong:
        return f"unrecognized keyword arguments: {', '.join(wrong)}"
    given = _marked(option, args, kwargs) if option.counts(args, kwargs) else _given(args, kwargs)
    return f"{given}, but expected {option.shown}"


def _mismatch(option: _Option, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    wrong = option.unknown(kwargs)
    if wrong:
        return f"keywords were incorrect: {', '.join(wrong)}"
    return f"arguments have invalid types: {_marked(option, args, kwargs)}"


def _marked(option: _Option, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for index, (name, kind) in enumerate(zip(option.names, option.types, strict=True)):
        by_keyword = index >= len(args)
        value = kwargs[name] if by_keyword else args[index]
        mark = "" if _matches(kind, value) else "!"
        parts.append(f"{mark}{f'{name}=' if by_keyword else ''}{_described(value)}{mark}")
    return f"({', '.join(parts)}{'' if args else ', '})"


def _matches(kind: str, value: Any) -> bool:
    own = type_name(value)
    if kind == "float":
        return own in ("float", "int", "long")
    if kind == "int":
        return own in ("int", "long")
    return own == kind


def _described(value: Any) -> str:
    if isinstance(value, tuple):
        inside = ", ".join(type_name(each) for each in value)
        return f"{type_name(value)} of ({inside}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"{type_name(value)} of [{', '.join(type_name(each) for each in value)}]"
    return type_name(value)
