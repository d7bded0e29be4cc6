"""Nested tuples, lists and dictionaries as lists of leaves, and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["broadcast", "flatten", "shown", "unflatten"]

# A structure: None for a leaf, or what puts the parts together, and their structures.
Structure = Any


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """Return the leaves from left to right (of a dictionary in its order), and the structure that they stood in."""
    parts = _parts(tree)
    if parts is None:
        return [tree], None
    leaves: list[Any] = []
    below = []
    for each in parts:
        own, structure = flatten(each)
        leaves += own
        below.append(structure)
    keys = tuple(tree) if isinstance(tree, dict) else len(parts)
    return leaves, (type(tree), keys, tuple(below))


def _parts(tree: Any) -> list[Any] | None:
    if isinstance(tree, dict):
        return list(tree.values())
    return list(tree) if type(tree) in (tuple, list) or _is_named(tree) else None


def _is_named(tree: Any) -> bool:
    return isinstance(tree, tuple) and (hasattr(tree, "_fields") or hasattr(tree, "names"))


def unflatten(leaves: Sequence[Any], structure: Structure) -> Any:
    """Put leaves back into a structure."""
    return _taken(iter(leaves).__next__, structure)


def _taken(leaf: Callable[[], Any], structure: Structure) -> Any:
    if structure is None:
        return leaf()
    kind, keys, below = structure
    parts = [_taken(leaf, each) for each in below]
    if issubclass(kind, dict):
        return kind(zip(keys, parts, strict=True))
    return kind(*parts) if hasattr(kind, "_fields") else kind(parts)


def broadcast(tree: Any, structure: Structure) -> list[Any] | None:
    """Return one entry for each leaf of a structure, from a tree that ends where one entry holds for all below."""
    if structure is None:
        return [tree] if _parts(tree) is None else None
    kind, _, below = structure
    parts = _parts(tree)
    if parts is None:
        parts = [tree] * len(below)
    elif not isinstance(tree, kind) or len(parts) != len(below):
        return None
    found: list[Any] = []
    for part, each in zip(parts, below, strict=True):
        own = broadcast(part, each)
        if own is None:
            return None
        found += own
    return found


def shown(structure: Structure) -> str:
    """Return a structure as torch writes it, a star for each leaf."""
    if structure is None:
        return "*"
    kind, keys, below = structure
    inside = [shown(each) for each in below]
    if issubclass(kind, dict):
        return "{" + ", ".join(f"{key!r}: {each}" for key, each in zip(keys, inside, strict=True)) + "}"
    if issubclass(kind, list):
        return f"[{', '.join(inside)}]"
    return f"({', '.join(inside)}{',' if len(inside) == 1 else ''})"
