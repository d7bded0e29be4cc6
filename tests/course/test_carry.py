"""Building the next assignment on one's own engine."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradlab.as_notebook import notebook
from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.carry import Carried, carry, known_so_far
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.errors import SubmissionError
from gradlab.mistakes import Mistake, replace_definitions
from gradlab.submission import parse

SmallCourse = Callable[..., Path]
COURSE = find_course(Path(), shipped_course())
LATER = COURSE.order[1:]
OWN = (Path(__file__).parents[1] / "specimens" / "own_backward.py").read_text(encoding="utf-8")


def assignment(name: str) -> Assignment:
    return load_assignment(COURSE, name)


def own_engine(name: str) -> str:
    """Return a right engine for an assignment in which `backward` is in a student's own hand."""
    solved = assemble(assignment(name), solved=[task.id for task in assignment(name).tasks])
    own = [node for node in ast.parse(OWN).body if not isinstance(node, ast.Expr)]
    plain = [ast.get_source_segment(OWN, node) or "" for node in own if isinstance(node, ast.Assign)]
    made = replace_definitions(solved, Mistake("own", "", frozenset(), frozenset(), OWN))
    return made.replace("\n\n\nclass no_grad", "\n\n" + "\n".join(plain) + "\n\n\nclass no_grad", 1)


def moved(to: str, engine: str | bytes, name: str = "engine.py", **files: str) -> Carried:
    target = assignment(to)
    content = {name: engine.encode() if isinstance(engine, str) else engine}
    content |= {path.replace("__", "/") + ".py": text.encode() for path, text in files.items()}
    return carry(target, assemble(target, solved=()), parse(content), known_so_far(target))


def with_rest_solved(target: Assignment, source: str, count: int) -> str:
    """Solve the first tasks of an assignment in a carried engine, with the course's definitions."""
    solved = assemble(target, solved=[task.id for task in target.tasks[:count]])
    names = {name for task in target.tasks for name in task.defines}
    nodes = {node.name: node for node in ast.parse(solved).body if isinstance(node, ast.FunctionDef)}
    parts = [ast.get_source_segment(solved, nodes[name]) or "" for name in sorted(names)]
    imports = [
        ast.unparse(node) for node in ast.parse(solved).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return replace_definitions(
        source, Mistake("rest", "", frozenset(), frozenset(), "\n".join([*imports, *parts]))
    )


@pytest.mark.parametrize("shipped", LATER, indirect=True, scope="session")
@pytest.mark.parametrize("came_from", ["backward", "the assignment before"])
def test_the_staircase_holds_on_a_student_s_own_engine(
    bench: Any, shipped: Assignment, came_from: str
) -> None:
    before = "backward" if came_from == "backward" else COURSE.order[COURSE.order.index(shipped.name) - 1]
    carried = moved(shipped.name, own_engine(before))
    assert {task.id for task in assignment("backward").tasks} <= set(carried.tasks)
    for count in range(len(shipped.tasks) + 1):
        solved = {task.id for task in shipped.tasks[:count]}
        failing = bench.failing(with_rest_solved(shipped, carried.source, count))
        assert set(failing) == {check.name for check in shipped.checks if check.task not in solved}


def test_their_definitions_helpers_and_imports_come_along_and_the_rest_is_the_course_s() -> None:
    own = own_engine("backward").replace("def _users", "# How many edges lead to each node.\ndef _users")
    source = moved("retain_grad", own).source
    names: dict[str, Any] = {}
    exec(compile(source, "engine.py", "exec"), names)
    for name in ("_users", "Purse", "ONE", "_seen_runs", "_says", "torch_size", "deque", "fold"):
        assert name in names, name
    assert names["_seen_runs"] == 0
    assert "# How many edges lead to each node.\ndef _users(root):" in source
    assert re.search(
        r"@after_its_hooks\ndef accumulate_grad\(leaf: Tensor, grad: Array\) -> None:\n    total", source
    )
    assert source.count("from collections import defaultdict, deque\n") == 1
    assert "heapq" not in source


def test_a_notebook_and_a_package_are_carried_as_the_file_is() -> None:
    own = own_engine("backward")
    from_file = moved("zero_grad", own)
    made = notebook(assignment("backward"), own, (assignment("backward").root / "handout.md").read_text())
    cells = json.loads(made)
    cells["cells"].insert(
        1, {"cell_type": "code", "metadata": {}, "source": "%matplotlib inline\nx = 3", "id": "a"}
    )
    from_notebook = moved("zero_grad", json.dumps(cells), "engine.ipynb")
    assert from_notebook.source.replace("engine.ipynb", "engine.py") == from_file.source
    assert (
        (from_notebook.tasks, from_notebook.remarks)
        == (from_file.tasks, from_file.remarks)
        == (
            ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6"),
            (),
        )
    )


def test_files_of_one_s_own_become_one() -> None:
    own = own_engine("backward")
    cut = own.index("def _says")
    end = own.index("class Purse")
    helpers = "from collections import defaultdict\nfrom . import graph_note\n" + own[cut:end]
    helpers = helpers.replace("from . import graph_note\n", "")
    names = "_says, torch_size, _users"
    entry = (
        own[:cut].replace("import itertools\n", f"import itertools\nfrom .helpers import {names}\n")
        + own[end:]
    )
    entry = entry.replace("from collections import defaultdict, deque", "from collections import deque")
    carried = moved("zero_grad", entry, "engine/__init__.py", engine__helpers=helpers)
    assert carried.tasks == ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6")
    compile(carried.source, "engine.py", "exec")
    assert "from .helpers" not in carried.source
    assert carried.source.count("def _users") == 1


def test_what_a_student_has_not_written_is_the_course_s_and_said() -> None:
    stub = assemble(assignment("backward"), solved=["2.1", "2.2", "2.3", "2.4"])
    carried = moved("zero_grad", stub)
    assert "2.5" not in carried.tasks
    [remark] = carried.remarks
    line = stub.splitlines().index("def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:") + 1
    assert remark == (
        f"Task 2.5: in your engine `unbroadcast` is not written yet (engine.py:{line}); what you get is the course's."
    )
    assert "NotImplementedError" not in carried.source.split("def unbroadcast")[1].split("\ndef ")[0]


def test_a_task_of_several_functions_that_is_not_written_is_said_once() -> None:
    stub = assemble(assignment("backward"), solved=["2.1", "2.2", "2.4", "2.5"])
    [remark] = moved("zero_grad", stub).remarks
    assert re.fullmatch(
        r"Task 2\.3: in your engine `sub_backward` and 7 more are not written yet \(engine\.py:\d+\); "
        r"what you get is the course's\.",
        remark,
    )
    half = stub.replace(
        'raise NotImplementedError("Task 2.3: The chain rule, function by function")', "return grad, -grad", 1
    )
    assert len(moved("zero_grad", half).remarks) == 7


def test_a_definition_that_is_made_in_several_steps_comes_whole() -> None:
    own = own_engine("backward") + (
        "\n\ndef counted(rule):\n    return lambda *given: rule(*given)\n\n\nexp_backward = counted(exp_backward)\n"
    )
    source = moved("zero_grad", own).source
    names: dict[str, Any] = {}
    exec(compile(source, "engine.py", "exec"), names)
    assert names["exp_backward"].__name__ == "<lambda>"
    assert names["exp_backward"](2.0, 3.0) == 6.0
    stub = assemble(
        assignment("backward"), solved=()
    )  # as in a notebook, where the stub's cell is left as it was
    again = moved(
        "zero_grad", stub + "\n\ndef exp_backward(grad, result):\n    return result * grad\n"
    ).source
    assert again.count("def exp_backward") == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_are_counted_as_python_counts_them(newline: str) -> None:
    own = own_engine("backward").replace("ONE = 1.0", 'ONE = len("\x0c\u2028\x1c") / 3')
    own = own.replace('"""Fill in a sentence."""', '"""Fill\x0bin a\u2029sentence."""')
    carried = moved("zero_grad", own.replace("\n", newline))
    names: dict[str, Any] = {}
    exec(compile(carried.source, "engine.py", "exec"), names)
    assert names["ONE"] == 1.0
    assert "\r" not in carried.source
    target = assignment("zero_grad")
    made = notebook(target, carried.source, (target.root / "handout.md").read_text())
    cells = [cell for cell in json.loads(made)["cells"] if cell["cell_type"] == "code"]
    sources = ["".join(cell["source"]) for cell in cells]
    joined = "\n".join(source for source in sources if not source.startswith("if __name__"))
    assert ast.dump(ast.parse(joined)) == ast.dump(ast.parse(carried.source))


def test_what_is_nested_too_deeply_is_refused_in_one_sentence() -> None:
    deep = own_engine("backward") + "\nDEEP = " + "+".join(["1"] * 2000) + "\n"
    deep = deep.replace("ONE = 1.0", "ONE = DEEP / 2000")
    with pytest.raises(SubmissionError, match=r"engine\.py is nested too deeply"):
        moved("zero_grad", deep)


@pytest.mark.parametrize("where", ["HUGE = {}", "print({})", "if {}: x = 1"])
def test_a_number_that_python_cannot_write_out_is_refused_with_its_line(where: str) -> None:
    engine = own_engine("backward") + where.format("0x" + "f" * 6000) + "\n"
    with pytest.raises(SubmissionError, match=r"engine\.py:\d+: a whole number of more than 300 digits"):
        moved("zero_grad", engine)


def test_a_solution_that_is_withheld_stays_a_stub() -> None:
    stub = assemble(assignment("backward"), solved=["2.1", "2.2", "2.3", "2.4"])
    target = assignment("zero_grad")
    base = assemble(target, solved=(), withheld=["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"])
    assert 'raise NotImplementedError("Task 2.2: Walk the graph: every path counts")' in base
    carried = carry(target, base, parse({"engine.py": stub.encode()}), known_so_far(target))
    assert [remark.partition("; ")[2] for remark in carried.remarks] == [
        "what you get is a stub in the new one, too."
    ]
    assert 'raise NotImplementedError("Task 2.5: ' in carried.source
    assert 'raise NotImplementedError("Task 2.2: ' not in carried.source


def test_changes_to_given_code_and_loose_statements_are_left_behind_with_their_lines() -> None:
    own = own_engine("backward").replace("return len(self.data)", "return len(self.data) + 0")
    own += "\nTensor.double = lambda self: self + self\nnp.seterr(all='raise')\n"
    remarks = moved("zero_grad", own).remarks
    lines = own.splitlines()
    tensor = lines.index("class Tensor:") + 1
    assert remarks == (
        f"engine.py:{tensor}: your `Tensor` is not carried over: it is given, and the course's is used.",
        f"engine.py:{len(lines) - 1}: `Tensor.double = lambda self: self + self` is not carried over: "
        "only definitions and what they use are.",
        f"engine.py:{len(lines)}: `np.seterr(all='raise')` is not carried over: only definitions and what they use are.",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("def _says(", "def descend(", "_says(", "descend("),
            r"engine\.py:\d+: your `descend` has the name of something else in the new engine\. Rename it",
        ),
        (
            ("users = _users(root)", "users = _counts(root)"),
            r"engine\.py:\d+: `run_backward` uses `_counts`, which nothing defines or imports by name\.",
        ),
        (("def unbroadcast(", "def unbroadcast(:"), r"engine\.py, line \d+ is not valid Python"),
    ],
    ids=["a name that is taken", "a name that nothing defines", "a syntax error"],
)
def test_what_cannot_be_carried_is_refused_with_its_line(change: tuple[str, ...], words: str) -> None:
    own = own_engine("backward")
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in own
        own = own.replace(old, new)
    with pytest.raises(SubmissionError, match=words):
        moved("zero_grad", own)


def test_modules_under_other_names_are_refused_with_their_line() -> None:
    own = own_engine("backward").replace("import itertools\n", "import itertools\nimport helpers as h\n")
    with pytest.raises(
        SubmissionError, match=r"engine\.py:\d+: `import helpers as h` gives helpers or what it holds"
    ):
        moved("zero_grad", own, helpers="x = 1\n")


def test_an_engine_of_another_design_has_nothing_to_carry() -> None:
    other = (shipped_course() / "backward" / "examples" / "own_design.py").read_text()
    with pytest.raises(
        SubmissionError, match=r"defines none of the functions of earlier tasks \(accumulate_grad, "
    ):
        moved("zero_grad", other)


OVERLAY = '''"""The second chapter."""


def one(x: float) -> float:
    """Task one."""
    ### BEGIN GIVEN UNTIL next
    ### BEGIN SOLUTION 1.1
    return x + 1.0
    ### END SOLUTION
    ### END GIVEN
    ### BEGIN GIVEN FROM next
    ### BEGIN SOLUTION 1.1
    return helper(x) + 1.0
    ### END SOLUTION
    ### END GIVEN


def two() -> int:
    """Task two."""
    ### BEGIN SOLUTION 1.2
    return 2
    ### END SOLUTION


def later() -> int:
    """A task of the next assignment."""
    ### BEGIN SOLUTION 2.1
    return 21
    ### END SOLUTION
'''


def test_what_a_later_assignment_writes_anew_is_not_carried_and_said(small_course: SmallCourse) -> None:
    course = find_course(small_course(engine__second_py=OVERLAY))
    first, following = load_assignment(course, "warm_up"), load_assignment(course, "next")
    stub = assemble(first, solved=())
    assert stub.count("Task 1.1") == 1
    own = stub.replace('raise NotImplementedError("Task 1.1: One")', "return 1.0 + x")
    own = own.replace('raise NotImplementedError("Task 1.2: Two")', "return 1 + 1")
    base = assemble(following, solved=())
    carried = carry(following, base, parse({"engine.py": own.encode()}), known_so_far(following))
    assert "return helper(x) + 1.0" in carried.source
    assert "return 1 + 1" in carried.source
    assert carried.tasks == ("1.2",)
    line = own.splitlines().index("def one(x: float) -> float:") + 1
    assert carried.remarks == (
        f"engine.py:{line}: your `one` (task 1.1) is not carried over: from here on the course's is another.",
    )


def test_no_shipped_assignment_rewrites_what_students_wrote_before() -> None:
    tasks = {name for other in COURSE.order for task in assignment(other).tasks for name in task.defines}
    for name in LATER:
        assert not tasks & set(known_so_far(assignment(name)).rewritten), name
