"""The bundle that students get: complete, the same every time, and silent about what they are to find out."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gradlab.assemble import assemble
from gradlab.assignment import Assignment
from gradlab.course import find_course, load_assignment
from gradlab.errors import CourseError
from gradlab.release import release
from gradlab.starter import write_files

from .conftest import ASSIGNMENT, HANDOUT, ORDER

SmallCourse = Callable[..., Path]
NOW = datetime(2026, 11, 27, tzinfo=UTC)
FILES = {".gitignore", "README.md", ".github/workflows/classroom.yml"} | {
    "assignment.toml",
    "checks.py",
    "course.toml",
    "engine.ipynb",
    "engine.py",
    "handout.md",
}


def texts(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield each file as it lies on the disk, and a notebook's cells as they are read."""
    for name, content in files.items():
        yield name, content.decode()
        if name.endswith(".ipynb"):
            yield name, "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def bundle(shipped: Assignment) -> dict[str, bytes]:
    return dict(release(shipped, NOW).files)


def solution_lines(shipped: Assignment) -> set[str]:
    """Every line of the solutions of this and later tasks that is not in the stub as well."""
    given = {line.strip() for line in assemble(shipped, solved=()).splitlines()}
    last = load_assignment(shipped.course, ORDER[-1])
    engines = [assemble(other, solved=[task.id for task in other.tasks]) for other in (shipped, last)]
    return {line.strip() for engine in engines for line in engine.splitlines()} - given


def test_a_bundle_is_a_starter_and_a_repository(bundle: dict[str, bytes]) -> None:
    assert set(bundle) == FILES


def test_the_same_course_gives_the_same_bytes(shipped: Assignment, bundle: dict[str, bytes]) -> None:
    again = load_assignment(find_course(shipped.course.root), shipped.name)
    assert dict(release(again, NOW).files) == bundle


def test_no_line_of_a_solution_is_in_a_bundle(shipped: Assignment, bundle: dict[str, bytes]) -> None:
    lines = {line for line in solution_lines(shipped) if not line.startswith(("import ", "from "))}
    lines -= {line.strip() for line in (shipped.root / "checks.py").read_text().splitlines()}
    assert len(lines) > 20
    for name, text in texts(bundle):
        found = {line.strip() for line in text.splitlines()} & {line for line in lines if len(line) > 12}
        assert not found, name


def test_no_body_of_a_task_is_in_a_bundle_in_any_layout(
    shipped: Assignment, bundle: dict[str, bytes]
) -> None:
    solved = ast.parse(assemble(shipped, solved=[task.id for task in shipped.tasks]))
    wanted = {name for task in shipped.tasks for name in task.defines}
    bodies = {
        node.name: re.sub(r"\s", "", ast.unparse(node.body[1:]))  # type: ignore[arg-type]
        for node in solved.body
        if isinstance(node, ast.FunctionDef) and node.name in wanted
    }
    assert set(bodies) == wanted
    for name, text in texts(bundle):
        squeezed = re.sub(r"\s", "", text)
        assert not [task for task, body in bodies.items() if body in squeezed], name


def test_nothing_of_hidden_checks_and_mistakes_is_in_a_bundle(
    shipped: Assignment, bundle: dict[str, bytes]
) -> None:
    public = "".join(bundle[name].decode() for name in ("checks.py", "engine.py"))
    hidden = (shipped.root / "hidden.py").read_text()
    names = {check.name for check in shipped.checks if check.hidden}
    titles = {check.title for check in shipped.checks if check.hidden and check.title not in public}
    mistakes = {path.stem: path.read_text() for path in (shipped.root / "mistakes").glob("*.py")}
    explanations = {
        paragraph
        for text in mistakes.values()
        for paragraph in (ast.get_docstring(ast.parse(text)) or "").split("\n\n")
    }
    statements = {ast.unparse(node) for node in ast.walk(ast.parse(hidden)) if isinstance(node, ast.stmt)}
    statements = {
        text
        for text in statements
        if len(text) > 40 and squeeze(text) not in squeeze(ast.unparse(ast.parse(public)))
    }
    assert len(names) >= 8
    assert len(explanations) >= 8
    assert len(statements) >= 8
    secrets = names | titles | explanations | statements | {name for name in mistakes if "_" in name}
    for name, text in texts(bundle):
        squeezed = squeeze(text)
        assert not [secret for secret in secrets if squeeze(secret) in squeezed], name


def test_no_file_of_the_course_s_own_is_in_a_bundle_byte_for_byte_or_encoded(
    shipped: Assignment, bundle: dict[str, bytes]
) -> None:
    private = [shipped.root / "hidden.py", *shipped.course.root.joinpath("engine").glob("*.py")]
    # Notebooks among the examples were made from the starter's.
    private += [path for path in shipped.root.rglob("*.py") if path.parent != shipped.root]
    everything = b"\0".join(bundle.values())
    for path in private:
        content = path.read_bytes()
        for start in range(0, len(content) - 120, 120):
            piece = content[start : start + 120]
            if piece not in bundle["checks.py"] + bundle["engine.py"]:
                assert piece not in everything, path
        for offset in range(3):  # wherever it begins in what was encoded
            assert base64.b64encode(content[offset:])[4:84] not in everything, path
        assert content.hex()[:80].encode() not in everything, path


def test_a_bundle_tells_how_many_points_are_not_in_it(
    shipped: Assignment, bundle: dict[str, bytes], tmp_path: Path
) -> None:
    write_files(bundle, tmp_path / "mine")
    assignment = load_assignment(find_course(tmp_path / "mine"), None)
    hidden = sum(check.points for check in shipped.checks if check.hidden)
    assert assignment.hidden_points == hidden
    public = f"worth {shipped.max_score - hidden:g} of {shipped.max_score:g} points"
    assert public in bundle["README.md"].decode()


def test_the_workflow_checks_task_by_task_and_its_points_are_whole_and_in_proportion(
    shipped: Assignment, bundle: dict[str, bytes]
) -> None:
    workflow = bundle[".github/workflows/classroom.yml"].decode()
    commands = re.findall(r"command: (grade .*)\n", workflow)
    assert commands == [f"grade check --course . --task {task.id}" for task in shipped.tasks]
    points = [int(number) for number in re.findall(r"max-score: (\d+)\n", workflow)]
    public = [
        sum(check.points for check in shipped.checks if check.task == task.id and not check.hidden)
        for task in shipped.tasks
    ]
    assert [number / sum(points) for number in points] == pytest.approx(
        [number / sum(public) for number in public]
    )
    runners = re.search(r"runners: (\S+)\n", workflow)
    assert runners is not None
    for runner in runners[1].split(","):
        assert f"id: {runner}\n" in workflow
        assert f'{runner.upper()}_RESULTS: "${{{{steps.{runner}.outputs.result}}}}"' in workflow


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "handout",
            HANDOUT + "\nfound: list[int] = []\n",
            "handout.md:11: `found: list[int] = []` gives away the solution of warm_up",
        ),
        (
            "handout",
            HANDOUT + "\nheappush(found, 3)\nreturn found\n",
            "handout.md:11: `heappush(found, 3)` gives away the solution of warm_up",
        ),
        (
            "handout",
            HANDOUT + "\nSay next_to_nothing.\n",
            "handout.md:11: `Say next_to_nothing.` gives away the name of a hidden check",
        ),
        (
            "handout",
            HANDOUT + "\nx = torch.one(3.0)\nobserve.value(x)\n",
            "handout.md:11: `x = torch.one(3.0)` gives away hidden.py",
        ),
        (
            "handout",
            HANDOUT + "\nlate = 2 * 21\nlater_on = late\n",
            "handout.md:11: `late = 2 * 21` gives away the solution of next",
        ),
    ],
    ids=[
        "a line",
        "the first of two",
        "a name",
        "two lines of a hidden check",
        "two lines of a later solution",
    ],
)
def test_a_bundle_that_would_give_something_away_is_refused_with_file_and_line(
    small_course: SmallCourse, file: str, text: str, said: str
) -> None:
    hidden = (
        "from gradlab import check\n\n@check(task='1.2', points=0.5)\n"
        'def next_to_nothing(torch, observe, rng):\n    """Secret."""\n'
        "    x = torch.one(3.0)\n    observe.value(x)\n"
    )
    root = small_course(warm_up__handout_md=text, warm_up__hidden_py=hidden)
    later = root / "engine" / "second.py"
    later.write_text(
        later.read_text().replace(
            "    return 21\n", "    late = 2 * 21\n    later_on = late\n    return later_on\n"
        )
    )
    with pytest.raises(CourseError) as caught:
        release(load_assignment(find_course(root), "warm_up"), NOW)
    assert caught.value.problems[0] == f"{said}, so no bundle was made."


def test_files_that_are_added_are_looked_through_as_well(small_course: SmallCourse) -> None:
    assignment = load_assignment(find_course(small_course()), "warm_up")
    assert release(assignment, NOW, {"diagnosis.json": b"{}"}).files["diagnosis.json"] == b"{}"
    with pytest.raises(CourseError, match=r"^more\.txt:2: `heappush\(found, 3\)` gives away the solution of"):
        release(assignment, NOW, {"more.txt": b"so:\n  heappush(found, 3)\n"})


def test_a_short_line_that_may_stand_anywhere_gives_nothing_away(small_course: SmallCourse) -> None:
    hidden = "from gradlab import check\n\n@check(task='1.2', points=0.5)\ndef secret(torch, observe, rng):\n"
    hidden += '    """Secret."""\n    x = torch.one(3.0)\n    observe.value(x)\n'
    root = small_course(
        warm_up__handout_md=HANDOUT + "\nx = torch.one(3.0)\n\nand more\n", warm_up__hidden_py=hidden
    )
    assert "handout.md" in release(load_assignment(find_course(root), "warm_up"), NOW).files


def test_solutions_that_are_not_given_out_yet_are_stubs_in_the_next_bundle(
    small_course: SmallCourse, tmp_path: Path
) -> None:
    root = small_course(warm_up__assignment_toml="solutions_from = 2026-12-01T00:00:00Z\n" + ASSIGNMENT)
    (root / "engine" / "second.py").write_text((root / "engine" / "second.py").read_text() + "\n")
    following = load_assignment(find_course(root), "next")
    before = release(following, NOW)
    assert before.withheld == ("warm_up",)
    assert b'raise NotImplementedError("Task 1.1: One")' in before.files["engine.py"]
    assert b"left for you to bring along" in before.files["README.md"]
    after = release(following, datetime(2026, 12, 2, tzinfo=UTC))
    assert after.withheld == ()
    assert b"Task 1." not in after.files["engine.py"]
    assert b"solved in it" in after.files["README.md"]
