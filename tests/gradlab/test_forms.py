"""A file, a notebook and a package with the same work in them get the same verdicts, in every assignment."""

from __future__ import annotations

import ast
import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gradlab.as_notebook import notebook
from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager
from gradlab.mistakes import Mistake, replace_definitions
from gradlab.model import Outcome
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.statements import IMPORTS, own_statements
from gradlab.submission import parse

COURSE = find_course(Path(), shipped_course())


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with Engines.start(COURSE.engine) as started:
        yield started


@pytest.fixture(scope="module", params=COURSE.order)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(COURSE, request.param)


@pytest.fixture(scope="module")
def grading(engines: Engines, assignment: Assignment) -> Grading:
    return Grading(assignment, engines, build_manager(), secret=secrets.token_bytes(32), shrink=False)


def verdicts(grading: Grading, files: Mapping[str, str]) -> dict[str, Outcome]:
    submission = parse({name: text.encode() for name, text in files.items()})
    report = grade(grading, submission, student="ada", attempt=1, submitted_at="2026-10-01T12:00:00+00:00")
    return {check.name: check.outcome for check in report.checks}


def solved_in_a_notebook(assignment: Assignment, solved: str) -> str:
    """Solve the stub's notebook as a student does: cell by cell, with a note, a magic and a scratch cell that raises."""
    stub = assemble(assignment, solved=())
    handout = (assignment.root / "handout.md").read_text(encoding="utf-8")
    made = json.loads(notebook(assignment, stub, handout))
    definitions = {
        node.name: ast.get_source_segment(solved, node) or ""
        for node in ast.parse(solved).body
        if isinstance(node, ast.FunctionDef)
    }
    imports = [ast.unparse(node) for node in ast.parse(solved).body if isinstance(node, IMPORTS)][
        1:
    ]  # not __future__
    for cell in made["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or source.startswith("if __name__"):
            continue
        names = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        mine = "\n\n\n".join(text for name, text in definitions.items() if name in names)
        cell["source"] = replace_definitions(source, Mistake("", "", frozenset(), frozenset(), mine))
    made["cells"].insert(1, _cell("%matplotlib inline\n" + "\n".join(imports)))
    made["cells"].append(_cell("1 / 0  # what happens?"))
    return json.dumps(made)


def _cell(source: str) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def as_package(solved: str) -> dict[str, str]:
    """Move what needs nothing but numpy into files of its own, one after the other."""
    statements = own_statements(parse({"engine.py": solved.encode()}))
    movable = [
        statement
        for statement in statements
        if isinstance(statement.node, ast.FunctionDef)
        and not statement.node.decorator_list
        and statement.uses
        <= {
            "np",
            "int",
            "float",
            "tuple",
            "len",
            "range",
            "enumerate",
            "isinstance",
            "list",
            "reversed",
            "RuntimeError",
            "zip",
            "all",
            "prod",
        }
    ]
    assert len(movable) >= 8
    head = "from __future__ import annotations\n\nimport numpy as np\nfrom math import prod\n\n\n"
    half = len(movable) // 2
    files = {"engine/rules.py": movable[:half], "engine/more/rules.py": movable[half:]}
    rest = replace_definitions(solved, Mistake("", "", frozenset(), frozenset(), ""))
    for statement in movable:
        assert rest.count(statement.text()) == 1
        rest = rest.replace(statement.text(), "")
    names = [", ".join(statement.node.name for statement in part) for part in files.values()]  # type: ignore[attr-defined]
    imports = f"from .rules import {names[0]}\nfrom .more.rules import {names[1]}\n"
    rest = rest.replace(
        "from __future__ import annotations\n", f"from __future__ import annotations\n\n{imports}", 1
    )
    texts = {name: head + "\n\n\n".join(s.text() for s in part) + "\n" for name, part in files.items()}
    return {"engine/__init__.py": rest, "engine/more/__init__.py": "", **texts}


@pytest.mark.parametrize("share", ["all", "half"])
def test_a_notebook_and_a_package_get_the_verdicts_of_the_file(
    grading: Grading, assignment: Assignment, share: str
) -> None:
    tasks = [task.id for task in assignment.tasks]
    done = tasks if share == "all" else tasks[: len(tasks) // 2]
    solved = assemble(assignment, solved=done)
    as_file = verdicts(grading, {"engine.py": solved})
    passed = {check.name for check in assignment.checks if check.task in done}
    assert {name for name, outcome in as_file.items() if outcome is Outcome.PASSED} == passed
    assert verdicts(grading, {"engine.ipynb": solved_in_a_notebook(assignment, solved)}) == as_file
    assert verdicts(grading, as_package(solved)) == as_file
