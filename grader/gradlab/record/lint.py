"""What recording cannot see is refused before a check runs: identity, printing, the interpreter's own modules."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import PurePath
from types import CodeType, FunctionType, ModuleType
from typing import Any

from gradlab.record.frames import function_node

__all__ = ["problems"]

_NUMBERS = "observe the tensor itself: observe.value(x), observe.text(x)"
CALLS = {
    "type": "use isinstance(x, torch.Tensor), or observe x.dtype through observe.value(x)",
    "id": "use observe.same(a, b)",
    "vars": "name the attribute",
    "dir": "name the attribute",
    "print": _NUMBERS,
    "repr": _NUMBERS,
    "exec": "write the steps out",
    "eval": "write the steps out",
    "open": "write the data into the check, or draw it from rng",
    "input": "write the data into the check, or draw it from rng",
    "compile": "write the steps out",
    "__import__": "import it at the top of the file",
    "globals": "name what you need",
    "locals": "name what you need; it holds every tensor of the check",
}
_NO_CHANCE = "draw it from rng, so that the check repeats itself"
_NO_WORLD = "a check speaks to the engine and to observe only"
MODULES = {
    "weakref": "use w = observe.watch(x), del x, observe.freed(w)",
    "gc": "reference counting is what checks see; the collector is off while they run",
    "sys": _NO_WORLD,
    "copy": "use x.clone()",
    "pickle": "use x.clone()",
    "time": "checks measure no time",
    "datetime": "checks measure no time",
    "threading": "a check runs in one thread",
    "asyncio": "a check runs in one thread",
    "multiprocessing": "a check runs in one thread",
    **dict.fromkeys(("random", "secrets", "uuid", "numpy.random"), _NO_CHANCE),
    **dict.fromkeys(
        ("os", "io", "pathlib", "shutil", "tempfile", "subprocess", "socket", "ctypes"), _NO_WORLD
    ),
}
_found: dict[CodeType, tuple[str, ...]] = {}


def problems(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return every problem of a check and of the functions of its file that it names, one sentence each."""
    code = function.__code__
    if code not in _found:
        where = PurePath(code.co_filename).name
        _found[code] = tuple(
            f"{where}:{line}: {what}"
            for unit in _units(function)
            if (tree := function_node(unit)) is not None
            for line, what in sorted(set(_walk(tree, function.__globals__)))
        )
    return _found[code]


def _units(function: Callable[..., Any]) -> Iterator[CodeType]:
    """Yield the code of `function` and of the functions of the same file that it uses by name."""
    todo, seen = [function.__code__], set[CodeType]()
    while todo:
        code = todo.pop()
        if code in seen:
            continue
        seen.add(code)
        yield code
        for name in _names(code):
            used = function.__globals__.get(name)
            if isinstance(used, FunctionType) and used.__code__.co_filename == code.co_filename:
                todo.append(used.__code__)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _walk(tree: ast.AST, names: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.AsyncFunctionDef):
            what = "async" if isinstance(node, ast.Await | ast.AsyncFunctionDef) else "yield"
            yield node.lineno, f"`{what}`: nothing in a check may wait; write the steps one after the other."
        elif isinstance(node, ast.Compare):
            yield from _identity(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            name = node.func.id
            yield node.lineno, f"`{ast.unparse(node)}`: {name}() cannot be recorded; {CALLS[name]}."
        elif (
            isinstance(node, ast.Name | ast.Attribute) and (origin := _origin(_named(node, names))) in MODULES
        ):
            yield (
                node.lineno,
                f"`{ast.unparse(node)}`: {origin} cannot be used in a check; {MODULES[origin]}.",
            )
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)
        elif isinstance(node, ast.Assert):
            yield (
                node.lineno,
                f"`{ast.unparse(node)}`: a check holds no expectations; observe, and the reference is compared.",
            )


def _named(node: ast.Name | ast.Attribute, names: dict[str, Any]) -> object:
    """Return what a global name stands for, or a module that is an attribute of one (`np.random`)."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    owner = _named(node.value, names) if isinstance(node.value, ast.Name | ast.Attribute) else None
    found = getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
    return found if isinstance(found, ModuleType) else None


def _origin(value: object) -> str:
    """Return the module that something comes from, as `MODULES` names it: its top module, but for numpy.random."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    if not isinstance(name, str):
        return ""
    return "numpy.random" if f"{name}.".startswith("numpy.random.") else name.split(".")[0].lstrip("_")


def _identity(node: ast.Compare) -> Iterator[tuple[int, str]]:
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        if not isinstance(operator, ast.Is | ast.IsNot):
            continue
        if not (isinstance(left, ast.Constant) or isinstance(right, ast.Constant)):
            yield (
                node.lineno,
                f"`{ast.unparse(node)}`: identity cannot be recorded; use observe.same(a, b).",
            )


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    for name in names:
        if (found := name if name in MODULES else name.split(".")[0]) in MODULES:
            yield node.lineno, f"`{ast.unparse(node)}`: {found} cannot be used in a check; {MODULES[found]}."
