"""The statements of a student's engine at its margin: what each binds, what it uses, and where it stands."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import resolve_name
from typing import TYPE_CHECKING

from gradlab import syntax
from gradlab.errors import SubmissionError

if TYPE_CHECKING:
    from gradlab.submission import Submission
    from gradlab.wire import SourceFile

__all__ = ["DEFINITIONS", "IMPORTS", "Statement", "bound_by", "lines_of", "own_statements"]

DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement at the margin of a file. `lines` are those of its file or cell; `place` is for the student."""

    node: ast.stmt
    lines: list[str] = field(repr=False)
    file: str = "engine.py"

    @property
    def place(self) -> str:
        """Where the student finds it: `engine.py:12`, `engine.ipynb cell 3:1`."""
        return f"{self.file}:{self.node.lineno}"

    @cached_property
    def binds(self) -> frozenset[str]:
        """The names that it gives a meaning to, at the margin."""
        return frozenset(bound_by(self.node))

    @cached_property
    def uses(self) -> frozenset[str]:
        """The module's names that running it needs, now or when its functions are called; annotations left out."""
        table = symtable.symtable(ast.unparse(_without_annotations(self.node)), self.file, "exec")
        return frozenset(_globals(table))

    @cached_property
    def annotations(self) -> frozenset[str]:
        """The names in its annotations: nothing needs them to run, but readers do."""
        marks = (
            getattr(node, mark, None) for node in ast.walk(self.node) for mark in ("annotation", "returns")
        )
        names = (part for mark in marks if mark is not None for part in ast.walk(mark))
        return frozenset(name.id for name in names if isinstance(name, ast.Name))

    def text(self, without: Collection[str] = ()) -> str:
        """Return its lines, with the comments right above it and its decorators but for those `without`."""
        node = self.node
        decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
        first = min([node.lineno, *(mark.lineno for mark in decorators)]) - 1
        left_out = {mark.lineno - 1 for mark in decorators if ast.dump(mark) in without}
        while first > 0 and self.lines[first - 1].startswith("#"):
            first -= 1
        kept = (number for number in range(first, node.end_lineno or node.lineno) if number not in left_out)
        return "\n".join(self.lines[number] for number in kept)


def own_statements(submission: Submission) -> list[Statement]:
    """Return the statements of the entry and of every file of the submission's own that it imports, those first.

    What stands under `if __name__ == "__main__":` is left out, for it is no part of the engine.
    Imports between these files are left out: their names mean the same in one file. Raises SubmissionError for
    what is not Python, or gives its own modules and what they hold other names, which cannot become one file.
    """
    files = {_module(file.path, submission.entry): file for file in submission.sources}
    return list(_collect(_ENTRY, files, set()))


def lines_of(source: str) -> list[str]:
    """Return the lines as Python counts them: a form feed or a Unicode separator inside of a text ends none."""
    return re.split(r"\r\n?|\n", source)


def bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds where it stands."""
    if isinstance(node, (*DEFINITIONS, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, IMPORTS):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name != "*")
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for child in ast.iter_child_nodes(node):
            yield from bound_by(child)


_ENTRY = "engine"


def _collect(name: str, files: Mapping[str, SourceFile], seen: set[str]) -> Iterator[Statement]:
    """Yield the statements of the modules that a module imports, then its own."""
    seen.add(name)
    own: list[Statement] = []
    for statement in _read(files[name]):
        imported = _own_module(statement, name, files)
        if imported is None:
            own.append(statement)
        elif imported not in seen:
            yield from _collect(imported, files, seen)
    yield from own


def _read(file: SourceFile) -> Iterator[Statement]:
    from gradlab.worker.cells import compile_module, file_name

    compiled = compile_module(file)
    if (fault := compiled.fault) is not None:
        where = f"{fault.file}, line {fault.line}" if fault.line else fault.file
        raise SubmissionError(f"{where} is not valid Python ({fault.message}). Mend it, then carry it over.")
    names = {cell.label: file_name(file, cell) for cell in file.cells}
    for cell in compiled.cells:
        lines = lines_of(cell.source)
        for node in syntax.parse(cell.source).body:
            _refuse_huge_numbers(node, names[cell.label])
            if not (isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)):
                yield Statement(node, lines, names[cell.label])


_HUGE = 1000  # bits of a whole number; Python refuses to write out one of 4300 digits


def _refuse_huge_numbers(statement: ast.stmt, file: str) -> None:
    """Raise SubmissionError for a whole number that could not be written down again."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value.bit_length() > _HUGE:
            raise SubmissionError(
                f"{file}:{node.lineno}: a whole number of more than 300 digits stands here. Write it as a product or a "
                "power, then carry it over."
            )


def _own_module(statement: Statement, name: str, files: Mapping[str, SourceFile]) -> str | None:
    """Return the module of the submission's own that a statement imports from, or None if it does no such thing."""
    node = statement.node
    if isinstance(node, ast.Import):
        taken = [alias.name for alias in node.names if alias.name in files]
    elif isinstance(node, ast.ImportFrom):
        module = _target(node, name, files)
        taken = [module] if module in files else []
        taken += [inner for alias in node.names if (inner := f"{module}.{alias.name}") in files]
        if taken == [module] and not any(alias.asname for alias in node.names):
            return module
    else:
        return None
    if not taken:
        return None
    raise SubmissionError(
        f"{statement.place}: `{ast.unparse(node)}` gives {taken[-1]} or what it holds a name of its own, and your files "
        f"are going to be one. Write `from {taken[-1]} import` and the names that you need, as they are called there."
    )


def _target(node: ast.ImportFrom, name: str, files: Mapping[str, SourceFile]) -> str:
    package = name if files[name].path.endswith("/__init__.py") else name.rpartition(".")[0]
    dots = "." * node.level
    try:
        return resolve_name(dots + (node.module or ""), package) if dots else node.module or ""
    except ImportError:
        return ""


def _module(path: str, entry: str) -> str:
    if path == entry:
        return _ENTRY
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _without_annotations(node: ast.stmt) -> ast.AST:
    """Return a copy in which nothing is annotated: with `from __future__ import annotations` they are never run."""
    return _Bare().visit(syntax.parse(ast.unparse(node)))  # type: ignore[no-any-return]


class _Bare(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        value = node.value or ast.Constant(None)
        return ast.copy_location(ast.Assign([node.target], self.visit(value)), node)


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    at_margin = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() if at_margin else symbol.is_global():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)
