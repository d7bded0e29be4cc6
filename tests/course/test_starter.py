"""What a student gets."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment
from gradlab.errors import CourseError, UsageError
from gradlab.starter import starter_files, write_files

from .conftest import ASSIGNMENT

SmallCourse = Callable[..., Path]
FILES = ["assignment.toml", "checks.py", "course.toml", "engine.ipynb", "engine.py", "handout.md"]


def write_starter(assignment: Assignment, directory: Path) -> list[Path]:
    return write_files(starter_files(assignment, assemble(assignment, solved=())), directory)


@pytest.fixture
def starter(shipped: Assignment, tmp_path: Path) -> Path:
    write_starter(shipped, tmp_path / "mine")
    return tmp_path / "mine"


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_a_starter_is_these_files(backward: Assignment, tmp_path: Path) -> None:
    written = write_starter(backward, tmp_path / "a" / "b")
    assert [path.name for path in written] == FILES
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == FILES


def test_a_starter_is_a_course_of_its_own(starter: Path, shipped: Assignment) -> None:
    assignment = load_assignment(find_course(starter / "engine.py"), None)
    assert assignment.name == shipped.name
    assert assignment.course.bundle
    assert assignment.course.engine == shipped.course.engine
    assert not any(check.hidden for check in assignment.checks)
    assert assignment.hidden_points == sum(check.points for check in shipped.checks if check.hidden)
    assert assignment.max_score == shipped.max_score


def plain(text: str) -> set[str]:
    """Return lines without what stands around them and behind them."""
    return {line.partition("  #")[0].strip() for line in text.splitlines()}


def test_no_hidden_check_is_in_a_starter(starter: Path, shipped: Assignment) -> None:
    hidden = {line for line in plain((shipped.root / "hidden.py").read_text()) if len(line) > 8}
    texts = {path.name: path.read_text(encoding="utf-8") for path in starter.iterdir()}
    hidden -= {line for name in ("checks.py", "engine.py", "handout.md") for line in plain(texts[name])}
    assert len(hidden) > 40
    for name, text in texts.items():
        assert not [line for line in hidden if line in text], name
        assert not [check.name for check in shipped.checks if check.hidden and check.name in text], name


def test_no_solution_is_in_a_starter(starter: Path, shipped: Assignment) -> None:
    stub = (starter / "engine.py").read_text()
    solution = assemble(shipped, solved=[task.id for task in shipped.tasks])
    given = {line.strip() for line in stub.splitlines()}
    bodies = {line.strip() for line in solution.splitlines() if len(line.strip()) > 8} - given
    bodies = {line for line in bodies if not line.startswith(("import ", "from "))}
    assert len(bodies) > 8
    wanted = {name for task in shipped.tasks for name in task.defines}
    for node in ast.parse(stub).body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            assert [type(part) for part in node.body] == [ast.Expr, ast.Raise]
    for path in starter.iterdir():
        lines = {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
        assert not bodies & lines, path.name
    assert shipped.name != "backward" or "heap" not in stub
    assert "### " not in stub


def test_the_notebook_defines_what_the_file_defines(starter: Path) -> None:
    def definitions(source: str) -> list[str]:
        return [ast.dump(node) for node in ast.parse(source).body if not isinstance(node, ast.If)]

    joined = "\n".join(code_cells(starter / "engine.ipynb"))
    assert definitions(joined) == definitions((starter / "engine.py").read_text())


def test_the_notebook_has_a_section_for_each_task_and_examples_that_grading_passes_over(
    starter: Path, shipped: Assignment
) -> None:
    cells = json.loads((starter / "engine.ipynb").read_text())["cells"]
    headings = [
        match
        for c in cells
        if c["cell_type"] == "markdown"
        for match in re.findall(r"^## (\S+)", "".join(c["source"]), re.M)
    ]
    assert headings == [task.id for task in shipped.tasks]
    cells = code_cells(starter / "engine.ipynb")
    examples = [cell for cell in cells if cell.startswith('if __name__ == "__main__":') and "print(" in cell]
    assert len(examples) >= len(shipped.tasks)
    assert not re.search(r"^print\(", "\n".join(cells), re.MULTILINE)


def test_the_notebook_of_a_solved_engine_runs_from_top_to_bottom(
    backward: Assignment, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    import types

    from gradlab.as_notebook import notebook

    source = assemble(backward, solved=[task.id for task in backward.tasks])
    content = notebook(backward, source, (backward.root / "handout.md").read_text())
    kernel = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", kernel)
    for cell in json.loads(content)["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "cell", "exec"), kernel.__dict__)
    assert "tensor(-108.)" in capsys.readouterr().out


def test_the_notebook_is_valid_and_the_same_every_time(backward: Assignment, tmp_path: Path) -> None:
    import nbformat

    for name in ("one", "two"):
        write_starter(backward, tmp_path / name)
    one, two = (tmp_path / name / "engine.ipynb" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    nbformat.validate(nbformat.read(one, as_version=4))


def test_existing_files_are_never_overwritten(backward: Assignment, tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("my work\n")
    (tmp_path / "handout.md").write_text("my notes\n")
    with pytest.raises(UsageError, match=r"already holds engine\.py, handout\.md, and nothing was written\."):
        write_starter(backward, tmp_path)
    assert (tmp_path / "engine.py").read_text() == "my work\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engine.py", "handout.md"]


def test_a_second_assignment_starts_with_the_first_one_solved(
    small_course: SmallCourse, tmp_path: Path
) -> None:
    course = find_course(small_course())
    write_starter(load_assignment(course, "next"), tmp_path / "next")
    assert "Task 1" not in (tmp_path / "next" / "engine.py").read_text()


def test_quotes_in_a_title_survive_in_the_bundle(small_course: SmallCourse, tmp_path: Path) -> None:
    root = small_course(
        course_toml="title = 'A \"small\" \\ one'\norder = ['warm_up']\nchapters = ['first.py', 'second.py']\n"
    )
    write_starter(load_assignment(find_course(root), None), tmp_path / "mine")
    assert find_course(tmp_path / "mine").title == 'A "small" \\ one'


def test_comments_and_settings_of_the_course_s_own_stay_out_of_a_starter(
    small_course: SmallCourse, tmp_path: Path
) -> None:
    text = ASSIGNMENT.replace(
        'title = "Warm up"', 'title = "Warm up" # the trick is 42\nsolutions_from = 2020-01-01T00:00:00Z'
    )
    root = small_course(warm_up__assignment_toml=text)
    write_starter(load_assignment(find_course(root), "warm_up"), tmp_path / "mine")
    written = (tmp_path / "mine" / "assignment.toml").read_text()
    assert "42" not in written
    assert "solutions_from" not in written
    assert load_assignment(find_course(tmp_path / "mine"), None).title == "Warm up"


def test_pictures_of_the_handout_come_along(small_course: SmallCourse, tmp_path: Path) -> None:
    root = small_course(warm_up__handout_md="# Warm up\n\n![the graph](graph.svg)\n")
    (root / "warm_up" / "graph.svg").write_text("<svg/>")
    write_starter(load_assignment(find_course(root), "warm_up"), tmp_path / "mine")
    assert (tmp_path / "mine" / "graph.svg").read_text() == "<svg/>"
    (root / "warm_up" / "graph.svg").unlink()
    with pytest.raises(CourseError, match=r"graph\.svg: cannot be read: No such file"):
        write_starter(load_assignment(find_course(root), "warm_up"), tmp_path / "other")
