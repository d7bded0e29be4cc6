"""Run a program on an engine as at Python's prompt: `python -P -m gradlab.playback ENGINE PROGRAM`.

Nothing is confined: it is the student's own terminal, where print shows and `breakpoint()` stops. ENGINE is the
engine's file, the `__init__.py` of its package, or its notebook.
"""

from __future__ import annotations

import ast
import importlib.util
import linecache
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from gradlab import syntax

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Load the engine, then run the program statement by statement, each shown before it runs."""
    engine, program = map(Path, arguments)
    try:
        module = _from_notebook(engine) if engine.suffix == ".ipynb" else _from_file(engine)
        # What a notebook calls its own engine is the notebook itself.
        sys.modules["__main__"] = module
        _play(program)
    except Exception as error:
        traceback.print_exception(error.with_traceback(_without_ours(error)))
        return 1
    return 0


def _from_file(path: Path) -> ModuleType:
    sys.path.insert(0, str(path.parent.parent if path.name == "__init__.py" else path.parent))
    inside = [str(path.parent)] if path.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location("engine", path, submodule_search_locations=inside)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["engine"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _from_notebook(path: Path) -> ModuleType:
    from gradlab.notebook import cells
    from gradlab.wire import SourceFile
    from gradlab.worker.cells import compile_module

    module = sys.modules["engine"] = ModuleType("engine")
    sys.path.insert(0, str(path.parent))
    for cell in compile_module(
        SourceFile(path.name, cells(path.name, path.read_bytes()), notebook=True)
    ).cells:
        _show_source(cell.code.co_filename, cell.source)
        try:
            exec(cell.code, module.__dict__)
        except (
            Exception
        ) as error:  # a scratch cell; the next one has its turn, as when the notebook is graded
            traceback.print_exception(error.with_traceback(_without_ours(error)))
    return module


def _play(program: Path) -> None:
    source = program.read_text(encoding="utf-8")
    _show_source(program.name, source)
    lines = source.splitlines()
    names: dict[str, Any] = {"__name__": "program"}
    for node in syntax.parse(source).body:
        first, *more = lines[node.lineno - 1 : node.end_lineno]
        print(f">>> {first}", *(f"... {line}" for line in more), sep="\n", flush=True)
        exec(compile(ast.Interactive([node]), program.name, "single"), names)


def _show_source(name: str, source: str) -> None:
    """Let tracebacks and the debugger show these lines."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)


def _without_ours(error: BaseException) -> Any:
    """Return the traceback from the first frame on that is not this module's or the import system's."""
    trace = error.__traceback__
    ours = (__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")
    while trace is not None and trace.tb_frame.f_code.co_filename in ours:
        trace = trace.tb_next
    return trace


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
