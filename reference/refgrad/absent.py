"""What PyTorch has and refgrad has not: a name that is missing here must not look as if PyTorch lacked it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

__all__ = ["missing", "names", "nothing_else"]


@cache
def names() -> Mapping[str, frozenset[str]]:
    """Return torch's public names by namespace ("torch.nn"), as they stand in `names.txt`."""
    from pkgutil import get_data

    table = get_data("refgrad", "names.txt")
    assert table is not None
    found: dict[str, set[str]] = {}
    namespace: set[str] = set()
    for line in table.decode().splitlines():
        if line.startswith("["):
            namespace = found.setdefault(line.strip("[]"), set())
        elif not line.startswith("#"):
            namespace.update(line.split())
    return {each: frozenset(found[each]) for each in found}


def missing(namespace: str, name: str) -> AttributeError:
    """Return the error for a name that a namespace of torch's ("torch", "torch.nn") does not have here."""
    if name in names().get(namespace, ()):
        return AttributeError(
            f"refgrad has no {namespace}.{name}, which PyTorch has; see its README for what is left out"
        )
    return AttributeError(f"module '{namespace}' has no attribute '{name}'")


def nothing_else(namespace: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module in which every name is defined."""

    def refuse(name: str) -> Any:
        raise missing(namespace, name)

    return refuse
