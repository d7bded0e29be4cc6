"""Run small programs on torch or on an engine that stands in for it, and keep what a user would see.

Used by `record.py` (on real torch) and by the tests (on refgrad): both see a program through the same eyes.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PRELUDE = """\
import torch
import numpy as np
import torch.nn as nn
import torch.nn.functional as F
"""
SEPARATOR = "%%"
_INTERNAL = re.compile(
    r"\s*\((?:Triggered|function) internally at .*?\)\s*$|\s*\(Triggered internally at .*", re.DOTALL
)
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True)
class Outcome:
    """What one run showed: the value's repr (of an expression), the printed text, the error, the warnings."""

    value: str | None = None
    stdout: str = ""
    exception: str | None = None
    message: str | None = None
    warnings: list[str] = field(default_factory=list)


class _Renamed(ast.NodeTransformer):
    """Turns imports of torch into imports of another engine, under the same local names."""

    def __init__(self, engine: str) -> None:
        self.engine = engine

    def _other(self, name: str) -> str | None:
        head, dot, tail = name.partition(".")
        return f"{self.engine}{dot}{tail}" if head == "torch" else None

    def visit_Import(self, node: ast.Import) -> Any:
        for alias in node.names:
            other = self._other(alias.name)
            if other is not None:
                alias.asname = alias.asname or (None if "." in alias.name else "torch")
                alias.name = other
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        node.module = self._other(node.module or "") or node.module
        return node


def _compiled(code: str, engine: str, mode: str) -> Any:
    tree = ast.parse(code, "<program>", mode)
    return compile(_Renamed(engine).visit(tree), "<program>", mode)


def run(code: str, engine: str = "torch", *, setup: str = "") -> Outcome:
    """Run `code` after the prelude in a fresh namespace; a single expression also gives its repr."""
    space: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    value = exception = message = None
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("ignore")
        exec(_compiled(PRELUDE + setup, engine, "exec"), space)
        warnings.simplefilter("always")
        try:
            try:
                program = _compiled(code, engine, "eval")
            except SyntaxError:
                exec(_compiled(code, engine, "exec"), space)
            else:
                value = plain(repr(eval(program, space)))
        except Exception as error:
            exception, message = type(error).__name__, plain(str(error))
    return Outcome(value, plain(printed.getvalue()), exception, message, _texts(caught))


def _texts(caught: list[warnings.WarningMessage]) -> list[str]:
    """Return each warning once; what NumPy says about torch's own age is none of ours."""
    texts = [f"{each.category.__name__}: {_INTERNAL.sub('', str(each.message))}" for each in caught]
    return [text for text in dict.fromkeys(texts) if not text.startswith("DeprecationWarning: __array")]


def plain(text: str) -> str:
    """Return a text without addresses and internal places."""
    return _ADDRESS.sub("0x...", _INTERNAL.sub("", text))


def cases(folder: Path, kind: str) -> Iterator[tuple[str, str]]:
    """Yield topic and code of each case in `kind-*.txt`; a line `%%` stands between two cases."""
    for path in sorted(folder.glob(f"{kind}-*.txt")):
        topic = path.stem.partition("-")[2]
        for block in path.read_text("utf-8").split(f"\n{SEPARATOR}\n"):
            if code := block.strip("\n"):
                yield topic, code
