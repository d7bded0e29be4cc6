"""`grade check`: where it finds the course, its list, again at each save, and one check in the student's own terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradlab.cli.watching import sources

from .conftest import ROOTS, SOLUTION, STUB, WRONG, Run

HandIn = Callable[..., Path]


@pytest.fixture
def bundle(course: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's bundle, seen from a folder that is in no course."""
    run("start", "steps", tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine"


@pytest.mark.parametrize("path", ["mine", "mine/engine.py", "mine/engine.ipynb"])
def test_the_course_is_found_at_the_path(bundle: Path, run: Run, path: str) -> None:
    ended = run("check", path)
    assert ended.code == 1
    assert "not implemented yet (task 1.1)" in ended.out.lower()


def test_from_one_bundle_another_is_checked_as_what_it_is(
    bundle: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in bundle.iterdir():
        text = file.read_text()
        (other / file.name).write_text(
            text.replace("steps", "elsewhere") if file.name == "course.toml" else text
        )
    monkeypatch.chdir(bundle)
    assert run("check", other).out.startswith("elsewhere ")
    assert run("check").out.startswith("steps ")


def test_in_a_full_course_it_is_the_course_s_word_that_counts(
    bundle: Path, course: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    (bundle / "checks.py").write_text("raise SystemExit")
    (bundle / "engine.py").write_text(SOLUTION)
    assert run("check", bundle).code == 0


def test_the_list_names_every_public_check_under_its_task_and_runs_none(course: Path, run: Run) -> None:
    ended = run("check", "--list")
    assert ended.code == 0
    assert ended.out == (
        "1.1  Add\n     adds          2  Two tensors are added.\n"
        "1.2  Multiply\n     multiplies    1  Two tensors are multiplied.\n"
    )
    assert run("check", "--list", "--task", "1.2").out.startswith("1.2  Multiply")
    assert "did you mean 'adds'?" in run("check", "--list", "--only", "ads").err


def _listen_to_interrupts() -> None:
    """A shell that starts the tests in the background has them, and what they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Watched:
    """`grade check --watch` in a process of its own, which has its own process group as in a terminal."""

    def __init__(self, *arguments: object, cwd: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "gradlab.cli", "check", "--watch", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": ROOTS, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_listen_to_interrupts,
        )

    def round(self) -> str:
        """Return what is printed until it waits for the next save."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if "waiting for the next save" in line:
                break
        return "".join(lines)

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit code and the rest of the output."""
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        return self.process.returncode, rest


@pytest.fixture
def watch() -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def begin(*arguments: object, cwd: Path) -> Watched:
        started.append(Watched(*arguments, cwd=cwd))
        return started[-1]

    yield begin
    for watched in started:
        watched.process.kill()
        watched.process.communicate()


def save(path: Path, text: str) -> None:
    """Write as editors do: another file first, then in its place."""
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    os.utime(draft, (time.time() + 5, time.time() + 5))
    draft.replace(path)


def test_a_file_that_never_comes_to_rest_is_checked_all_the_same(
    course: Path, hand_in: HandIn, watch: Callable[..., Watched]
) -> None:
    path = hand_in(STUB)
    watched = watch(path, cwd=course)
    watched.round()
    enough = threading.Event()

    def write() -> None:
        for number in range(1000):
            draft = path.with_suffix(".draft")
            draft.write_text(f"{SOLUTION}# {number}\n")
            draft.replace(path)
            if enough.wait(0.05):
                break

    writer = threading.Thread(target=write)
    writer.start()
    said = watched.round()
    enough.set()
    writer.join()
    assert "Score 2 / 2 3 / 3" in " ".join(said.split())


def test_what_lies_in_hidden_folders_is_not_watched(tmp_path: Path) -> None:
    for name in ("engine.py", "part/more.py", ".venv/lib/numpy.py", "__pycache__/engine.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert sources(tmp_path) == [tmp_path / "engine.py", tmp_path / "part" / "more.py"]


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C")
def test_it_checks_again_at_each_save_and_ends_cleanly(
    course: Path, hand_in: HandIn, watch: Callable[..., Watched]
) -> None:
    path = hand_in(STUB)
    watched = watch(path, cwd=course)
    assert "Not implemented yet (task 1.1)" in watched.round()
    save(path, WRONG)
    assert re.search(r"✗ 1\.2  Two tensors are multiplied", watched.round())
    save(path, "def broken(:\n")
    assert "is not valid Python" in watched.round()
    save(path, SOLUTION)
    assert "Score 2 / 2 3 / 3" in " ".join(watched.round().split())
    code, rest = watched.interrupt()
    assert (code, rest.strip()) == (0, "No longer watching.")
    group = watched.process.pid
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process is left over")


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C")
def test_a_folder_is_watched_by_whatever_way_it_is_named(bundle: Path, watch: Callable[..., Watched]) -> None:
    (bundle / "sub").mkdir()
    watched = watch(f"../{bundle.parent.name}/mine", cwd=bundle.parent)
    watched.round()
    save(bundle / "engine.py", SOLUTION)
    assert "Score 2 / 2 3 / 3" in " ".join(watched.round().split())
    assert watched.interrupt()[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="a terminal's Ctrl-C")
def test_an_author_s_change_to_a_check_counts_at_once(
    course: Path, hand_in: HandIn, watch: Callable[..., Watched]
) -> None:
    watched = watch(hand_in(SOLUTION), cwd=course)
    assert "Two tensors are added." in watched.round()
    checks = course / "steps" / "checks.py"
    save(checks, checks.read_text().replace("Two tensors are added.", "A sum."))
    assert "A sum." in watched.round()
    save(checks, "def broken(:\n")
    assert "checks.py:1: invalid syntax" in watched.round()
    assert watched.interrupt()[0] == 0


def test_debug_runs_the_program_that_the_report_shows_on_the_student_s_own_engine(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    source = WRONG.replace(
        "return Tensor(a.data + b.data)\n\n\ndef", "return Tensor(a.data + b.data)\n\n\ndef", 1
    )
    source = source.replace(
        '"""Multiply two tensors."""', 'print("multiplying", open(__file__).name[-9:])', 1
    )
    ended = run("check", hand_in(source), "--debug", "multiplies")
    assert ended.code == 1
    program = ended.out[ended.out.rindex(">>> import engine as torch") :]
    shown = re.findall(r"^           (?!import numpy)(\S.*)$", ended.out.split(">>> ")[0], re.M)
    ran = re.findall(r"^(?:>>>|\.\.\.) (.*)$", program, re.M)
    assert ran[:2] == shown[:2]
    assert "multiplying engine.py\n" in program  # it may open files: nothing is confined
    assert "<engine.Tensor object at" in program  # a value by itself is shown, as at the prompt
    assert "in your own Python and without isolation" in ended.err


def test_debug_shows_the_whole_program_of_a_check_that_passes(
    course: Path, hand_in: HandIn, run: Run
) -> None:
    ended = run("check", hand_in(), "--debug", "adds")
    assert ended.code == 0
    assert len(re.findall(r"^>>> ", ended.out, re.M)) >= 2


def test_debug_stops_at_a_breakpoint_and_answers(course: Path, hand_in: HandIn, tmp_path: Path) -> None:
    path = hand_in(WRONG.replace('"""Multiply two tensors."""', "breakpoint()", 1))
    done = subprocess.run(
        [sys.executable, "-m", "gradlab.cli", "check", str(path), "--debug", "multiplies"],
        cwd=course,
        env={**os.environ, "PYTHONPATH": ROOTS},
        input="p 'asked ' + type(a).__name__\nwhere\nc\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "'asked Tensor'" in done.stdout
    assert f"{path}(" in done.stdout
    assert done.returncode == 1


def test_debug_shows_where_an_engine_raises(course: Path, hand_in: HandIn, run: Run) -> None:
    ended = run("check", hand_in(STUB), "--debug", "adds")
    assert ended.code == 1
    trace = ended.err[ended.err.index("Traceback") :]
    assert "NotImplementedError: Task 1.1: Add" in trace
    assert "playback" not in trace
    assert "importlib" not in trace


def test_debug_takes_a_notebook_and_a_package(
    course: Path, hand_in: HandIn, run: Run, tmp_path: Path
) -> None:
    from gradlab.as_notebook import notebook
    from gradlab.course import find_course, load_assignment

    made = notebook(
        load_assignment(find_course(course), None), SOLUTION, "# Steps\n\n## 1.1 Add\n\n## 1.2 Multiply\n"
    )
    ended = run("check", hand_in(made, "engine.ipynb"), "--debug", "adds")
    assert ended.code == 0
    assert ">>> import __main__ as torch" in ended.out
    assert "Traceback" not in ended.err
    with_scratch = made.replace(
        b'"cells": [', b'"cells": [{"cell_type": "code", "metadata": {}, "source": "1 / 0"},', 1
    )
    ended = run("check", hand_in(with_scratch, "scratch.ipynb"), "--debug", "adds")
    assert "scratch.ipynb cell 1" in ended.err
    assert ended.err.count("Traceback") == 1
    assert "<engine.Tensor object at" in ended.out
    for folder in (tmp_path / "work" / "engine", tmp_path / "bare"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("from .parts import tensor, Tensor\n")
        (folder / "parts.py").write_text(SOLUTION)
    for path in (tmp_path / "work", tmp_path / "bare"):
        ended = run("check", path, "--debug", "adds")
        assert ended.code == 0
        assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--debug", "ads"], "steps has no public check 'ads'; did you mean 'adds'?"),
        (["--debug", "squares"], "steps has no public check 'squares'"),
        (["--debug", "adds", "--watch"], "--debug runs one check, by itself"),
        (["--debug", "adds", "--only", "adds"], "--debug runs one check, by itself"),
    ],
)
def test_debug_says_what_it_cannot_do(
    course: Path, hand_in: HandIn, run: Run, arguments: list[str], words: str
) -> None:
    ended = run("check", hand_in(), *arguments)
    assert ended.code == 2
    assert words in ended.err


def test_debug_refuses_an_archive(course: Path, run: Run, bundle: Path) -> None:
    (bundle / "engine.py").write_text(SOLUTION)
    run("submit", bundle, "--course", bundle, "--student", "ada")
    [package] = bundle.glob("steps-*.gradlab")
    ended = run("check", package, "--debug", "adds")
    assert ended.code == 2
    assert "--debug runs engine.py, a folder or a notebook" in ended.err


def test_a_file_that_is_something_else_gets_a_hint(
    course: Path, hand_in: Callable[..., Path], run: Run
) -> None:
    ended = run("check", hand_in("def greet():\n    return 'hello'\n"))
    assert ended.code == 1
    said = " ".join(ended.out.split())
    assert (
        "engine.py has none of the names that steps is about (add, ...). Is it the file that you meant?"
        in said
    )
    assert "'grade start steps' writes the one to begin with." in said
