"""Imports point down: every module has a floor, and may import at module level only from its own floor or below."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GRADER = ROOT / "grader"

# First match wins. A package's modules share its floor.
FLOORS = {
    "gradlab.errors": 0,
    "gradlab.wire": 0,
    "gradlab.model": 0,
    "gradlab.wording": 0,
    "gradlab.syntax": 0,
    "gradlab.program": 1,
    "gradlab.worker": 1,
    "gradlab.hookspecs": 1,
    "gradlab.observe": 1,
    "gradlab.renderer": 1,
    "gradlab.manager": 1,
    "gradlab.settings": 1,
    "gradlab.checks": 1,
    "gradlab.isolation": 2,
    "gradlab.record": 2,
    "gradlab.replay": 2,
    "gradlab.show": 2,
    "gradlab.scoring": 2,
    "gradlab.limits": 2,
    "gradlab.archive": 2,
    "gradlab.submission": 2,
    "gradlab.notebook": 2,
    "gradlab.package": 2,
    "gradlab.course": 2,
    "gradlab.draft": 2,
    "gradlab.lateness": 2,
    "gradlab.assignment": 2,
    "gradlab.assemble": 2,
    "gradlab.mistakes": 2,
    "gradlab.handout": 2,
    "gradlab.session": 2,
    "gradlab.secret": 2,
    "gradlab.playback": 3,
    "gradlab.demo": 3,
    "gradlab.new_course": 3,
    "gradlab.new_assignment": 3,
    "gradlab.shrink": 3,
    "gradlab.confirm": 3,
    "gradlab.expect": 3,
    "gradlab.trial": 3,
    "gradlab.judging": 3,
    "gradlab.counterexample": 3,
    "gradlab.explanation": 3,
    "gradlab.places": 3,
    "gradlab.fuzz": 3,
    "gradlab.diagnosis": 3,
    "gradlab.patterns": 3,
    "gradlab.runner": 3,
    "gradlab.mutants": 3,
    "gradlab.lint": 3,
    "gradlab.as_notebook": 3,
    "gradlab.starter": 3,
    "gradlab.faults": 3,
    "gradlab.statements": 3,
    "gradlab.carry": 3,
    "gradlab.release": 3,
    "gradlab.template": 3,
    "gradlab.gradebook": 3,
    "gradlab.render": 4,
    "gradlab.testing": 4,
    "gradlab.cli": 4,
}
WORKER_MAY_IMPORT = {"gradlab.wire", "gradlab.program", "gradlab.worker", "gradlab"}


def floor(module: str) -> int | None:
    for name, number in FLOORS.items():
        if module == name or module.startswith(name + "."):
            return number
    return None


def modules(source_root: Path) -> list[tuple[str, Path]]:
    found = []
    for path in sorted(source_root.rglob("*.py")):
        parts = path.relative_to(source_root).with_suffix("").parts
        found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def imports(path: Path, *, everywhere: bool = True) -> set[str]:
    """Every module that the file imports; those under `if TYPE_CHECKING:` do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


GRADER_MODULES = modules(GRADER)


def test_every_grader_module_has_a_floor() -> None:
    homeless = [name for name, _ in GRADER_MODULES if name != "gradlab" and floor(name) is None]
    assert homeless == []


@pytest.mark.parametrize(("name", "path"), GRADER_MODULES, ids=[name for name, _ in GRADER_MODULES])
def test_imports_point_down(name: str, path: Path) -> None:
    own = floor(name)
    if own is None:  # the package itself imports on demand only
        return
    upward = {other for other in imports(path) if (there := floor(other)) is not None and there > own}
    assert upward == set()


@pytest.mark.parametrize(("name", "path"), GRADER_MODULES, ids=[name for name, _ in GRADER_MODULES])
def test_gradlab_never_imports_the_engine_or_the_plugins_by_name(name: str, path: Path) -> None:
    assert not {other for other in imports(path) if other.split(".")[0] in ("refgrad", "gradlab_plugins")}


@pytest.mark.parametrize(
    ("name", "path"),
    [m for m in GRADER_MODULES if m[0].startswith("gradlab.worker")],
    ids=lambda m: str(m)[-40:],
)
def test_worker_code_imports_nothing_of_the_grader_but_the_wire(name: str, path: Path) -> None:
    ours = {other for other in imports(path) if other.split(".")[0] == "gradlab"}
    allowed = {
        o for o in ours if any(o == a or o.startswith(a + ".") for a in WORKER_MAY_IMPORT - {"gradlab"})
    }
    assert ours - allowed - {"gradlab"} == set()


def test_plugins_import_only_the_public_api() -> None:
    import gradlab

    public = {"gradlab", "gradlab.wire"} | {f"gradlab.{name}" for name in gradlab.__all__}
    for name, path in modules(ROOT / "plugins"):
        ours = {
            o for o in imports(path) if o.split(".")[0] == "gradlab" and not o.startswith("gradlab.wire.")
        }
        assert ours <= public, name


def test_refgrad_imports_numpy_and_the_standard_library_only() -> None:
    for name, path in modules(ROOT / "reference"):
        assert not {
            o for o in imports(path) if o.split(".")[0] in ("gradlab", "gradlab_plugins", "torch", "scipy")
        }, name


def test_course_files_import_only_the_public_api() -> None:
    for path in (ROOT / "assignments").rglob("*.py"):
        if path.name in ("checks.py", "hidden.py"):
            ours = {o.split(".")[0] for o in imports(path)}
            assert ours <= {"gradlab", "numpy", "__future__"}, path
