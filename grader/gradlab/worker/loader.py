"""Import a submission from memory.

Which module a name means, in this order:

1. a module of the standard library, or numpy: always Python's own, wherever the submission has a file of that name
   (numpy itself would break if `random` meant something else). A note says so; inside a package such a file is
   reached by a relative import, `from . import random`.
2. a file or folder of the submission; the entry file is `engine`. A folder without `__init__.py` is a package, and a
   folder wins over a file of the same name, as usual.
3. an import that the assignment declares inert: a stand-in that does nothing, with a note.
4. anything else raises ImportError that says file, line and what may be imported.

Of the first kind a submission may import `preload.STDLIB` and what the assignment allows, by default numpy.
"""

from __future__ import annotations

import builtins
import dis
import importlib.util
import linecache
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec
from types import FrameType, ModuleType
from typing import Any

from gradlab import wire
from gradlab.worker.cells import CompiledModule, compile_module, file_name, pack, unpack
from gradlab.worker.preload import STDLIB
from gradlab.worker.probes import raised
from gradlab.worker.standins import InertModule

__all__ = ["ENTRY", "Loader"]

ENTRY = "engine"


class Loader:
    """The modules of one submission: compiled all at once, then imported."""

    def __init__(self, request: wire.Compile) -> None:
        self._files = {_module_name(file.path, request.entry): file for file in _packages_last(request.files)}
        self._names = {file_name(file, cell) for file in request.files for cell in file.cells}
        self._inert = frozenset(request.inert)
        self._allowed = frozenset((*(request.allowed or ("numpy",)), *STDLIB))
        self._modules: dict[str, CompiledModule] = unpack(request.code) if request.code else {}
        self._notes: list[wire.Note] = []
        for file in request.files:
            for cell in file.cells:
                _remember_source(file_name(file, cell), cell.source)

    def own_file(self, name: str) -> str | None:
        """Return the student's name for a code object's file, None if the code is not the submission's."""
        return name if name in self._names else None

    def compile(self, nonce: int) -> wire.Compiled:
        """Compile every file, the entry first, unless it is done already; the first fault wins. Runs nothing."""
        if self._modules:
            return wire.Compiled(nonce, None, [], {})
        skipped: dict[str, str] = {}
        notes = [self._shadowed(name) for name in self._files if _is_pythons(name)]
        fault: wire.SyntaxFault | None = None
        for name, file in sorted(self._files.items(), key=lambda item: item[0] != ENTRY):
            module = self._modules[name] = compile_module(file)
            notes += module.notes
            skipped.update(module.skipped)
            fault = fault or module.fault
        return wire.Compiled(nonce, fault, notes, skipped, b"" if fault else pack(self._modules))

    def import_entry(self, nonce: int) -> tuple[ModuleType | None, wire.Imported]:
        """Import `engine`; what it raises is reported."""
        self._install()
        module, why = None, None
        try:
            module = importlib.import_module(ENTRY)
        except BaseException as error:  # SystemExit too: the module is the submission's
            why = raised(error, self.own_file)
        return module, wire.Imported(nonce, why, self._notes)

    def _install(self) -> None:
        for name in [name for name in sys.modules if not _is_pythons(name) and name != "__main__"]:
            del sys.modules[name]  # gradlab itself and msgspec: loaded, but not for a submission
        sys.path.clear()
        sys.path_hooks.clear()
        sys.path_importer_cache.clear()
        sys.meta_path[:] = [BuiltinImporter, FrozenImporter, self]
        gate = _Gate(self._allowed, self.own_file, builtins.__import__)
        builtins.__import__ = gate  # type: ignore[assignment]

    # importlib's protocol: finder, then loader
    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec:
        """Find a module of the submission or a stand-in. Raises ImportError for anything else."""
        if name in self._files or any(own.startswith(name + ".") for own in self._files):
            is_package = name not in self._files or self._files[name].path.endswith("/__init__.py")
            origin = self._files[name].path if name in self._files else None
            spec = ModuleSpec(name, self, origin=origin, is_package=is_package)  # type: ignore[arg-type]
            spec.has_location = origin is not None
            return spec
        if name.partition(".")[0] in self._inert:
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        raise ModuleNotFoundError(_refusal(name, self._allowed, self.own_file), name=name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create a stand-in; leave the submission's own modules to importlib."""
        if spec.name.partition(".")[0] not in self._inert or spec.origin or spec.name in self._files:
            return None
        file, line = _importer(self.own_file)
        text = f"import {spec.name} does nothing while a submission is graded"
        self._notes.append(wire.Note(file or ENTRY, line, text))
        return InertModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's cells. In a notebook, a cell that raises is noted and the next one runs."""
        compiled = self._modules.get(module.__name__)
        if compiled is None:
            return
        if compiled.fault is not None:
            raise SyntaxError(compiled.fault.message)
        file = self._files[module.__name__]
        for cell in compiled.cells:
            try:
                exec(cell.code, module.__dict__)
            except BaseException as error:
                if not file.notebook:
                    raise
                why = raised(error, self.own_file)
                text = f"raised {why.class_name}: {why.message}"
                self._notes.append(
                    wire.Note(
                        why.file or f"{file.path} {cell.label}",
                        why.line,
                        text if len(text) <= 500 else f"{text[:500]} ...",
                    )
                )

    def get_source(self, name: str) -> str | None:
        """Return a module's source, for inspect and traceback."""
        file = self._files.get(name)
        return None if file is None else "\n".join(cell.source for cell in file.cells)

    def _shadowed(self, name: str) -> wire.Note:
        text = f"`import {name}` means Python's own module of that name, not this file; rename the file"
        return wire.Note(self._files[name].path, None, text)


_IMPORT_NAME = dis.opmap["IMPORT_NAME"]


class _Gate:
    """Python's `__import__`, but for the submission's own `import` statements only of what is allowed."""

    def __init__(self, allowed: frozenset[str], own_file: Any, plain: Any) -> None:
        self._allowed = allowed
        self._own_file = own_file
        self._plain = plain

    def __call__(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002 - the language's own names
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if (
            level == 0
            and _is_pythons(name)
            and not self._allows(name)
            and self._is_statement(sys._getframe(1))
        ):
            raise ModuleNotFoundError(_refusal(name, self._allowed, self._own_file), name=name)
        return self._plain(name, globals, locals, fromlist, level)

    def _is_statement(self, frame: FrameType) -> bool:
        """Whether the submission itself says `import`; C code imports in the name of whoever called it."""
        code = frame.f_code
        return self._own_file(code.co_filename) is not None and code.co_code[frame.f_lasti] == _IMPORT_NAME

    def _allows(self, name: str) -> bool:
        parts = name.split(".")
        return any(".".join(parts[:count]) in self._allowed for count in range(1, len(parts) + 1))


def _is_pythons(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or top == "numpy"


def _module_name(path: str, entry: str) -> str:
    if path == entry and not path.endswith("/__init__.py"):
        return ENTRY
    name = path.rsplit(".", 1)[0].replace("/", ".")
    return name.removesuffix(".__init__")


def _packages_last(files: Sequence[wire.SourceFile]) -> list[wire.SourceFile]:
    return sorted(files, key=lambda file: file.path.endswith("/__init__.py"))


def _remember_source(name: str, source: str) -> None:
    """Let tracebacks and inspect show the line; without a modification time linecache never looks for a file."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


def _importer(own_file: Any) -> tuple[str | None, int | None]:
    """Return file and line of the submission's import statement that is running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if (own := own_file(frame.f_code.co_filename)) is not None:
            return own, frame.f_lineno
        frame = frame.f_back
    return None, None


def _refusal(name: str, allowed: frozenset[str], own_file: Any) -> str:
    file, line = _importer(own_file)
    where = f"{file}, line {line}: " if file else ""
    more = sorted(top for top in allowed if top not in STDLIB and "." not in top)
    names = ", ".join(["the submission's own files", *more])
    return f"{where}'{name}' cannot be imported here. Allowed are {names} and most of Python's own modules. Remove this import."
