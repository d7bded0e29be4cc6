"""Compile one module's cells. A notebook's cells may hold IPython's own syntax, which is left out with a note."""

from __future__ import annotations
import __future__

import marshal
import re
from collections.abc import Mapping
from types import CodeType
from typing import NamedTuple

from gradlab import wire

__all__ = ["CompiledCell", "CompiledModule", "compile_module", "file_name", "pack", "unpack"]

_LINE_MAGIC = re.compile(
    r"""\s*(?: % [\w%]          # %matplotlib inline
            | !                # !pip install
            | \?{1,2}\w        # ?help
            | [\w.,\s()*]+ = \s* (?: ! | %\w )   # files = !ls
            | [\w.]+ \s* \?{1,2} \s*$            # help?
        )""",
    re.VERBOSE,
)
_MOST_CODE = 4 << 20  # bytes
_DEFINITION = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)
_FUTURE = 0
for _feature in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _feature).compiler_flag


class CompiledCell(NamedTuple):
    """Code to run, what to call it, and its source without IPython's own syntax."""

    label: str
    code: CodeType
    source: str


class CompiledModule(NamedTuple):
    """A module's cells in order, or the fault that stopped the first that does not compile."""

    cells: list[CompiledCell]
    fault: wire.SyntaxFault | None
    notes: list[wire.Note]
    skipped: dict[str, str]  # definitions lost with a cell that was left out: name, cell


def file_name(file: wire.SourceFile, cell: wire.Cell) -> str:
    """Return the name that a cell's code carries in tracebacks, and that students know it by."""
    return f"{file.path} {cell.label}" if file.notebook else file.path


def compile_module(file: wire.SourceFile) -> CompiledModule:
    """Compile every cell; run nothing."""
    module = CompiledModule([], None, [], {})
    kept: set[str] = set()
    future = 0
    for cell in file.cells:
        name = file_name(file, cell)
        if file.notebook and (magic := _cell_magic(cell.source)):
            module.notes.append(wire.Note(name, 1, f"left out: the cell starts with {magic}"))
            module.skipped.update(dict.fromkeys(_DEFINITION.findall(cell.source), cell.label))
            continue
        source = cell.source
        try:
            code = _compile(source, name, future)
        except _FAULTS as error:
            source, notes = _without_magics(cell.source, name, future) if file.notebook else ("", None)
            if notes is None:
                return module._replace(fault=_fault(error, name, cell.source))
            module.notes.extend(notes)
            code = _compile(source, name, future)
        future |= code.co_flags & _FUTURE
        kept.update(_DEFINITION.findall(cell.source))
        module.cells.append(CompiledCell(cell.label, code, source))
    for name in kept & module.skipped.keys():
        del module.skipped[name]
    return module


def pack(modules: Mapping[str, CompiledModule]) -> bytes:
    """Return modules without a fault as bytes for `unpack` in another worker; none if that would be very much."""
    packed = marshal.dumps({name: [tuple(cell) for cell in module.cells] for name, module in modules.items()})
    return packed if len(packed) <= _MOST_CODE else b""


def unpack(packed: bytes) -> dict[str, CompiledModule]:
    """Return the modules of `pack`, without the notes that were made of them."""
    cells: dict[str, list[tuple[str, CodeType, str]]] = marshal.loads(packed)
    return {
        name: CompiledModule([CompiledCell(*cell) for cell in found], None, [], {})
        for name, found in cells.items()
    }


# What compile() raises on bad source: null bytes, bad escapes and pathological nesting are not all SyntaxErrors.
_FAULTS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


def _compile(source: str, name: str, future: int) -> CodeType:
    code: CodeType = compile(source, name, "exec", flags=future, dont_inherit=True, optimize=0)
    return code


def _cell_magic(source: str) -> str | None:
    first = source.lstrip().split("\n", 1)[0].split(None, 1)
    return first[0] if first and first[0].startswith("%%") else None


def _without_magics(source: str, name: str, future: int) -> tuple[str, list[wire.Note] | None]:
    """Replace magics and shell escapes by `pass`; the notes are None if the rest still does not compile.

    The compiler points at them one by one, so a line of text in a string that merely looks like one is kept.
    """
    lines = source.split("\n")
    notes: list[wire.Note] = []
    for _ in lines:
        try:
            _compile("\n".join(lines), name, future)
            return "\n".join(lines), notes
        except _FAULTS as error:
            at = (getattr(error, "lineno", None) or 0) - 1
            if not 0 <= at < len(lines) or not _LINE_MAGIC.match(lines[at]):
                at = next((n for n, line in enumerate(lines) if _LINE_MAGIC.match(line)), -1)
            if at < 0:
                break
            notes.append(wire.Note(name, at + 1, f"left out: {lines[at].strip()}"))
            _leave_out(lines, at)
    return source, None


def _leave_out(lines: list[str], at: int) -> None:
    line = lines[at]
    lines[at] = line[: len(line) - len(line.lstrip())] + "pass"
    while line.endswith("\\") and at + 1 < len(lines):
        at += 1
        line, lines[at] = lines[at], ""


def _fault(error: Exception, name: str, source: str) -> wire.SyntaxFault:
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        return wire.SyntaxFault(
            name, line, None, "", "the source contains a null byte; save it as plain text"
        )
    if isinstance(error, SyntaxError):
        lines = source.splitlines()
        text = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
        return wire.SyntaxFault(name, error.lineno, error.offset, text[:200], error.msg)
    if isinstance(error, RecursionError | MemoryError):
        return wire.SyntaxFault(name, None, None, "", "the code is nested too deeply for Python to compile")
    return wire.SyntaxFault(name, None, None, "", str(error) or type(error).__name__)
