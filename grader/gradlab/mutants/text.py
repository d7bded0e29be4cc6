"""Source text and its syntax tree together: where a node stands, and what an edit makes of the text."""

from __future__ import annotations

import ast
from bisect import bisect_right
from dataclasses import dataclass, field

from gradlab import syntax

__all__ = ["Edit", "Text"]

# What may stand anywhere in an expression without parentheses around it.
_ATOMS = (
    ast.Name,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Call,
    ast.List,
    ast.Dict,
    ast.ListComp,
    ast.JoinedStr,
)


@dataclass(frozen=True)
class Edit:
    """Put `text` in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Text:
    """Source and tree. Places are counted in characters from the beginning."""

    source: str
    tree: ast.Module = field(init=False)
    _starts: list[int] = field(init=False)
    _lines: list[str] = field(init=False)
    _parameters: dict[ast.AST, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", syntax.parse(self.source))
        lines = self.source.splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        object.__setattr__(self, "_lines", lines)
        object.__setattr__(self, "_starts", starts)
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef)]
        inside = {
            node: tuple(parameter.arg for parameter in function.args.args)
            for function in functions
            for node in ast.walk(function)
        }
        object.__setattr__(self, "_parameters", inside)

    def parameters(self, node: ast.AST) -> tuple[str, ...]:
        """Return the parameters of the function that a node stands in."""
        return self._parameters.get(node, ())

    def start(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        """Return where a node begins."""
        return self._place(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr | ast.keyword) -> int:
        """Return where a node ends, exclusive."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._place(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.stmt | ast.expr | ast.keyword) -> str:
        """Return a node's source."""
        return self.source[self.start(node) : self.end(node)]

    def atom(self, node: ast.expr) -> str:
        """Return an expression's source, in parentheses unless it may stand anywhere without them."""
        return self.of(node) if isinstance(node, _ATOMS) else f"({self.of(node)})"

    def put(self, node: ast.stmt | ast.expr | ast.keyword, text: str) -> Edit:
        """Return the edit that puts `text` in a node's place."""
        return Edit(self.start(node), self.end(node), text)

    def between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Edit:
        """Return the edit that replaces the operator `old` between two operands."""
        at = self.source.index(old, self.end(left), self.start(right))
        return Edit(at, at + len(old), new)

    def apply(self, edit: Edit) -> str:
        """Return the source with an edit made."""
        return self.source[: edit.start] + edit.text + self.source[edit.end :]

    def line_of(self, place: int) -> int:
        """Return the line, from 1, that a place stands in."""
        return bisect_right(self._starts, place)

    def _place(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        if not text.isascii():  # a tree counts in bytes of UTF-8
            column = len(text.encode()[:column].decode())
        return self._starts[line - 1] + column
