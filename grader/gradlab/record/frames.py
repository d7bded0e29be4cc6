"""Where in the author's source an operation stands: its line, the name that receives it, its text.

Everything is looked up once per place (code object and instruction) and remembered: recording a check a second
time reads no source.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FrameType

from gradlab import syntax

__all__ = ["NOWHERE", "Site", "function_node", "site_of"]

Span = tuple[int | None, int | None, int | None, int | None]


@dataclass(slots=True)
class Site:
    """One place in a checks file."""

    line: int
    var: str = ""  # the name that the result is bound to
    item: str = ""  # where the expression is iterated over: the name that its items are bound to
    text: str = ""  # the expression, as written
    arguments: str = ""  # of a call: what stands between the parentheses
    block: str = ""  # of a `with` item: the statement in its body, if there is one only
    targets: tuple[str, ...] | None = None  # the names, where the instruction unpacks a sequence
    named: dict[int | str, str] | None = None  # arguments that are plain names, by position or keyword
    code: CodeType | None = None  # keeps the key's id() from being used again


NOWHERE = Site(0)
_sites: dict[tuple[int, int], Site] = {}
_sources: dict[str, _Source] = {}


def site_of(frame: FrameType) -> Site:
    """Return the place that `frame` is executing."""
    code = frame.f_code
    key = (id(code), frame.f_lasti)
    site = _sites.get(key)
    if site is None:
        site = _sites[key] = _look_up(code, frame.f_lasti)
        site.code = code
    return site


def function_node(code: CodeType) -> ast.AST | None:
    """Return the syntax tree of the function that `code` belongs to, or None where there is no source."""
    return _source(code.co_filename).functions.get(code.co_firstlineno)


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


class _Source:
    """A file's lines, its syntax tree by position, and every node's parent."""

    def __init__(self, filename: str) -> None:
        self.lines = linecache.getlines(filename)
        self.parents: dict[ast.AST, ast.AST] = {}
        self.spans: dict[Span, ast.AST] = {}
        self.ends: dict[tuple[int | None, int | None], list[ast.AST]] = {}
        self.functions: dict[int, ast.AST] = {}
        tree = syntax.parse("".join(self.lines))
        for parent in ast.walk(tree):
            for node in ast.iter_child_nodes(parent):
                self.parents[node] = parent
                if isinstance(node, ast.FunctionDef | ast.Lambda):
                    self.functions.setdefault(_first_line(node), node)
                if isinstance(node, ast.expr | ast.stmt) and not isinstance(node, ast.Expr):
                    self.spans[node.lineno, node.end_lineno, node.col_offset, node.end_col_offset] = node
                    self.ends.setdefault((node.end_lineno, node.end_col_offset), []).append(node)

    def node(self, span: Span) -> ast.AST | None:
        """Return the node at `span`. A method call over several lines starts, for Python, at its last dot."""
        if (node := self.spans.get(span)) is not None:
            return node
        calls = [node for node in self.ends.get((span[1], span[3]), []) if isinstance(node, ast.Call)]
        return calls[0] if calls else None

    def text(self, node: ast.AST) -> str:
        """Return the node's source on one line: of a block its first, of what is drawn from `rng` no more than dots."""
        assert isinstance(node, ast.expr | ast.stmt)
        if isinstance(node, ast.With | ast.For | ast.While | ast.If | ast.Try):
            return _brief(f"{self.lines[node.lineno - 1].strip()} ...")
        lines = [line.encode() for line in self.lines[node.lineno - 1 : node.end_lineno]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return _brief(" ".join(line.decode().strip() for line in lines))


def _brief(text: str) -> str:
    if "rng" not in text:
        return text
    try:
        return ast.unparse(_Brief().visit(syntax.parse(text))).partition("\n")[0]
    except SyntaxError:  # the first of several lines
        return f"{text.partition('rng')[0]}..."


class _Brief(ast.NodeTransformer):
    """Students know nothing of `rng`: `z.backward(torch.tensor(rng.normal(size=3)))` becomes `z.backward(...)`."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.func = self.visit(node.func)
        if any(_draws(item) for item in (*node.args, *node.keywords)):
            node.args, node.keywords = [ast.Constant(...)], []
        return node


def _draws(node: ast.AST) -> bool:
    return any(isinstance(item, ast.Name) and item.id == "rng" for item in ast.walk(node))


def _source(filename: str) -> _Source:
    held = _sources.get(filename)
    if held is None or held.lines is not linecache.getlines(
        filename
    ):  # another list: the file was loaded again
        held = _sources[filename] = _Source(filename)
    return held


def _look_up(code: CodeType, offset: int) -> Site:
    source = _source(code.co_filename)
    span = _positions(code, offset)
    line = span[0] or code.co_firstlineno
    node = source.node(span)
    if node is None:
        return Site(line)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        node = node.generators[0].iter  # where the iteration starts, in Python 3.11
    elif isinstance(node, ast.For):
        node = node.iter
    site = Site(line, var=_bound_to(node, source), text=source.text(node))
    if isinstance(parent := source.parents[node], ast.For | ast.comprehension):
        site.item = _name(parent.target)
    if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Store):
        if not any(isinstance(item, ast.Starred) for item in node.elts):
            site.targets = tuple(_name(item) for item in node.elts)
    elif isinstance(node, ast.Call):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        site.arguments = ", ".join(source.text(item) for item in given)
        site.named = dict(_names(node))
        site.block = _block(node, source)
    elif isinstance(node, ast.BinOp):
        site.named = {0: _name(node.left), 1: _name(node.right)}
    return site


def _positions(code: CodeType, offset: int) -> Span:
    for index, span in enumerate(code.co_positions()):
        if index == offset // 2:
            return span
    return (None, None, None, None)


def _names(call: ast.Call) -> Iterator[tuple[int | str, str]]:
    for index, item in enumerate(call.args):
        yield index, _name(item)
    for keyword in call.keywords:
        if keyword.arg is not None:
            yield keyword.arg, _name(keyword.value)


def _name(node: ast.AST | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _block(call: ast.Call, source: _Source) -> str:
    item = source.parents[call]
    block = source.parents[item] if isinstance(item, ast.withitem) else None
    if not isinstance(block, ast.With):
        return ""
    return source.text(block.body[0]) if len(block.body) == 1 else ""


def _bound_to(node: ast.AST, source: _Source) -> str:
    """Return the name that receives the value of `node`, or an empty string."""
    parent = source.parents[node]
    while isinstance(parent, ast.IfExp | ast.BoolOp):
        node, parent = parent, source.parents[parent]
    if isinstance(node, ast.AugAssign):
        return _name(node.target)
    if isinstance(parent, ast.Assign):
        return _name(parent.targets[0])
    if isinstance(parent, ast.AnnAssign | ast.NamedExpr):
        return _name(parent.target)
    if isinstance(parent, ast.withitem):
        return _name(parent.optional_vars)
    if isinstance(parent, ast.Tuple) and isinstance(assign := source.parents[parent], ast.Assign):
        target = assign.targets[0]
        if isinstance(target, ast.Tuple) and len(target.elts) == len(parent.elts):
            return _name(target.elts[parent.elts.index(node)])  # type: ignore[arg-type]
    return ""
