"""Write reference/refgrad/names.txt: what torch calls its functions, classes and modules, namespace by namespace.

Run by hand where torch is installed: `python tests/oracle/names.py`. refgrad reads the list to tell a name that it lacks
from one that torch lacks; the tests hold what refgrad shows to it.
"""

from __future__ import annotations

import importlib
import textwrap
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

TARGET = Path(__file__).resolve().parents[2] / "reference" / "refgrad" / "names.txt"
NAMESPACES = [
    "torch",
    "torch.autograd",
    "torch.autograd.function",
    "torch.autograd.functional",
    "torch.autograd.graph",
    "torch.cuda",
    "torch.func",
    "torch.linalg",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.parameter",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.random",
    "torch.return_types",
    "torch.special",
    "torch.testing",
    "torch.utils",
    "torch.utils.checkpoint",
    "torch.utils.data",
]


def is_own(value: Any) -> bool:
    """Return whether torch made a value, which it did not import from elsewhere."""
    if isinstance(value, ModuleType):
        return value.__name__.startswith("torch")
    home = getattr(value, "__module__", None) or type(value).__module__
    return home == "builtins" or home.partition(".")[0] == "torch"


def names(namespace: str) -> list[str]:
    """Return the public names of one namespace of torch."""
    module = importlib.import_module(namespace)
    found = []
    for name in dir(module):
        if name.startswith("_"):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if is_own(getattr(module, name)):
                found.append(name)
    return found


def main() -> None:
    """Write the list."""
    parts = [f"# Recorded from PyTorch {torch.__version__} by tests/oracle/names.py."]
    for namespace in NAMESPACES:
        parts.append(f"[{namespace}]")
        parts += textwrap.wrap(" ".join(names(namespace)), 118, break_long_words=False)
    TARGET.write_text("\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    main()
