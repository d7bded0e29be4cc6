"""Packages that show only what is public: the modules that they are made of are no attributes of theirs.

`import refgrad.graph` would make `graph` an attribute of `refgrad`, and `torch.graph` look like something that torch has.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from types import ModuleType
from typing import Any

__all__ = ["show_only"]


class _Package(ModuleType):
    """A package that the import system cannot give inner modules."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not _is_inner(self, name, value, self.__dict__["_public_modules"]):
            super().__setattr__(name, value)


def _is_inner(package: ModuleType, name: str, value: Any, public: Collection[str]) -> bool:
    own = isinstance(value, ModuleType) and value.__name__ == f"{package.__name__}.{name}"
    return own and name not in public and not name.startswith("_")


def show_only(package: str, public: Collection[str]) -> None:
    """Show no other modules of a package than those called `public`, now and when others are imported."""
    module = sys.modules[package]
    for name, value in list(vars(module).items()):
        if _is_inner(module, name, value, public):
            delattr(module, name)
    vars(module)["_public_modules"] = public
    module.__class__ = _Package
