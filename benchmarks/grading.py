"""What grading costs, beside `python -c "import numpy"`."""

from __future__ import annotations

import itertools
import os
import tempfile
from compileall import compile_dir
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from benchmarks.timing import IMPORT_NUMPY, command, interleave, ratio_line
from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager
from gradlab.mistakes import load_mistakes, replace_definitions
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse

__all__ = ["main"]


def per_submission(rounds: int, batch: int = 12) -> float:
    """Return seconds to grade one submission of `backward`, all checks, over seconds of `import numpy`.

    A batch is graded in one run, twice as many at once as there are processors, since each waits for its worker half of
    the time; the time is the batch's over its size.
    """
    course = find_course(Path.cwd(), shipped_course())
    assignment = load_assignment(course, "backward")
    source = assemble(assignment, solved=[task.id for task in assignment.tasks])
    numbers = itertools.count()
    at_once = 2 * (os.cpu_count() or 1)
    with Engines.start(course.engine) as engines, ThreadPoolExecutor(at_once) as pool:
        grading = Grading(assignment, engines, build_manager(course.plugins), secret=b"benchmark")

        def one(number: int) -> None:
            # Another comment each time: another hash, so hidden inputs are made afresh as for another student.
            submission = parse({"engine.py": f"{source}\n# {number}\n".encode()})
            report = grade(
                grading, submission, student="bench", attempt=1, submitted_at="2026-01-01T00:00:00+00:00"
            )
            if report.score != report.max_score:
                raise SystemExit(f"The solution got {report.score} of {report.max_score}.")

        def several() -> None:
            for _ in pool.map(one, itertools.islice(numbers, batch)):
                pass

        medians = interleave({"grade": several, "numpy": command(IMPORT_NUMPY)}, rounds)
    return medians["grade"] / batch / medians["numpy"]


def feedback(rounds: int) -> float:
    """Return what a submission that fails costs over one that passes, with the smallest programs for all its failures.

    Submissions are the assignment's Mistakes but for those that need a thousand nodes; the time of all of them is
    divided by that of as many right ones. Nothing found for one serves another: in a class it would.
    """
    course = find_course(Path.cwd(), shipped_course())
    assignment = load_assignment(course, "backward")
    right = assemble(assignment, solved=[task.id for task in assignment.tasks])
    mistakes = [mistake for mistake in load_mistakes(assignment) if mistake.name not in _DEEP]
    wrong = [replace_definitions(right, mistake) for mistake in mistakes]
    numbers = itertools.count()
    with Engines.start(course.engine) as engines:
        grading = Grading(assignment, engines, build_manager(course.plugins), secret=b"benchmark")

        def one(source: str) -> None:
            grading.known.clear()
            submission = parse({"engine.py": f"{source}\n# {next(numbers)}\n".encode()})
            grade(grading, submission, student="bench", attempt=1, submitted_at="2026-01-01T00:00:00+00:00")

        medians = interleave(
            {
                "wrong": lambda: [one(source) for source in wrong],
                "right": lambda: [one(right) for _ in wrong],
            },
            rounds,
        )
    return medians["wrong"] / medians["right"]


_DEEP = ("sorts_by_recursion", "walks_every_path")


def cold_command(rounds: int) -> float:
    """Return seconds of a whole `grade submit`, processes and all, over seconds of `import numpy`.

    Everything is byte-compiled first, as numpy is: pip does so when it installs a wheel.
    """
    for package in ("gradlab", "gradlab_plugins", "refgrad"):
        compile_dir(next(iter(import_module(package).__path__)), quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        course = find_course(Path.cwd(), shipped_course())
        assignment = load_assignment(course, "backward")
        path = Path(folder, "engine.py")
        path.write_text(assemble(assignment, solved=[task.id for task in assignment.tasks]), encoding="utf-8")
        grade_submit = (
            *(IMPORT_NUMPY[0], "-m", "gradlab.cli", "submit", str(path), "--course", str(course.root)),
            *("--assignment", "backward", "--student", "bench"),
        )
        medians = interleave(
            {
                "submit": command(["env", f"GRADLAB_DATABASE={folder}/book.db", *grade_submit]),
                "numpy": command(IMPORT_NUMPY),
            },
            rounds,
        )
    return medians["submit"] / medians["numpy"]


def main(rounds: int = 15) -> bool:
    """Print the table and return whether every limit holds."""
    lines = [
        ratio_line("grade one submission of backward / import numpy", per_submission(rounds), 0.5),
        ratio_line("a failing submission with feedback / a passing one", feedback(max(3, rounds // 5)), 5.0),
        ratio_line("grade submit, cold / import numpy", cold_command(rounds), 8.0),
    ]
    for line, _ in lines:
        print(line)
    return all(good for _, good in lines)
