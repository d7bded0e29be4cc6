"""Write down what CuPy offers, `facts/cupy.json`: its functions with their parameters, its ufuncs with their types.

    python tests/refgrad/record_cupy.py

CuPy must be installed for it; a GPU is not needed.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import cupy

FILE = Path(__file__).resolve().parent / "facts" / "cupy.json"


def parameters(function: Any) -> str | None:
    """Return the names of a function's parameters, None where it does not tell; `*` and `**` take any."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return " ".join(marks.get(each.kind, "") + each.name for each in found)


def described(module: Any) -> dict[str, Any]:
    """Return the functions and ufuncs of a module."""
    functions, ufuncs = {}, {}
    for name, value in vars(module).items():
        if name.startswith("_") or isinstance(value, type) or not callable(value):
            continue
        if isinstance(value, cupy.ufunc):
            ufuncs[name] = " ".join(
                each for each in value.types if "E" not in each
            )  # bfloat16, where it is known
        else:
            functions[name] = parameters(value)
    return {"functions": dict(sorted(functions.items())), "ufuncs": dict(sorted(ufuncs.items()))}


def record() -> dict[str, Any]:
    """Return all that is written down."""
    return {
        "version": cupy.__version__,
        "cupy": described(cupy),
        "linalg": described(cupy.linalg),
        "methods": sorted(name for name in dir(cupy.ndarray) if not name.startswith("_")),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(record(), indent=0) + "\n", "utf-8")
